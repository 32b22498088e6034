"""The numbers of a run, and what a person reads of them: a text, or a page in one of two languages.

It stands low on the street, although a reader meets it last: it is given numbers and sentences, and knows
nothing of the rooms that they come from.
"""
