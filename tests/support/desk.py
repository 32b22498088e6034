"""The desk of licences: rows, lists and runs with them."""

from datetime import datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from support import ON
from support.manifests import put_csv, read_csv
from support.vins import checked_vin
from vintool.codes import REGIMES, Concern, Reason
from vintool.desk.lists import Entry
from vintool.files.screen import screen_file

CODE, OTHER_CODE = "91110000600037341L", "9144030019238210XR"


def tesla(serial):
    """Pure electric by its VIN: controlled, whatever is declared."""
    return checked_vin("LRW3E7FA", "LC", serial)


PETROL = checked_vin("LSVNV218", "E2", 5)  # with fuel=petrol: review, one thin piece of evidence
ICE = "1HGCM82633A004352"  # out of scope by its VIN


def entries(*rows):
    return [Entry("list.csv", number, row, {}) for number, row in enumerate(rows, 2)]


def reasons_of(remarks):
    return tuple(one.reason for one in remarks if one.reason)


def desk_run(folder, rows, name="list.csv", out="out", **options):
    """The answers and the summary of a run, under the regime of pure electric cars unless another one is named."""
    path = put_csv(folder / name, rows)
    summary = screen_file(path, ON, folder / out, **{"regime": REGIMES[0]} | options)
    return read_csv(folder / out / "annotated.csv"), summary


def fill(folder, decide, to="filled.csv"):
    """``exceptions.csv`` with the cells that ``decide`` gives for a row, filled in by hand."""
    rows = read_csv(folder / "exceptions.csv")
    assert rows
    for line in rows:
        line.update(decide(line) or {})
    return put_csv(folder / to, [list(rows[0]), *map(dict.values, rows)], "utf-8-sig")


def decision(what, why="seen the papers", who="Li", day="2026-03-02"):
    return {
        "decision": what,
        "decision_reason": why,
        "reviewer": who,
        "decision_date": day,
    }


def decided(folder, rows, decide, **options):
    """A first run and its filled exceptions."""
    desk_run(folder, rows, **options)
    return fill(folder / "out", decide)


def reviewer_reasons(line):
    return {
        reason
        for reason in map(Reason, line["vin_reasons"].split(";"))
        if reason.concern is Concern.REVIEWER
    }


MANIFEST = [
    ("VIN", "Fuel", "许可证号", "运抵国", "Remark"),
    (tesla(1), "", "26-AA-000001", "德国", ""),
    (tesla(2), "", "26-AA-000001", "Germany", ""),
    (PETROL, "petrol", "26-AA-000001", "Germany", ""),
    (tesla(3), "", "26-AA-000009", "Germany", ""),
    (tesla(4), "", "", "Germany", "<b>none</b>"),
    (ICE, "", "", "Germany", ""),
    ("TBA", "", "", "", ""),
]
LIST = [
    ("许可证号", "数量", "有效期至", "目的国"),
    ("26-AA-000001", "1", "2026-12-31", "德国"),
    ("26-AA-000002", "7", "2026-12-31", ""),
]


def put_list(folder, kind):
    """The list of licences in a format, its numbers and days typed where the format has types."""
    typed = [(no, float(count), datetime.fromisoformat(day), to) for no, count, day, to in LIST[1:]]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["出口许可证台账"])
        for line in (LIST[0], *typed):
            book.active.append(line)
        book.create_sheet("说明").append(["谢谢"])
        book.save(folder / "l.xlsx")
        return folder / "l.xlsx"
    if kind == "parquet":
        columns = dict(zip(LIST[0], zip(*typed, strict=True), strict=True))
        pq.write_table(pa.table(columns), folder / "l.parquet")
        return folder / "l.parquet"
    return put_csv(folder / "l.csv", LIST, encoding=kind)
