"""Functions for the SQL of DuckDB, over vectors of Arrow."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa

from vintool.frames.functions import no_rows, one_field, screened, whole
from vintool.frames.texts import Fields, decoded, types_of, valid
from vintool.registry.reference import Reference

_TEXT, _BOOLEAN = "VARCHAR", "BOOLEAN"
_Functions = Iterable[tuple[str, Callable[..., Any], list[str], Any]]


def register(con: Any, fields: Fields, reference: Reference) -> None:
    """Register all functions, those of an earlier call away."""
    kind = pa.struct([*types_of(fields)])
    empty = screened(reference, *no_rows())

    def vehicle(vins: Any) -> pa.Array:
        answers = decoded(vins, fields, reference)
        return pa.StructArray.from_arrays([*map(whole, answers.columns)], fields=[*kind])

    functions: _Functions = [
        ("vin_is_valid", valid, [_TEXT], _BOOLEAN),
        ("vin_decode", lambda vins, names: one_field(vins, names, reference), [_TEXT] * 2, _TEXT),
        ("vin_vehicle", vehicle, [_TEXT], _type(con, kind)),
        (
            "vin_screen",
            lambda vins, day, declared: screened(reference, vins, day, declared),
            [_TEXT, "DATE", "MAP(VARCHAR, VARCHAR)"],
            _type(con, empty.type),
        ),
    ]
    for name, function, parameters, result in functions:
        with suppress(duckdb.InvalidInputException):  # there is none yet
            con.remove_function(name)
        con.create_function(
            name, function, parameters, result, type="arrow", null_handling="special"
        )


def _type(con: Any, kind: pa.DataType) -> Any:
    """The type of DuckDB that Arrow's becomes."""
    return con.from_arrow(pa.table({"x": pa.array([], kind)})).types[0]
