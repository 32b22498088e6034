"""Lines about columns in memory: validating, decoding, screening, by rows and distinct descriptors."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import ultravin

from benchmarks.manifest import write_manifest
from benchmarks.timing import Line, medians, rate, seconds
from vintool.columns import decode_table, screen_table
from vintool.columns.engine.characters import remainders
from vintool.columns.vins import Reader
from vintool.vin.check_digit import CHARACTER_VALUES, CHECK_CHARACTERS, WEIGHTS
from vintool.vin.positions import ALPHABET

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
        _ = reader(chunk).position_9  # worked out when asked for


def manifest(folder: Path, rows: int, descriptors: int) -> pa.Table:
    """A manifest of so many rows, written once."""
    path = folder / f"{rows}-{descriptors}.parquet"
    if not path.exists():
        write_manifest(path, rows, descriptors)
    return pq.read_table(path)


def validate(rows: int, folder: Path) -> Iterator[Line]:
    """Alphabet, length and check digit of a column."""
    for dirt, state in (
        (0.0, "as they should be"),
        (0.01, "1 % damaged, each of these read by itself"),
    ):
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


def _against_ultravin(what: str, vins: pa.Array, least: float | None) -> Iterator[Line]:
    table = pa.table({"vin": vins})

    def ours() -> pa.Table:
        return decode_table(table, fields=list(FIELDS), encoded=True)

    def plain() -> pa.Table:
        return decode_table(table, fields=list(FIELDS))

    def theirs() -> pa.Table:
        stream = ultravin.decode_stream(table, vin_column="vin", columns=list(FIELDS.values()))
        return pa.RecordBatchReader.from_stream(stream).read_all()

    our, texts, their = medians(
        lambda: seconds(ours), lambda: seconds(plain), lambda: seconds(theirs)
    )
    for taken, how in ((our, "as dictionary arrays"), (texts, "as plain texts")):
        yield Line(
            f"decode {len(FIELDS)} attributes {how}, {what}",
            f">= {least:g} x" if least else "-",
            f"ultravin: {rate(len(vins), their)}",
            f"{rate(len(vins), taken)}, {their / taken:.1f} x",
            their / taken >= least if least else None,
        )


def decode(rows: int, folder: Path) -> Iterator[Line]:
    """Twelve attributes where descriptors come again and again: of vPIC's vehicles, and of a manifest."""
    descriptors = max(1, rows // 1_000)
    what = f"{rows:,} rows, {descriptors:,} descriptors"
    yield from _against_ultravin(
        f"{what} of vPIC", _with_serials(_generated(descriptors), rows), 50
    )
    of_manifest = manifest(folder, rows, descriptors).column("vin").combine_chunks()
    # Most of its makers are not in vPIC, where ultravin stops at once.
    yield from _against_ultravin(f"{what} of a manifest, 1 % damaged", of_manifest, None)


def distinct(rows: int, _folder: Path) -> Iterator[Line]:
    """The same where every descriptor is another one."""
    what = f"{rows:,} rows, every descriptor different"
    yield from _against_ultravin(what, pa.array(_generated(rows)), 10)


def _generated(count: int) -> list[str]:
    """So many VINs that vPIC can decode, each of another descriptor."""
    found: dict[str, str] = {}
    seed = 0
    while len(found) < count:
        for vin in ultravin.generate(min(SEED_ROWS, count), seed=seed):
            found.setdefault(vin[:8] + vin[9:11], vin)
        seed += 1
    return list(found.values())[:count]


def _with_serials(vins: list[str], rows: int) -> pa.Array:
    """So many rows of the descriptors of these VINs, in random order, no two of them the same."""
    each = -(-rows // len(vins))
    characters = np.frombuffer("".join(vins).encode(), dtype=np.uint8).reshape(-1, 17)
    order = np.random.default_rng(54).permutation(len(vins) * each)[:rows]
    number, serial = np.divmod(order, each)
    characters = characters[number]
    for at in range(3):
        characters[:, 16 - at] = serial // 10**at % 10 + ord("0")
    checks = np.frombuffer(CHECK_CHARACTERS.encode(), dtype=np.uint8)
    characters[:, 8] = checks[remainders(characters)]
    ends = np.arange(0, 17 * rows + 1, 17, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(characters))


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
                table = manifest(folder, count, max(1, descriptors))
                (taken,) = medians(lambda: seconds(lambda: work(table)))  # noqa: B023 - called here
                yield Line(
                    f"{name}, {count:,} rows, {descriptors:,} descriptors",
                    "",
                    "",
                    rate(count, taken),
                )
