"""What is different from an earlier run of the same list."""

from typing import Final

from vintool.report.summary import Count, Frozen

KINDS: Final = {
    "verdict": "The verdict has changed",
    "new": "New in this list",
    "gone": "No longer in this list",
    "cells": "Cells have changed, the verdict has not",
}
"""Each kind of change in plain words, in the order in which they are shown."""


class Change(Frozen):
    """One row that is different; what one of the lists has not is empty there."""

    kind: str
    sheet: str
    row: Count | None
    text: str
    verdict_before: str
    verdict: str


class Changes(Frozen):
    """The rows that are different from an earlier run: how many of each kind, and the first of them."""

    since: str
    rows: dict[str, Count]
    same: Count
    verdicts: dict[str, Count]
    first: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> int:
        """How many rows are different."""
        return sum(self.rows.values())
