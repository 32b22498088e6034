"""The pictures of the workbooks, as LibreOffice shows them: `python docs/workbooks.py [FOLDER]`.

A packing list is made, screened, and each sheet of its answers becomes a picture on one page: take it with `soffice` (LibreOffice
Calc) and `pdftoppm` (Poppler). Without a folder they go where the other pictures are.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import xlsxwriter

from vintool.files.screen import screen_file

PICTURES = Path(__file__).parent / "pictures"
ON = date(2026, 3, 12)
HEAD = (
    "No.",
    "B/L No.",
    "Exporter",
    "Brand",
    "Model",
    "Fuel",
    "VIN",
    "HS code",
    "Price USD",
    "ETD",
)
CARS = (
    ("Tesla", "Model 3", "Electric", "LRW3E7FA1LC000001", "8703801090"),
    ("BYD", "ATTO 3", "Electric", "LGXCE4CB6S0134553", "8703801090"),
    ("Volkswagen", "Lavida", "petrol", "LSVNV2188E2000005", "8703234110"),
    ("Honda", "Accord", "petrol", "1HGCM82633A004352", "8703234110"),
    ("Tesla", "Model 3", "petrol", "LRW3E7FA1LC000002", "8703801090"),
)
RESOLUTION, WIDTH = "80", "1500"  # of a picture: points an inch, pixels from the left
AS_ONE_PAGE = {"SinglePageSheets": {"type": "boolean", "value": "true"}}


def packing_list(path: Path) -> None:
    """A list as an exporter sends it, with titles, formats and a total."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Packing List")
    title = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 0, "SOME AUTO EXPORT CO., LTD.", title)
    sheet.write(1, 0, "PACKING LIST / 装箱单   INV-2026-0312")
    sheet.write_row(3, 0, HEAD, head)
    for at, (brand, model, fuel, vin, code) in enumerate(CARS):
        row = 4 + at
        sheet.write_row(row, 0, (at + 1, f"COSU{at // 2 + 1}", "Some Auto Export", brand, model, fuel, vin, code))  # fmt: skip
        sheet.write_number(row, 8, 21_500 + 750 * at, money)
        sheet.write_datetime(row, 9, date(2026, 3, 12 + at), day)
    for at, width in enumerate((5, 10, 18, 12, 12, 10, 21, 13, 12, 12)):
        sheet.set_column(at, at, width)
    book.close()


def pictures(workbook: Path, into: Path, name: str) -> None:
    """Each sheet of a workbook as a picture."""
    with tempfile.TemporaryDirectory() as folder:
        convert = f"pdf:calc_pdf_Export:{json.dumps(AS_ONE_PAGE)}"
        profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
        subprocess.run(["soffice", "--headless", profile, "--convert-to", convert, "--outdir", folder, workbook], check=True, capture_output=True, timeout=180)  # noqa: S603, S607  # fmt: skip
        pdf = Path(folder, f"{workbook.stem}.pdf")
        subprocess.run(["pdftoppm", "-r", RESOLUTION, "-x", "0", "-y", "0", "-W", WIDTH, "-H", "400", "-png", pdf, into / name], check=True, timeout=180)  # noqa: S603, S607  # fmt: skip


def main(into: Path) -> None:
    """Make them all."""
    if missing := [program for program in ("soffice", "pdftoppm") if not shutil.which(program)]:
        sys.exit(f"not found: {', '.join(missing)}")
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        packing_list(Path(folder, "packing-list.xlsx"))
        for lang in ("en", "zh"):
            out = Path(folder, lang)
            screen_file(Path(folder, "packing-list.xlsx"), ON, out, lang=lang)
            pictures(out / "annotated.xlsx", into, f"annotated-{lang}")
            pictures(out / "exceptions.xlsx", into, f"exceptions-{lang}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
