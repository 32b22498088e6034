"""Attacks on tables as people make them: headers and none, names of columns, all that is printed."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from random import Random

import xlsxwriter
from support import ON
from support.commands import run
from support.manifests import put

from benchmarks.fuzz.ingredients import (
    cell,
    electric,
    encodable,
    far,
    harmless,
    must,
    other,
    sentence,
    slipped,
    table,
    text,
)
from vintool.declaration.headers import fields, meaning
from vintool.errors import ManifestError, MappingError
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.registry.rows import read_rows

_CODES = {0, 1, 2, 3}  # how a command may end
_HINT = re.compile(r"--map (\S+=(?:\"[^\"]*\"|'[^']*'(?:\"'\"'[^']*')*))")


@cache
def _headings(field: str) -> list[str]:
    rows = read_rows("headers.csv", ("field", "header", "language", "source"))
    return [header for name, header, *_ in rows if name == field]


def _header(field: str, by: Random) -> str:
    """A heading of the dictionary for a field; or a slip of one, or anything."""
    known = _headings(field)
    made = by.choice(known) if known and by.random() < 0.8 else text(by, 4)
    return slipped(made, by) if by.random() < 0.1 else made


def _maker(by: Random, marks: bool) -> list[str]:  # noqa: FBT001 - one of two ways
    """VINs of one maker as lists have them, some damaged; each a text of its own, no two the same."""
    start = electric(by)[:11]
    damage = by.choice((0, 0, 0.1, 0.5, 1))
    made = dict[str, None]()
    for number in range(by.randint(1, 25)):
        car = f"{start}{by.choice((1, 7)) * 100_000 + number:06}" if by.random() < 0.8 else other(by)  # fmt: skip
        if by.random() < damage:
            car = by.choice((
                lambda c: slipped(c, by), lambda c: c[:-1], lambda c: c + "0", lambda c: c.replace("1", "I"), lambda c: c.lower(),
                lambda c: f"{c[:8]} {c[8:]}", lambda c: f"*{c}*", lambda c: c[:11] + "**" + c[13:], lambda c: f"VIN {c}",
            ))(car)  # fmt: skip
        made[car if marks else car.strip(" ")] = None
    return [car for car in made if car.strip()]


def _put(path: Path, rows: list[list[str]], by: Random) -> Path:
    """The rows as a file of some format."""
    kind = by.random()
    if kind < 0.15:
        with xlsxwriter.Workbook(str(path.with_suffix(".xlsx")), {"strings_to_formulas": False, "strings_to_urls": False}) as book:  # fmt: skip
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for at, value in enumerate(row):
                    sheet.write_string(number, at, value)
        return path.with_suffix(".xlsx")
    delimiter, encoding = by.choice((",", ",", ";", "\t", "|")), by.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16"))  # fmt: skip
    ending = by.choice((".csv", ".csv", ".txt", ".tsv"))
    return table(path.with_suffix(ending), rows, delimiter, encoding)


def lists(by: Random, folder: Path) -> str:
    """A list with headings, with strange ones, or without: every vehicle in it is a row that is read."""
    cars = _maker(by, marks=False)
    columns = by.sample(("no", "make", "model", "fuel", "colour", "remark", "hs"), by.randint(0, 5))
    place = by.randint(0, len(columns))
    columns.insert(place, "vin")

    def value(column: str, number: int) -> str:
        if column == "vin":
            return cars[number - 1]
        plain = {"no": str(number), "colour": by.choice(("white", "黑", "")), "remark": "", "hs": "8703801090"}  # fmt: skip
        return plain.get(column) if column in plain else encodable(cell(column, by)).replace("\n", " ")  # type: ignore[return-value] # fmt: skip

    rows = [[value(column, number) for column in columns] for number in range(1, len(cars) + 1)]
    style = by.random()
    if style < 0.4:
        names = {"vin": "vin", "no": "row_no", "remark": "x", "hs": "hs_code"}
        head = [_header(names.get(column, column), by) for column in columns]
        rows.insert(0, [encodable(name) for name in head])
    elif style < 0.6:
        rows.insert(0, [by.choice(("Reference", "Artikel", "Unit", "項目", "Col", "LOT")) + str(at) * (by.random() < 0.3) for at in range(len(columns))])  # fmt: skip
    for _ in range(by.choice((0, 0, 0, 1, 2))):
        rows.insert(0, ["Export list 2026"] + [""] * (len(columns) - 1))
    path = _put(folder / "list", rows, by)
    try:
        manifest = open_manifest(path)
        read = [values for sheet in manifest.sheets for batch in sheet.batches() for values in batch.data.to_pylist()]  # fmt: skip
        summary = screen_file(path, ON)
    except (ManifestError, MappingError) as error:
        return sentence(error, place=path.name)
    found = {_bare(value) for values in read for value in values.values() if value}
    if manifest.format == "text":  # a row of it holds its line
        lost = [car for car in cars if not any(_bare(car) in one for one in found)]
    else:
        lost = [car for car in cars if _bare(car) not in found]
    must(not lost, f"{len(lost)} of {len(cars)} lost, such as {lost[0]!r}: {rows[:3]}" if lost else "")  # fmt: skip
    must(len(read) >= len(cars), f"{len(cars)} vehicles, {len(read)} rows: {rows[:3]}")
    must(summary.rows_read == summary.rows_out, "rows were lost on the way")
    must(summary.rows_read + summary.rows_apart == len(read), "rows were lost, or are not told")
    must(summary.rows_read >= len(cars), f"vehicles are set apart: {summary.notes}")
    return manifest.format


def _bare(value: object) -> str:
    return "".join(str(value).split()).strip('"')


def headers(by: Random, folder: Path) -> str:
    """Any text as a heading: read in linear time; what a table of such headings is refused for can be put right."""
    name = far(by) if by.random() < 0.05 else encodable(text(by, 8))
    meaning(name)
    names = [name, *(encodable(_header(by.choice(fields()), by)) for _ in range(by.randint(1, 6)))]
    by.shuffle(names)
    rows = [names] + [[electric(by) if at < 2 else encodable(text(by, 2)) for at in range(len(names))] for _ in range(3)]  # fmt: skip
    path = table(folder / "headers.csv", [[encodable(one) for one in row] for row in rows])
    try:
        screen_file(path, ON)
    except MappingError as error:
        _follow(str(error), path)
        return sentence(error, place=path.name)
    except ManifestError as error:
        return sentence(error, place=path.name)
    return "read"


def _follow(said: str, path: Path) -> None:
    """What a refusal says to pass is taken."""
    for hint in _HINT.findall(said)[:2]:
        field, _, column = shlex.split(hint)[0].partition("=")
        try:
            screen_file(path, ON, mapping={field: column})
        except MappingError as error:
            must("no column of the name" not in str(error), f"{said!r} is of no help: {error}")
        except ManifestError:
            pass


def maps(by: Random, folder: Path) -> str:
    """Any ``--map``: a usage error, a refusal or a run; nothing raw is printed, nobody's words become a command."""
    names = ["VIN", encodable(text(by, 4)).replace("\x00", ""), "Fuel"]
    rows = [names, *([electric(by), encodable(text(by, 2)).replace("\x00", ""), "BEV"] for _ in range(2))]  # fmt: skip
    path = table(folder / by.choice(("m.csv", "m\x1b[2J.csv", "m\u202ev.csv", "m;`id`.csv")), rows)
    given = []
    for _ in range(by.randint(1, 3)):
        field = by.choice((*fields(), "vin", "vin", encodable(text(by, 2))))
        column = by.choice((*names, names[1].upper(), encodable(text(by, 3)), ""))
        given += ["--map", by.choice((f"{field}={column}", f"{field}={column}", field, "="))]
    found = run("screen", path, "--on", ON, *(one.replace("\x00", "") for one in given))
    _ended(found, given)
    return f"exit-{found.exit_code}"


def _ended(found: object, given: object) -> None:
    """A command has ended as commands do, and printed nothing raw."""
    code, out, err = found.exit_code, found.stdout, found.stderr  # type: ignore[attr-defined]
    must(code in _CODES, f"exit {code}: {given}")
    harmless(out)
    harmless(err)
    must(code in {0, 1} or err.strip(), f"exit {code} without a word: {given}")
    must("Traceback" not in err, f"a traceback: {given}")


def terminals(by: Random, folder: Path) -> str:
    """Commands with hostile arguments, cells and names of files print nothing raw."""
    made = [encodable(text(by)).replace("\x00", "") for _ in range(3)]
    car = electric(by)
    some = by.choice((car, made[0], car + made[0], slipped(car, by), f"{car}/{made[1]}"))
    form = by.choice(("text", "json", "jsonl", "csv"))
    short = by.choice(("text", "json"))
    listed = put(folder / "l.csv", f"VIN,Fuel\n{car},BEV\n")
    hostile = [["VIN", made[0], "Fuel", "Model"], *([electric(by), made[1], cell("fuel", by), made[2]] for _ in range(3))]  # fmt: skip
    manifest = table(folder / "t\x1b[31m\u202e.csv", [[encodable(one).replace("\x00", "") for one in row] for row in hostile])  # fmt: skip
    given = by.choice((
        ("decode", "--format", form, "--", some), ("check", "--format", form, "--", some, made[1]),
        ("explain", "--on", by.choice(("2026-03-01", made[0])), "--format", short, "--declare", f"{by.choice((*fields(), made[2]))}={made[1]}", "--", some),
        ("wmi", "--format", short, "--", by.choice((car[:3], made[0]))), ("law", "--", by.choice(("8703801090", made[0]))),
        ("screen", manifest, "--on", ON, "--format", short), ("screen", manifest, "--sheet", made[0]), ("screen", manifest, "--encoding", made[0] or "x"),
        ("screen", folder / f"none{made[0].replace('/', '')[:40]}", "--on", ON), ("screen", listed, "--on", ON, "--regime", made[0]),
        ("learn", manifest, "--format", short), ("learn", listed, "--vin", made[0]), ("decode", f"@{folder}/{made[0][:40]}"),
        ("screen", listed, "--evidence", manifest), ("screen", listed, "--on", ON, "--decisions", manifest), ("screen", listed, "--licences", manifest),
    ))  # fmt: skip
    found = run(*given)
    _ended(found, given)
    if found.exit_code == 0 and "json" in given:
        json.loads(found.stdout)
    return f"{given[0]}-{found.exit_code}"
