"""Text -> Vehicle: the fields of the table, plain for the terminal or as a frozen pydantic model.

The terminal takes ``vehicle_fields``: pydantic loads for longer than a VIN takes to decode.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vintool import vpic
from vintool.codes import CheckDigit, Market, Problem
from vintool.decoding.fields import FIELDS
from vintool.decoding.identity import trailing_digits, vin_problems
from vintool.decoding.profile import Profile, profile
from vintool.registry import on_new_rules
from vintool.vin import PartialVin, Vin
from vintool.vin.check_digit import position_9, status_in_market
from vintool.vin.cleanup import is_plain, read
from vintool.vin.positions import before_serial

if TYPE_CHECKING:
    from vintool.decoding.model import Vehicle


def decode(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
) -> "Vehicle":
    """Everything that a VIN tells, each fact with its basis and source.

    Sources: NHTSA's vPIC, and the tables of ``wmi_data``; each fact cites its own.

    Args:
        vin: a ``Vin``, or a text to be read as one; positions are counted from 1. Of 8 to 11
            characters, and where ``*`` stands for some, what the known ones tell whatever the others are.
        model_year: what is known of it otherwise, such as 2020; taken where position 10 allows it.
        market: whose VIN rules apply (``us``, ``cn``, ``eu``, ``iso``), where the WMI should not decide.
        latest_model_year: the latest model year that there can be; by default one year after the
            release of the reference data. The clock is never asked.

    Returns:
        A frozen ``Vehicle``. A field that the VIN does not tell is null.

    Raises:
        InvalidVin: the text is no VIN, nor a part of one.
        ValueError: there is no such market.

    >>> vehicle = decode("5YJ3E1EAXHF000316")
    >>> vehicle.brand.value, vehicle.model.value, vehicle.model_year.value, vehicle.seats.basis.value
    ('Tesla', 'Model 3', 2017, 'assumed')
    >>> vehicle.model.source.cites[:10], str(vehicle.plant)
    ('NHTSA vPIC', 'Fremont, California, US')
    >>> decode("5YJ3E1EA").model.value
    'Model 3'
    """
    number = _vin_of(vin)
    vehicle = _of_descriptor(
        _sample_of(number),
        _check_digit_of(number),
        trailing_digits(number),
        model_year,
        market,
        latest_model_year,
    )
    return vehicle.model_copy(update=_own_fields(number))


@lru_cache(maxsize=1 << 10)  # of 20 kB each
def _of_descriptor(sample: Vin | PartialVin, *what_decides: Any) -> "Vehicle":
    """The vehicle of any VIN of a descriptor; most VINs that come one by one are of a few models."""
    from vintool.decoding.model import Vehicle  # noqa: PLC0415 - start-up time

    return Vehicle.model_validate(_fields_of(sample, *what_decides))


on_new_rules(_of_descriptor.cache_clear)


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
    number = _vin_of(vin)
    digits = trailing_digits(number)
    return _fields_of(
        number, _check_digit_of(number), digits, model_year, market, latest_model_year
    )


def _vin_of(text: str) -> Vin | PartialVin:
    """A text as a VIN, or as what is known of one.

    Raises:
        InvalidVin: it is neither.
    """
    if isinstance(text, Vin | PartialVin):
        return text
    if is_plain(text):
        return Vin.trusted(text)
    reading = read(text)
    return PartialVin(text) if reading.problem else Vin.trusted(reading.text)


def _check_digit_of(number: Vin | PartialVin) -> CheckDigit:
    """Whether position 9 agrees with the other positions; of a part of a VIN it is not known to."""
    return position_9(number) if isinstance(number, Vin) else CheckDigit.FAILS


def _own_fields(number: Vin | PartialVin) -> dict[str, str]:
    """The fields in which VINs of one descriptor differ, if position 9 says the same."""
    return {"vin": number, "vds": number.vds, "vis": number.vis, "serial": number.serial}


def _sample_of(number: Vin | PartialVin) -> Vin | PartialVin:
    """The VIN with zeros where no rule reads it: other fields than ``_own_fields`` are as of this one.

    >>> _sample_of(Vin("LRW3E7FA1LC004711"))
    'LRW3E7FA0LC000000'
    """
    if not isinstance(number, Vin):
        return number
    registration = vpic.registration(number.wmi)
    last = before_serial(number)
    if registration is not None and registration.reads_to > last:
        last = registration.reads_to
    return Vin.trusted(f"{number[:8]}0{number[9:last]:0<8}")


def _fields_of(  # noqa: PLR0913, PLR0917 - what decides
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
        check_digit: as ``_check_digit_of`` tells it.
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
        status = status_in_market(check_digit, vin_profile.market)
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
        **_own_fields(number),
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
