"""Attacks on rows and columns: declared fields under every regime, rows whose truth is controlled, types of Arrow."""

import datetime as dt
import decimal
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from support import ON

import vintool
from benchmarks.faults import TRUTHS, false_clears
from benchmarks.fuzz.ingredients import cell, electric, far, must, other, sentence, slipped, text
from vintool.codes import REGIMES
from vintool.columns import screen_batches
from vintool.declaration.headers import fields as fields_of_headers
from vintool.declaration.lexicon import FIELDS
from vintool.errors import MappingError
from vintool.screening.dates import DATES

DECLARED = (*FIELDS, *DATES, "registration_date", "chassis_no", "container_no", "vessel_imo", "exporter_code")  # fmt: skip
_OF_EARLIER_ROWS = "duplicate_vin"
# What the desk asks of licences stands above the scalar path.
_FIELDS = sorted({*fields_of_headers(), *DECLARED} - {"licence_no"})


def equals_scalar(
    rows: Sequence[dict[str, str]], on: date | None, regime: str | None = None
) -> None:
    """The columns say of every row what the scalar path says of it."""
    fields = sorted({field for row in rows for field in row})
    columns = {
        f"c {field}": pa.array([_utf8(row.get(field)) for row in rows], pa.string())
        for field in fields
    }
    mapping = {field: f"c {field}" for field in fields}
    batches = pa.table(columns).to_batches()
    found = [row for batch in screen_batches(batches, on, mapping, regime) for row in batch.to_pylist()]  # fmt: skip
    must(len(found) == len(rows), f"{len(rows)} rows in, {len(found)} out")
    for number, (row, answer) in enumerate(zip(rows, found, strict=True), 1):
        must(answer["vin_row"] == number, "rows out of order")
        if any(item.startswith(_OF_EARLIER_ROWS) for item in answer["vin_evidence"]):
            continue
        # A column of dates that is there and empty on a row is not one that is not there.
        declared = {name: _utf8(row.get(name)) or "" for name in fields if name != "vin"}
        one = vintool.screen(_utf8(row["vin"]) or "", on, declared, regime)
        for name, bulk, scalar in (
            ("verdict", answer["vin_verdict"], one.verdict.value),
            ("reasons", answer["vin_reasons"], [reason.value for reason in one.reasons]),
            ("evidence", answer["vin_evidence"], [str(item) for item in one.evidence]),
            ("regimes", answer["vin_other_regimes"], list(one.other_regimes)),
        ):
            must(
                bulk == scalar, f"{name} of {str(row)[:999]}, on {on}, {regime}: {bulk} != {scalar}"
            )


def _utf8(made: str | None) -> str | None:
    """What a column can hold: no lone surrogates."""
    return made.encode("utf-8", "replace").decode() if made is not None else None


def fields(by: Random, _folder: Path) -> str:
    """Declared cells of every kind, under every regime: columns equal the scalar path."""
    if by.random() < 0.02:
        field = by.choice(_FIELDS)
        equals_scalar([{"vin": electric(by), field: far(by)[:20_000]}], ON)
        return "far"
    rows = []
    chosen = by.sample(DECLARED, by.choice((1, 2, 4, 8, len(DECLARED))))
    for _ in range(8):
        car = by.choice((electric, other))(by)
        row = {"vin": slipped(car, by) if by.random() < 0.2 else car}
        rows.append(row | {field: cell(field, by) for field in chosen if by.random() < 0.7})
    day = by.choice((None, ON, date(2025, 12, 31), date(2026, 1, 1), date(2027, 5, 1)))
    has_day = any("declaration_date" in row or "export_date" in row for row in rows)
    equals_scalar(rows, day if has_day else day or ON, by.choice((None, *REGIMES)))
    return "held"


def truth(by: Random, _folder: Path) -> str:
    """Cars of 2026 that need a licence, with one fault each: none is cleared, and no row lost."""
    cleared = list(false_clears(50, by.randrange(10**9), 1, 1, by.choice(list(TRUTHS))))
    must(not cleared, f"cleared: {cleared[:1]}")
    return "held"


# --- Types of Arrow ------------------------------------------------------------------------


def _column(by: Random, size: int, deep: int = 2) -> pa.Array:
    """A column of any type."""
    if deep and by.random() < 0.4:
        inner = _column(by, size, deep - 1)
        return by.choice(_NESTED)(inner, size)
    kind, value = by.choice(_TYPES)
    values = [None if by.random() < 0.2 else value(by) for _ in range(size)]
    return pa.array(values, kind)


_TYPES: tuple[tuple[pa.DataType, Any], ...] = (
    (pa.string(), lambda by: _utf8(text(by, 4))),
    (pa.large_string(), electric),
    (pa.string_view(), electric),
    (pa.binary(), lambda by: by.randbytes(by.randrange(20))),
    (pa.binary(), lambda by: electric(by).encode()),
    (pa.binary(17), lambda by: electric(by).encode()),
    (pa.binary_view(), lambda by: electric(by).encode("utf-16")),
    *((kind, lambda by: by.randrange(100)) for kind in (pa.int8(), pa.uint64(), pa.int32(), pa.time32("s"), pa.time64("ns"))),
    *((pa.timestamp(unit, zone), lambda by: by.randrange(-(1 << 62), 1 << 62)) for unit in ("s", "ms", "ns") for zone in (None, "UTC", "Asia/Shanghai", "+05:30", "No/Where")),
    (pa.float16(), lambda by: by.random()),
    (pa.float64(), lambda by: by.choice((0.5, float("nan"), float("inf"), 46082.0, 1e300))),
    (pa.bool_(), lambda by: by.random() < 0.5),
    (pa.null(), lambda _: None),
    (pa.date32(), lambda by: dt.date(by.randint(1, 9999), 3, 1)),
    (pa.date64(), lambda by: dt.date(2026, by.randint(1, 12), 1)),
    (pa.duration("us"), lambda by: by.randrange(10**15)),
    (pa.decimal128(20, 2), lambda by: decimal.Decimal(by.randrange(10**9)) / 100),
    (pa.decimal256(60, -3), lambda by: decimal.Decimal(by.randrange(10**9)) * 1000),
    (pa.month_day_nano_interval(), lambda _: pa.MonthDayNano([1, 2, 3])),
)  # fmt: skip
_NESTED: tuple[Any, ...] = (
    lambda inner, _: inner.dictionary_encode() if pa.types.is_primitive(inner.type) or pa.types.is_string(inner.type) else inner,
    lambda inner, size: pa.ListArray.from_arrays(pa.array(range(size + 1), pa.int32()), inner),
    lambda inner, _: pa.StructArray.from_arrays([inner, inner], ["a", "a"]),
    lambda inner, size: inner if pa.types.is_nested(inner.type) or isinstance(inner, pa.ExtensionArray) else pa.RunEndEncodedArray.from_arrays(pa.array(range(1, size + 1), pa.int32()), inner),
    lambda inner, _: pa.FixedSizeListArray.from_arrays(inner, 1),
    lambda inner, size: pa.UnionArray.from_sparse(pa.array([0] * size, pa.int8()), [inner]),
    lambda inner, _: pa.ExtensionArray.from_storage(pa.opaque(inner.type, "t", "v"), inner),
    lambda inner, size: pa.chunked_array([inner.slice(0, size // 2), inner.slice(size // 2)]).combine_chunks(),
)  # fmt: skip


def arrow(by: Random, _folder: Path) -> str:
    """Tables of every type: taken, the user's columns untouched, or refused by name."""
    size = by.choice((0, 1, 5))
    names = ["VIN", *by.sample(("Fuel", "Declaration date", "x", "x", "", "vin_row", "HS Code"), 2)]
    try:
        columns = [_column(by, size) for _ in names]
        for column in columns:
            column.validate()
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return "not-made"
    if by.random() < 0.6:
        columns[0] = pa.array([electric(by) for _ in range(size)])
    table = pa.Table.from_arrays(columns, names=names)
    mapping = {"vin": "VIN"} if by.random() < 0.5 else None
    try:
        found = vintool.screen_table(table, by.choice((ON, None)), mapping)
    except (ValueError, TypeError, MappingError) as error:
        must(not isinstance(error, pa.ArrowException), f"Arrow's own error: {error}; {table.schema}")  # fmt: skip
        return sentence(error, step=False)
    must(found.num_rows == size, f"{size} rows in, {found.num_rows} out")
    must(found.column_names[:3] == names, "the user's columns have other names")
    for at in range(3):
        must(found.schema.field(at).type == columns[at].type, f"another type: {columns[at].type}")
        must(_bytes(found.column(at)) == _bytes(pa.chunked_array([columns[at]])), "other values")
    return "read"


def _bytes(column: pa.ChunkedArray) -> bytes:
    """The column as a file of Arrow has it: equal for values that Python has not, or that are not equal to themselves."""
    out = pa.BufferOutputStream()
    one = pa.table({"x": column})
    if column.num_chunks > 1:  # of some dictionaries Arrow cannot join the chunks
        one = pa.table({"x": pa.concat_arrays(column.chunks)})
    with pa.ipc.new_stream(out, one.schema) as writer:
        writer.write_table(one)
    return out.getvalue().to_pybytes()
