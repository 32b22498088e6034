"""The licence desk: lists that a user brings along, held against the rows of a manifest.

Who may export (``exporters``), under which licence (``licences``, ``licence_terms``) and how many are left on it
(``ledger``), with which maker's confirmation (``confirmations``), whether the product is approved (``approvals``,
``catalogue``), and what a reviewer has decided (``reviews``). Each list is read once (``lists``), strictly, and answers
a plain function of a short key (``book``).
"""
