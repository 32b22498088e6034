"""Makers' confirmations of after-sales service: which VINs do their letters list?

Needed for used vehicles within 180 days of registration. Source: MOFCOM guideline of 11 December 2025.
"""

from collections.abc import Sequence

from vintool.codes import Basis, Reason
from vintool.desk.lists import Entry, map_fields
from vintool.screening.evidence import EvidenceItem, Remark, remark
from vintool.screening.used_vehicles import provision
from vintool.vin.cleanup import read

FIELDS = ("vin", "confirmation_no", "maker", "destination", "issued")
NEEDED = (("vin",),)


def map_columns(file: str, columns: Sequence[str]) -> dict[str, str]:
    """Which column of a list of letters is which field.

    Raises:
        MappingError: a field is claimed by two columns, or none holds VINs.

    >>> map_columns("letters.csv", ["VIN", "Letter No.", "Colour"])
    {'vin': 'VIN', 'confirmation_no': 'Letter No.'}
    """
    return map_fields(file, columns, FIELDS, NEEDED)


class Confirmations:
    """The VINs of the letters.

    Raises:
        ManifestError: a row has no VIN that can be read.

    >>> listed = Confirmations([Entry("c.csv", 2, {"vin": "LRW3E7FA1LC000001"}, {})])
    >>> listed.judge("LRW3E7FA1LC000001")[0].reason, listed.judge("LGXCE4CB6S0134553")[0].reason
    (<Reason.CONFIRMED_BY_MAKER: 'confirmed_by_maker'>, <Reason.CONFIRMATION_MISSING: 'confirmation_missing'>)
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.letters: dict[str, str] = {}
        for entry in entries:
            reading = read(entry.text("vin"))
            if reading.problem is not None:
                raise entry.refusal("vin", "no VIN can be read", reading.problem.sentence)
            parts = (entry.place, *map(entry.text, FIELDS[1:]))
            self.letters.setdefault(reading.text, ", ".join(filter(None, parts)))

    def judge(self, vin: str) -> tuple[Remark, ...]:
        """Whether a letter lists a VIN."""
        letter = self.letters.get(vin)
        if letter is None:
            return (
                remark(Reason.CONFIRMATION_MISSING, "the VIN is in no letter", provision().source),
            )
        item = EvidenceItem("confirmation", letter, Basis.DECLARED, None, provision().source)
        return (Remark(Reason.CONFIRMED_BY_MAKER, item),)
