"""A long list as dirty as real ones, the same every time, and all that a run makes of it."""

import json
import random
import shutil

import pyarrow as pa
import pyarrow.parquet as pq

from support.manifests import ATTO3, TESLA, put_csv, put_xlsx

HEAD = (
    "VIN",
    "品牌",
    "Fuel",
    "HS code",
    "B/L No",
    "Exporter",
    "Licence No",
    "Declaration date",
    "Note",
)


def dirty(count):
    """Rows with repeats, damage, odd texts and contradictions, the same ones every time."""
    dice = random.Random(20261126)  # noqa: S311 - no secret
    rows = []
    for number in range(count):
        serial = f"{dice.randrange(400):06d}"
        vin = dice.choice([TESLA[:11] + serial, ATTO3[:11] + serial, TESLA, "TBA", "", "=1+1", f"{ATTO3[:8]} {serial}", ATTO3.lower(), "LS5A2ASE9PJ012345"])  # fmt: skip
        rows.append((
            vin,
            dice.choice(["特斯拉", "BYD", "Toyota", ""]),
            dice.choice(["纯电动", "petrol", "EV / 汽油", "", "Hybrid"]),
            dice.choice(["8703801090", "8703234190", "8703.60", ""]),
            f"BL{dice.randrange(9)}",
            dice.choice(["Sunny Export Co., Ltd.", "Nobody Ltd.", ""]),
            dice.choice(["26-AA-000001", "26-AA-000002", ""]),
            dice.choice(["2026-03-01", "2025-12-31", ""]),
            dice.choice(["-5", "- by phone", 'said "no"\nand left', str(number), "", "x" * 500]),
        ))  # fmt: skip
    return rows


ROWS = dirty(1500)


def outcome(out):
    """Every output; the one time in them stands in run.json."""
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    record = json.loads(files.pop("run.json"))
    assert record["summary"].pop("seconds") >= 0
    shutil.rmtree(out)
    return {**files, "run.json": record}


def put_manifest(folder, form):
    """The rows as a manifest."""
    path = folder / f"list.{form}"
    if form == "csv":
        put_csv(path, [HEAD, *ROWS])
    elif form == "xlsx":
        put_xlsx(path, {"one": [HEAD, *ROWS[:700]], "two": [HEAD[::-1], *(row[::-1] for row in ROWS[700:])]})  # fmt: skip
    elif form == "jsonl":
        lines = (json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS)
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        columns = dict(zip(HEAD, map(list, zip(*ROWS, strict=True)), strict=True))
        table = pa.table({**columns, "kind": pa.array(columns["Fuel"]).dictionary_encode()})
        pq.write_table(table, path, row_group_size=400)
    return path
