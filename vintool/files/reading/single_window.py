"""The declaration of China's Single Window: each vehicle is a row.

A goods line without a vehicle is a row without a VIN: some senders fill the block for a few kinds of licence alone, and
no line may vanish. The rows come out of the XML in ``single_window_rows``, in two passes: one to know the columns and to
count, one to read.
"""

import codecs
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.reading.encoding import decide
from vintool.files.reading.sheets import SAMPLE_ROWS, Batch, Manifest, Sheet, Tally
from vintool.files.reading.single_window_rows import COLUMNS, Row, RowReader

# What an element is and the same words as a heading of a table may not be: "Trade name" can be a brand,
# and "Invoice num." the number of an invoice, where this is a quantity.
_FIXED = {
    "vin": "VinCode",
    "chassis_no": "ChassisNo",
    "exporter": "TradeName",
    "bl_no": "BillNo",
    "vessel": "TrafName",
    "export_date": "IEDate",
    "invoice_quantity": "InvoiceNum",
}

_ROWS = 8_192
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")


class _Layout(NamedTuple):
    """What the first pass has learnt of a declaration."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    heads: list[dict[str, str]]
    rows: int

    def cells(self, row: Row) -> tuple[str, ...]:
        """A row in the order of the columns, with what its declaration says of all of them."""
        both = {**self.heads[min(row.message, len(self.heads) - 1)], **row.cells}
        return tuple(both.get(name, "") for name in self.columns)

    @property
    def exports(self) -> bool:
        """Whether no declaration in the file says that it is one of imports."""
        return not any(head.get("IEFlag", "").upper() == "I" for head in self.heads)

    def fixed(self) -> dict[str, str]:
        """The columns whose meaning the format itself tells."""
        fixed = {field: name for field, name in _FIXED.items() if name in self.columns}
        if "vin" not in fixed:
            fixed.pop("chassis_no", None)  # the only number that there is
        if not self.exports:
            fixed.pop("export_date", None)
        return fixed

    def batches(self, _tally: Tally) -> Iterator[Batch]:
        """The rows of the second pass."""
        reader, done = RowReader(self.path, self.encoding), 0
        rows = iter(reader)
        while block := [self.cells(row) for row in itertools.islice(rows, _ROWS)]:
            arrays = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
            numbers = np.arange(done + 1, done + len(block) + 1, dtype=np.int64)
            done += len(block)
            data = pa.RecordBatch.from_arrays(arrays, names=list(self.columns))
            yield Batch(data, numbers, reader.position)
        if done != self.rows:
            raise ManifestError(
                f"{done} rows read where the file held {self.rows}",
                file=self.path.name,
                next_step="let nothing write to it meanwhile",
            )


def read_declaration(path: Path, size: int, *, encoding: str | None) -> Manifest:
    """Open a declaration: each vehicle is a row, and so is each goods line without one.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: how it is encoded, where what it declares is wrong.

    Raises:
        ManifestError: not well-formed, cut short, with a document type, or no declaration.
    """
    encoding, _, notes = decide(path, encoding or _declared(path))
    reader, rows, filled, sample = RowReader(path, encoding), 0, set[str](), list[Row]()
    handler = reader.handler
    for row in reader:
        rows += 1
        filled |= row.cells.keys()
        if rows <= SAMPLE_ROWS:
            sample.append(row)
    if not handler.is_declaration:
        raise ManifestError(
            "this is XML and no declaration of the Single Window",
            file=path.name,
            next_step="if it is a table, open it in a spreadsheet program and save a copy as .xlsx",
        )
    heads = handler.heads or [{}]
    filled.update(*heads)
    if not filled & {"VinCode", "ChassisNo"}:
        filled.add("VinCode")  # a table of vehicles, though none bears a number
    columns = tuple(name for name in COLUMNS if name in filled)
    layout = _Layout(path, encoding, columns, heads, rows)
    if handler.without:
        notes.append(
            f"{handler.without} of {handler.lines} goods line(s) have no vehicle (DecGoodsLimitVin); each is a row without a VIN."
        )
    if handler.repeated:
        notes.append(
            f"{handler.repeated} element(s) stand twice in one vehicle or goods line and differ; both texts were read."
        )
    if handler.unread:
        named = ", ".join(list(handler.unread)[:5])
        notes.append(
            f"Elements that are no cells hold something like a VIN and were not read: {named}."
        )
    if not rows:
        notes.append("The declaration has no goods line.")
    if not layout.exports:
        notes.append("It is an import declaration (IEFlag I); its IEDate is no export date.")
    sheet = Sheet(
        "",
        columns,
        columns,
        tuple(map(layout.cells, sample)),
        file=path.name,
        read=layout.batches,
        fixed=layout.fixed(),
    )
    return Manifest(path, "xml", encoding, (sheet,), (), tuple(notes), size)


def _declared(path: Path) -> str | None:
    """The encoding that the file declares; GBK and GB2312 by the name of what contains them.

    A byte order mark tells more, so behind one none is looked for.
    """
    with path.open("rb") as file:
        declared = _DECLARED.match(file.read(256))
    if declared is None:
        return None
    try:
        name = codecs.lookup(declared[1].decode()).name
        b"".decode(name)
    except (LookupError, UnicodeError):
        raise ManifestError(
            "the XML declares an encoding that is not known",
            file=path.name,
            next_step="pass the right one with --encoding",
            in_python="pass the right one as encoding=",
        ) from None
    return "gb18030" if name in {"gbk", "gb2312"} else name
