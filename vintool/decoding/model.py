"""Vehicle and Check: the published results about one VIN, as frozen pydantic models.

The values in them are those of ``facts``, ``plant``, ``engine`` and ``suggestions``, which the terminal
prints without pydantic; columns carry the same values without any of them.
"""

from pydantic import BaseModel, ConfigDict

from vintool.codes import CheckDigit, Market, Problem
from vintool.decoding.engine import Engine
from vintool.decoding.facts import Attribute, Fact, PowertrainFact, Source
from vintool.decoding.plant import Plant
from vintool.decoding.records import sound
from vintool.decoding.suggestions import Suggestion
from vintool.vin import PartialVin, Vin


class Frozen(BaseModel):
    """What every result is: unchangeable, and without unknown fields.

    ``report.summary`` has one of its own, since it knows nothing of other rooms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Vehicle(Frozen, defer_build=False):
    """What a VIN tells. A field that it does not tell is null.

    Each line is a row of ``fields.FIELDS``, which says what it is and how it is got; spelled out here for
    readers and type checkers. A ``Fact`` has ``value``, ``basis`` and ``source``.

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


class Check(Frozen):
    """Whether a text is a well-formed VIN, and what was meant if it is not.

    ``expected_check_digit`` is what position 9 must be, where the market uses a check digit.
    """

    text: str
    vin: Vin | None
    market: Market | None
    check_digit: CheckDigit
    expected_check_digit: str | None
    problems: tuple[Problem, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def sound(self) -> bool:
        """Whether the text is a VIN that breaks no rule; a clean-up is no fault."""
        return sound(self.problems)
