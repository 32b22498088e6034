"""Vin -> Vehicle: its fields as a frozen pydantic model."""

from vintool.fields import vehicle_fields
from vintool.model import Vehicle
from vintool.words import Market


def decode(
    vin: str,
    model_year: int | None = None,
    *,
    market: Market | str | None = None,
    latest_model_year: int | None = None,
) -> Vehicle:
    """Everything that a VIN tells, each fact with its basis and source.

    Args:
        vin: a ``Vin``, or a text to be read as one. Of 8 to 11 characters, and where ``*`` stands
            for some, what the known ones tell whatever the others are.
        model_year: what is known of it otherwise; taken where position 10 allows it.
        market: whose VIN rules apply, where the WMI should not decide.
        latest_model_year: the latest model year that there can be; by default one year after the
            release of the reference data. The clock is never asked.

    Raises:
        InvalidVin: the text is no VIN, nor a part of one.

    >>> vehicle = decode("5YJ3E1EAXHF000316")
    >>> vehicle.brand.value, vehicle.model.value, vehicle.model_year.value, vehicle.seats.basis.value
    ('Tesla', 'Model 3', 2017, 'assumed')
    >>> decode("5YJ3E1EA").model.value
    'Model 3'
    """
    told = vehicle_fields(vin, model_year, market=market, latest_model_year=latest_model_year)
    return Vehicle.model_validate(told, from_attributes=True)
