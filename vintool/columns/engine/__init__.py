"""What columns are made of, whatever the rules: once per distinct key, then gather.

``arrays`` (types), ``encoder`` (value -> code), ``categorical`` (a column), ``per_distinct`` (a rule
lifted to columns), ``output`` (a column of the answer), ``characters`` (arithmetic on VINs) and
``tables`` (data of the user's).
"""
