"""What a manifest declares: which column is what, and what a cell means.

``headers`` knows what headers mean and finds the row of them, ``mapping`` tells which column is what,
``lexicon`` what a cell means, ``days`` which day one names.
"""
