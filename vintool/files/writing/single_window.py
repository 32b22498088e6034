"""``single-window.xml``: blocks of vehicles for the declaration of China's Single Window.

The elements are those of the public schema (``reading.single_window_rows``); a block can be read again.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import Verdict
from vintool.columns import LICENCE
from vintool.columns.engine.categorical import as_text
from vintool.declaration.days import read_date
from vintool.desk.ledger import Ledger
from vintool.desk.licences import is_number
from vintool.escaping import plain_xml
from vintool.files.reading.single_window_rows import ELEMENTS

NAMESPACE = "http://www.chinaport.gov.cn/dec"
SINGLE_WINDOW = "single-window.xml"

_LONGEST_CHASSIS = 20  # characters
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
            answers: the columns of the screening, with the licence that each row has drawn on.
        """
        needs = pc.equal(answers.column("vin_verdict"), pa.scalar(Verdict.CONTROLLED.value))
        rows, screened = data.filter(needs), answers.filter(needs)
        columns = {
            element: as_text(rows.column(mapping[field])).to_pylist()
            for element, field in ELEMENTS.items()
            if field in mapping
        }
        vins, licences = (screened.column(name).to_pylist() for name in ("vin", LICENCE))
        columns["VinCode"] = vins  # the text of a damaged one is no VIN to declare
        for row, (vin, licence) in enumerate(zip(vins, licences, strict=True)):
            if vin in self._vins:
                self._repeated += 1
                continue
            if vin:
                self._vins.add(vin)
            cells = {element: _legal(texts[row] or "") for element, texts in columns.items()}
            number = cells.get("LicenceNo", "")
            matched = _legal(self._numbers.get(licence or "", ""))
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
            f"{unread} of them have no VIN that can be read: their VinCode is left out, write it in before they are declared."
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
            yield f"{' ' * indent}{plain_xml(ET.tostring(element, 'unicode'))}\n"


def _legal(text: str) -> str:
    r"""A text on one line, without the characters that XML cannot hold.

    >>> _legal(" 26-AA\x00-000001\n<b> ")
    '26-AA-000001 <b>'
    """
    return " ".join(_ILLEGAL.sub("", text).split())
