"""What a verdict rests on: pieces of evidence, and remarks that stand beside a verdict."""

from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from vintool.codes import Basis, Grade, Reason


# A dataclass, which pydantic takes as it is: columns and ``Finding`` carry the same objects, and what
# judges rows loads no pydantic for them.
@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One fact that a verdict rests on."""

    what: str
    value: str
    basis: Basis
    grade: Grade | None
    source: str

    def __str__(self) -> str:
        """As one line of a report; without semicolons, which part the items of a joined list.

        >>> str(EvidenceItem("fuel 'EV'", "BEV", Basis.DECLARED, None, "declared.words.csv"))
        "fuel 'EV': BEV (declared, declared.words.csv)"
        """
        grade = f", grade {self.grade.value}" if self.grade else ""
        line = f"{self.what}: {self.value} ({self.basis.value}{grade}, {self.source})"
        return line.replace(";", ",")


class Remark(NamedTuple):
    """What stands on a row beside its verdict: the reason, if it is one, and the evidence for it."""

    reason: Reason | None
    item: EvidenceItem | None = None


def all_remarks(*remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """The remarks of several rules, in order."""
    return tuple(chain.from_iterable(remarks))


def remark(reason: Reason, value: str, source: str, basis: Basis = Basis.DECLARED) -> Remark:
    """A remark whose evidence bears the code of its reason."""
    return Remark(reason, EvidenceItem(reason.value, value, basis, None, source))
