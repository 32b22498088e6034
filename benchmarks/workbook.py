"""A manifest as a workbook, written as its XML, which takes seconds where a library takes minutes."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.manifest import write_manifest

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _rows(batch: pa.RecordBatch, first: int) -> bytes:
    """Rows of a sheet, every cell a text; none of ours needs escaping."""
    number = pc.cast(pa.array(range(first, first + batch.num_rows)), pa.string())
    parts: list[pa.Array | str] = ['<row r="', number, '">']
    for letter, column in zip(_LETTERS, batch.columns, strict=False):
        parts += [f'<c r="{letter}', number, '" t="inlineStr"><is><t>', column, "</t></is></c>"]
    parts.append("</row>")
    return "".join(pc.binary_join_element_wise(*parts, "").to_pylist()).encode()


def write_workbook(path: Path, rows: int, descriptors: int) -> None:
    """Write the manifest of ``write_manifest`` as the only sheet of a workbook."""
    source = path.with_suffix(".parquet")
    write_manifest(source, rows, descriptors)
    with pq.ParquetFile(source) as table, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as file:
        for name, text in _PARTS.items():
            file.writestr(name, _XML + text)
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            names = table.schema_arrow.names
            sheet.write(_rows(pa.record_batch([[name] for name in names], names=names), 1))
            written = 1
            for batch in table.iter_batches():
                sheet.write(_rows(batch, written + 1))
                written += batch.num_rows
            sheet.write(b"</sheetData></worksheet>")
    source.unlink()
