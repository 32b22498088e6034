"""What a cell of a manifest means: one type for all fields, and what several words say together."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from vintool.codes import Powertrain

# Half of a fact, see ``Meaning.part``: it speaks beside another cell only.
NO_ENGINE, TRACTION_BATTERY = "no engine", "traction battery"
PRICE_WITH_VIN, PRICE_WITHOUT_VIN = "price as with a VIN", "price as without a VIN"


NOT_STORED = "#NOT STORED"
"""What stands for the value of a formula that the program which wrote the file has not stored."""

# The errors of spreadsheets in the languages of their users; most end in a mark, these do not.
_ERRORS = frozenset({NOT_STORED, "#N/A", "#N/D", "#N/B", "#NV", "#I/T", "#Н/Д", "#YOK", "#HIÁNYZIK", "#GETTING_DATA"})  # fmt: skip
_ERROR = re.compile(r"#[¡¿]?[^\W\d][\w/]{1,20}[!?]|Err:\d{3}")
_LONGEST_ERROR = 40  # with white space around it


def is_not_read(text: str) -> bool:
    """Whether a cell holds an error of a spreadsheet, or a formula whose value is not stored: it has a value, and we have not.

    >>> is_not_read("#N/A"), is_not_read(" #DIV/0! "), is_not_read("Err:502"), is_not_read("N/A"), is_not_read("#12")
    (True, True, True, False, False)
    """
    if len(text) > _LONGEST_ERROR or not ("#" in text or "Err:" in text):
        return False
    bare = text.strip()
    return bare in _ERRORS or _ERROR.fullmatch(bare) is not None


class NamedModel(NamedTuple):
    """A model that a cell names, under one brand; ``alone``: the name is enough without the brand."""

    brand: str
    model: str
    powertrain: Powertrain
    alone: bool


class Meaning(NamedTuple):
    """What one cell says. Empty or null: it does not say.

    Attributes:
        field: of the manifest, as ``headers`` names it.
        display: the cell in words, as evidence shows it.
        powertrain: of the vehicle.
        kind: of the vehicle: passenger, bus, truck, chassis, kit and others.
        condition: ``new`` or ``used``.
        has_vin: ``yes`` or ``no``, as a tariff code has it.
        source: the law, list or table that says so.
        rivals: the powertrains of a cell that contradicts itself.
        brands: those that the cell names.
        models: those that the cell names, each true under one brand.
        part: half of a fact: ``NO_ENGINE``, ``TRACTION_BATTERY``, or the class of a price; ``NOT_STORED``: the cell was
            not read.
        currency: ISO 4217.
        own_key: the powertrain follows from a key that the paper has of its own, a type code or the name of a model that
            is not sold as pure electric, and not from a word for it.
        hint: what speaks for an electric car and tells no powertrain; see ``electric_hints``.
    """

    field: str
    display: str
    powertrain: Powertrain | None = None
    kind: str = ""
    condition: str = ""
    has_vin: str = ""
    source: str = ""
    rivals: tuple[Powertrain, ...] = ()
    brands: tuple[str, ...] = ()
    models: tuple[NamedModel, ...] = ()
    part: str = ""
    currency: str = ""
    own_key: bool = False
    hint: str = ""

    @property
    def value(self) -> str:
        """What it says, in a word."""
        fact = (self.powertrain.value if self.powertrain else "") or self.condition or self.kind
        named = self.part or self.currency or "/".join(self.rivals or self.brands)
        return fact or named or (self.hint and f"hint {self.hint}")

    @property
    def is_fact(self) -> bool:
        """Whether it is a fact about the vehicle by itself; a make and a price are not."""
        return bool(self.powertrain or self.condition or self.kind)

    def with_powertrains(self, powertrains: tuple[Powertrain, ...]) -> "Meaning":
        """The same cell, saying one powertrain, or rivals."""
        if len(powertrains) == 1:
            return self._replace(powertrain=powertrains[0])
        return self._replace(rivals=powertrains)


def quoted(field: str, text: str) -> str:
    """A cell as evidence shows it: its field and the first 40 characters."""
    return f"{field} {text.strip()[:40]!r}"


def weigh(powertrains: Iterable[Powertrain]) -> tuple[Powertrain, ...]:
    """What several words of one cell say together: one powertrain, or pure electric and another.

    >>> weigh([Powertrain.ICE, Powertrain.PHEV]), weigh([Powertrain.BEV, Powertrain.ICE])
    ((<Powertrain.PHEV: 'PHEV'>,), (<Powertrain.BEV: 'BEV'>, <Powertrain.ICE: 'ICE'>))
    """
    distinct = set(powertrains)
    others = distinct - {Powertrain.BEV}
    if not others:
        return tuple(distinct)
    doubtful = others & {Powertrain.EREV, Powertrain.FCEV}
    hybrids = others - {Powertrain.ICE, Powertrain.NOT_BEV}
    # What could be driven by motors alone stays in view; a fuel beside a hybrid is the hybrid's.
    closest = doubtful or hybrids or others
    other = min(closest) if doubtful or len(closest) == 1 else Powertrain.NOT_BEV
    return (Powertrain.BEV, other) if Powertrain.BEV in distinct else (other,)
