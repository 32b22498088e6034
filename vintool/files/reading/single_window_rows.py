"""The rows of a Single Window declaration, out of its XML: vehicles, and goods lines without one.

A vehicle is a ``DecGoodsLimitVin`` under a goods line, a ``DecList``. The names are those of the public schema. Senders
differ in what they put around them and in the namespace, so elements are found by their local names, and one that is
absent is no error.

A document type is refused before anything in it is read: with it go all entities but XML's own.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from vintool.declaration.shapes import holds_vin
from vintool.errors import ManifestError
from vintool.files.reading import limits

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
COLUMNS = (*(name for name in ELEMENTS if name != "VinNo"), *_GOODS, *_HEAD)

_CHUNK = 1 << 18  # characters
_NUMBERS = frozenset({"VinCode", "ChassisNo"})
_BETWEEN = " / "  # what an element says that stands twice


class Row(NamedTuple):
    """A vehicle, or a goods line without one: the number of its declaration, and its cells."""

    message: int
    cells: dict[str, str]


class _Handler:
    """What the parser meets, gathered to rows; a goods line is complete at its end.

    Attributes:
        rows: complete, and not yet fetched.
        heads: what each declaration says of all its rows.
        lines: goods lines.
        without: those of them without a vehicle.
        is_declaration: whether any element is one of the schema.
        repeated: how many elements stand twice in one place and say different things.
        unread: elements that are no cells and hold something like a VIN.
    """

    def __init__(self, name: str, line: Callable[[], int]) -> None:
        self._name, self._line = name, line
        self.rows: list[Row] = []
        self.heads: list[dict[str, str]] = []
        self.lines = self.without = self.repeated = 0
        self.unread = dict[str, None]()
        self.is_declaration = False
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

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if self._leaf in _NUMBERS and "".join(self._text).strip():
            raise self._misplaced(self._leaf)
        local = name.rpartition(":")[2]
        if attributes and any(map(holds_vin, attributes.values())):
            self.unread[local] = None
        self.is_declaration = self.is_declaration or local in _KNOWN
        if local == "DecMessage":
            self.heads.append({})
        if local in _CELLS:
            self._scopes.append((local, {}))
        if local == "DecGoodsLimit":
            self._of_licence = len(self._vehicles)
        self._leaf, self._text, self._length = local, [], 0

    def text(self, text: str) -> None:
        """Text of an element."""
        if not self._leaf:
            return
        self._length += len(text)
        if self._length > limits.ELEMENT:
            if not self._is_cell(self._leaf):
                return
            raise limits.beyond(
                f"element {self._leaf} at line {self._line()} is longer",
                limits.ELEMENT,
                "characters",
                file=self._name,
                next_step="ask the sender for the file again",
            )
        self._text.append(text)

    def _is_cell(self, local: str) -> bool:
        return bool(self._scopes) and local in _CELLS[self._scopes[-1][0]]

    def _misplaced(self, local: str) -> ManifestError:
        return ManifestError(
            f"{local} at line {self._line()} stands where no vehicle has one, or holds other elements: no row would have it",
            file=self._name,
            next_step="ask the sender for the file again",
        )

    def end(self, name: str) -> None:
        """An element ends: a cell, if nothing stands in it but text.

        One that stands twice says both: a second VIN must not be lost behind the first.
        """
        local = name.rpartition(":")[2]
        value = "".join(self._text).strip() if self._leaf == local else ""
        if value and self._is_cell(local):
            cells = self._scopes[-1][1]
            before = cells.setdefault(local, value)
            if value not in before.split(_BETWEEN):
                self.repeated += 1
                cells[local] = before + _BETWEEN + value
                if len(cells[local]) > limits.ELEMENT:
                    raise self._misplaced(local)
        elif value and local in _NUMBERS:
            raise self._misplaced(local)
        elif value and holds_vin(value):
            self.unread[local] = None
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
        self.rows += (Row(message, {**goods, **vehicle}) for vehicle in vehicles)
        self._vehicles, self._of_licence = [], 0


class RowReader:
    """One pass over a file.

    Args:
        path: the file.
        encoding: how its text is encoded.

    Attributes:
        handler: what was met so far.
        position: bytes of the file consumed so far.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._parser = expat.ParserCreate("utf-8")
        self.handler = _Handler(path.name, lambda: self._parser.CurrentLineNumber)
        self.position = 0

    def __iter__(self) -> Iterator[Row]:
        """The rows in the order of the file.

        Raises:
            ManifestError: not well-formed, cut short, with a document type or an absurdly long element.
        """
        handler, parser, parsed = self.handler, self._parser, 0
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = handler.doctype
        parser.StartElementHandler = handler.start
        parser.CharacterDataHandler = handler.text
        parser.EndElementHandler = handler.end
        # The text is decoded here: expat knows no GBK, and the encoding given overrules what the file declares.
        with (
            self._path.open("rb") as raw,
            io.TextIOWrapper(raw, self._encoding, newline="") as file,
        ):
            while True:
                text = file.read(_CHUNK)
                self.position = raw.tell()
                try:
                    data = text.encode()
                    parser.Parse(data, not data)
                except (expat.ExpatError, UnicodeError):
                    line = parser.ErrorLineNumber
                    raise ManifestError(
                        f"the XML is not well-formed at line {line}"
                        if text
                        else f"the XML is cut short at line {line}",
                        file=self._path.name,
                        next_step="ask the sender for the file again",
                    ) from None
                parsed += len(data)
                if parsed - parser.CurrentByteIndex > limits.TAG:
                    raise limits.beyond(
                        f"a tag at line {parser.CurrentLineNumber} is longer",
                        limits.TAG,
                        "bytes",
                        file=self._path.name,
                        next_step="ask the sender for the file again",
                    )
                yield from handler.rows
                handler.rows = []
                if not text:
                    return
