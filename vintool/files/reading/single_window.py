"""The declaration of China's Single Window: its vehicles read as rows, and blocks of vehicles written.

A vehicle is a ``DecGoodsLimitVin`` under a goods line, a ``DecList``. A goods line without one is a
row without a VIN: some senders fill the block for a few kinds of licence alone, and no line may
vanish. The names are those of the public schema. Senders differ in what they put around them and in
the namespace, so elements are found by their local names, and one that is absent is no error.

A document type is refused before anything in it is read: with it go all entities but XML's own.
"""

import codecs
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Verdict
from vintool.columns import LICENCE
from vintool.columns.engine.categorical import as_text
from vintool.declaration.days import read_date
from vintool.desk.ledger import Ledger
from vintool.desk.licences import is_number
from vintool.errors import ManifestError
from vintool.files.reading.encoding import decide
from vintool.files.reading.sheets import Batch, Manifest, Sheet, Tally

NAMESPACE = "http://www.chinaport.gov.cn/dec"
SINGLE_WINDOW = "single-window.xml"

#: Element of a vehicle -> field of a manifest, in the order of the schema. The sequence number,
#: ``VinNo``, is made anew: as a heading the word means the VIN.
ELEMENTS = {
    "LicenceNo": "licence_no",
    "LicTypeCode": "licence_type",
    "VinNo": "",
    "BillLadDate": "bl_date",
    "QualityQgp": "quality_period",
    "MotorNo": "engine_no",
    "VinCode": "vin",
    "ChassisNo": "chassis_no",
    "InvoiceNum": "invoice_quantity",
    "ProdCnnm": "goods_name_zh",
    "ProdEnnm": "goods_name_en",
    "ModelEn": "model",
    "PricePerUnit": "unit_price",
    "InvoiceNo": "invoice_no",
}
_LIMIT = ("LicenceNo", "LicTypeCode")  # stand on the licence too, above its vehicles
_GOODS = ("GNo", "CodeTS", "GName", "GModel", "GQty", "TradeCurr", "DestinationCountry")
_HEAD = ("IEFlag", "IEDate", "TradeCoScc", "TradeName", "TradeMode", "BillNo", "TrafName")
_CELLS = {
    "DecHead": frozenset(_HEAD),
    "DecList": frozenset(_GOODS),
    "DecGoodsLimit": frozenset(_LIMIT),
    "DecGoodsLimitVin": frozenset(ELEMENTS),
}
_KNOWN = frozenset({*_CELLS, "DecMessage", "DecLists", "DecGoodsLimits"})
_COLUMNS = (*(name for name in ELEMENTS if name != "VinNo"), *_GOODS, *_HEAD)
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

_CHUNK = 1 << 18
_LONGEST = 1 << 16
_ROWS = 8_192
_SAMPLE = 500
_LONGEST_CHASSIS = 20
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Row(NamedTuple):
    """A vehicle, or a goods line without one: the number of its declaration, and its cells."""

    message: int
    cells: dict[str, str]


class _Handler:
    """What the parser tells, gathered to rows; a goods line is complete at its end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.rows: list[_Row] = []
        self.heads: list[dict[str, str]] = []
        self.lines = self.without = 0
        self.known = False
        self._scopes: list[tuple[str, dict[str, str]]] = []
        self._vehicles: list[dict[str, str]] = []
        self._of_licence = 0  # where the vehicles of the licence at hand begin
        self._leaf, self._text, self._length = "", list[str](), 0

    def doctype(self, *_: object) -> None:
        """Refuse entities where they could be declared."""
        raise ManifestError(
            "the XML has a document type (DOCTYPE), which no declaration needs and which can hide entities",
            file=self._name,
            next_step="ask the sender for the file without it",
        )

    def start(self, name: str, _attributes: object) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        self.known = self.known or local in _KNOWN
        if local == "DecMessage":
            self.heads.append({})
        if local in _CELLS:
            self._scopes.append((local, {}))
        if local == "DecGoodsLimit":
            self._of_licence = len(self._vehicles)
        self._leaf, self._text, self._length = local, [], 0

    def text(self, text: str) -> None:
        """Text of an element."""
        if not self._leaf or not self._scopes:
            return
        self._length += len(text)
        if self._length > _LONGEST:
            raise ManifestError(
                f"an element is longer than {_LONGEST:,} characters",
                file=self._name,
                next_step="ask the sender for the file again",
            )
        self._text.append(text)

    def end(self, name: str) -> None:
        """An element ends: a cell, if nothing stands in it but text."""
        local = name.rpartition(":")[2]
        if self._scopes and self._leaf == local and local in _CELLS[self._scopes[-1][0]]:
            value = "".join(self._text).strip()
            if value:
                self._scopes[-1][1].setdefault(local, value)
        self._leaf = ""
        if local in _CELLS:
            self._finish(*self._scopes.pop())

    def _finish(self, kind: str, cells: dict[str, str]) -> None:
        if kind == "DecHead":
            if not self.heads or self.heads[-1]:
                self.heads.append({})
            self.heads[-1].update(cells)
            return
        if kind == "DecGoodsLimitVin" and cells:  # many write an empty one on every goods line
            self._vehicles.append(cells)
        if kind == "DecGoodsLimit":
            number = cells.get("LicenceNo", "")
            self._vehicles[self._of_licence :] = [
                {**cells, **vehicle} if vehicle.get("LicenceNo", number) == number else vehicle
                for vehicle in self._vehicles[self._of_licence :]
            ]
        if kind == "DecList":
            self.lines += 1
            self.without += not self._vehicles
            self._flush(cells, self._vehicles or [{}])
        elif not any(scope != "DecHead" for scope, _ in self._scopes):
            self._flush({}, self._vehicles)  # a fragment, such as the one that we write

    def _flush(self, goods: dict[str, str], vehicles: list[dict[str, str]]) -> None:
        message = max(len(self.heads) - 1, 0)
        self.rows += (_Row(message, {**goods, **vehicle}) for vehicle in vehicles)
        self._vehicles, self._of_licence = [], 0


class _Reading:
    """One pass over a file."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self.told = _Handler(path.name)
        self.position = 0

    def __iter__(self) -> Iterator[_Row]:
        told, parser = self.told, expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = told.doctype
        parser.StartElementHandler = told.start
        parser.CharacterDataHandler = told.text
        parser.EndElementHandler = told.end
        # The text is decoded here: expat knows no GBK, and a str overrules what the file declares.
        with (
            self._path.open("rb") as raw,
            io.TextIOWrapper(raw, self._encoding, newline="") as file,
        ):
            while True:
                text = file.read(_CHUNK)
                self.position = raw.tell()
                try:
                    parser.Parse(text, not text)
                except (expat.ExpatError, UnicodeError):
                    what = "the XML is not well-formed" if text else "the XML is cut short"
                    raise ManifestError(
                        f"{what} at line {parser.ErrorLineNumber}",
                        file=self._path.name,
                        next_step="ask the sender for the file again",
                    ) from None
                yield from told.rows
                told.rows = []
                if not text:
                    return


class _Layout(NamedTuple):
    """What the first pass has learnt of a declaration."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    heads: list[dict[str, str]]
    rows: int

    def cells(self, row: _Row) -> tuple[str, ...]:
        """A row in the order of the columns, with what its declaration says of all of them."""
        both = {**self.heads[min(row.message, len(self.heads) - 1)], **row.cells}
        return tuple(both.get(name, "") for name in self.columns)

    @property
    def exports(self) -> bool:
        """Whether no declaration in the file says that it is one of imports."""
        return not any(head.get("IEFlag", "").upper() == "I" for head in self.heads)

    def fixed(self) -> dict[str, str]:
        """The columns whose meaning the format itself tells."""
        told = {field: name for field, name in _FIXED.items() if name in self.columns}
        if "vin" not in told:
            told.pop("chassis_no", None)  # the only number that there is
        if not self.exports:
            told.pop("export_date", None)
        return told

    def batches(self, _tally: Tally) -> Iterator[Batch]:
        """The rows of the second pass."""
        reading, done = _Reading(self.path, self.encoding), 0
        rows = iter(reading)
        while block := [self.cells(row) for row in itertools.islice(rows, _ROWS)]:
            arrays = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
            numbers = np.arange(done + 1, done + len(block) + 1, dtype=np.int64)
            done += len(block)
            data = pa.RecordBatch.from_arrays(arrays, names=list(self.columns))
            yield Batch(data, numbers, reading.position)
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
    first = _Reading(path, encoding)
    told, rows, filled, sample = first.told, 0, set[str](), list[_Row]()
    for row in first:
        rows += 1
        filled |= row.cells.keys()
        if rows <= _SAMPLE:
            sample.append(row)
    if not told.known:
        raise ManifestError(
            "this is XML and no declaration of the Single Window",
            file=path.name,
            next_step="if it is a table, open it in a spreadsheet program and save a copy as .xlsx",
        )
    heads = told.heads or [{}]
    filled.update(*heads)
    if not filled & {"VinCode", "ChassisNo"}:
        filled.add("VinCode")  # a table of vehicles, though none bears a number
    columns = tuple(name for name in _COLUMNS if name in filled)
    layout = _Layout(path, encoding, columns, heads, rows)
    if told.without:
        notes.append(
            f"{told.without} of {told.lines} goods line(s) have no vehicle (DecGoodsLimitVin); each is a row without a VIN."
        )
    if not rows:
        notes.append("The declaration has no goods line.")
    if not layout.exports:
        notes.append("It is an import declaration (IEFlag I); its IEDate is no export date.")
    shown = tuple(map(layout.cells, sample))
    sheet = Sheet(
        "", columns, columns, shown, file=path.name, read=layout.batches, fixed=layout.fixed()
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
        ) from None
    return "gb18030" if name in {"gbk", "gb2312"} else name


class VehicleBlocks:
    """``single-window.xml``: the rows that need a licence as vehicles, licence by licence.

    Only what a row tells is written: no licence type, no chassis number and no date is made up. A VIN
    that stands on several rows is one vehicle, as it is in the ledger.

    Args:
        ledger: the licences that rows were drawn on, if a list of them was given.
    """

    def __init__(self, ledger: Ledger | None) -> None:
        accounts = ledger.accounts if ledger else ()
        self._numbers = {one.licence.place: one.number for one in accounts if one.licence}
        self._licences: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._vins = set[str]()
        self._repeated = 0

    def add(
        self, mapping: Mapping[str, str], data: pa.RecordBatch, answers: pa.RecordBatch
    ) -> None:
        """Keep the rows of a screened batch that need a licence.

        Args:
            mapping: field -> column name.
            data: the user's columns.
            answers: what was found, with the licence that each row has drawn on.
        """
        needs = pc.equal(answers.column("vin_verdict"), pa.scalar(Verdict.CONTROLLED.value))
        rows, told = data.filter(needs), answers.filter(needs)
        columns = {
            element: as_text(rows.column(mapping[field])).to_pylist()
            for element, field in ELEMENTS.items()
            if field in mapping
        }
        columns["VinCode"] = pc.coalesce(told.column("vin"), told.column("vin_text")).to_pylist()
        known = (told.column(name).to_pylist() for name in ("vin", LICENCE))
        for row, (vin, licence) in enumerate(zip(*known, strict=True)):
            if vin in self._vins:
                self._repeated += 1
                continue
            if vin:
                self._vins.add(vin)
            cells = {element: _legal(texts[row] or "") for element, texts in columns.items()}
            number = cells.get("LicenceNo", "")
            matched = _legal(self._numbers.get(licence, ""))
            cells["LicenceNo"] = matched or (number if is_number(number) else "")
            if day := read_date(cells.get("BillLadDate", "")):
                cells["BillLadDate"] = f"{day:%Y%m%d}"
            key = cells["LicenceNo"], cells.get("LicTypeCode", "")
            self._licences.setdefault(key, []).append(cells)

    def notes(self) -> tuple[str, ...]:
        """What the file cannot settle."""
        vehicles = [cells for group in self._licences.values() for cells in group]
        unread = len(vehicles) - len(self._vins)
        without = sum(not cells["LicenceNo"] for cells in vehicles)
        long = sum(len(cells.get("ChassisNo", "")) > _LONGEST_CHASSIS for cells in vehicles)
        notes = (
            f"{SINGLE_WINDOW} holds {len(vehicles)} vehicle(s) that need a licence.",
            f"{self._repeated} row(s) repeat a VIN that it holds already."
            if self._repeated
            else "",
            f"{unread} of them have no VIN that can be read; its text is written."
            if unread
            else "",
            f"{without} of them name no licence." if without else "",
            f"{long} of them have a chassis number of more than {_LONGEST_CHASSIS} characters, which the Single Window does not take."
            if long
            else "",
        )
        return tuple(filter(None, notes))

    def write(self, folder: Path) -> None:
        """Write the file."""
        with (folder / SINGLE_WINDOW).open("w", encoding="utf-8", newline="\n") as file:
            file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
            file.write(f'<DecGoodsLimits xmlns="{NAMESPACE}">\n')
            for (number, kind), vehicles in self._licences.items():
                file.write("  <DecGoodsLimit>\n")
                file.writelines(_lines(4, {"LicTypeCode": kind, "LicenceNo": number}))
                for at, cells in enumerate(vehicles, 1):
                    numbered = {**cells, "VinNo": str(at)}
                    file.write("    <DecGoodsLimitVin>\n")
                    file.writelines(_lines(6, {name: numbered.get(name, "") for name in ELEMENTS}))
                    file.write("    </DecGoodsLimitVin>\n")
                file.write("  </DecGoodsLimit>\n")
            file.write("</DecGoodsLimits>\n")


def _lines(indent: int, cells: Mapping[str, str]) -> Iterator[str]:
    """An element a line; those without text stay out."""
    for name, text in cells.items():
        if text:
            element = ET.Element(name)
            element.text = text
            yield f"{' ' * indent}{ET.tostring(element, 'unicode')}\n"


def _legal(text: str) -> str:
    r"""A text on one line, without the characters that XML cannot hold.

    >>> _legal(" 26-AA\x00-000001\n<b> ")
    '26-AA-000001 <b>'
    """
    return " ".join(_ILLEGAL.sub("", text).split())
