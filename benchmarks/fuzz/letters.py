"""Attacks on lists as they arrive: in mails, archives, pages and documents, in one another, and several at once."""

import gzip
import html
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from support import ON, handmade, mutants
from support import letters as made
from support.commands import run
from support.manifests import put

from benchmarks.fuzz.ingredients import electric, harmless, must, table
from vintool.files.reading import pdf

HEAD = ["No", "VIN", "Fuel", "Remark"]
_REMARKS = ("", "white", "two, words", "a;b", "车", "MV Müller & <b>", "1) 40'HC")
Rows = Sequence[Sequence[str]]


def _in_page(rows: Rows) -> Rows:
    return [list(map(html.escape, row)) for row in rows]


def _in_text(rows: Rows) -> list[str]:
    return [f"{row[0]}) {row[1]} {row[2]}".strip() for row in rows[1:]]


def _workbook(rows: Rows, folder: Path) -> bytes:
    return handmade.xlsx_workbook(folder / "w", {"S": handmade.xlsx_table(_in_page(rows))}).read_bytes()  # fmt: skip


def _document(rows: Rows, folder: Path) -> bytes:
    return made.word(folder / "d", made.paragraph("Dear all") + made.word_table(_in_page(rows))).read_bytes()  # fmt: skip


def _records(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(HEAD, row, strict=True)) for row in rows[1:]]


def _csv(encoding: str) -> Callable[[Rows, Path], bytes]:
    return lambda rows, folder: table(folder / "t", rows, encoding=encoding).read_bytes()


_FORMS: dict[str, Callable[[Rows, Path], bytes]] = {
    "csv": _csv("utf-8"),
    "gb.csv": _csv("gb18030"),
    "txt": lambda rows, _: "\n".join(["Dear all,", *_in_text(rows), "", "Best regards"]).encode(),
    "csv.gz": lambda rows, folder: gzip.compress(_csv("utf-8")(rows, folder), mtime=0),
    "xlsx": _workbook,
    "htm": lambda rows, _: f"<html>{made.html_table(_in_page(rows))}</html>".encode(),
    "xls": lambda rows, _: made.spreadsheetml(_in_page(rows)).encode(),
    "json": lambda rows, _: json.dumps(_records(rows)).encode(),
    "bill.json": lambda rows, _: json.dumps({"bl": "B1", "cars": [{"car": row} for row in _records(rows)]}, indent=1).encode(),
    "jsonl": lambda rows, _: "\n".join(map(json.dumps, _records(rows))).encode(),
    "docx": _document,
}  # fmt: skip
if find_spec("pdfplumber"):
    _FORMS["pdf"] = lambda rows, _: made.pdf(_in_text(rows))
_WHOLE = ("json", "xlsx", "xls", "docx", "zip", "eml", "msg", "gz")  # a piece of one is none


def _inside(by: Random, files: dict[str, bytes], folder: Path, deep: int) -> dict[str, bytes]:
    """The files in a mail or an archive, perhaps in another one."""
    packed = any(name.endswith("gz") for name in files)  # nothing may stand behind it
    kind = by.choice(("zip", "eml", "eml", "zip" if packed else "msg"))
    body = by.choice(("see attached\n", "请见附件\n", "Dear all,\nfind the list below.\n"))
    if kind == "zip":
        content = made.archive(folder / "a", **files).read_bytes()
    elif kind == "eml":
        content = made.mail(body, *files.items()).as_bytes()
    else:
        content = handmade.compound_tree(folder / "m", made.message("list", body, *files.items())).read_bytes()  # fmt: skip
    files = {f"{kind} {deep}.{kind}": content}
    return _inside(by, files, folder, deep - 1) if deep and by.random() < 0.4 else files


def letters(by: Random, folder: Path) -> str:
    """Lists in mails, archives and documents, or several at once: each car is found, or what is not read is told."""
    cars = list({electric(by): None for _ in range(by.choice((1, 2, 5, 9)))})
    files = dict[str, bytes]()
    for part in filter(None, (cars[::2], cars[1::2]) if by.random() < 0.5 else (cars,)):
        rows = [HEAD, *([str(at), car, "BEV", by.choice(_REMARKS)] for at, car in enumerate(part, 1))]  # fmt: skip
        form = by.choice(list(_FORMS))
        files[f"{'bc'[len(files)]}.{form}"] = _FORMS[form](rows, folder)
    if by.random() < 0.7:
        files = _inside(by, files, folder, 2)
    change = by.random()
    name = by.choice(list(files))
    if change < 0.15:
        files[name] = files[name][: by.randrange(len(files[name]))]
    elif change < 0.3:
        files[name] = mutants.damaged(files[name], by)
    place = folder / "in"
    place.mkdir()
    paths = [put(place / name, content) for name, content in files.items()]
    given = [place] if by.random() < 0.3 else paths
    out = ("--out", folder / "out") if by.random() < 0.05 else ()
    with patch.object(
        pdf, "available", lambda: False
    ):  # in this process, or most of the time goes into others
        found = run("screen", *given, "--on", ON, "--format", "json", *out)
    harmless(found.stdout + found.stderr)
    must(found.exit_code in {0, 1, 3}, f"exit {found.exit_code}: {found.stderr}")
    must(found.exit_code != 3 or len(found.stderr.strip()) > 20, "no word of what is not read")
    summary = json.loads(found.stdout) if found.stdout else None
    _held(summary, found.exit_code, cars, sound=change >= 0.3, cut=change < 0.15 and name.endswith(_WHOLE))  # fmt: skip
    must(bool(out and summary) == (folder / "out" / "run.json").exists(), "outputs of a run that failed, or none")  # fmt: skip
    return f"{'several' if len(files) > 1 else name.rpartition('.')[2]}-{found.exit_code}"


def _held(summary: Any, code: int, cars: list[str], *, sound: bool, cut: bool) -> None:
    """What a summary must say of so many cars."""
    if summary is None:
        must(not sound and code == 3, f"sound, and refused: exit {code}")
        return
    must(summary["rows_read"] == summary["rows_out"], f"rows were lost: {summary}")
    controlled = summary["verdicts"]["controlled"]
    if sound:
        must(code != 3, f"sound, and not read: {summary['notes']}")
        must(controlled == summary["rows_out"] == len(cars), f"{len(cars)} cars: {summary}")
    if cut:
        must(code == 3 or controlled == len(cars), f"{len(cars)} cars, {controlled} of them in a piece of the file: {summary['notes']}")  # fmt: skip
