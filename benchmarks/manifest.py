"""Write a manifest of any size, for timing.

    python -m benchmarks.manifest OUT.csv --rows 1000000 --descriptors 5000
    python -m benchmarks.manifest OUT.parquet --rows 10000000

Two dials: the number of rows and the number of distinct descriptors (VIN positions 1-8, 10 and 11),
which is what a decoder's work grows with. The first descriptors are those of the packaged sample; when
more are asked for, years and plants are varied, and then positions 8, 7 and 6, so that large numbers
of them are of the right shape but invented.
"""

import argparse
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.sample import (
    FIRST_DAY,
    FUEL_WORDS,
    LAST_DAY,
    LINES,
    VIN_DAMAGE,
    VIN_VALUES,
    VIN_WEIGHTS,
)

BATCH = 1 << 17
USED_SHARE = 0.04
SERIALS = 1_000_000
ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
YEARS = "NPRST"
# Damage that one VIN can suffer by itself, each kind as often as the other.
DAMAGE = tuple(VIN_DAMAGE.values())
COLUMNS = ("vin", "品牌", "燃料种类", "商品编号", "新旧", "申报日期")
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])


class _Pool(NamedTuple):
    """What depends on the descriptor alone, one element for each."""

    chars: np.ndarray  # (descriptors, 17) bytes; serial number and check digit still "0"
    has_check_digit: np.ndarray
    brand: pa.Array
    fuel: pa.Array
    hs: pa.Array
    hs_used: pa.Array
    used: np.ndarray  # whether the line of the sample is one of used cars


def _descriptors() -> Iterator[tuple[str, int]]:
    """Patterns of the first eleven characters, and the line of the sample that each comes from."""
    for number, line in enumerate(LINES):
        for year in line.years:
            yield f"{line.pattern}{year}{line.plant}", number
    for sixth, seventh, eighth in product(("", *ALPHABET), repeat=3):
        for year, plant in product(YEARS, ALPHABET):
            for number, line in enumerate(LINES):
                own = line.pattern
                varied = own[:5] + (sixth or own[5]) + (seventh or own[6]) + (eighth or own[7])
                yield f"{varied}{own[8]}{year}{plant}", number


def _pool(descriptors: int) -> _Pool:
    """The first so many distinct descriptors."""
    found: dict[str, int] = {}
    for pattern, number in _descriptors():
        found.setdefault(pattern, number)
        if len(found) == descriptors:
            break
    else:
        raise ValueError(f"at most {len(found)} descriptors can be made")
    text = "".join(f"{pattern.replace('?', '0')}000000" for pattern in found)
    lines = [LINES[number] for number in found.values()]
    fuels = [FUEL_WORDS[line.group] for line in lines]
    return _Pool(
        np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, 17),
        np.array([pattern[8] == "?" for pattern in found]),
        pa.array([line.brand for line in lines]),
        pa.array([words[at % len(words)] for at, words in enumerate(fuels)]),
        pa.array([line.hs for line in lines]),
        pa.array([line.hs.replace("8703801090", "8703801010") for line in lines]),
        np.array([line.condition == "旧" for line in lines]),
    )


def _value_table() -> np.ndarray:
    """The ISO 3779 value of every byte."""
    values = np.zeros(256, np.uint8)
    for char, value in VIN_VALUES.items():
        values[ord(char)] = value
    return values


VALUES = _value_table()
WEIGHTS = np.array(VIN_WEIGHTS, np.uint16)
CHECK_DIGITS = np.frombuffer(b"0123456789X", np.uint8)
DIGIT_WEIGHTS = 10 ** np.arange(5, -1, -1)


def _vins(pool: _Pool, kind: np.ndarray, serial: np.ndarray) -> pa.Array:
    """One VIN a row, with its serial number and, where the market has one, its check digit."""
    chars = pool.chars[kind]
    chars[:, 11:] = serial[:, None] // DIGIT_WEIGHTS % 10 + ord("0")
    remainder = VALUES[chars] @ WEIGHTS % 11
    checked = pool.has_check_digit[kind]
    chars[checked, 8] = CHECK_DIGITS[remainder[checked]]
    offsets = np.arange(0, 17 * len(kind) + 1, 17, dtype=np.int32)
    return pa.StringArray.from_buffers(len(kind), pa.py_buffer(offsets), pa.py_buffer(chars))


def _spoil(vin: str, kind: int) -> str:
    """The VIN damaged; cut short where the damage of that kind has nothing to bite on."""
    spoilt = DAMAGE[kind](vin)
    return vin[:-1] if spoilt == vin else spoilt


def _damage(vins: pa.Array, rows: np.ndarray, rng: np.random.Generator) -> pa.Array:
    """The VINs with these rows damaged."""
    mask = np.zeros(len(vins), bool)
    mask[rows] = True
    kinds = rng.integers(len(DAMAGE), size=len(rows))
    whole = vins.filter(pa.array(mask)).to_pylist()
    spoilt = [_spoil(vin, kind) for kind, vin in zip(kinds.tolist(), whole, strict=True)]
    return pc.replace_with_mask(vins, pa.array(mask), pa.array(spoilt, pa.string()))


def _batches(rows: int, pool: _Pool, seed: int, dirt: float) -> Iterator[pa.RecordBatch]:
    """The manifest, one bounded piece after the other."""
    rng = np.random.default_rng(seed)
    descriptors = len(pool.brand)
    conditions = pa.array(["新", "旧"])
    days = [FIRST_DAY + timedelta(days=at) for at in range((LAST_DAY - FIRST_DAY).days + 1)]
    dates = pa.array([day.isoformat() for day in days])
    for start in range(0, rows, BATCH):
        stop = min(start + BATCH, rows)
        row = rng.permutation(np.arange(start, stop))
        turn, kind = np.divmod(row, descriptors)  # every descriptor comes once in each turn
        vins = _vins(pool, kind, (turn * 387_421 + kind * 7_919) % SERIALS)
        spoilt = int(stop * dirt) - int(start * dirt)
        if spoilt:
            vins = _damage(vins, rng.choice(stop - start, spoilt, replace=False), rng)
        used = (rng.random(stop - start) < USED_SHARE) | pool.used[kind]
        hs = pc.if_else(pa.array(used), pool.hs_used.take(kind), pool.hs.take(kind))
        columns = [
            vins,
            pool.brand.take(kind),
            pool.fuel.take(kind),
            hs,
            conditions.take(used.astype(np.int8)),
            dates.take(rng.integers(len(dates), size=stop - start)),
        ]
        yield pa.record_batch(columns, schema=SCHEMA)


def _writer(path: Path) -> AbstractContextManager:
    """A writer of record batches in the format that the suffix asks for; no cell needs quotes."""
    if path.suffix == ".parquet":
        return pq.ParquetWriter(path, SCHEMA, compression="zstd")
    options = pyarrow.csv.WriteOptions(quoting_style="none")
    return pyarrow.csv.CSVWriter(path, SCHEMA, write_options=options)


def write_manifest(
    path: str | Path, rows: int, descriptors: int, seed: int = 54, dirt: float = 0.01
) -> None:
    """Write a manifest with exactly so many rows, distinct descriptors and damaged VINs.

    The same arguments give the same table. Undamaged VINs are distinct up to a million of each
    descriptor.

    Args:
        path: the file; Parquet when it ends in ``.parquet``, otherwise UTF-8 CSV.
        rows: number of rows, at least ``descriptors``.
        descriptors: number of distinct values of VIN positions 1-8, 10 and 11, before damage.
        seed: of the order, the dates, the used vehicles and the damage.
        dirt: share of VINs damaged, rounded down to whole rows.

    Raises:
        ValueError: the numbers do not fit together.
    """
    if not 1 <= descriptors <= rows:
        raise ValueError("there must be a descriptor, and a row for each")
    if not 0 <= dirt <= 1:
        raise ValueError("dirt is a share: from 0 to 1")
    with _writer(Path(path)) as writer:
        for batch in _batches(rows, _pool(descriptors), seed, dirt):
            writer.write_batch(batch)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path, help="file to write; .parquet or .csv")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--descriptors", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=54)
    parser.add_argument("--dirt", type=float, default=0.01)
    given = parser.parse_args()
    write_manifest(given.out, given.rows, given.descriptors, given.seed, given.dirt)


if __name__ == "__main__":
    main()
