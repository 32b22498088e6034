"""What is known of one row when it is judged: from the VIN, and from what the manifest declares.

``Facts`` is the short key that ``decision.decide`` reads; a column is decided once per distinct one.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from vintool import registry
from vintool.codes import Basis, CheckDigit, Market, Powertrain, Problem, Reason, Weight
from vintool.declaration import headers, lexicon
from vintool.declaration.days import read_days
from vintool.declaration.lexicon import Meaning
from vintool.decoding.identity import Identity, market
from vintool.decoding.profile import Profile, profile
from vintool.decoding.records import check_digit_of, sample_of
from vintool.powertrain import (
    SAME_VALUE,
    UNKNOWN,
    Classification,
    classify,
    misread,
    one_character_away,
)
from vintool.registry.electric_wmis import (
    ElectricWmi,
    builds_electric,
    builds_electric_in_china,
)
from vintool.registry.reference import by_reference
from vintool.vin import PartialVin, Vin
from vintool.vin.cleanup import Reading, is_frame_number, read

_SHORTEST_START = 8  # characters of a VIN
SHORTEST_CHASSIS = 4  # figures: less is a row number, a dash or a word
#: Kinds that heading 8703 holds.
CARS = {"car", "suv", "quadricycle"}
_SPREADSHEET_FIGURE = re.compile(r"^(\d+)\.0+$")
_NO_VIN = re.compile(
    r"[无無没沒](?:有)?(?:VIN)?(?:车架号?|車架號?|车辆识别代[号码]|码)?|NONE|NIL|(?:NO|WITHOUT|SIN|OHNE|SANS|SEM|БЕЗ)VIN(?:CODE|NO|NUMBER)?|НЕТVIN"
)
_VIN_LENGTH = 17
_NUMBER = re.compile(r"[A-Z]{0,2}\d{10,16}")
_NUMBER_SIGN = re.compile(r"^NO\.?(?=\d)")


class VinFacts(NamedTuple):
    """What the VIN contributes to the verdict.

    Attributes:
        status: of the check digit.
        problems: those that weigh.
        wmi: empty where no VIN can be read.
        kinds: of vehicle, that the maker builds under its WMI, or as its series if the VIN is of one.
        register: whether an official register of its own market gives the WMI to ``kinds``.
        brands: those that the VIN can be of.
        model_year: where it is encoded; an assumed one is no evidence.
        classification: the powertrain, with the rules that tell it.
        near_electric: whether one wrong character that goes unnoticed, or two that look alike, would make
            it an electric vehicle's.
        near_other: the same of a vehicle that is not electric.
        electric_wmi: a WMI under which the maker is known to build pure electric cars: this one, or in China one of the
            same brand.
        instead: what stands in place of a VIN: ``nothing``, ``none`` in words, a ``number``, or what may be a number or the rest
            of a VIN, ``unclear``; empty of a VIN and of what begins like one.
    """

    status: CheckDigit
    problems: frozenset[Problem]
    wmi: str
    kinds: tuple[str, ...]
    register: bool
    brands: tuple[str, ...]
    model_year: int | None
    classification: Classification
    near_electric: bool
    near_other: bool
    electric_wmi: ElectricWmi | None = None
    instead: str = ""


class Facts(NamedTuple):
    """All that ``decide`` reads.

    Attributes:
        in_force: whether the regime is, on the declaration date; None where that cannot be read.
        year: of the declaration date, likewise.
        declared: what the entries of the row mean.
        vin: what the VIN contributes.
        registered: the year of first registration, if one stands on the row that does not lie after
            the declaration.
        chassis_differs: whether the chassis number is not that of the VIN.
        date_doubt: what speaks against relying on the declaration date.
    """

    in_force: bool | None
    year: int | None
    declared: tuple[Meaning, ...]
    vin: VinFacts
    registered: int | None = None
    chassis_differs: bool = False
    date_doubt: Reason | None = None


def profile_of(identity: Identity) -> Profile | None:
    """What the VIN of a text tells, or a part of one; None if neither can be read."""
    if identity.part is not None:
        return profile_of_part(identity.part, identity.market)
    if identity.vin is None:
        return None
    return profile(identity.vin, identity.position_9, vin_market=identity.market)


def profile_of_part(part: PartialVin, vin_market: Market | None = None) -> Profile:
    """What a part of a VIN tells; that of parts which ``records.sample_of`` does not tell apart is one."""
    return _of_sample(sample_of(part), vin_market or market(part, part.wmi))


@by_reference(1 << 14)
def _of_sample(part: Vin | PartialVin, vin_market: Market) -> Profile:
    return profile(part, check_digit_of(part), vin_market=vin_market)


def vin_facts(
    profile: Profile, problems: tuple[Problem, ...], status: CheckDigit, descriptor: str
) -> VinFacts:
    """What a well-formed VIN contributes.

    Args:
        profile: of the VIN.
        problems: of the VIN; notes among them do not weigh.
        status: of the check digit.
        descriptor: positions 1-8, 10 and 11.
    """
    electric = profile.classification.powertrain is Powertrain.BEV
    unnoticed = status is CheckDigit.HOLDS
    maker = profile.maker
    return VinFacts(
        status=status,
        problems=weighing(problems),
        wmi=profile.wmi,
        kinds=(profile.series.kind,) if profile.series else maker.kinds if maker else (),
        register=maker is not None
        and maker.confidence == "high"
        and profile.market is Market.US
        and not near_a_car(profile.wmi),
        brands=_brands(profile),
        model_year=_encoded_year(profile),
        classification=profile.classification,
        near_electric=not electric
        and (
            one_character_away(descriptor, electric=True, unnoticed=unnoticed)
            or (unnoticed and misread(descriptor, electric=True))
            or profile.near_electric
        ),
        near_other=electric
        and (
            one_character_away(descriptor, electric=False, unnoticed=unnoticed)
            or (unnoticed and misread(descriptor, electric=False))
        ),
        electric_wmi=_electric_wmi(profile),
    )


def text_facts(identity: Identity, profile: Profile | None) -> VinFacts:
    """What a text contributes: its VIN, of which ``profile`` is the profile, or what can be read of it."""
    if identity.vin is None or profile is None:
        return unreadable_vin_facts(identity.reading, profile)
    return vin_facts(profile, identity.problems, identity.status, identity.vin.descriptor)


def unreadable_vin_facts(reading: Reading, profile: Profile | None = None) -> VinFacts:
    """What a text contributes that is no well-formed VIN: an electric start of it still counts.

    Args:
        reading: of the text.
        profile: of the part of a VIN that is known. Its kinds are left out: they could only take a vehicle out.
    """
    starts = [text[:8] for text in (reading.vins or (reading.text,))]
    classes = [classify(start + "??") for start in starts if len(start) == 8]
    electric = (one for one in classes if one.powertrain is Powertrain.BEV or one.opposed)
    classification = next(electric, UNKNOWN)
    if profile and profile.classification.powertrain is not None:
        classification = profile.classification
    return VinFacts(
        CheckDigit.CANNOT_TELL,
        weighing(reading.problems),
        wmi=profile.wmi if profile else "",
        kinds=(),
        register=False,
        brands=_brands(profile) if profile else (),
        model_year=_encoded_year(profile) if profile else None,
        classification=classification,
        near_electric=False,
        near_other=False,
        electric_wmi=_electric_wmi(profile) if profile else None,
        instead="" if profile or classification is not UNKNOWN else in_place_of_vin(reading),
    )


def in_place_of_vin(reading: Reading) -> str:
    """What stands in place of a VIN, see ``VinFacts.instead``.

    A number is told from the rest of a damaged VIN where it is ten figures and more behind at most two letters, and begins
    with no known WMI. One of fewer than 11 characters may be the end of a VIN.

    >>> from vintool.decoding.identity import read_cell
    >>> [in_place_of_vin(read_cell(text)) for text in ("", "无", "DZ2026031200", "E7FA1LC000001", "LGXCE4CB0R0000")]
    ['nothing', 'none', 'number', 'unclear', '']
    """
    text = reading.text
    if reading.problem is Problem.MISSING:
        return "nothing"
    if _NO_VIN.fullmatch(re.sub(r"[\W_]+", "", text)):
        return "none"
    short = reading.problem is Problem.LENGTH and not reading.known and len(text) < _VIN_LENGTH
    if not short or registry.wmi_is_known(text[:3]):
        return ""
    return "number" if _NUMBER.fullmatch(text) else "unclear"


@cache
def near_a_car(wmi: str) -> bool:
    """Whether one character that the check digit cannot tell would make the WMI one of cars."""
    slips = (
        wmi[:at] + other + wmi[at + 1 :]
        for at, character in enumerate(wmi)
        for other in SAME_VALUE[character]
    )
    makers = (registry.maker(slip) for slip in slips)
    return any(maker is not None and not CARS.isdisjoint(maker.kinds) for maker in makers)


def _encoded_year(profile: Profile) -> int | None:
    """The model year where it is encoded; an assumed one is no evidence."""
    return profile.year.year if profile.year.basis is Basis.ENCODED else None


def _electric_wmi(profile: Profile) -> ElectricWmi | None:
    """Under which WMI the maker builds pure electric cars, if it is known to."""
    brands = profile.maker.brands if profile.maker and profile.market is Market.CN else ()
    known = (builds_electric(profile.wmi), *map(builds_electric_in_china, brands))
    return next(filter(None, known), None)


def _brands(profile: Profile) -> tuple[str, ...]:
    """The brands that the VIN can be of; none where the maker itself is in doubt."""
    if profile.maker is None or profile.maker.confidence == "low":
        return ()
    brand = (profile.brand.name,) if profile.brand else ()
    return tuple(dict.fromkeys((*brand, *profile.maker.brands)))


def weighing(problems: tuple[Problem, ...]) -> frozenset[Problem]:
    """The problems that are no notes."""
    return frozenset(problem for problem in problems if problem.weight is not Weight.NOTE)


def declared_meanings(
    declared: Mapping[str, object] | None, words: Iterable[Meaning | None] = ()
) -> tuple[Meaning, ...]:
    """What the entries of a row mean together; what the lexicon does not know is left out.

    Args:
        declared: field -> cell, the fields being those of the header dictionary; a verdict reads
            those of ``vintool.declaration.lexicon.fields_read``.
        words: what stands beside the VIN in its cell.

    Raises:
        ValueError: there is no such field, so that a slip in a name is not taken for silence.
    """
    cells = declared or {}
    if unknown := {name for name in cells if not headers.is_field(name)}:
        names = (headers.label(name, at) for at, name in enumerate(cells, 1) if name in unknown)
        raise ValueError(
            f"unknown declared field(s) {', '.join(sorted(names))}; known: {', '.join(headers.fields())}"
        )
    return lexicon.together(
        *(
            lexicon.meaning(field, str(cells[field]))
            for field in lexicon.fields_read(cells)
            if cells.get(field) not in {None, ""}
        ),
        *words,
    )


def chassis_differs(vin: str, text: str) -> bool:
    """Whether a chassis number is another vehicle's: neither the VIN nor the end of it, or the start of another VIN.

    A frame number of the Japanese home market, a word, a mask or a stand-in cannot be compared.

    >>> chassis_differs("LRW3E7FA1LC000001", "LC000001"), chassis_differs("LRW3E7FA1LC000001", "LC000002")
    (False, True)
    """
    plain = _SPREADSHEET_FIGURE.sub(r"\1", text.strip())
    number = _NUMBER_SIGN.sub("", read(plain).text)
    if is_frame_number(plain.upper()) or registry.frame_type(number) or not number.isalnum():
        return False
    digits = sum(map(str.isdigit, number))
    begins = digits > 0 and len(number) >= _SHORTEST_START and registry.wmi_is_known(number[:3])
    if begins and vin.startswith(number):
        return False
    return (digits >= SHORTEST_CHASSIS or begins) and not vin.endswith(number)


def registered(text: str, on: date | None) -> int | None:
    """The year of a first registration; None if it cannot be read or lies after the declaration.

    The bare number of a spreadsheet's day is none: a price can look like one.
    """
    days = read_days(text)
    if days is None or not days.is_written or on is None or days.latest > on:
        return None
    return days.latest.year
