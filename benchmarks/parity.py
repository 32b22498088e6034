"""Against vPIC itself: ``python -m benchmarks.parity [VINS] [SEED...]``; needs the extra ``bench``.

The peer is ultravin, which follows NHTSA's procedure to the letter on the same data. It makes the
VINs (all model years from 1981, all vehicle types), and both decode them. Counted are the cases in
which it gives a value and ours is another or none, and those in which ours has one and it none.
Every difference is put down to its cause; those on purpose are in ``wmi_data/deviations.csv``.
"""

import platform
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import ultravin

from vintool import registry, vpic
from vintool.codes import Market
from vintool.columns import decode_table
from vintool.decoding.identity import market
from vintool.decoding.profile import Profile, profile
from vintool.vin import Vin
from vintool.vin.check_digit import position_9

BATCH = 10_000
TARGET, INVENTED = 99.9, 0.1  # per cent
_TYPES = {
    "motorcycle": "MOTORCYCLE",
    "car": "PASSENGER CAR",
    "truck": "TRUCK",
    "bus": "BUS",
    "trailer": "TRAILER",
    "suv": "MULTIPURPOSE PASSENGER VEHICLE (MPV)",
    "low_speed": "LOW SPEED VEHICLE (LSV)",
    "incomplete": "INCOMPLETE VEHICLE",
    "off_road": "OFF-ROAD VEHICLE",
}


def _part(field: str, part: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: row[field] and row[field][part]


# What is compared: vPIC's variable, and the same from a row of ours.
FIELDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Make": lambda row: row["brand"],
    "Model": lambda row: row["model"],
    "Model Year": lambda row: row["model_year"],
    "Vehicle Type": lambda row: _TYPES.get(row["vehicle_type"]),
    "Body Class": lambda row: row["body_class"],
    "Series": lambda row: row["series"],
    "Trim": lambda row: row["trim"],
    "Fuel Type - Primary": lambda row: row["fuel_primary"],
    "Fuel Type - Secondary": lambda row: row["fuel_secondary"],
    "Electrification Level": lambda row: row["electrification"],
    "Drive Type": lambda row: row["drive_type"],
    "Doors": lambda row: row["doors"],
    "Engine Number of Cylinders": _part("engine", "cylinders"),
    "Displacement (L)": _part("engine", "displacement_l"),
    "Plant Country": _part("plant", "country"),
    "Plant State": _part("plant", "state"),
    "Plant City": _part("plant", "city"),
    "Number of Seats": lambda row: row["seats"],
    "Gross Vehicle Weight Rating From": lambda row: row["gvwr"],
}
COLUMNS = [
    "brand",
    "model",
    "model_year",
    "vehicle_type",
    "body_class",
    "series",
    "trim",
    "fuel_primary",
    "fuel_secondary",
    "electrification",
    "drive_type",
    "doors",
    "engine",
    "plant",
    "seats",
    "gvwr",
]


def plain(field: str, value: Any) -> str:
    """A value without regard to case and spaces; numbers to three places."""
    text = " ".join(str("" if value is None else value).split()).casefold()
    if field == "Plant Country":
        return vpic.country_code(text.upper()) or text.upper()
    if field == "Displacement (L)" and text:
        return f"{float(text):.3f}"
    return text


def placed(vin: str, theirs: dict[str, Any]) -> dict[str, Any]:
    """What vPIC says, with a place that ``plants.places.csv`` puts right where it does."""
    if market(vin, Vin(vin).wmi) is Market.US:
        return theirs
    names = "Plant City", "Plant State", "Plant Country"
    city, state, country = (theirs.get(name) or "" for name in names)
    filed = city, state, vpic.country_code(country.upper()) or country
    _, *right = registry.put_right("", *filed)
    return theirs if right == list(filed) else theirs | dict(zip(names, right, strict=True))


def cause(field: str, decoded: Profile, theirs: str) -> str:
    """Why the two differ."""
    if decoded.rivals:
        return "two model years fit and disagree on electric drive: what both tell"
    if decoded.vpic_pass is None:
        return "not North American, and its patterns do not fit: vPIC's rules not applied"
    if field == "Displacement (L)" and float(theirs or 0) == 0:
        return "vPIC converts the text TBD to 0; the digits of the VIN say more"
    return "NOT EXPLAINED"


def main() -> None:
    """Generate, decode, compare, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seeds = [int(seed) for seed in sys.argv[2:]] or [1, 2, 3, 4]
    cases, differ, invented = Counter[str](), Counter[str](), Counter[str]()
    tied = Counter[str]()  # what of the differing is of VINs whose WMI is North American
    causes: dict[tuple[str, str], list[str]] = {}
    seconds, total, put_right = 0.0, 0, 0
    for seed in seeds:
        latest = int(vpic.release().month[:4]) + 2
        vins = ultravin.generate(-(-count // len(seeds)), seed=seed, min_year=1981, max_year=latest)
        for start in range(0, len(vins), BATCH):
            batch = vins[start : start + BATCH]
            theirs = [one["attributes"] for one in ultravin.decode_batch(batch)]
            begun = time.perf_counter()
            table = decode_table(pa.table({"vin": batch}), fields=COLUMNS)
            seconds += time.perf_counter() - begun
            ours = table.rename_columns(COLUMNS).to_pylist()
            total += len(batch)
            for vin, filed, row in zip(batch, theirs, ours, strict=True):
                one = placed(vin, filed)
                put_right += one is not filed
                for field, of in FIELDS.items():
                    a, b = plain(field, one.get(field)), plain(field, of(row))
                    cases[field] += bool(a)
                    if a == b:
                        continue
                    differ[field] += bool(a)
                    invented[field] += not a
                    tied[field] += bool(a) and market(vin, Vin(vin).wmi) is Market.US
                    why = cause(field, profile(Vin(vin), position_9(vin)), a)
                    causes.setdefault((field, why), []).append(f"{vin} {a!r} {b!r}")
    _print(total, seconds, (cases, differ, invented, tied))
    print(
        f"\n{put_right} VINs not for North America have a place that plants.places.csv puts right"
    )
    print("\n## Causes\n")
    for (field, why), found in sorted(causes.items()):
        print(f"- {field}: {len(found)} x {why}; such as {found[0]}")


def _print(total: int, seconds: float, counts: tuple[Counter[str], ...]) -> None:
    cases, differ, invented, tied = counts
    print(f"{total:,} VINs of ultravin {version('ultravin')}", ultravin.provenance()["data_month"])
    print(f"ours: vPIC {vpic.release().month}, {seconds:.0f} s on {platform.machine()}\n")
    print(
        "| field | it gives a value | agree % | of North American WMIs | invented % | target met |"
    )
    print("|---|---|---|---|---|---|")
    for field in FIELDS:
        agree = 100 * (1 - differ[field] / max(cases[field], 1))
        false = 100 * invented[field] / max(total - cases[field], 1)
        met = "yes" if agree >= TARGET and false <= INVENTED else "NO"
        print(
            f"| {field} | {cases[field]:,} | {agree:.3f} | {tied[field]} differ | {false:.3f} | {met} |"
        )


if __name__ == "__main__":
    main()
