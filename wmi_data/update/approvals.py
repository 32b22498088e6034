"""approvals.csv: type approvals of China's ministry of industry, with the starts of VINs that they print.

Usage: ``python approvals.py SOURCE... > wmi_data/approvals.csv``, with vintool installed. A source is an export of MIIT's
announcements, a saved page of a product (both as ``vintool learn --preset miit`` reads them), a table of labelled starts, of which
only the rows are taken whose source is such an announcement, or ``approvals.csv`` itself, to be added to.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from _common import ensure, read_rows, write_rows

from vintool.desk.approvals import NO_START, Row, approval, code_key, makes_of, powertrain_of
from vintool.files.lists import read_approvals
from vintool.registry.powertrain_rules import APPROVAL_COLUMNS

LABELLED = ("vin_prefix", "make", "model", "model_year", "powertrain", "kind", "market", "trust", "n", "source")  # fmt: skip
KINDS = {"car": "car", "truck": "truck", "pickup": "truck", "bus": "unknown"}
PAGE = re.compile(r"MIIT announcement (\d+) (\d{4}-\d\d-\d\d) (https://\S+)")
ANNOUNCED = re.compile(r"MIIT announcements? \d")
BATCHES = re.compile(r"MIIT announcements? ([\d-]+) \S.*")
REMARK = re.compile(r"\(id \d+\)")
CAR = re.compile(r"(?:乘用车|轿车)$")
TRUCK = re.compile(r"(?:货车|运输车)$")


def make_of(brand: str) -> str:
    """The brand as the registry spells it; empty if it does not know one."""
    makes = makes_of(brand)
    return makes[0] if len(makes) == 1 else ""


def of_table(path: Path) -> Iterator[tuple[str, ...]]:
    """The rows of a table of labelled starts that are of an announcement."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, strict=True) if ANNOUNCED.match(row["source"])]
    for row in rows:
        ensure(all(cell == cell.strip() for cell in row.values()), f"{row}: space around a cell")
        page, batches = PAGE.fullmatch(row["source"]), BATCHES.fullmatch(row["source"])
        ensure(page or batches, f"{row}: source")
        ensure((row["trust"] == "high") or not page, f"{row}: trust")
        code, _, name = row["model"].rpartition(" ")
        by_name, _ = powertrain_of(name, "")
        ensure(by_name in {None, row["powertrain"]}, f"{row}: the name says {by_name}")
        start = approval(Row("", {"start": row["vin_prefix"]})).starts
        ensure(start == (row["vin_prefix"],), f"{row}: start")
        batch, date, url = page.groups() if page else (batches[1] if batches else "", "", "")
        yield (
            *(row["vin_prefix"][:3], row["vin_prefix"][3:], row["powertrain"]),
            *(row["make"], make_of(row["make"]), code_key(REMARK.sub("", code)), name),
            *(KINDS[row["kind"]], batch, date, url),
            f"MIIT announcement {batch}" if page else row["source"],
        )


def of_export(path: Path) -> Iterator[tuple[str, ...]]:
    """The rows of an export or a page; what is not used is said."""
    for one in read_approvals(path, []):
        faults = [fault for fault in one.unused if fault != NO_START]
        if one.powertrain is None or faults:
            reasons = ", ".join([one.fault or "powertrain not stated"][one.powertrain is not None :] + faults)  # fmt: skip
            print(f"{one.place}, {one.code}: {reasons}", file=sys.stderr)
        if one.powertrain is None:
            continue
        refitted = bool(one.chassis_maker)
        kind = "car" if CAR.search(one.name) else "truck" if TRUCK.search(one.name) else "unknown"
        for start in one.starts:
            yield (
                *(start[:3], start[3:], one.powertrain.value),
                *(one.brand, "" if refitted else make_of(one.brand), one.code, one.name),
                *(kind, one.batch, one.date, one.url, f"MIIT announcement {one.batch}"),
            )


def rows_of(path: Path) -> Iterator[tuple[str, ...]]:
    """The rows of one source, by its header."""
    with path.open(encoding="utf-8", newline="", errors="replace") as file:
        header = tuple(next(csv.reader(file), ()))
    if header == APPROVAL_COLUMNS:
        return (tuple(row.values()) for row in read_rows(path, APPROVAL_COLUMNS))
    return of_table(path) if header == LABELLED else of_export(path)


def main() -> None:
    """Print the table."""
    ensure(len(sys.argv) > 1, "usage: approvals.py SOURCE...")
    table = sorted({row for name in sys.argv[1:] for row in rows_of(Path(name))})
    write_rows(APPROVAL_COLUMNS, table, keys=3)


if __name__ == "__main__":
    main()
