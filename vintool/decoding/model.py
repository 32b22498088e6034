"""Vehicle and Check: the published results about one VIN, as frozen pydantic models.

The values in them are those of ``facts``, ``plant``, ``engine`` and ``suggestions``, which the terminal
prints without pydantic; columns carry the same values without any of them.
"""

import re
from html import escape
from typing import Any

from pydantic import BaseModel, ConfigDict

from vintool.codes import CheckDigit, Market, Problem
from vintool.decoding.engine import Engine
from vintool.decoding.facts import Attribute, Fact, PowertrainFact, Source
from vintool.decoding.fields import FIELDS
from vintool.decoding.plant import Plant
from vintool.decoding.records import sound
from vintool.decoding.suggestions import Suggestion
from vintool.vin import PartialVin, Vin

#: The fields that every answer ends with, and what they are.
RESTS_ON = {
    "data_release": "release of the reference data that the answer rests on",
    "reference_sha256": "SHA-256 of all that it rests on: that data, and the user's own, see ``Reference``",
}


class Frozen(BaseModel):
    """What every result is: unchangeable, and without unknown fields.

    ``report.summary`` has one of its own, since it knows nothing of other rooms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """A schema in JSON with what the docstring of the class says of each field."""
        schema: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        for name, meaning in cls.field_meanings().items():
            schema["properties"][name]["description"] = meaning
        schema["description"] = (cls.__doc__ or "").partition("\n")[0]
        return schema

    @classmethod
    def field_meanings(cls) -> dict[str, str]:
        """What each field is, as the docstring of the class has it."""
        attributes = (cls.__doc__ or "").partition("Attributes:\n")[2].partition("\n\n")[0]
        found = re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", attributes, re.MULTILINE)
        described = {name: " ".join(text.split()) for name, text in found}
        return {
            name: text for name, text in (described | RESTS_ON).items() if name in cls.model_fields
        }


class Vehicle(Frozen, defer_build=False):
    """What a VIN tells. A field that it does not tell is null.

    Each line but the last two is a row of ``fields.FIELDS``, which says what it is and how it is got; spelled out
    here for readers and type checkers. The last two name what the vehicle rests on, see ``RESTS_ON``. A ``Fact`` has ``value``, ``basis`` and ``source``.

    >>> import vintool
    >>> vehicle = vintool.decode("LRW3E7FA1LC000001")
    >>> vehicle.wmi, vehicle.serial, vehicle.check_digit.value, vehicle.powertrain.value.value
    ('LRW', '000001', 'holds', 'BEV')
    >>> vehicle.model_year.basis.value, vehicle.model_year.source.row, vehicle.trim
    ('encoded', 'position 10', None)
    """

    vin: Vin | PartialVin
    wmi: str
    vds: str
    vis: str
    descriptor: str
    check_digit: CheckDigit
    market: Market
    manufacturer: Fact[str] | None = None
    brand: Fact[str] | None = None
    country: Fact[str] | None = None
    region: Fact[str] | None = None
    model_year: Fact[int] | None = None
    model_year_candidates: tuple[int, ...] = ()
    plant_code: str
    plant: Fact[Plant] | None = None
    built_in: Fact[str] | None = None
    built_month: Fact[int] | None = None
    serial: str
    vehicle_type: Fact[str] | None = None
    model: Fact[str] | None = None
    model_candidates: tuple[str, ...] = ()
    series: Fact[str] | None = None
    trim: Fact[str] | None = None
    body_class: Fact[str] | None = None
    doors: Fact[int] | None = None
    seats: Fact[int] | None = None
    engine: Fact[Engine] | None = None
    fuel_primary: Fact[str] | None = None
    fuel_secondary: Fact[str] | None = None
    electrification: Fact[str] | None = None
    drive_type: Fact[str] | None = None
    gvwr: Fact[str] | None = None
    attributes: tuple[Attribute, ...] = ()
    powertrain: PowertrainFact | None = None
    powertrain_conflict: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()
    data_release: str = ""
    reference_sha256: str = ""

    @classmethod
    def field_meanings(cls) -> dict[str, str]:
        """What each field is, as the table of fields has it, and what the vehicle rests on."""
        return {name: field.meaning for name, field in FIELDS.items()} | RESTS_ON

    def __repr__(self) -> str:
        """The VIN and what one asks first; all of it is what ``print`` gives of ``model_dump()``.

        >>> import vintool
        >>> vintool.decode("LRW3E7FA1LC000001")
        <Vehicle LRW3E7FA1LC000001: Tesla Model 3, 2020, BEV>
        """
        facts = (self.model_year, self.powertrain)
        named = " ".join(str(one) for one in (self.brand or self.manufacturer, self.model) if one)
        about = ", ".join(filter(None, (named, *(str(one) for one in facts if one))))
        return f"<Vehicle {self.vin}: {about or 'nothing known'}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The ruler and the facts, as a notebook shows them."""
        parts = (self.vin[:3], self.vin[3:8], self.vin[8], self.vin[9], self.vin[10], self.vin[11:])
        names = ("WMI", "4-8", "check digit", "model year", "plant", "serial")
        head = "".join(f"<td><code>{escape(part)}</code></td>" for part in parts)
        ruler = "".join(f"<td>{name}</td>" for name in names)
        rows = "".join(
            f"<tr><th>{escape(FIELDS[name].label)}</th><td>{escape(str(fact))}</td>"
            f"<td>{escape(fact.basis)}</td><td>{escape(fact.source.cites)}</td></tr>"
            for name in type(self).model_fields
            if isinstance(fact := getattr(self, name), Fact)
        )
        return (
            f"<table><tr>{head}</tr><tr>{ruler}</tr></table>"
            f"<table><tr><th></th><th>value</th><th>basis</th><th>source</th></tr>{rows}</table>"
        )


class Check(Frozen):
    """Whether a text is a well-formed VIN, and what was meant if it is not.

    Attributes:
        text: as it was given.
        vin: the clean VIN; null where none can be read.
        market: whose rules it was held against.
        check_digit: whether position 9 agrees with the others.
        expected_check_digit: what position 9 must be, where the market uses a check digit.
        problems: codes, each with one sentence; a clean-up is among them.
        suggestions: VINs that may have been meant, the likeliest first, each with the reason.
    """

    text: str
    vin: Vin | None
    market: Market | None
    check_digit: CheckDigit
    expected_check_digit: str | None
    problems: tuple[Problem, ...]
    suggestions: tuple[Suggestion, ...]
    data_release: str = ""
    reference_sha256: str = ""

    @property
    def sound(self) -> bool:
        """Whether the text is a VIN that breaks no rule; a clean-up is no fault."""
        return sound(self.problems)
