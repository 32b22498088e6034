"""What a verdict rests on, in plain form: pieces of evidence, and findings that carry one."""

from itertools import chain
from typing import NamedTuple

from vintool.codes import Basis, Grade, Reason


class EvidenceItem(NamedTuple):
    """One piece of evidence, in plain form."""

    what: str
    value: str
    basis: Basis
    grade: Grade | None
    source: str

    def __str__(self) -> str:
        """As one line of a report; without semicolons, which part the items of a joined list."""
        grade = f", grade {self.grade.value}" if self.grade else ""
        told = f"{self.what}: {self.value} ({self.basis.value}{grade}, {self.source})"
        return told.replace(";", ",")


class Remark(NamedTuple):
    """Something found on a row beside its verdict: the code, if it is a finding, and what shows it."""

    reason: Reason | None
    item: EvidenceItem | None = None


def merged(*several: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """All that was found, in order."""
    return tuple(chain.from_iterable(several))


def remark(reason: Reason, value: str, source: str, basis: Basis = Basis.DECLARED) -> Remark:
    """A finding whose evidence bears its code."""
    return Remark(reason, EvidenceItem(reason.value, value, basis, None, source))
