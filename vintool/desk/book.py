"""All lists of one run, and what they say of a row that needs a licence or a person."""

from dataclasses import dataclass
from datetime import date

from vintool import registry
from vintool.codes import Reason, Verdict
from vintool.declaration.lexicon import Meaning
from vintool.declaration.lexicon.papers import origins_declared, trade_modes
from vintool.desk.catalogue import Catalogue
from vintool.desk.confirmations import Confirmations
from vintool.desk.exporters import Exported, Exporters
from vintool.desk.ledger import Ledger
from vintool.desk.licence_terms import Shipment
from vintool.desk.licences import NO_MATCH, Match, is_number, shape
from vintool.desk.lists import YEARS
from vintool.desk.reviews import Reviews
from vintool.registry.assembly import built_in_rows
from vintool.registry.brands import may_share_wmi
from vintool.screening.evidence import Remark, remark
from vintool.screening.facts import VinFacts
from vintool.screening.regimes import load_regime

_CHINA = "CN"
#: Rows that are held against the lists of exporters and licences.
HELD_VERDICTS = {Verdict.CONTROLLED, Verdict.REVIEW}


@dataclass(frozen=True)
class Desk:
    """The lists that a user has brought along; null where there is none.

    Attributes:
        by_number: whether any sheet of the run has a column of licences: then a row without one names none.
    """

    exporters: Exporters | None = None
    ledger: Ledger | None = None
    confirmations: Confirmations | None = None
    reviews: Reviews | None = None
    notes: tuple[str, ...] = ()
    catalogue: Catalogue | None = None
    by_number: bool = False


def brands_of_vehicle(vin: VinFacts | None, declared: tuple[Meaning, ...]) -> tuple[str, ...]:
    """The brands that a vehicle can be of: those of its WMI, or the declared one among them.

    A declared brand that the WMI does not name stands beside the others only where nothing is
    encoded; what contradicts the VIN is a contradiction of the row.
    """
    by_vin = vin.brands if vin else ()
    by_make = tuple(brand for make in declared if make.field == "make" for brand in make.brands)
    both = tuple(brand for brand in by_make if brand in by_vin)
    shared = tuple(brand for brand in by_make if any(may_share_wmi(brand, one) for one in by_vin))
    return both or shared or by_vin or by_make


def exported(regime: str, vin: VinFacts | None, declared: tuple[Meaning, ...]) -> Exported:
    """What the list of exporters is asked about a vehicle that a regime holds.

    That it was built abroad takes two facts: the country of its WMI, under which no vehicle built in China is known, and
    the declared origin.
    """
    wmi = vin.wmi if vin else ""
    maker = registry.maker(wmi) if wmi else None
    built_abroad = (
        maker is not None
        and maker.country != _CHINA
        and not any(row.country == _CHINA for row in built_in_rows(wmi))
    )
    origins = origins_declared(declared)
    return Exported(
        brands_of_vehicle(vin, declared),
        wmi,
        frozenset(entry.kind for entry in declared if entry.kind) - {"low_speed"},
        contract_works="project" in trade_modes(declared),
        foreign_built=built_abroad and bool(origins) and _CHINA not in origins,
        used=load_regime(regime).condition == "used",
    )


def exporter(
    desk: Desk, code: str, name: str, vehicle: Exported, on: date | None
) -> tuple[Remark, ...]:
    """What the list of exporters says of a row."""
    return () if desk.exporters is None else desk.exporters.judge(code, name, vehicle, on)


def day_for_exporters(desk: Desk, on: date | None) -> date | None:
    """The canonical day of the list of exporters, see ``lists.Validities``."""
    return None if desk.exporters is None else desk.exporters.validities.canonical_day(on)


def day_for_licences(desk: Desk, number: str | None, on: date | None) -> date | None:
    """The canonical day of the licences that a row may use, likewise."""
    if desk.ledger is not None:
        return desk.ledger.licences.canonical_day(number, on)
    return YEARS.canonical_day(on)


def licence(desk: Desk, verdict: Verdict, number: str | None, shipment: Shipment) -> Match:
    """The licences for a row; without a list only whether it names one.

    That none is named is a remark where one is needed; a row in review waits for its verdict.
    """
    unnamed = number is None or not is_number(number)
    if unnamed and verdict is not Verdict.CONTROLLED:
        return NO_MATCH
    if desk.ledger is not None:
        return desk.ledger.licences.match(number, shipment)
    if number is None:
        return NO_MATCH
    if unnamed:
        return Match((), (), (remark(Reason.LICENCE_MISSING, "the row names none", "the row"),))
    return Match((), (), shape(number, shipment.on))
