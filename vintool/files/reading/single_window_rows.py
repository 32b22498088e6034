"""The rows of a Single Window declaration, out of its XML: vehicles, and goods lines without one.

A vehicle is a ``DecGoodsLimitVin`` under a goods line, a ``DecList``. The names are those of the public schema. Senders
differ in what they put around them and in the namespace, so elements are found by their local names, and one that is
absent is no error.

A document type is refused before anything in it is read: with it go all entities but XML's own.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from vintool.errors import ManifestError

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
_LONGEST = 1 << 16  # characters of an element


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
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.rows: list[Row] = []
        self.heads: list[dict[str, str]] = []
        self.lines = self.without = 0
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

    def start(self, name: str, _attributes: object) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
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
        self.handler = _Handler(path.name)
        self.position = 0

    def __iter__(self) -> Iterator[Row]:
        """The rows in the order of the file.

        Raises:
            ManifestError: not well-formed, cut short, with a document type or an absurdly long element.
        """
        handler, parser = self.handler, expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = handler.doctype
        parser.StartElementHandler = handler.start
        parser.CharacterDataHandler = handler.text
        parser.EndElementHandler = handler.end
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
                yield from handler.rows
                handler.rows = []
                if not text:
                    return
