"""Labelled lists -> rules: what starts of VINs tell of the powertrain, mined, tried and written down.

``presets`` knows public registers, ``labels`` reads what a label means, ``sources`` finds the columns of a list,
``rows`` its rows. ``mine`` makes ``rules`` of what was seen behind ``starts`` of VINs, ``reaching`` those that reach to other starts;
``trial`` tries them on what they were not made from, ``report`` puts it into words, ``job`` is the whole.
"""
