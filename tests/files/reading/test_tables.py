"""Documents that are no spreadsheets: their tables with VINs are sheets, and no VIN in their text is lost."""

import sys

import pytest
from support import ON, letters
from support.manifests import ATTO3, TESLA, put
from support.needed import needed
from support.readers import VINS, cells, only, refusal

from vintool.errors import ManifestError
from vintool.files.reading import limits, pdf
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

ROWS = [["VIN", "Fuel", "B/L"], *([vin, "Electric", "BL1"] for vin in VINS[:6])]


def test_a_table_under_the_name_of_a_workbook(tmp_path):
    page = f'<html><head><meta charset="gbk"><style>td</style></head><h1>清单</h1>{letters.html_table(ROWS)}</html>'
    manifest = open_manifest(put(tmp_path / "a.xls", page.encode("gbk")))
    assert cells(only(manifest)) == ROWS[1:]
    assert (manifest.format, manifest.encoding, manifest.copied_as) == ("html", "gb18030", "xlsx")


def test_cells_of_a_page_that_are_merged_hold_for_each_row(tmp_path):
    rows = "".join(
        f"<tr><td>{vin}<td>Electric" + "<td rowspan=6>BL1" * (not at)
        for at, vin in enumerate(VINS[:6])
    )
    page = f"<table><tr><th>VIN<th>Fuel<th>B/L</tr>{rows}</table>"
    assert cells(only(open_manifest(put(tmp_path / "a.html", page)))) == ROWS[1:]


def test_a_list_in_a_table_for_the_layout_and_cars_in_the_text(tmp_path):
    inner = letters.html_table(ROWS)
    page = f"<body><p>and {VINS[7]}</p><table><tr><td>Dear all<br>{VINS[8]}{inner}</td></tr></table><script>{VINS[9]}</script>"
    manifest = open_manifest(put(tmp_path / "a.htm", page))
    layout, table, text = manifest.sheets
    assert cells(layout) == [[f"Dear all\n{VINS[8]}"]]
    assert cells(table) == ROWS[1:]
    assert [row[0] for row in cells(text)] == [VINS[7]]


def test_a_header_in_a_table_of_its_own(tmp_path):
    page = letters.html_table(ROWS[:1]) + letters.html_table(ROWS[1:])
    assert cells(only(open_manifest(put(tmp_path / "a.html", page)))) == ROWS[1:]


def test_a_page_that_ends_within_a_table_says_so(tmp_path):
    page = letters.html_table(ROWS)
    (unread,) = open_manifest(put(tmp_path / "a.html", page[: page.index(VINS[4])])).unread
    assert "cut short" in unread[1]


@pytest.mark.parametrize("cell", ["<td colspan=99999>x", "<tr><td rowspan=999999><td>" * 10])
def test_cells_merged_over_more_than_there_is_are_refused_or_read(tmp_path, cell, monkeypatch):
    monkeypatch.setattr(limits, "SPARSE_CELLS", 1 << 10)
    path = put(tmp_path / "a.html", letters.html_table(ROWS).replace("</table>", f"<tr>{cell}"))
    if "colspan" in cell:
        assert "more than" in refusal(path).what
    else:
        assert [row[0] for row in cells(only(open_manifest(path)))][:6] == VINS[:6]


def test_the_xml_of_excel_2003(tmp_path):
    more = '<Row ss:Index="12"><Cell ss:Index="1"><Data ss:Type="String">%s</Data></Cell><Cell ss:Index="3"><Data ss:Type="Number">8.70380109E9</Data></Cell></Row>'
    path = put(tmp_path / "a.xls", letters.spreadsheetml(ROWS, more % VINS[7]))
    sheet = only(open_manifest(path))
    assert (sheet.name, cells(sheet)) == ("List", [*ROWS[1:], [VINS[7], "", "8703801090"]])
    far = put(tmp_path / "b.xls", letters.spreadsheetml(ROWS, '<Row ss:Index="9999999"/>'))
    assert "more than" in refusal(far).what


@pytest.mark.parametrize(
    "row",
    [
        "<Rov><Cell>%s</Cell></Rov>",
        "<Row><Cel><Cell>%s</Cell></Cel></Row>",
        "<Row><Cell><Data><Row><Cell>%s</Cell></Row></Data></Cell></Row>",
    ],
)
def test_data_of_the_xml_of_excel_2003_that_stand_in_no_cell_are_refused(tmp_path, row):
    data = f'<Data ss:Type="String">{VINS[7]}</Data>'
    path = put(tmp_path / "a.xls", letters.spreadsheetml(ROWS, row % data))
    assert "in no cell" in refusal(path).what
    comment = f"<Row><Cell><Comment>{data}</Comment></Cell></Row>"
    path = put(tmp_path / "b.xls", letters.spreadsheetml(ROWS, comment))
    assert cells(only(open_manifest(path)))[: len(ROWS) - 1] == ROWS[1:]


def test_what_stands_beside_cells_of_the_xml_of_excel_2003_and_what_it_hides_are_said(tmp_path):
    data = '<Data ss:Type="String">%s</Data>'
    comment = f"<Comment>{data % f'also <B>{VINS[8]}</B>&#10;BEV'}</Comment>"
    row = f'<Row ss:Hidden="1"><Cell>{data % VINS[7]}{comment}</Cell><Cell>{data % "petrol"}{data % "BEV"}</Cell></Row>'
    text = letters.spreadsheetml(ROWS, row).replace("</Worksheet>", f'<WorksheetOptions><PageSetup><Header x:Data="&amp;C{VINS[9]}"/></PageSetup></WorksheetOptions></Worksheet>')  # fmt: skip
    text = text.replace("<Table>", '<Table><Column/><Column ss:Hidden="1"/>')
    manifest = open_manifest(put(tmp_path / "a.xls", text))
    sheet = only(manifest)
    assert cells(sheet)[-1][:2] == [VINS[7], "petrol BEV"]
    assert sheet.hidden_rows == ((len(ROWS) + 1, len(ROWS) + 1),)
    assert sheet.hidden_columns == sheet.columns[1:2]
    said = " ".join(manifest.notes)
    assert "2 VIN(s) stand in comments" in said
    assert "1 comment(s) or text box(es) speak of electric cars" in said


def test_a_word_document(tmp_path):
    rows = [*ROWS[:2], *([*row[:2], None] for row in ROWS[2:])]
    body = letters.paragraph("Dear all") + letters.word_table(rows) + letters.paragraph(VINS[7])
    moved = f"<w:moveFrom>{letters.paragraph(VINS[9])}</w:moveFrom>"
    path = letters.word(tmp_path / "a.docx", body + moved, header1=letters.paragraph(VINS[8]))
    table, text = open_manifest(path).sheets
    assert cells(table) == ROWS[1:]
    assert [row[0] for row in cells(text)] == [VINS[7], VINS[8]]


def test_a_pdf_without_the_extra_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "_LIBRARY", "no_such_library")
    assert "extra pdf" in refusal(put(tmp_path / "a.pdf", b"%PDF-1.7")).what


@pytest.fixture
def drawn(tmp_path):
    """Draws pages of a PDF: each a list of lines, or a picture."""
    needed("pdfplumber")
    canvas = needed("reportlab.pdfgen.canvas")

    def draw(*pages):
        page = canvas.Canvas(str(tmp_path / "a.pdf"))
        for lines in pages:
            for at, line in enumerate(lines or ()):
                page.drawString(50, 800 - 15 * at, line)
            if lines is None:
                page.rect(10, 10, 500, 500, fill=1)
            page.showPage()
        page.save()
        return tmp_path / "a.pdf"

    return draw


def test_the_text_of_a_pdf(drawn):
    manifest = open_manifest(drawn([f"{at}. car {vin} white" for at, vin in enumerate(VINS[:6])]))
    assert [row[0] for row in cells(only(manifest))] == VINS[:6]


def test_pages_of_a_pdf_that_are_pictures_are_named(drawn):
    manifest = open_manifest(drawn([VINS[0]], None))
    assert [name for name, _ in manifest.unread] == ["page 2"]
    assert "hold no text" in refusal(drawn(None)).what


def test_a_table_of_a_pdf_goes_on_from_page_to_page(tmp_path):
    needed("pdfplumber")
    platypus = needed("reportlab.platypus")
    rows = [["VIN", "Fuel"], *([vin, "Electric"] for vin in VINS[:90])]
    table = platypus.Table(rows, repeatRows=1, style=[("GRID", (0, 0), (-1, -1), 1, "black")])
    platypus.SimpleDocTemplate(str(tmp_path / "a.pdf")).build([table])
    manifest = open_manifest(tmp_path / "a.pdf")
    assert cells(only(manifest)) == rows[1:]
    assert any("heading again" in note for note in manifest.notes)


@pytest.mark.skipif(sys.platform == "win32", reason="no such bound there")
def test_a_pdf_that_asks_for_more_than_there_is_is_refused(drawn, monkeypatch):
    monkeypatch.setattr(limits, "PAGES", 1)
    monkeypatch.setattr(pdf, "available", lambda: False)
    assert "more than 1 pages" in refusal(drawn([VINS[0]], [VINS[1]])).what


HIDING = ("style='color:red; display: none'", "hidden", "class='a off'", "style='visibility:collapse'", "class=gone", "id=away", "class='row quiet'")  # fmt: skip
STYLE = ".off { display:none } .b, .gone\n{display:none} #away{ display : none } @media screen { td.x, table .quiet > td {visibility: hidden !important} }"


@pytest.mark.parametrize("how", HIDING)
def test_rows_that_a_page_does_not_show_are_judged_and_counted(tmp_path, how):
    row = "<tr {}><td>{}</td><td>BEV</td></tr>"
    page = f"<style>{STYLE}</style><table>{row.format('', 'VIN')}{row.format('', TESLA)}{row.format(how, ATTO3)}</table>"
    (tmp_path / "a.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    summary = screen_file(tmp_path / "a.html", ON)
    assert (summary.verdicts["controlled"], summary.sheets[0].hidden_rows) == (2, 1)
    assert "1 of 2 rows are hidden in the file; they were judged too." in summary.notes


LIST = f"<table><tr><th>VIN</th><th>Fuel</th></tr><tr><td>{TESLA}</td><td>BEV</td></tr>{{}}</table>{{}}"
UNSHOWN = {
    "template": LIST.format(f"<template><tr><td>{ATTO3}</td></tr></template>", ""),
    "template that is not closed": LIST.format(f"<template><tr><td>{ATTO3}</td></tr>", ""),
    "attribute of a row": LIST.format(f"<tr data-vin={ATTO3}><td>see</td></tr>", ""),
    "value of a choice": LIST.format("", f"<select><option value='{ATTO3}'>1</select>"),
    "comment": LIST.format(f"<!-- {ATTO3} -->", ""),
    "script": LIST.format("", f"<script>var rows = [['{ATTO3.lower()}']]</script>"),
    "link": LIST.format("", f"<a href='/cars/{ATTO3}?q=1'>more</a>"),
    "page in the page": LIST.format("", f"<iframe srcdoc='&lt;p>{ATTO3}'></iframe>"),
}


@pytest.mark.parametrize("where", UNSHOWN)
def test_vins_that_a_page_holds_and_does_not_show_are_noted(tmp_path, where):
    (tmp_path / "a.html").write_text(f"<html><body>{UNSHOWN[where]}</body></html>")
    summary = screen_file(tmp_path / "a.html", ON)
    assert summary.verdicts["controlled"] == 1
    assert any("NOT READ" in note and "1 VIN(s) stand in attributes" in note for note in summary.notes)  # fmt: skip


@pytest.mark.parametrize("shown", ["<noscript>{}</noscript>", "<input value='{}'>", "<textarea>{}</textarea>", "<select><option>{}</select>", "<p title='{0}'>{0}"])  # fmt: skip
def test_what_a_page_shows_in_a_form_or_without_scripts_is_read(tmp_path, shown):
    (tmp_path / "a.html").write_text(f"<html><body>{LIST.format('', shown.format(ATTO3))}</body></html>")  # fmt: skip
    summary = screen_file(tmp_path / "a.html", ON)
    assert summary.verdicts["controlled"] == 2
    assert not any("NOT READ" in note for note in summary.notes)


def test_hints_of_a_page_that_speak_of_electric_cars_are_said(tmp_path):
    page = letters.html_table(ROWS).replace("<td>", "<td title='BEV'>", 1) + '<img alt="two keys">'
    manifest = open_manifest(put(tmp_path / "a.html", page))
    assert any("1 attribute(s) title or alt" in why for _, why in manifest.unread)


def test_a_page_with_all_its_vins_unshown_is_no_page_without_vins(tmp_path):
    (tmp_path / "a.html").write_text(f"<html><body><p>see the list<template>{ATTO3}</body></html>")  # fmt: skip
    with pytest.raises(ManifestError, match="stand in attributes, templates"):
        screen_file(tmp_path / "a.html", ON)


def test_what_a_page_hides_around_a_table_hides_its_rows(tmp_path):
    table = f"<table><col><col style='display:none'><tr><th>VIN</th><th>Ref</th></tr><tr><td>{TESLA}</td><td>1</td></tr></table>"
    (tmp_path / "a.html").write_text(f"<html><body><div hidden>{table}</div>{table}</body></html>")
    first, second = open_manifest(tmp_path / "a.html").sheets
    assert (bool(first.hidden_rows), bool(second.hidden_rows)) == (True, False)
    assert second.hidden_columns == ("Ref",)
