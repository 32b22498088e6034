"""Text -> the fields of a vehicle, or of a check, by their names: what ``decode`` and ``check`` give as models.

The terminal takes these as they are: pydantic loads for longer than a VIN takes to decode.
"""

from typing import Any

from vintool import vpic
from vintool.codes import CheckDigit, Market, Problem, Weight
from vintool.decoding.fields import FIELDS
from vintool.decoding.identity import (
    Identity,
    identify,
    read_cell,
    trailing_digits,
    vin_problems,
)
from vintool.decoding.imports import as_import, import_status
from vintool.decoding.profile import Profile, profile
from vintool.decoding.suggestions import suggestions
from vintool.registry.model_years import LAST, reads_12
from vintool.vin import PartialVin, Vin, calc_check_digit
from vintool.vin.check_digit import position_9
from vintool.vin.cleanup import is_plain
from vintool.vin.positions import UNKNOWN_CHARACTER, before_serial


def vehicle_fields(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
) -> dict[str, Any]:
    """Everything that a VIN tells, by the fields of ``model.Vehicle`` and in their order.

    Takes and raises what ``decode`` does.

    >>> vehicle_fields("5YJ3E1EAXHF000316")["brand"].value
    'Tesla'
    """
    number = vin_of(vin)
    digits = trailing_digits(number)
    return fields_of(number, check_digit_of(number), digits, model_year, market, latest_model_year)


def vin_of(text: str) -> Vin | PartialVin:
    """A text as a VIN, or as what is known of one.

    Raises:
        InvalidVin: it is neither.
    """
    if isinstance(text, Vin | PartialVin):
        return text
    if is_plain(text):
        return Vin.trusted(text)
    reading = read_cell(text)
    if reading.known:
        return PartialVin.trusted(reading.known)
    if reading.problem is not None:
        from vintool.vin.errors import invalid  # noqa: PLC0415 - see there

        raise invalid(reading.problem)
    return Vin.trusted(reading.text)


def check_digit_of(number: Vin | PartialVin) -> CheckDigit:
    """Whether position 9 agrees with the other positions; of a part of a VIN it is not known to."""
    return position_9(number) if isinstance(number, Vin) else CheckDigit.FAILS


def own_fields(number: Vin | PartialVin) -> dict[str, str]:
    """The fields in which VINs of one descriptor differ, if position 9 says the same."""
    return {"vin": number, "vds": number.vds, "vis": number.vis, "serial": number.serial}


def sample_of(number: Vin | PartialVin) -> Vin | PartialVin:
    """The VIN with zeros where no rule reads it, a part with ``*``: other fields than ``own_fields`` are as of this one.

    >>> sample_of(Vin("LRW3E7FA1LC004711")), sample_of(PartialVin("LRW3E7FA1LC***711"))
    ('LRW3E7FA0LC000000', 'LRW3E7FA*LC******')
    """
    registration = vpic.registration(number.wmi)
    last = before_serial(number)
    if registration is not None and registration.reads_to > last:
        last = registration.reads_to
    if last < LAST and number[:3] in reads_12():
        last = LAST
    if isinstance(number, Vin):
        return Vin.trusted(f"{number[:8]}0{number[9:last]:0<8}")
    read = f"{number[:8]}{UNKNOWN_CHARACTER}{number[9:last]}"
    return PartialVin.trusted(read.ljust(17, UNKNOWN_CHARACTER))


def fields_of(  # noqa: PLR0913, PLR0917 - what decides
    number: Vin | PartialVin,
    check_digit: CheckDigit,
    digits: int,
    given_year: int | None,
    market: Market | str | None,
    latest: int | None,
) -> dict[str, Any]:
    """The fields of a vehicle.

    Args:
        number: the VIN, or another one of its descriptor; position 9 is not read.
        check_digit: as ``check_digit_of`` tells it.
        digits: how many of positions 13-17, counted from the end, are digits.
        given_year: the model year, where it is known otherwise.
        market: whose VIN rules apply, where the WMI should not decide.
        latest: the latest model year that there can be.
    """
    vin_profile = profile(
        number, check_digit, latest, Market(market) if market else None, given_year
    )
    status = CheckDigit.CANNOT_TELL
    problems: tuple[Problem, ...] = (Problem.PARTIAL,)
    if isinstance(number, Vin):
        status = import_status(check_digit, vin_profile.market, vin_profile.tie)
        problems = vin_problems(number, vin_profile.market, status, digits)
    return profile_fields(number, vin_profile, status, problems)


def profile_fields(
    number: Vin | PartialVin,
    vin_profile: Profile,
    status: CheckDigit,
    problems: tuple[Problem, ...],
) -> dict[str, Any]:
    """The fields of a vehicle whose profile is there already.

    Args:
        number: its VIN.
        vin_profile: its profile.
        status: of the check digit.
        problems: of the VIN.
    """
    beside_profile = {
        **own_fields(number),
        "wmi": number.wmi,
        "descriptor": number.descriptor,
        "plant_code": number.plant_code,
        "check_digit": status,
        "problems": problems,
    }
    return {
        name: beside_profile[name] if field.value is None else field.of(vin_profile)
        for name, field in FIELDS.items()
    }


def check_fields(text: str, market: Market | str | None = None) -> dict[str, Any]:
    """Whether a text is a well-formed VIN, by the fields of ``model.Check``.

    Takes and raises what ``check`` does.
    """
    return identity_fields(text, as_import(identify(text, Market(market) if market else None)))


def identity_fields(text: str, identity: Identity) -> dict[str, Any]:
    """The same of a text whose identity is there already."""
    used = identity.status in {CheckDigit.HOLDS, CheckDigit.FAILS}
    return {
        "text": text,
        "vin": identity.vin,
        "market": identity.market,
        "check_digit": identity.status,
        "expected_check_digit": calc_check_digit(identity.vin) if used and identity.vin else None,
        "problems": identity.problems,
        "suggestions": suggestions(identity),
    }


def sound(problems: tuple[Problem, ...]) -> bool:
    """Whether a text with these problems is a VIN that breaks no rule; a clean-up is no fault."""
    return all(problem.weight is Weight.NOTE for problem in problems)
