"""What the update scripts share: a strict reader, a plain writer, and the alphabet of a VIN."""

import csv
import io
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"
"""The characters of a VIN in the order of ISO 3780: no I, O or Q, and 0 comes last."""

WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")
COUNTRY = re.compile(r"[A-Z]{2}")
CONFIDENCE = frozenset({"high", "medium", "low"})

TAGS = frozenset(
    {
        "alltransua",
        "apelsyn",
        "consumer-reports",
        "corgi-community",
        "cornucopia",
        "cornucopia-2026",
        "danish-moto",
        "frankely",
        "gb16737-2019",
        "go-decoder",
        "ipd",
        "kba",
        "kuaihz",
        "mbpassion",
        "node-vin-lite-2016",
        "opendbc",
        "renrendoc",
        "ru-list",
        "sgm-manual",
        "teezer",
        "ts-decoder-2026",
        "various",
        "vin-evidence",
        "vin2year",
        "vininfo",
        "vininfo(part)",
        "vinlite-2016",
        "vinspecify",
        "vpic",
        "vpic-use",
        "walle-cn",
        "wiki-old",
        "wikibooks",
        "wikipedia",
        "wikipedia-2023",
        "zhidaotian",
    }
)
"""Every source tag that ``wmi_data/README.md`` explains."""


class SurpriseError(ValueError):
    """The source holds something that this script was not written for."""


def ensure(condition: object, message: str) -> None:
    """Stop with ``message`` unless ``condition`` holds."""
    if not condition:
        raise SurpriseError(message)


def iso_key(code: str) -> tuple[int, ...]:
    """The place of a code in the order of ISO 3780."""
    return tuple(ALPHABET.index(character) for character in code)


def source_folder() -> Path:
    """The folder given on the command line."""
    ensure(len(sys.argv) == 2, f"usage: {Path(sys.argv[0]).name} SOURCE_FOLDER")
    given = Path(sys.argv[1])
    ensure(given.is_dir(), f"{given}: not a folder")
    return given


def source_path(name: str) -> Path:
    """The file ``name`` in the folder given on the command line, or the file given itself."""
    ensure(len(sys.argv) == 2, f"usage: {Path(sys.argv[0]).name} SOURCE_FOLDER_OR_FILE")
    given = Path(sys.argv[1])
    return given / name if given.is_dir() else given


def read_rows(
    path: Path, columns: tuple[str, ...], *, trimmed: bool = False
) -> list[dict[str, str]]:
    """The rows of one source table; anything untidy about it is a surprise.

    With ``trimmed``, space around a cell is none: it is cut.
    """
    text = path.read_text(encoding="utf-8")
    ensure(text.endswith("\n"), f"{path}: no line end at the end")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = tuple(next(reader, ()))
    ensure(header == columns, f"{path}: columns are {header}, expected {columns}")
    rows = []
    for raw in reader:
        where = f"{path}, line {reader.line_num}"
        cells = [cell.strip() for cell in raw] if trimmed else raw
        ensure(len(cells) == len(columns), f"{where}: {len(cells)} cells")
        for cell in cells:
            ensure(cell == cell.strip(), f"{where}: space around {cell!r}")
            ensure(len(cell.splitlines()) < 2, f"{where}: line break in {cell!r}")
        rows.append(dict(zip(columns, cells, strict=True)))
    ensure(rows, f"{path}: no rows")
    return rows


def check_tags(tags: str) -> str:
    """``tags`` itself, once every one of them is known."""
    unknown = set(tags.split(";")) - TAGS
    ensure(not unknown, f"unknown source tags {sorted(unknown)}")
    return tags


def write_rows(columns: tuple[str, ...], rows: Iterable[Sequence[str]], *, keys: int = 1) -> None:
    """Print one table: UTF-8, plain line ends, and the first ``keys`` cells never quoted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        ensure(len(row) == len(columns), f"{len(row)} cells in {row}")
        for cell in row[:keys]:
            ensure(not set(cell) & set(',";\n\r'), f"key {cell!r} would be quoted")
        writer.writerow(row)
    sys.stdout.buffer.write(out.getvalue().encode("utf-8"))
