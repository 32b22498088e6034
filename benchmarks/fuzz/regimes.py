"""Attacks on rows of several vehicles and on several regimes: what is added in favour of control never clears."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
from support import ON

import vintool
from benchmarks.fuzz.ingredients import cell, electric, must, other, slipped
from benchmarks.fuzz.rows import DECLARED, equals_scalar
from vintool.codes import PURE_ELECTRIC_REGIME, REGIMES, Verdict
from vintool.vin import calc_check_digit
from vintool.vin.ranges import last_of, vins_between

_FOR_CONTROL = {"fuel": "纯电动", "un_no": "3556", "model": "EV", "type_code": "BYD7005BEV1", "goods_name": "纯电动轿车"}  # fmt: skip
_AGAINST = {"fuel": "汽油", "hs_code": "8703234190", "displacement": "1498", "model": "Corolla 1.8"}
_BETWEEN = (" / ", ", ", "\n", " ", ";", "、", "", "+", " and ")
IN_FORCE = date(2026, 1, 1)
_NOT_OPENED = {
    "range_not_opened",
    "odd_vin",
    "quantity_of_one_vin",
    "quantity_not_read",
}  # it may be something else, such as two cars
_TO = ("~", " ~ ", " - ", " to ", "至", "～")


def _row(by: Random) -> dict[str, str]:
    chosen = by.sample(DECLARED, by.choice((0, 1, 2, 4, 8)))
    return {field: cell(field, by).encode("utf-8", "replace").decode() for field in chosen}


def regimes(by: Random, _folder: Path) -> str:
    """Of all regimes none that is in doubt is answered by another; a fact for control clears under none, nor does one against it that goes."""
    text = by.choice((electric, other, other, lambda by: slipped(other(by), by)))(by)
    row, on = _row(by), by.choice((ON, ON, date(2025, 12, 31), date(2027, 5, 1)))

    def asked(declared: Mapping[str, str], regime: str | None = None) -> Verdict:
        return vintool.screen(text, on, declared, regime).verdict

    together = vintool.screen(text, on, row)
    alone = {code: asked(row, code) for code in REGIMES}
    named = dict(one.split("=") for one in together.other_regimes if "=" in one)
    if not together.others:
        must(together.regime is not None and together.verdict is alone[together.regime], f"{together.verdict} under {together.regime}, {alone}: {text}, {row}")  # fmt: skip
        must(all(alone[code] == verdict for code, verdict in named.items()), f"{named}, {alone}: {text}, {row}")  # fmt: skip
    if alone[PURE_ELECTRIC_REGIME] is not Verdict.OUT_OF_SCOPE:
        must(together.verdict is not Verdict.OUT_OF_SCOPE, f"a doubt is answered by another regime: {text}, {row}")  # fmt: skip
    for field, fact in _FOR_CONTROL.items():
        if field not in row:
            # Before the first day of their rule electric cars are free, and all others are not.
            for regime in (
                (None, PURE_ELECTRIC_REGIME) if on >= IN_FORCE else (PURE_ELECTRIC_REGIME,)
            ):
                before, after = asked(row, regime), asked({**row, field: fact}, regime)
                must(after is not Verdict.OUT_OF_SCOPE or before is Verdict.OUT_OF_SCOPE, f"{fact} clears, {regime}: {text}, {row}")  # fmt: skip
            break
    return together.verdict.value


def several(by: Random, _folder: Path) -> str:
    """Rows of several vehicles, in a cell, in columns, from one to another: one with an electric car is not cleared."""
    rows = list[dict[str, str]]()
    held = list[list[str]]()
    for _ in range(5):
        cars = [by.choice((electric, other))(by) for _ in range(by.randint(1, 3))]
        row = {"vin": by.choice(_BETWEEN).join(cars), "vin 2": by.choice((electric, other))(by) if by.random() < 0.4 else ""}  # fmt: skip
        if by.random() < 0.3:
            first = electric(by)[:-2] + "04"
            first = first[:8] + calc_check_digit(first) + first[9:]
            end = f"{by.choice((9, 30, 4, 2)):02}"
            last = last_of(first, end) or first
            row["vin"] = first + by.choice(_TO) + by.choice((end, last))
            cars = list(vins_between(first, last) or (first,))
        row |= {field: fact for field, fact in _AGAINST.items() if by.random() < 0.6}
        if by.random() < 0.2:
            row["quantity"] = by.choice(("1", "2", "10", "1,000", "x"))
        rows.append(row)
        held.append([car for car in (*cars, row["vin 2"]) if car])
    names = sorted({field for row in rows for field in row})
    columns = {f"c {name}": [row.get(name, "") for row in rows] for name in names}
    mapping = {name: f"c {name}" for name in names if name != "vin 2"} | {"vin": ["c vin", "c vin 2"]}  # type: ignore[dict-item] # fmt: skip
    found = vintool.screen_table(pa.table(columns), ON, mapping).to_pylist()
    must(len(found) == len(rows), f"{len(rows)} rows in, {len(found)} out")
    for row, cars, answer in zip(rows, held, found, strict=True):
        named = {answer["vin"], *(one.partition("=")[0] for one in answer["vin_others"])}
        electrics = [car for car in cars if _is_electric(car)]
        must(not electrics or answer["vin_verdict"] != "out_of_scope", f"cleared: {row}")
        missing = [car for car in electrics if car not in named]
        must(
            not missing
            or row.get("quantity") == "2"
            or not _NOT_OPENED.isdisjoint(answer["vin_reasons"]),
            f"not told: {missing} of {row}, {answer['vin_reasons']}",
        )
    equals_scalar([{name: value for name, value in row.items() if name != "vin 2"} for row in rows], ON)  # fmt: skip
    return "held"


def _is_electric(car: str) -> bool:
    return vintool.screen(car, ON, None, PURE_ELECTRIC_REGIME).verdict is Verdict.CONTROLLED
