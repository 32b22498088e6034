"""Whole manifests as people write them, with the answer that a customs lawyer expects for every row."""

import csv
import io
from collections import defaultdict
from datetime import date
from functools import partial
from itertools import zip_longest
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from support.manifests import read_csv

from vintool.codes import Reason, Verdict
from vintool.files.screen import screen_file

GOLDEN = Path(__file__).parent / "golden"
SHEET, ABOVE, TOTAL = "sheet", "^", "total"


def lines_of(name):
    """The lines of a golden file: verdict, reasons, why, and the cells."""
    with (GOLDEN / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return [(*line[:3], line[3:]) for line in csv.reader(file)][1:]


def text(cells, delimiter=","):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(cells)
    return file.getvalue()


def put_as_text(path, lines, encoding, delimiter):
    path.write_text(text([line[3] for line in lines], delimiter), encoding=encoding, newline="")


def put_as_parquet(path, lines):
    """Days as days, figures as figures, words in a dictionary, empty cells as nulls."""
    read = pa.csv.ConvertOptions(auto_dict_encode=True, strings_can_be_null=True)
    cells = text([line[3] for line in lines]).encode()
    pq.write_table(pa.csv.read_csv(io.BytesIO(cells), convert_options=read), path)


def typed(cell):
    if cell.isdecimal():
        return float(cell)  # a workbook knows no other numbers
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return cell or None


def put_as_workbook(path, lines):
    book = openpyxl.Workbook()
    book.remove(book.active)
    spans = defaultdict(list)  # of each column of a sheet: first and last row of its cells
    for verdict, _, _, cells in lines:
        if verdict == SHEET:
            sheet, row = book.create_sheet(cells[0]), 0
            continue
        row += 1
        for at, cell in enumerate(cells, 1):
            if cell == ABOVE:
                spans[sheet, at][-1][1] = row
            else:
                sheet.cell(row, at, typed(cell))
                spans[sheet, at].append([row, row])
    for (sheet, at), rows in spans.items():
        for first, last in rows:
            if last > first:
                sheet.merge_cells(None, first, at, last, at)
    book.save(path)


def expected(lines, *, header_counts):
    """Row, verdict and reasons of every line that is a row; rows count from the top of their sheet."""
    row = 0
    for verdict, reasons, _, _ in lines:
        row = 0 if verdict == SHEET else row + (header_counts or bool(verdict))
        if verdict not in {"", SHEET}:
            is_total = verdict == TOTAL  # no vehicle: it stands in the copy, without an answer
            wanted = [""] if is_total else sorted(map(Reason, reasons.split(";")))
            yield row, "" if is_total else Verdict(verdict).value, wanted


def answered_rows(book):
    """The rows of the user's sheets that have answers beside them, below titles and header."""
    for sheet in book:
        names = None
        for row in sheet.iter_rows(values_only=True):
            if names is None:
                names = row if "vin_reasons" in row else None
            elif (cells := dict(zip(names, row, strict=True)))["vin_verdict"]:
                yield cells


def answers(out):
    """The same of the answers, in the order of the file."""
    if (path := out / "annotated.parquet").exists():
        rows = pq.read_table(path).to_pylist()
    elif (path := out / "annotated.xlsx").exists():
        rows = list(answered_rows(openpyxl.load_workbook(path)))
    else:
        (path,) = out.glob("annotated.*")
        first, *rest = path.read_text(encoding="utf-8-sig").splitlines()
        delimiter = next(sign for sign in "\t;," if sign in first)  # that of the manifest
        rows = list(csv.DictReader([first, *rest], delimiter=delimiter))
    for row in rows:
        cell = row["vin_reasons"]
        reasons = cell.split(";") if isinstance(cell, str) else cell
        yield int(row["vin_row"]), row["vin_verdict"], sorted(reasons)


def lists(**names):
    return {option: GOLDEN / f"{name}.csv" for option, name in names.items()}


MANIFESTS = [
    ("forwarder", "csv", partial(put_as_text, encoding="gb18030", delimiter=","), {}),
    ("broker", "csv", partial(put_as_text, encoding="utf-8", delimiter=";"), {}),
    ("booking", "xlsx", put_as_workbook, {}),
    ("used", "tsv", partial(put_as_text, encoding="utf-8", delimiter="\t"), {"regime": "cn-used-vehicle", **lists(confirmations="used.letters")}),
    ("licences", "txt", partial(put_as_text, encoding="utf-16", delimiter="\t"), lists(exporters="licences.exporters", licences="licences.licences")),
    ("export", "parquet", put_as_parquet, {"regime": "cn-vehicle-export"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "put", "options"), MANIFESTS, ids=[m[0] for m in MANIFESTS]
)
def test_every_row_has_the_verdict_and_the_reasons_that_stand_beside_it(
    tmp_path, name, kind, put, options
):
    lines = lines_of(name)
    put(tmp_path / f"{name}.{kind}", lines)
    options = {"regime": "cn-2025-54"} | options
    summary = screen_file(tmp_path / f"{name}.{kind}", None, tmp_path / "out", **options)
    wanted = list(expected(lines, header_counts=kind != "parquet"))
    assert summary.rows_read == summary.rows_out == len(wanted) - summary.rows_apart
    for answer, want in zip_longest(answers(tmp_path / "out"), wanted):
        assert answer == want, f"{name}, row {want and want[0]}"
    if "licences" in options:
        ledger = read_csv(GOLDEN / f"{name}.ledger.csv")
        drawn = read_csv(tmp_path / "out" / "ledger.csv")
        assert [{key: line[key] for key in ledger[0]} for line in drawn] == ledger
