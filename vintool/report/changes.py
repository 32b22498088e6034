"""What is different from an earlier run of the same list."""

from typing import Final

from vintool.report.summary import ChangeCounts, Count, Frozen

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


class Changes(ChangeCounts):
    """These counts, and the first of the rows."""

    first: tuple[Change, ...] = ()

    @property
    def whole(self) -> int:
        """How many rows are different."""
        return sum(self.rows.values())

    @property
    def counts(self) -> ChangeCounts:
        """The counts alone."""
        return ChangeCounts(**self.model_dump(exclude={"first"}))
