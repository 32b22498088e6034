"""Labelled lists -> rules: what starts of VINs tell of the powertrain, mined, tried and written down.

``labels`` reads what a label means, ``sources`` reads a list, ``mine`` makes rules of it, ``trial``
tries them on what they were not made from, ``report`` tells of it, ``job`` is the whole.
"""
