"""Manifests of every format, and what damage makes of them: the same from the same seed.

A file is damaged as mails, disks and hurried programs damage files (bits, cuts, pieces lost, twice or swapped), and
as somebody would who means it: numbers that say how much there is to come become absurd, and the parts of
an archive are damaged inside, so that no checksum gives it away.
"""

import csv
import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from support import handmade, letters
from vintool.declaration.mapping import map_columns
from vintool.errors import ManifestError, MappingError
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Manifest

HEAD = ["No", "VIN", "品牌", "HS Code", "Declaration date", "Remark"]
ROWS = [
    [str(i), f"LRW3E7FA{i % 10}LC{i:06d}", ("特斯拉", "BYD", "")[i % 3], "8703801090", f"2026-03-{i % 28 + 1:02d}", 'two\nlines, and "more"' if i % 9 == 0 else ""]
    for i in range(1, 61)
]  # fmt: skip
ABSURD = (0, 1, 0x7F, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0x80000000)
DIGITS = b"0123456789"


def _text(encoding: str, delimiter: str = ",", **options: int) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, **options).writerows(
        [["Export list"], [], HEAD, *ROWS, ["合计", "60"]]
    )
    return file.getvalue().encode(encoding)


def _lines() -> bytes:
    lines = (json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS)
    return "\n".join(lines).encode()


def _mail() -> bytes:
    return "\n".join(["Dear all,", *(f"{row[0]}) {row[1]} {row[2]} blue" for row in ROWS)]).encode()


def _declaration() -> bytes:
    lines = "".join(
        f"<DecList><GNo>{row[0]}</GNo><CodeTS>{row[3]}</CodeTS><DecGoodsLimits><DecGoodsLimit><DecGoodsLimitVin><VinCode>{row[1]}</VinCode></DecGoodsLimitVin></DecGoodsLimit></DecGoodsLimits></DecList>"
        for row in ROWS
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><DecMessage><DecHead><IEFlag>E</IEFlag></DecHead><DecLists>{lines}</DecLists></DecMessage>'.encode()


def _parquet(folder: Path, **options: object) -> bytes:
    table = pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True)))
    pq.write_table(table, folder / "x", row_group_size=25, **options)
    return (folder / "x").read_bytes()


def _arrow(folder: Path, new: Callable[..., object]) -> bytes:
    table = pa.table(dict(zip(HEAD, zip(*ROWS, strict=True), strict=True)))
    with pa.OSFile(str(folder / "x"), "wb") as file, new(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=25)
    return (folder / "x").read_bytes()


def _zstd(data: bytes, folder: Path) -> bytes:
    with pa.OSFile(str(folder / "z"), "wb") as file, pa.CompressedOutputStream(file, "zstd") as out:
        out.write(data)
    return (folder / "z").read_bytes()


def _xlsxwriter(folder: Path) -> bytes:
    with xlsxwriter.Workbook(str(folder / "x.xlsx")) as book:
        sheet = book.add_worksheet("S")
        book.add_worksheet("T").hide()
        for number, row in enumerate([HEAD, *ROWS]):
            sheet.write_row(number, 0, row)
        sheet.merge_range(1, 5, 3, 5, "merged")
    return (folder / "x.xlsx").read_bytes()


def _records() -> bytes:
    """A bill of lading with its vehicles, as one document."""
    vehicles = [{"vehicle": {"vin": row[1], "make": row[2]}, "papers": {"hs": row[3]}} for row in ROWS]  # fmt: skip
    return json.dumps({"bl": "B1", "ship": {"name": "MV"}, "vehicles": vehicles}, indent=1).encode()


def _letters(folder: Path) -> dict[str, bytes]:
    """What comes by mail: the mails, and pages, documents and archives."""
    rows, listed = [HEAD, *ROWS], ("list.csv", _text("utf-8"))
    page = letters.html_table(rows)
    attached = letters.mail("see attached\n", listed).as_bytes()
    handmade.compound_tree(folder / "a.msg", letters.message("list", "see attached\n", listed))
    letters.word(folder / "a.docx", letters.paragraph("Dear all") + letters.word_table(rows))
    letters.archive(folder / "a.zip", **{"list.csv": listed[1], "see.txt": b"see the list"})
    letters.archive(folder / "b.zip", **{"a/a.zip": letters.archive(folder / "c.zip", **{"a.eml": attached}).read_bytes()})  # fmt: skip
    return {
        "body.eml": letters.mail(_mail().decode()).as_bytes(),
        "eml": attached,
        "htm": page.encode(),
        "page.xls": page.encode("utf-16"),
        "sheet.xls": letters.spreadsheetml(rows).encode(),
        "json": json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS]).encode(),
        "records.json": _records(),
        "msg": (folder / "a.msg").read_bytes(),
        "docx": (folder / "a.docx").read_bytes(),
        "zip": (folder / "a.zip").read_bytes(),
        "twice.zip": (folder / "b.zip").read_bytes(),
    }


@cache
def originals(folder: Path) -> dict[str, bytes]:
    """A sound file of every kind, by the ending of its name."""
    rows, shared, old = [HEAD, *ROWS], list[str](), list[str]()
    binary = handmade.xlsb_sheet(rows, shared, merged=[(1, 2, 3, 2)])
    handmade.xlsb_workbook(folder / "a.xlsb", {"S": binary}, shared)
    handmade.compound(folder / "a.xls", handmade.xls_stream({"S": handmade.xls_sheet(rows, old, merged=[(1, 2, 3, 2)])}, old))  # fmt: skip
    handmade.ods_document(folder / "a.ods", {"S": handmade.ods_table(rows)})
    handmade.xlsx_workbook(folder / "a.xlsx", {"S": handmade.xlsx_table(rows)})
    return {
        "csv": _text("utf-8"),
        "quoted.csv": _text("utf-8-sig", quoting=csv.QUOTE_ALL),
        "gb18030.csv": _text("gb18030"),
        "utf16.tsv": _text("utf-16", "\t"),
        "jsonl": _lines(),
        "mail.txt": _mail(),
        "xml": _declaration(),
        "csv.gz": gzip.compress(_text("utf-8"), mtime=0),
        "csv.zst": _zstd(_text("utf-8"), folder),
        "parquet": _parquet(folder),
        "plain.parquet": _parquet(folder, compression="none", use_dictionary=False),
        "arrow": _arrow(folder, pa.ipc.new_file),
        "arrows": _arrow(folder, pa.ipc.new_stream),
        "written.xlsx": _xlsxwriter(folder),
        **_letters(folder),
        **{ending: (folder / f"a.{ending}").read_bytes() for ending in ("xlsx", "xlsb", "xls", "ods")},
    }  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file with one damage, or a few."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice(DAMAGES)(data, chance) if data else data
    return data


def _place(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 4, 16, 64, 512)))


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _lose(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:end] + data[start:end] * chance.randint(1, 3) + data[end:]


def _overwrite(data: bytes, chance: random.Random) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + chance.choice((b"\0", b"\xff", b'"', b"<", b"\n")) * (end - start) + data[end:]  # fmt: skip


def _swap(data: bytes, chance: random.Random) -> bytes:
    one, two = sorted(chance.randrange(len(data)) for _ in range(2))
    size = min(chance.choice((4, 64, 512)), two - one, len(data) - two)
    return data[:one] + data[two : two + size] + data[one + size : two] + data[one : one + size] + data[two + size :]  # fmt: skip


def _absurd(data: bytes, chance: random.Random) -> bytes:
    """Another number where one may stand: four bytes, two, or digits of a text."""
    at = chance.randrange(len(data))
    if data[at] in DIGITS:
        return data[:at] + str(chance.choice(ABSURD)).encode() + data[at + 1 :]
    size = chance.choice((2, 4))
    number = struct.pack("<I", chance.choice(ABSURD))[:size]
    return data[:at] + number + data[at + size :]


DAMAGES = (_flip, _cut, _lose, _repeat, _overwrite, _swap, _absurd, _absurd)


def _inside(data: bytes, chance: random.Random) -> bytes:
    """Damage to one part of an archive, or parts that change places; its checksums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(parts))
    if chance.random() < 0.15:
        other = chance.choice(list(parts))
        parts[name], parts[other] = parts[other], parts[name]
    elif chance.random() < 0.1:
        parts[name.swapcase()] = parts.pop(name)
    else:
        parts[name] = damaged(parts[name], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return out.getvalue()


def mutant(chance: random.Random, folder: Path) -> tuple[str, bytes]:
    """A damaged file: the ending of its name, and its bytes."""
    files = originals(folder)
    ending = chance.choice(list(files))
    data = files[ending]
    if data.startswith(b"PK") and chance.random() < 0.7:
        return ending, _inside(data, chance)
    if ending == "csv.gz" and chance.random() < 0.5:
        return ending, gzip.compress(damaged(gzip.decompress(data), chance), mtime=0)
    if ending == "csv.zst" and chance.random() < 0.5:
        return ending, _zstd(damaged(_text("utf-8"), chance), folder)
    return ending, damaged(data, chance)


def read(path: Path) -> int | None:
    """Read a file to its end.

    Returns:
        How many rows it has; None if it was refused with a sentence.

    Raises:
        AssertionError: the count of somebody else differs.
    """
    try:
        manifest = open_manifest(path)
        for sheet in manifest.sheets:
            map_columns(sheet)
        rows = [number for sheet in manifest.sheets for batch in sheet.batches() for number in batch.rows.tolist()]  # fmt: skip
    except (ManifestError, MappingError) as error:
        refusal = error.with_traceback(None)  # or it would hold what was read
    else:
        return _whole(path, manifest, rows)
    assert refusal.next_step
    assert "\n" not in str(refusal)
    return None


def _whole(path: Path, manifest: Manifest, rows: list[int]) -> int:
    """How many rows there are, if all of them are there and in order."""
    # A line of a text may have several VINs.
    if len(manifest.sheets) == 1 and manifest.sheets[0].columns != ("vin", "line", "text"):
        assert rows == sorted(set(rows))
    blank = sum(sheet.blank_rows() for sheet in manifest.sheets)
    counted = _counted(path, manifest)
    assert counted is None or len(rows) + blank == counted, f"{len(rows)} + {blank} != {counted}"
    return len(rows)


def _counted(path: Path, manifest: Manifest) -> int | None:
    """The rows by another count than the reader's own, where there is a simple one."""
    if manifest.format == "parquet":
        return pq.read_metadata(path).num_rows
    if manifest.format == "jsonl":
        text = path.read_bytes().decode(manifest.encoding)
        return len(text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"))
    return None
