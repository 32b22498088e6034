"""Public registers of vehicles: how each calls its columns, and where it is."""

from functools import cache
from typing import NamedTuple

from vintool.errors import DataError
from vintool.registry.rows import read_rows

PRESET_COLUMNS = (
    "preset",
    "vin_column",
    "label_column",
    "date_column",
    "source_column",
    "without",
    "url",
    "note",
)


APPROVALS = "miit"
"""The preset of type approvals, which are read by ``approvals`` and need no columns by name."""


class Preset(NamedTuple):
    """A public register.

    ``without`` are WMIs that the register itself puts on vehicles: their VINs tell nothing.
    """

    code: str
    vin: str
    label: str
    date: str
    source: str
    without: tuple[str, ...]
    url: str
    note: str


@cache
def presets() -> dict[str, Preset]:
    """The registers that are known, by code.

    >>> presets()["nz"].vin, presets()["nz"].label
    ('VIN11', 'MOTIVE_POWER')
    """
    by_code = {}
    for code, vin, label, day, source, without, url, note in read_rows(
        "learn.presets.csv", PRESET_COLUMNS
    ):
        if code in by_code:
            raise DataError(f"wmi_data/learn.presets.csv: {code} stands twice")
        wmis = tuple(without.split(";")) if without else ()
        by_code[code] = Preset(code, vin, label, day, source, wmis, url, note)
    return by_code
