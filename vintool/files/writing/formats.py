"""The formats of ``annotated.*``. Loads nothing, so that ``--help`` need not load Arrow."""

from typing import Final

FORMATS: Final = ("csv", "tsv", "xlsx", "parquet", "jsonl")
LIST_FORMATS: Final = frozenset({"parquet", "jsonl"})
"""Those that hold lists; in the others a list is one text, joined by ``;``."""
