"""Attacks on what users bring: decisions, licences and other lists, rules of their own, labelled lists."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from support import ON
from support.manifests import put

import vintool
from benchmarks.fuzz.ingredients import (
    cell,
    electric,
    encodable,
    far,
    must,
    other,
    sentence,
    slipped,
    table,
    text,
)
from benchmarks.fuzz.rows import equals_scalar
from vintool import registry
from vintool.codes import PURE_ELECTRIC_REGIME, REGIMES, Verdict
from vintool.desk.reviews import Reviews, bound, record_entries, with_review
from vintool.errors import DataError, ManifestError, MappingError
from vintool.files.lists import open_desk, read_record, record_of
from vintool.files.run import Run
from vintool.files.screen import screen_file
from vintool.learn.job import learn_file, rules_csv
from vintool.registry.rule import ABOVE
from vintool.registry.user_rules import RULE_COLUMNS, read_evidence
from vintool.screening.decision import Decision

LATEST = date(2026, 11, 30)


def _cell(made: str) -> str:
    """What a cell of a file of text can hold."""
    return encodable(made).replace("\x00", "")


# --- Decisions -----------------------------------------------------------------------------


def _decided(by: Random, cars: Sequence[str]) -> dict[str, str]:
    """A row of a filled list of exceptions; most cells are sound."""
    car = by.choice(cars)
    line = {
        "vin_text": by.choice((car, f" {car.lower()}", "TBA")),
        "vin": by.choice((car, car, car, "")),
        "vin_regime": by.choice((PURE_ELECTRIC_REGIME,) * 9 + REGIMES),
        "vin_facts": by.choice((bound("A", car), bound("B", car), bound("A-again1", car), "FOLD")),
        "decision": by.choice(("controlled", "out_of_scope", "confirmed", "出口", "out of scope", "")),
        "decision_reason": by.choice(("seen the papers", "=1+1", "两\n行")),
        "reviewer": by.choice(("Li", "Wang")),
        "decision_date": (date(2026, 3, 1) + timedelta(days=by.randrange(60))).isoformat(),
    }  # fmt: skip
    if by.random() < 0.06:
        name = by.choice(list(line))
        line[name] = by.choice((slipped(line[name], by), cell("declaration_date", by), text(by), ""))  # fmt: skip
    return {name: _cell(value) for name, value in line.items()}


def decisions(by: Random, folder: Path) -> str:
    """Each decision is kept, counted as left aside, or refused; it clears its own vehicle on its own facts alone."""
    cars = [electric(by) for _ in range(3)]
    lines = [_decided(by, cars) for _ in range(by.randint(1, 8))]
    recorded = by.random() < 0.5
    if recorded:
        written = [json.dumps(line, ensure_ascii=False) for line in lines]
        if by.random() < 0.1:
            at = by.randrange(len(written))
            written[at] = by.choice((slipped(written[at], by), "[]", "{}", '{"vin": 5, "decision": null}', _cell(text(by))))  # fmt: skip
        path = put(folder / "decisions.jsonl", "".join(f"{line}\n" for line in written))
    else:
        path = table(folder / "filled.csv", [[*lines[0], "Remark"], *([*line.values(), "x"] for line in lines)])  # fmt: skip
    try:
        desk = open_desk(Run(path=path, decisions=(path,), on=ON))
    except (ManifestError, MappingError) as error:
        return sentence(error, place=path.name)
    given = desk.reviews
    must(given is not None, "no decisions")
    if given is None or (recorded and "".join(written) != "".join(json.dumps(line, ensure_ascii=False) for line in lines)):  # fmt: skip
        return "damaged"
    full = [line for line in lines if line["decision"].strip()]
    alike = len(full) - len({json.dumps(line) for line in full})
    must(given.undecided == len(lines) - len(full), "not all that are undecided are counted")
    kept = len(given.all) + given.without_vehicle
    must(len(full) - alike <= kept + _folded(full) and kept <= len(full), f"{len(full)} decisions, {kept} kept or counted")  # fmt: skip
    _hold(given, cars, full if recorded else [])
    _comes_back(given, folder)
    return "recorded" if recorded else "filled"


def _folded(lines: list[dict[str, str]]) -> int:
    """How many lines may be one and the same once they are read."""
    keys = {tuple(" ".join(line[name].split()) for name in ("vin_facts", "vin_regime", "decision_date", "reviewer")) for line in lines}  # fmt: skip
    return len(lines) - len(keys)


def _hold(given: Reviews, cars: list[str], recorded: list[dict[str, str]]) -> None:
    """A vehicle is cleared by a decision on it and its facts, and the last line of a record counts."""
    undecided = Decision(Verdict.REVIEW, (), (), (), None, None, None)
    for car in cars:
        for facts in (bound("A", car), bound("B", car), bound("C", car)):
            reviews = tuple(one for one in given.of(car) if one.regime == PURE_ELECTRIC_REGIME)
            found = with_review(undecided, reviews, facts).verdict
            mine = [one for one in reviews if one.facts == facts]
            must(found is not Verdict.OUT_OF_SCOPE or any(one.decision == "out_of_scope" for one in mine), "cleared by nothing")  # fmt: skip
            lines = [
                line
                for line in recorded
                if (line["vin"].strip(), line["vin_facts"], line["vin_regime"]) == (car, facts, PURE_ELECTRIC_REGIME)
            ]  # fmt: skip
            if lines and mine:
                must(mine[0].day.isoformat() == lines[-1]["decision_date"] or not _plain(lines[-1]), "the last line of the record does not count")  # fmt: skip
    stranger = with_review(undecided, given.of("LRW3E7FA1LC000001"), bound("A", "LRW3E7FA1LC000001"))  # fmt: skip
    must(stranger.verdict is Verdict.REVIEW, "a decision on another vehicle counts")


def _plain(line: dict[str, str]) -> bool:
    return len(line["decision_date"]) == 10 and line["decision_date"][:2] == "20"


def _comes_back(given: Reviews, folder: Path) -> None:
    """What is written as the record is read as the same decisions."""
    path = put(folder / "again.jsonl", record_of(given))
    again = Reviews(record_entries(path.name, read_record(path)), [PURE_ELECTRIC_REGIME], LATEST)
    want = {json.dumps(one.as_record(), sort_keys=True) for one in given.all}
    got = {json.dumps(one.as_record(), sort_keys=True) for one in again.all}
    must(want == got, f"the record comes back otherwise: {sorted(want ^ got)[:2]}")


# --- Licences, enterprises, confirmations --------------------------------------------------


def licences(by: Random, folder: Path) -> str:
    """Lists with strange cells: refused by their place, or each row counts; no licence is drawn beyond what it holds."""
    numbers = [f"26-AA-{by.randrange(3):06}" for _ in range(by.randint(1, 4))]
    head = ["许可证号", "数量", "有效期至", "目的国", "Exporter", "HS code"]
    rows = [
        [number, str(by.randint(0, 4)), by.choice(("2026-12-31", "31/12/2026", "", "2025-12-31")), by.choice(("德国", "")), "", by.choice(("", "8703801090"))]
        for number in numbers
    ]  # fmt: skip
    if by.random() < 0.4:
        row = by.choice(rows)
        at = by.randrange(len(row))
        row[at] = _cell(by.choice((slipped(row[at], by), text(by), "１０", "1,000", "2.5", "-1", "1e3", "9" * 30, "٣")))  # fmt: skip
    which = by.choice(("licences", "licences", "exporters", "confirmations"))
    country = "Germany" if by.random() < 0.97 else _cell(far(by))
    path = table(folder / "list.csv", [head, *rows])
    if which == "exporters":
        path = table(folder / "list.csv", [("企业名称", "品牌", "valid from", "valid until"), *((_cell(text(by)), cell("make", by), row[2], row[2]) for row in rows)])  # fmt: skip
    if which == "confirmations":
        path = table(folder / "list.csv", [("VIN", "letter"), *((_cell(by.choice((electric(by), text(by), slipped(electric(by), by)))), "1") for _ in rows)])  # fmt: skip
    manifest = table(folder / "m.csv", [("VIN", "许可证号", "运抵国", "exporter"), *((electric(by), by.choice(numbers), country, _cell(text(by, 3))) for _ in range(6))])  # fmt: skip
    try:
        summary = screen_file(manifest, ON, **{which: path})
    except (ManifestError, MappingError) as error:
        return sentence(error)
    must(summary.rows_out == 6, "rows were lost")
    for line in summary.licences:
        must(line.quantity is None or line.drawn <= line.quantity, f"drawn beyond its quantity: {line}")  # fmt: skip
        must(line.left is None or line.quantity is None or line.left == line.quantity - line.drawn - line.counted_before, f"does not add up: {line}")  # fmt: skip
    if which == "licences":
        must(sum(bool(line.place) for line in summary.licences) == len(rows), "a licence was passed over")  # fmt: skip
    return which


# --- Rules ---------------------------------------------------------------------------------


def _rule(by: Random, car: str) -> list[str]:
    """A row of a user's rules about the start of a VIN; most are sound, and wrong."""
    vds = "".join(by.choice((sign, sign, "*", f"[{sign}A]")) for sign in car[3:8])
    row = {
        "wmi": car[:3], "vds": vds, "year_codes": by.choice(("", car[9], "RST")), "plant_codes": by.choice(("", car[10])),
        "powertrain": by.choice(("ICE", "PHEV", "NOT_BEV", "BEV", "EREV")), "kind": by.choice(("", "car", "truck")),
        "vehicles": by.choice(("", "5", "99999999")), "sources": by.choice(("", "9")), "grade": by.choice(("", "A", "B", "C")), "source": "our desk",
        "note": by.choice(("", "=1", text(by, 3))),
    }  # fmt: skip
    if by.random() < 0.15:
        name = by.choice(list(row))
        row[name] = by.choice((slipped(row[name], by), text(by, 3), "", "[", "[]", "*" * 99))
    return [_cell(row.get(column, "")) for column in RULE_COLUMNS]


def _nothing_cleared(cars: list[str]) -> None:
    """Controlled cars are not cleared by the rules in use, and columns equal the scalar path."""
    for car in cars:
        must(vintool.screen(car, ON).verdict is not Verdict.OUT_OF_SCOPE, f"{car} is cleared by a rule of the user's")  # fmt: skip
    equals_scalar([{"vin": car, "fuel": "汽油"} for car in cars], ON)


def rules(by: Random, folder: Path) -> str:
    """A user's rules: refused by line, or heard; they clear no car that packaged evidence tells is electric."""
    cars = [electric(by) for _ in range(3)]
    head = list(RULE_COLUMNS) if by.random() < 0.95 else [slipped(name, by) if by.random() < 0.2 else name for name in RULE_COLUMNS]  # fmt: skip
    path = table(folder / "own.csv", [head, *(_rule(by, by.choice((*cars, other(by)))) for _ in range(by.randint(1, 4)))])  # fmt: skip
    if by.random() < 0.03:
        path.write_bytes(path.read_bytes()[: by.randrange(200)] + by.choice((b"", b"\xff", b'"', b"\0")))  # fmt: skip
    above = by.random() < 0.6
    try:
        registry.use_evidence([path] if above else (), () if above else [path])
    except DataError as error:
        said = str(error)
        must("\n" not in said and path.name in said, f"no sentence: {said!r}")
        return "refused"
    try:
        _nothing_cleared(cars)
    finally:
        registry.use_evidence()
    return "above" if above else "below"


def learn(by: Random, folder: Path) -> str:
    """A labelled list, perhaps wrongly labelled: one vehicle is one witness, and its rules are read back and clear nothing."""
    car = electric(by)
    cars = [f"{car[:11]}{by.randrange(10**6):06}" for _ in range(by.choice((1, 3, 20)))]
    label = by.choice(("ICE", "汽油", "petrol", "BEV", "PHEV"))
    rows = [
        (by.choice(cars), label if by.random() < 0.95 else _cell(cell("fuel", by)), f"office {by.randrange(9)}", by.choice(("2026-01-05", "2025", _cell(text(by, 2)))))
        for _ in range(by.choice((3, 30, 60)))
    ]  # fmt: skip
    path = table(folder / "labelled.csv", [("VIN", "Fuel", "Source", "Date"), *rows])
    try:
        lesson = learn_file(path)
    except (ManifestError, MappingError) as error:
        return sentence(error, place=path.name)
    vehicles = len({row[0] for row in rows})
    must(all(rule.vehicles <= vehicles for rule in lesson.mined.rules), "a vehicle counts twice")
    must(vehicles > 1 or all(rule.grade == "C" for rule in lesson.mined.rules), "one vehicle, and a grade")  # fmt: skip
    own = put(folder / "own.csv", rules_csv(lesson.mined, _cell(text(by))) if by.random() < 0.3 else rules_csv(lesson.mined, "my list"))  # fmt: skip
    try:
        read = list(read_evidence(own, ABOVE))
        must(len(read) == len(lesson.mined.rules), "rules are lost when they are read back")
        registry.use_evidence([own])
        _nothing_cleared([car])
    except DataError as error:
        must("no source" in str(error), f"what was learned is refused: {error}")
        return "refused"
    finally:
        registry.use_evidence()
    return f"{min(len(read), 3)}-rules"
