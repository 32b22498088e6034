"""Vehicle + declaration + date -> verdict: law, facts, the decision table.

``regimes`` is the law as data, ``facts`` what is known of a row. ``contradictions`` and ``case`` look at the facts under one regime,
``decision`` walks through the table of the decision. ``screen`` is the whole, with what ``identifiers`` and ``used_vehicles`` remark
beside it; ``explain`` shows it step by step, and ``pages`` the law and the table.
"""
