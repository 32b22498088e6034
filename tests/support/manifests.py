"""Small manifests: written for a test, and read back."""

import csv
import json

import pyarrow as pa
import xlsxwriter

TESLA, ATTO3 = "LRW3E7FA1LC000001", "LGXCE4CB6S0134553"
ROWS = [
    ("VIN", "型号", "Fuel"),
    (TESLA, "Model 3", "纯电动"),
    ("=1+1", "?", ""),
    (ATTO3, 'ATTO 3, "long"\nrange', "petrol"),
    (TESLA, "again", "BEV"),
]


def put(path, content, encoding="utf-8"):
    """A file of a text, or of bytes as they are."""
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def put_csv(path, rows=ROWS, encoding="utf-8", delimiter=",", **options):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter, **options).writerows(rows)
    return path


def put_xlsx(path, sheets):
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return path


def read_csv(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def put_arrow(path, table, *, stream=False, rows=4):
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as file, new(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return path


def json_lines(*items):
    return "\n".join(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in items)  # fmt: skip
