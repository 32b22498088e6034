"""Text -> Vehicle: the fields of the table as a frozen pydantic model."""

from typing import Any

from vintool.codes import Market
from vintool.decoding.identity import trailing_digits
from vintool.decoding.model import Vehicle
from vintool.decoding.records import check_digit_of, fields_of, own_fields, sample_of, vin_of
from vintool.registry.reference import Reference, by_call, by_reference
from vintool.vin import PartialVin, Vin
from vintool.vpic.files import rests_on


@by_call
def decode(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
    reference: Reference | None = None,  # noqa: ARG001 - ``by_call`` binds it
) -> Vehicle:
    """Everything that a VIN tells, each fact with its basis and source.

    Sources: NHTSA's vPIC, and the tables of ``wmi_data``; each fact cites its own.

    Args:
        vin: a ``Vin``, or a text to be read as one; positions are counted from 1. Of 8 to 16
            characters, and where marks stand for some (see ``vin.masks``), what the known ones tell whatever
            the others are.
        model_year: what is known of it otherwise, such as 2020; taken where position 10 allows it.
        market: whose VIN rules apply (``us``, ``cn``, ``eu``, ``iso``), where the WMI should not decide.
        latest_model_year: the latest model year that there can be; by default one year after the
            release of the reference data. The clock is never asked.
        reference: the data that the answer rests on; by default that of the process, see ``Reference``.

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
    number = vin_of(vin)
    vehicle = _of_descriptor(
        sample_of(number),
        check_digit_of(number),
        trailing_digits(number),
        model_year,
        market,
        latest_model_year,
    )
    return vehicle.model_copy(update=own_fields(number) | rests_on())


@by_reference(1 << 10)  # of 20 kB each
def _of_descriptor(sample: Vin | PartialVin, *what_decides: Any) -> Vehicle:
    """The vehicle of any VIN of a descriptor; most VINs that come one by one are of a few models."""
    return Vehicle.model_validate(fields_of(sample, *what_decides))
