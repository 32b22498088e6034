"""powertrain.evidence.csv: which powertrains were seen behind a start of a VIN.

Usage: ``python evidence.py SOURCE_FOLDER > wmi_data/powertrain.evidence.csv``.
The folder holds ``powertrain_evidence.csv`` and ``powertrain_evidence_2.csv``, of two shapes. Type approvals
are left out here: they stand in ``wmi_data/approvals.csv``. So are the rows named in
``wmi_data/powertrain.rejected.csv``.
"""

import re
from collections import Counter
from pathlib import Path

from _common import ALPHABET, WMI, ensure, iso_key, read_rows, source_folder, write_rows

SOURCE = (
    "prefix",
    "year_code",
    "plant_code",
    "make",
    "model",
    "powertrain",
    "vehicle_kind",
    "n_vehicles",
    "n_sources",
    "best_trust",
)
SECOND_SOURCE = (
    "vin_prefix",
    "make",
    "model",
    "model_year",
    "powertrain",
    "kind",
    "market",
    "trust",
    "n",
    "source",
)
FIRST = "labelled listings and registers, 2026-11"
APPROVALS = "MIIT announcement"
# What is official of the second source: the trust of its other rows speaks of how plain the label is, and a
# dealer's list or a sample of a form is one source like any other, however plain.
REGISTERS = {
    "importer table; Israeli register record electric",
    "ride-hailing register, type code SC7003ACBEV",
}
# A van may be a goods vehicle or a people carrier, and a bus is no lorry: only these are told.
SECOND_KINDS = {"car": "car", "truck": "truck", "van": "unknown", "bus": "unknown"}
REJECTED = ("prefix", "year_code", "powertrain", "model", "why", "source")
COLUMNS = (
    "wmi",
    "vds",
    "year_codes",
    "plant_codes",
    "powertrain",
    "make",
    "models",
    "kind",
    "vehicles",
    "sources",
    "grade",
    "source",
)
NOT_BEV = {"NONBEV", "ICE", "HEV", "PHEV", "EREV", "FCEV"}
TRUST = ("low", "medium", "high")
KINDS = {"car", "truck", "unknown"}
PREFIX = re.compile(rf"[{ALPHABET}]{{3,8}}")
CODE = re.compile(rf"[{ALPHABET}]?")
MAX_MODELS = 4

# The usual spelling of a make that plain capitals do not give.
MAKES = {
    "alfa-romeo": "Alfa Romeo",
    "aston-martin": "Aston Martin",
    "bmw": "BMW",
    "byd": "BYD",
    "citroen": "Citroën",
    "ds": "DS",
    "gac aion": "GAC Aion",
    "geely (or rebadged)": "Geely",
    "gmc": "GMC",
    "great-wall": "Great Wall",
    "gwm": "GWM",
    "gwm ora": "GWM Ora",
    "land-rover": "Land Rover",
    "ldv": "LDV",
    "mercedes-benz": "Mercedes-Benz",
    "mg": "MG",
    "mini": "MINI",
    "nio": "NIO",
    "ram": "Ram",
    "rolls-royce": "Rolls-Royce",
    "seat": "SEAT",
    "skoda": "Škoda",
    "smart": "smart",
    "ssangyong": "SsangYong",
    "vaz-lada": "Lada",
    "xpeng": "XPeng",
    "zaz": "ZAZ",
    "beijing hyundai": "Hyundai",
    "changan deepal": "Deepal",
    "dongfeng sokon": "DFSK",
    "gac trumpchi": "Trumpchi",
    "icar (aiqar)": "iCAR",
    "beijing": "BAIC",
    "ora": "GWM Ora",
    "别克/雪佛兰": "Chevrolet",
    "大众": "Volkswagen",
    "奇瑞": "Chery",
    "小鹏": "XPeng",
    "日产": "Nissan",
    "昌河": "Changhe",
    "长安": "Changan",
}
SLUG = re.compile(r"[a-z]+")
# Remarks that a labeller wrote into the model: a type code of the approval, "(shared)", a date.
REMARK = re.compile(
    r"\s*\((?:公告|shared|row label|plate|名爵|2013, 17vin|\d{4}-\d{4} VINs)[^)]*\)"
)
NO_MODEL = {"unknown", "#1"}


def make_name(make: str) -> str:
    """The make in its usual spelling."""
    known = MAKES.get(make.lower())
    if known:
        return known
    return make.capitalize() if SLUG.fullmatch(make) else make


def model_name(model: str) -> str:
    """The model without the labeller's remarks; empty where none is told."""
    name = REMARK.sub("", model).removeprefix("公告 ").replace(";", ",").strip()
    return "" if name in NO_MODEL else name


def check(row: dict[str, str]) -> None:
    """Stop at a row that this script was not written for."""
    where = f"row {row}"
    ensure(PREFIX.fullmatch(row["prefix"]) and WMI.match(row["prefix"]), f"{where}: prefix")
    ensure(CODE.fullmatch(row["year_code"]) and CODE.fullmatch(row["plant_code"]), f"{where}: code")
    ensure(row["powertrain"] == "BEV" or row["powertrain"] in NOT_BEV, f"{where}: powertrain")
    ensure(row["vehicle_kind"] in KINDS, f"{where}: kind")
    ensure(row["best_trust"] in TRUST, f"{where}: trust")
    ensure(row["make"] and row["model"], f"{where}: make or model empty")
    ensure(int(row["n_vehicles"]) > 0 and int(row["n_sources"]) > 0, f"{where}: number")


def second_rows(path: Path) -> list[dict[str, str]]:
    """The rows of the second source in the shape of the first, each with its source."""
    rows = []
    for row in read_rows(path, SECOND_SOURCE, trimmed=True):
        if row["source"].startswith(APPROVALS):
            continue
        ensure(row["kind"] in SECOND_KINDS, f"row {row}: kind")
        ensure(row["trust"] in TRUST, f"row {row}: trust")
        known = row["source"] in REGISTERS
        start = row["vin_prefix"]
        rows.append(
            {
                "prefix": start[:8],
                "year_code": start[9:10],
                "plant_code": start[10:11],
                "make": row["make"],
                "model": row["model"],
                "powertrain": row["powertrain"],
                "vehicle_kind": SECOND_KINDS[row["kind"]],
                "n_vehicles": row["n"],
                "n_sources": "1",
                "best_trust": "high" if known else min(row["trust"], "medium", key=TRUST.index),
                "source": row["source"],
            }
        )
    return rows


def without_rejected(rows: list[dict[str, str]], rejected: Path) -> list[dict[str, str]]:
    """The rows that stand; a rejection that meets no row or several is a surprise."""
    for wrong in read_rows(rejected, REJECTED):
        key = [wrong[name] for name in ("prefix", "year_code", "powertrain", "model")]
        met = [
            row
            for row in rows
            if [row[name] for name in ("prefix", "year_code", "powertrain", "model")] == key
        ]
        ensure(len(met) == 1, f"rejected row {key} meets {len(met)} rows of the source")
        ensure(wrong["why"] and wrong["source"], f"rejected row {key}: no reason or source")
        rows = [row for row in rows if row is not met[0]]
    return rows


def label(rows: list[dict[str, str]]) -> str:
    """One powertrain for rows that are all BEV, or all something else."""
    seen = {row["powertrain"] for row in rows}
    return seen.pop() if len(seen) == 1 and seen != {"NONBEV"} else "NOT_BEV"


def codes(rows: list[dict[str, str]], column: str) -> str:
    """The distinct codes seen, in the order of ISO 3780."""
    return "".join(sorted({row[column] for row in rows} - {""}, key=iso_key))


def aggregate(prefix: str, rows: list[dict[str, str]]) -> tuple[str, ...]:
    """All rows of one start of a VIN and one side, as one row."""
    makes = {make_name(row["make"]) for row in rows}
    kinds = {row["vehicle_kind"] for row in rows}
    models: Counter[str] = Counter()
    for row in rows:
        models[model_name(row["model"])] += int(row["n_vehicles"])
    del models[""]
    common = sorted(models, key=lambda name: (-models[name], name))[:MAX_MODELS]
    named = sorted({row["source"] for row in rows} - {FIRST})
    # The first source names none of its lists, so the others may be among them.
    sources = max(len(named), *(int(row["n_sources"]) for row in rows))
    first = [FIRST] if any(row["source"] == FIRST for row in rows) else []
    trust = max((row["best_trust"] for row in rows), key=TRUST.index)
    return (
        prefix[:3],
        prefix[3:].ljust(5, "*"),
        codes(rows, "year_code"),
        codes(rows, "plant_code"),
        label(rows),
        makes.pop() if len(makes) == 1 else "",
        ";".join(common),
        kinds.pop() if len(kinds) == 1 else "unknown",
        str(sum(int(row["n_vehicles"]) for row in rows)),
        str(sources),
        "A" if trust == "high" else "B" if sources > 1 else "C",
        f"{'; '.join([*first, *named])} (trust: {trust})",
    )


def main() -> None:
    """Print the table."""
    folder = source_folder()
    rows = [
        row | {"source": FIRST} for row in read_rows(folder / "powertrain_evidence.csv", SOURCE)
    ] + second_rows(folder / "powertrain_evidence_2.csv")
    for row in rows:
        check(row)
    here = Path(__file__).resolve().parents[1]
    groups: dict[tuple[str, bool], list[dict[str, str]]] = {}
    for row in without_rejected(rows, here / "powertrain.rejected.csv"):
        groups.setdefault((row["prefix"], row["powertrain"] == "BEV"), []).append(row)
    table = sorted(aggregate(prefix, seen) for (prefix, _), seen in groups.items())
    table.sort(key=lambda row: (row[0], row[1], row[4]))
    write_rows(COLUMNS, table, keys=5)


if __name__ == "__main__":
    main()
