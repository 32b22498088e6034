"""Filings with NHTSA that stand against the maker's other filings of the same model: never evidence by themselves.

``vpic.outliers.csv`` lists them by hand, each with its reason; ``vintool.powertrain.against_itself`` finds
what to look at.
"""

from functools import cache
from typing import NamedTuple

from vintool.codes import Powertrain
from vintool.errors import DataError
from vintool.registry.rows import read_rows

FILE = "vpic.outliers.csv"
COLUMNS = (
    *("make", "model", "year_from", "year_to"),
    *("filed", "others", "answer", "reason", "source"),
)


class Outlier(NamedTuple):
    """What a maker filed of a model in some years, and what all its other filings say.

    ``answer`` is what holds instead, where a source says so; None where it cannot be told.
    """

    make: str
    model: str
    first: int
    last: int
    filed: Powertrain
    others: Powertrain
    answer: Powertrain | None
    reason: str
    source: str


@cache
def outliers() -> dict[tuple[str, str], tuple[Outlier, ...]]:
    """All of them, by make and model as vPIC writes them.

    Raises:
        DataError: a row is not sound.
    """
    rows: dict[tuple[str, str], tuple[Outlier, ...]] = {}
    for make, model, first, last, filed, others, answer, reason, source in read_rows(FILE, COLUMNS):
        where = f"wmi_data/{FILE}, {make} {model} {first}"
        try:
            row = Outlier(
                *(make, model, int(first), int(last), Powertrain(filed), Powertrain(others)),
                Powertrain(answer) if answer else None,
                reason,
                source,
            )
        except ValueError as error:
            raise DataError(f"{where}: {error}") from None
        if not reason or not source or row.first > row.last or row.filed is row.others:
            raise DataError(
                f"{where}: no reason, no source, years backwards, or nothing against it"
            )
        rows[make, model] = (*rows.get((make, model), ()), row)
    return rows


def outlier(make: str, model: str, year: int, filed: Powertrain) -> Outlier | None:
    """The row of a filing; None if nothing stands against it.

    >>> outlier("Toyota", "Mirai", 2023, Powertrain.BEV).others
    <Powertrain.FCEV: 'FCEV'>
    """
    for row in outliers().get((make, model), ()):
        if row.first <= year <= row.last and row.filed is filed:
            return row
    return None
