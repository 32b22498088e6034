"""wmi_data -> tables: read strictly, each fact with its source."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files


class DataError(ValueError):
    """A reference table is not what its reader expects: a defect of the data, never of the input."""


def read_text(name: str) -> str:
    """The whole text of one file of ``wmi_data``."""
    return files("wmi_data").joinpath(*name.split("/")).read_text(encoding="utf-8")


def read_rows(name: str, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The rows of one table, in the order of the file.

    Args:
        name: file name within ``wmi_data``, such as ``"countries.csv"``.
        columns: the header that the file must have, in this order.

    Raises:
        DataError: the header differs, or a row has another number of cells.
    """
    reader = csv.reader(read_text(name).splitlines())
    header = tuple(next(reader, ()))
    if header != columns:
        raise DataError(f"wmi_data/{name}: columns are {header}, expected {columns}")
    for row in reader:
        if len(row) != len(columns):
            raise DataError(f"wmi_data/{name}, line {reader.line_num}: {len(row)} cells, expected {len(columns)}")
        yield tuple(row)


__all__ = ["DataError", "cache", "read_rows", "read_text"]
