"""``statistics.csv``: the figures of the announcement, counted while the rows go by.

Each batch is grouped by Arrow, and the groups are added up. There are as many as ``_GROUPS`` at most; beyond, what
is new is counted without its exporter and model, so that no vehicle is missing, and it is said.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute

from vintool.columns.engine.categorical import as_text, without_null
from vintool.declaration.lexicon.codes import codes_in
from vintool.declaration.lexicon.prices import currency_in, read_amount
from vintool.escaping import spreadsheet_cell
from vintool.files.run import STATISTICS_CSV
from vintool.registry.places import place
from vintool.report.figures import (
    Figures,
    SpreadFigure,
    TariffFigure,
    TradeFigure,
    country_names,
)

_arrow: Any = pyarrow.compute  # its stubs know too few of the types that it takes
_GROUPS = 100_000
_OTHERS = "(others)"
_KEY = ("code", "with_vin", "exporter", "model", "country", "destination", "currency")
_SUMS = ("rows", "units", "priced", "value", "no_price", "unread")
COLUMNS = (
    *(
        "table",
        "tariff_line",
        "with_vin",
        "exporter",
        "model",
        "country",
        "destination",
        "currency",
    ),
    *("rows", "units", "units_priced", "value", "price_low", "price_mean", "price_high"),
    *("rows_without_price", "rows_unread"),
)


class _Key(NamedTuple):
    """What vehicles have in common that are counted together."""

    code: str
    with_vin: bool
    exporter: str
    model: str
    country: str
    destination: str
    currency: str


class _Sums:
    """What was counted of them."""

    __slots__ = ("high", "low", "sums")

    def __init__(self) -> None:
        self.sums: list[float] = [0] * len(_SUMS)
        self.low, self.high = float("inf"), 0.0

    def add(self, sums: Iterable[float], low: float | None, high: float | None) -> None:
        """Add the sums of ``_SUMS``, and the lowest and the highest price if there is one."""
        self.sums = [one + other for one, other in zip(self.sums, sums, strict=True)]
        self.low = min(self.low, self.low if low is None else low)
        self.high = max(self.high, self.high if high is None else high)


class Statistics:
    """The figures of the rows so far."""

    def __init__(self) -> None:
        self._groups: defaultdict[_Key, _Sums] = defaultdict(_Sums)
        self._beyond, self._without = False, 0
        self._fields: set[str] = set()

    def add(
        self, data: pa.RecordBatch, mapping: Mapping[str, str], answers: pa.RecordBatch
    ) -> None:
        """Count screened rows.

        Args:
            data: the user's columns.
            mapping: field -> column name.
            answers: those added.
        """
        if not answers.num_rows:
            return
        self._fields |= mapping.keys()
        table = _measured(_Rows(data, mapping, answers))
        of_vehicles = _arrow.or_(table["with_vin"], _arrow.not_equal(table["code"], ""))
        self._without += table.num_rows - (_arrow.sum(of_vehicles).as_py() or 0)
        table = table.filter(of_vehicles)
        names = list(_KEY)
        extremes: list[Any] = [("price", "min"), ("price", "max")]
        grouped = table.group_by(names).aggregate([*((name, "sum") for name in _SUMS), *extremes])
        columns = [*names, *(f"{name}_sum" for name in _SUMS), "price_min", "price_max"]
        for cells in zip(*(grouped[name].to_pylist() for name in columns), strict=True):
            key, (*sums, low, high) = _Key(*cells[: len(_KEY)]), cells[len(_KEY) :]
            if key not in self._groups and len(self._groups) >= _GROUPS:
                self._beyond = True
                known = key.country and key.country in country_names("en")
                key = key._replace(
                    code=key.code[:4], exporter=_OTHERS, model=_OTHERS,
                    destination="" if known else _OTHERS,
                )  # fmt: skip
            self._groups[key].add(sums, low, high)

    def figures(self) -> Figures:
        """The figures of all rows."""
        return Figures(
            tariff=tuple(self._tariff()),
            destinations=tuple(self._trades(by_model=False)),
            models=tuple(self._trades(by_model=True)),
            spreads=tuple(self._spreads()),
            notes=tuple(self._notes()),
        )

    def _together(
        self, key_of: Callable[[_Key], tuple[Any, ...]]
    ) -> list[tuple[tuple[Any, ...], _Sums]]:
        """The groups that are alike, most vehicles first."""
        groups: defaultdict[tuple[Any, ...], _Sums] = defaultdict(_Sums)
        for key, one in self._groups.items():
            groups[key_of(key)].add(one.sums, one.low, one.high)
        return sorted(groups.items(), key=lambda item: (-item[1].sums[1], item[0]))

    def _tariff(self) -> Iterable[TariffFigure]:
        for key, one in self._together(lambda key: (key.code, key.with_vin, key.currency)):
            rows, units, priced, value, no_price, unread = one.sums
            yield TariffFigure(
                code=key[0], with_vin=key[1], currency=key[2], rows=int(rows), units=int(units),
                priced=int(priced), value=round(value, 2), no_price=int(no_price), unread=int(unread),
            )  # fmt: skip

    def _trades(self, *, by_model: bool) -> Iterable[TradeFigure]:
        if not self._fields & {"exporter", "exporter_code"}:
            return
        for key, one in self._together(
            lambda key: (key.exporter, key.model if by_model else "", key.country, key.destination)
        ):
            yield TradeFigure(
                exporter=key[0], model=key[1], country=key[2], destination=key[3],
                rows=int(one.sums[0]), units=int(one.sums[1]),
            )  # fmt: skip

    def _spreads(self) -> Iterable[SpreadFigure]:
        for key, one in self._together(
            lambda key: (key.model, key.country, key.destination, key.currency)
        ):
            _, _, priced, value, _, _ = one.sums
            if priced and key[0]:
                yield SpreadFigure(
                    model=key[0], country=key[1], destination=key[2], currency=key[3],
                    units=int(priced), low=one.low, mean=round(value / priced, 2), high=one.high,
                )  # fmt: skip

    def _notes(self) -> Iterable[str]:
        if "unit_price" not in self._fields:
            yield "No column holds unit prices, so there are no values and no prices."
        if "quantity" not in self._fields:
            yield "No column holds quantities: each VIN counts as one vehicle, a row without one as one."
        if self._without:
            yield f"{self._without:,} rows with neither a VIN nor a tariff code are not counted: totals and the like."
        if self._beyond:
            yield f"There are more than {_GROUPS:,} groups: the rest is counted without its exporters and models, as '{_OTHERS}'."


class _Rows:
    """The rows of a batch, by the fields of a declaration."""

    def __init__(
        self, data: pa.RecordBatch, mapping: Mapping[str, str], answers: pa.RecordBatch
    ) -> None:
        self._data, self._mapping, self.answers = data, mapping, answers
        self.count = answers.num_rows

    def column(self, field: str) -> pa.StringArray | None:
        """The cells of a field; None if no column has it."""
        name = self._mapping.get(field)
        return None if name is None else as_text(self._data.column(name))

    def read(self, field: str, rule: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
        """What a rule reads in the cells of a field, asked once for each text; null if there is no column."""
        texts = self.column(field)
        if texts is None:
            return pa.array([None], kind).take(pa.repeat(0, self.count))
        return _each(texts, rule, kind)

    def title(self, field: str) -> str:
        """The header of the column of a field."""
        return self._mapping.get(field, "")


def _each(texts: pa.Array, rule: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """What a rule says of each text."""
    encoded = without_null(as_text(texts)).dictionary_encode()
    says = pa.array([rule((text or "").strip()) for text in encoded.dictionary.to_pylist()], kind)
    return cast("pa.Array", says.take(encoded.indices))


def _measured(rows: _Rows) -> pa.Table:
    """The rows as keys and numbers."""
    vins = _arrow.is_valid(rows.answers.column("vin"))
    stated = rows.read("quantity", bool, pa.bool_()).fill_null(fill_value=False)
    quantity = rows.read("quantity", _quantity, pa.int64())
    units = _arrow.coalesce(quantity, _vehicles(rows))
    with_price = rows.read("unit_price", bool, pa.bool_()).fill_null(fill_value=False)
    price = rows.read("unit_price", _price, pa.float64())
    unread = _arrow.or_(
        _arrow.and_(with_price, _arrow.is_null(price)),
        _arrow.and_(stated, _arrow.is_null(quantity)),
    )
    price = _arrow.if_else(unread, pa.scalar(None, pa.float64()), price)
    priced = _arrow.if_else(_arrow.is_valid(price), units, 0)
    places = _places(rows)
    return pa.table({
        "code": _text(rows.read("hs_code", _code, pa.string())),
        "with_vin": vins,
        "exporter": _text(rows.read("exporter", _some, pa.string()), rows.read("exporter_code", _some, pa.string())),
        "model": _models(rows),
        "country": _each(places, lambda text: found.country if (found := place(text)) else "", pa.string()),
        "destination": _each(places, lambda text: "" if place(text) else text, pa.string()),
        "currency": _currencies(rows),
        "rows": pa.repeat(1, rows.count),
        "units": units,
        "priced": priced,
        "value": _arrow.multiply(_arrow.fill_null(price, 0.0), priced),
        "no_price": _arrow.cast(_arrow.invert(with_price), pa.int64()),
        "unread": _arrow.cast(unread, pa.int64()),
        "price": price,
    })  # fmt: skip


def _text(*columns: pa.Array | pa.Scalar) -> pa.Array:
    """The first text of each row that there is, else an empty one."""
    return cast("pa.Array", _arrow.coalesce(*columns, pa.scalar("", pa.string())))


def _some(text: str) -> str | None:
    return text or None


def _vehicles(rows: _Rows) -> pa.Array:
    """How many vehicles a row is, by its VINs."""
    if "vin_others" not in rows.answers.schema.names:
        return pa.repeat(1, rows.count)
    others: Any = rows.answers.column("vin_others")
    if pa.types.is_dictionary(others.type):
        others = others.dictionary.take(others.indices)
    if pa.types.is_list(others.type):
        count = _arrow.fill_null(_arrow.list_value_length(others), 0)
        return cast("pa.Array", _arrow.add(count, 1).cast(pa.int64()))
    return _each(others, lambda text: 1 + len(text.split(";")) if text else 1, pa.int64())


def _code(text: str) -> str | None:
    return next(iter(codes_in(text)), None)


def _quantity(text: str) -> int | None:
    amount = read_amount(text)
    return (
        int(amount.value) if amount and 0 < amount.value < 1e6 and amount.value % 1 == 0 else None
    )


def _price(text: str) -> float | None:
    amount = read_amount(text)
    return amount.value if amount and 0 < amount.value < 1e12 else None


def _currencies(rows: _Rows) -> pa.Array:
    """The currency of the price, from its cell, the column of currencies, or the header of the prices."""
    beside = rows.read("unit_price", lambda text: currency_in(amount.rest) or None if (amount := read_amount(text)) else None, pa.string())  # fmt: skip
    column = rows.read("currency", lambda text: currency_in(text) or None, pa.string())
    return _text(
        beside, column, pa.scalar(currency_in(rows.title("unit_price")) or None, pa.string())
    )


def _models(rows: _Rows) -> pa.Array:
    """Brand and model of each row: the model by the VIN, else as the manifest writes it."""
    answers = rows.answers
    brand = _each(answers.column("vin_brand"), _some, pa.string())
    by_vin = _each(answers.column("vin_model"), _some, pa.string())
    model = _arrow.coalesce(by_vin, rows.read("model", _some, pa.string()))
    both = _arrow.binary_join_element_wise(brand, model, " ")
    return _text(both, model, brand)


def _places(rows: _Rows) -> pa.Array:
    """The destination of each row as the manifest writes it, else the port of discharge."""
    return _text(rows.read("destination", _some, pa.string()), rows.read("pod", _some, pa.string()))


def write_statistics(stage: Path, figures: Figures) -> None:
    """Write ``statistics.csv``: the four tables below each other, named in the first column."""
    with (stage / STATISTICS_CSV).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        for cells in _lines(figures):
            table.writerow(
                {
                    name: spreadsheet_cell(cell) if isinstance(cell, str) else cell
                    for name, cell in cells.items()
                }
            )


def _lines(figures: Figures) -> Iterable[dict[str, Any]]:
    for one in figures.tariff:
        yield {
            "table": "tariff_line", "tariff_line": one.code, "with_vin": "yes" if one.with_vin else "no",
            "currency": one.currency, "rows": one.rows, "units": one.units, "units_priced": one.priced,
            "value": one.value if one.priced else "", "price_mean": "" if one.mean is None else round(one.mean, 2),
            "rows_without_price": one.no_price, "rows_unread": one.unread,
        }  # fmt: skip
    for name, trades in (
        ("exporter_destination", figures.destinations),
        ("exporter_model_destination", figures.models),
    ):
        for trade in trades:
            yield {
                "table": name, "exporter": trade.exporter, "model": trade.model, **_place(trade),
                "rows": trade.rows, "units": trade.units,
            }  # fmt: skip
    for spread in figures.spreads:
        yield {
            "table": "price_spread", "model": spread.model, **_place(spread), "currency": spread.currency,
            "units_priced": spread.units, "price_low": spread.low, "price_mean": spread.mean, "price_high": spread.high,
        }  # fmt: skip


def _place(figure: TradeFigure | SpreadFigure) -> dict[str, str]:
    """The country by its code, and its name; a place that is not known as it is written."""
    name = country_names("en").get(figure.country, figure.destination)
    return {"country": figure.country, "destination": name}
