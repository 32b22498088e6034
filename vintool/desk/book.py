"""All lists of one run, and what they say of a row that needs a licence or a person."""

from dataclasses import dataclass
from datetime import date

from vintool.codes import Reason, Verdict
from vintool.declaration.lexicon import Meaning
from vintool.desk.confirmations import Confirmations
from vintool.desk.decisions import Decisions
from vintool.desk.exporters import Exporters
from vintool.desk.ledger import Ledger
from vintool.desk.licences import NO_MATCH, Match, Wanted, is_number, shape
from vintool.desk.lists import YEARS
from vintool.registry.brands import may_share_wmi
from vintool.screening.evidence import Remark, remark
from vintool.screening.facts import VinFacts

#: Rows that are held against the lists of exporters and licences.
ASKED = {Verdict.CONTROLLED, Verdict.REVIEW}


@dataclass(frozen=True)
class Desk:
    """The lists that a user has brought along; null where there is none."""

    exporters: Exporters | None = None
    ledger: Ledger | None = None
    confirmations: Confirmations | None = None
    decisions: Decisions | None = None
    notes: tuple[str, ...] = ()


def brands_told(vin: VinFacts | None, declared: tuple[Meaning, ...]) -> tuple[str, ...]:
    """The brands that a vehicle can be of: those of its WMI, or the declared one among them.

    A declared brand that the WMI does not name stands beside the others only where nothing is
    encoded; what contradicts the VIN is told elsewhere.
    """
    own = vin.brands if vin else ()
    said = tuple(brand for told in declared if told.field == "make" for brand in told.brands)
    both = tuple(brand for brand in said if brand in own)
    shared = tuple(brand for brand in said if any(may_share_wmi(brand, one) for one in own))
    return both or shared or own or said


def exporter(
    desk: Desk, code: str, name: str, brands: tuple[str, ...], on: date | None
) -> tuple[Remark, ...]:
    """What the list of exporters says of a row."""
    return () if desk.exporters is None else desk.exporters.judge(code, name, brands, on)


def first_alike_for_exporters(desk: Desk, on: date | None) -> date | None:
    """The first day that the list of exporters cannot tell from ``on``."""
    return None if desk.exporters is None else desk.exporters.validities.first_alike(on)


def first_alike_for_licences(desk: Desk, number: str | None, on: date | None) -> date | None:
    """The first day that the licences a row may use cannot tell from ``on``."""
    if desk.ledger is not None:
        return desk.ledger.licences.first_alike(number, on)
    return YEARS.first_alike(on)


def licence(desk: Desk, verdict: Verdict, number: str | None, wanted: Wanted) -> Match:
    """The licences for a row; without a list only whether it names one.

    That none is named is a finding where one is needed; a row in review waits for its verdict.
    """
    unnamed = number is None or not is_number(number)
    if unnamed and verdict is not Verdict.CONTROLLED:
        return NO_MATCH
    if desk.ledger is not None:
        return desk.ledger.licences.match(number, wanted)
    if number is None:
        return NO_MATCH
    if unnamed:
        return Match((), (), (remark(Reason.LICENCE_MISSING, "the cell names none", "the row"),))
    return Match((), (), shape(number, wanted.on))
