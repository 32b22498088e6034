"""Columns of VINs -> columns of what they tell: ``vintool.decoding`` and ``vintool.vpic`` for many VINs.

Where descriptors repeat, ``table`` asks the scalar rules once per distinct one. Where nearly every VIN has
another one, patterns are matched by bit sets, bottom up: ``bitsets``, ``schema_lines``, ``pattern_sets``,
``schemas``; ``elements``, ``scores``, ``passes``; ``wmis``, ``powertrain``, ``model_years``; ``profiles``; and
``fields``, the Arrow columns of these.
"""
