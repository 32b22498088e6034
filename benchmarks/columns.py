"""Lines about columns in memory: validating, decoding, screening, by rows and distinct descriptors."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import ultravin

from benchmarks.manifest import write_manifest
from benchmarks.timing import Line, medians, rate, seconds
from vintool.columns import decode_table, screen_table
from vintool.columns.vins import Reader
from vintool.vin import ALPHABET, CHARACTER_VALUES, CHECK_CHARACTERS, WEIGHTS

#: Twelve attributes, by our names and vPIC's.
FIELDS = {
    "brand": "Make",
    "model": "Model",
    "model_year": "Model Year",
    "vehicle_type": "Vehicle Type",
    "body_class": "Body Class",
    "fuel_primary": "Fuel Type - Primary",
    "fuel_secondary": "Fuel Type - Secondary",
    "electrification": "Electrification Level",
    "drive_type": "Drive Type",
    "plant": "Plant Country",
    "manufacturer": "Manufacturer Name",
    "series": "Series",
}
MAPPING = {
    "vin": "vin",
    "fuel": "燃料种类",
    "hs_code": "商品编号",
    "condition": "新旧",
    "declaration_date": "申报日期",
}
CHUNK = 1 << 17  # rows that go through the validation at a time
SAMPLE = 200_000  # VINs that the plain loop is timed on
SEED_ROWS = 100_000

_WELL_FORMED = re.compile(f"[{ALPHABET}]{{17}}").fullmatch


def _plain_loop(vins: list[str]) -> list[bool]:
    """Alphabet, length and check digit as a library for one VIN has them, text by text."""
    return [
        _WELL_FORMED(vin) is not None
        and vin[8]
        == CHECK_CHARACTERS[
            sum(CHARACTER_VALUES[char] * weight for char, weight in zip(vin, WEIGHTS, strict=True))
            % 11
        ]
        for vin in vins
    ]


def _validate(chunks: list[pa.Array]) -> None:
    reader = Reader()
    for chunk in chunks:
        _ = reader(chunk).ninth  # worked out when asked for


def _manifest(folder: Path, rows: int, descriptors: int) -> pa.Table:
    path = folder / f"{rows}-{descriptors}.parquet"
    if not path.exists():
        write_manifest(path, rows, descriptors)
    return pq.read_table(path)


def validate(rows: int, folder: Path) -> Iterator[Line]:
    """Alphabet, length and check digit of a column."""
    for dirt, state in ((0.0, "as they should be"), (0.01, "1 % damaged, each told why")):
        path = folder / f"{state}.parquet"
        write_manifest(path, rows, max(1, rows // 2_000), dirt=dirt)
        vins = pq.read_table(path, columns=["vin"]).column("vin").combine_chunks().cast(pa.string())
        chunks = [vins.slice(start, CHUNK) for start in range(0, rows, CHUNK)]
        sample = vins[:SAMPLE].to_pylist()
        ours, theirs = medians(
            lambda: seconds(lambda: _validate(chunks)),  # noqa: B023 - called here
            lambda: seconds(lambda: _plain_loop(sample)),  # noqa: B023
        )
        yield Line(
            f"validate {rows:,} VINs, {state}, one core",
            ">= 30 M/s",
            f"plain Python loop: {len(sample) / theirs / 1e6:.2f} M/s (on {len(sample):,} VINs; ultravin has none)",
            rate(rows, ours),
            rows / ours >= 30e6,
        )


def _against_ultravin(what: str, vins: pa.Array, least: float) -> Line:
    table = pa.table({"vin": vins})

    def ours() -> pa.Table:
        return decode_table(table, fields=list(FIELDS))

    def theirs() -> pa.Table:
        stream = ultravin.decode_stream(table, vin_column="vin", columns=list(FIELDS.values()))
        return pa.RecordBatchReader.from_stream(stream).read_all()

    our, their = medians(lambda: seconds(ours), lambda: seconds(theirs))
    return Line(
        f"decode {len(FIELDS)} attributes, {what}",
        f">= {least:g} x",
        f"ultravin: {rate(len(vins), their)}",
        f"{rate(len(vins), our)}, {their / our:.2f} x",
        their / our >= least,
    )


def decode(rows: int, folder: Path) -> Iterator[Line]:
    """Twelve attributes of a manifest, in which descriptors come again and again."""
    descriptors = max(1, rows // 1_000)
    vins = _manifest(folder, rows, descriptors).column("vin").combine_chunks()
    yield _against_ultravin(f"{rows:,} rows, {descriptors:,} descriptors", vins, 50)


def distinct(rows: int, _folder: Path) -> Iterator[Line]:
    """The same where every descriptor is another one."""
    found: dict[str, str] = {}
    seed = 0
    while len(found) < rows:
        for vin in ultravin.generate(min(SEED_ROWS, rows), seed=seed):
            found.setdefault(vin[:8] + vin[9:11], vin)
        seed += 1
    vins = pa.array(list(found.values())[:rows])
    yield _against_ultravin(f"{rows:,} rows, every descriptor different", vins, 10)


def dials(rows: int, folder: Path) -> Iterator[Line]:
    """What decides the speed: rows and distinct descriptors, each turned alone."""
    works: dict[str, Callable[[pa.Table], object]] = {
        f"decode_table, {len(FIELDS)} fields": lambda table: decode_table(
            table.column("vin"), fields=list(FIELDS)
        ),
        "screen_table": lambda table: screen_table(table, mapping=MAPPING),
    }
    for name, work in works.items():
        for count in (rows // 10, rows, rows * 5):
            for descriptors in (rows // 2_000, rows // 200, rows // 20):
                table = _manifest(folder, count, max(1, descriptors))
                (taken,) = medians(lambda: seconds(lambda: work(table)))  # noqa: B023 - called here
                yield Line(
                    f"{name}, {count:,} rows, {descriptors:,} descriptors",
                    "",
                    "",
                    rate(count, taken),
                )
