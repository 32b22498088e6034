"""Vin -> Vehicle: check, decode, and every fact with its source.

``identity`` says whether a text is a VIN, ``suggestions`` which one was meant. ``model_year``, ``brand``,
``plant`` and ``engine`` have the rules of a field each; ``profile`` asks them all of one VIN. ``fields`` is the
table of what is published of a profile, as ``facts`` of several ``kinds``; ``decode``, ``check``, ``model`` and
``text`` give it out.
"""
