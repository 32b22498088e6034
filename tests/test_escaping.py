"""Strangers' text on its way to a terminal, a shell, a spreadsheet, JSON and XML."""

import csv
import io
import json
import re
import shlex
import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.hostile import runs

from vintool.escaping import (
    json_in,
    plain_json,
    plain_xml,
    shell_word,
    spreadsheet_cell,
    spreadsheet_text,
    visible,
)

TEXTS = st.text() | st.text(
    "=+-@＝﹢'\"1,;|.\t\r\n\x0b \u200b\u2028\x85\u3000\x1b\x9b\u202e$`!%&\\x"
)
FORMULA = re.compile("[=+@＝＋＠﹦﹢﹫-]")


@given(TEXTS)
@example("\u3164\ufe0f\u2800\U000e0041")
def test_what_is_visible_holds_nothing_that_acts_or_hides(text):
    shown = visible(text)
    assert shown.replace("\u3000", "").replace("\u00a0", "") or not text.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} for char in shown)  # fmt: skip
    assert visible(shown) == shown


@given(TEXTS)
def test_json_and_xml_hold_the_same_text_without_it(text):
    whole = plain_json(json.dumps([text], ensure_ascii=False, indent=1))
    assert json.loads(whole) == [text]
    assert all(visible(line) == line for line in whole.split("\n"))
    for encoding in ("ascii", "cp1252", "gbk", "utf-8"):
        narrow = json_in(json.dumps(text, ensure_ascii=False), encoding)
        assert json.loads(narrow.encode(encoding).decode(encoding)) == text
    printable = "".join(char for char in text if char >= " " and char.isprintable())
    hidden = f"{printable}\u202e\u200b\x85"
    assert ET.fromstring(f"<a>{plain_xml(ET.tostring(_element(hidden), 'unicode'))}</a>")[0].text == hidden  # noqa: S314 - made here  # fmt: skip


def _element(text):
    element = ET.Element("b")
    element.text = text
    return element


@given(TEXTS)
@example('VIN "$(id)"')
@example("!date")
@example("a'b")
def test_a_word_for_a_shell_is_one_word_that_is_not_run(text):
    word = shell_word(text)
    assert shlex.split(word) == [visible(text)]
    assert word.startswith('"') <= (not set(word) & set("$`\\!%"))


def test_a_word_for_a_windows_shell_holds_nothing_that_acts(monkeypatch):
    monkeypatch.setattr("vintool.escaping.sys.platform", "win32")
    assert shell_word('VIN "%PATH%" `$(id)`') == '"VIN PATH (id)"'


@given(TEXTS)
@example("x;=cmd|'/c calc'!A0;y")
@example('x;""=1')
def test_no_separator_makes_a_formula_of_a_cell(text):
    cell = spreadsheet_cell(text, numbers=False)
    assert not runs(cell)
    assert spreadsheet_text(cell) == text
    bare = text.replace("'", "")
    assert cell == text or runs(bare) or bare[:1] in set("\t\n\r")


@given(TEXTS)
def test_only_numbers_and_dashes_stay_where_numbers_may(text):
    cell = spreadsheet_cell(text)
    assert spreadsheet_text(cell) == text
    if runs(cell):
        assert re.fullmatch("[-+0-9.,eE%－ ]+", cell)


@given(st.lists(TEXTS, min_size=2, max_size=4), st.sampled_from(",;\t"), st.sampled_from(",;\t|"))
def test_a_line_that_is_cut_at_another_separator_holds_no_formula(texts, written, cut):
    line = io.StringIO()
    cells = [spreadsheet_cell(text, numbers=False) for text in texts]
    csv.writer(line, delimiter=written, lineterminator="\n").writerow(cells)
    lines = re.split("[\r\n]", line.getvalue())  # a program that sees no quotes sees many lines
    for row in csv.reader(lines, delimiter=cut):
        assert not any(FORMULA.match(cell.lstrip(' "')) for cell in row), row


@pytest.mark.parametrize("text", ["-5", "+5.2", "-1,000", "1e-5", "-", "--", "－", " -5 "])
def test_a_number_stays_a_number(text):
    assert spreadsheet_cell(text) == text
