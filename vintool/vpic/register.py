"""vPIC's register of WMIs: who registered one, what for, and how far its patterns read."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vintool.registry.reference import by_vpic
from vintool.vin.positions import before_serial
from vintool.vpic.files import all_rows, rows_of

_KINDS = {1: "motorcycle", 2: "car", 3: "truck", 5: "bus", 6: "trailer", 7: "suv", 9: "low_speed", 10: "incomplete", 13: "off_road"}  # fmt: skip


class WmiRegistration(NamedTuple):
    """What the register says of a WMI.

    ``reads_to`` is the last position that any pattern of the WMI reads.
    """

    wmi: str
    manufacturer: str
    makes: tuple[str, ...]
    vehicle_type: int
    light: bool
    reads_to: int

    @property
    def kind(self) -> str | None:
        """The vehicle type in the words of this package."""
        return _KINDS.get(self.vehicle_type)


@by_vpic()
def registration(wmi: str) -> WmiRegistration | None:
    """What the register says of a WMI of 3 or 6 characters; None if it is not there.

    >>> registration("5YJ").makes
    ('Tesla',)
    """
    for row in rows_of("wmi.csv", wmi):
        return _registration(row)
    return None


def all_registrations() -> Iterator[WmiRegistration]:
    """Every WMI of the register."""
    return map(_registration, all_rows("wmi.csv"))


def _registration(row: Iterable[str]) -> WmiRegistration:
    wmi, manufacturer, names, kind, light, reads_to = row
    makes = tuple(names.split("|")) if names else ()
    return WmiRegistration(wmi, manufacturer, makes, int(kind or 0), light == "yes", int(reads_to))


@by_vpic()
def far_readers() -> dict[str, int]:
    """Positions 1-3 of the WMIs whose patterns read into the serial -> the last position read."""
    reads_to: dict[str, int] = {}
    for wmi, *_, last in all_rows("wmi.csv"):
        if int(last) > before_serial(wmi):
            reads_to[wmi[:3]] = max(int(last), reads_to.get(wmi[:3], 0))
    return reads_to
