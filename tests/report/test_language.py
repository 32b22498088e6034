"""The report in both languages: complete, equal in numbers and rows, and nothing fetched."""

import csv
import json
import re
from collections import Counter

import pyarrow as pa
import pytest
from babel.messages.pofile import read_po
from support import ON
from support.commands import run
from support.notes import of_the_readers
from support.pages import HOSTILE, Page, context, row, summary
from support.sentences import CATALOGUE, OURS, of_the_sources
from support.written import SENTENCE, pieces, sentences

from vintool.codes import (
    SETTLED_BY,
    Reason,
    Verdict,
)
from vintool.files.writing import tally
from vintool.report import page as report
from vintool.report.evidence import evidence_in
from vintool.report.language import LANGUAGES, language
from vintool.report.summary import LABELS
from vintool.screening.regimes import load_regime


@pytest.mark.parametrize("kind", OURS)
def test_every_text_is_translated(kind):
    texts = language("zh").texts
    assert len(OURS[kind]) > 3
    assert [text for text in OURS[kind] if text not in texts] == []


def test_every_sentence_of_the_code_is_translated():
    """What is new in the code and not yet in the catalogue is found here, by its place."""
    zh, left = language("zh"), {}
    for text, place in sentences().items():
        said = (zh.translate(text), evidence_in(f"x: {text}", zh))  # evidence is taken apart
        if all(SENTENCE.search(re.sub("`[^`]*`|pip install [a-z]+", "", one)) for one in said):
            left[place] = text
    assert left == {}


def test_every_source_of_the_law_is_translated_but_for_addresses():
    zh = language("zh").translate
    texts = set(of_the_sources())
    assert len(texts) > 80
    assert [
        text for text in texts if "(" not in text and SENTENCE.search(re.sub("'.*?'", "", zh(text)))
    ] == []


def test_every_note_of_a_reader_is_translated():
    notes = set(of_the_readers())
    assert len(notes) > 15
    filled = {note.replace("{}", "7") for note in notes} - {"7: 7", "7: 7, now 7.", "77", ""}
    translate = language("zh").translate
    assert [note for note in sorted(filled) if translate(note) == note] == []
    # None is translated by the place that it begins with alone.
    assert [n for n in sorted(filled) if re.search("[a-z]+( [a-z]+){3}", translate(n))] == []


def filled_in(text):
    """A sentence with something in its holes that may stand in each."""
    named = text.replace("{list}", "list.csv").replace("{quoted}", "'7'")
    named = named.replace("{codeword}", "`7`").replace("{original}", "七")
    return re.sub(r"\{\w*\}", "7", named)


def test_no_sentence_is_taken_for_another():
    zh = language("zh")
    of_pattern = {translation: english for english, translation in zh.texts.items()}
    for text in zh.texts:
        if not re.search(r"\{\w+\}", text) or "%(" in text:
            assert zh.translate(text) == zh.texts[text]
            continue
        values = {name: filled_in(f"{{{name}}}") for name in re.findall(r"\{(\w+)\}", text)}
        said, meant = text.format(**values), zh.texts[text].format(**values)
        assert zh.translate(said) == meant, (text, of_pattern.get(zh.translate(said)))
        if not text.startswith("Sheet {name}"):
            for name in ("'Packing: list'", '"It\'s"'):
                assert zh.translate(f"Sheet {name}: {said}") == f"工作表 {name}：{meant}"


@pytest.mark.parametrize("text", ["with a VIN", "all rows", "no VIN", "x rows read, y rows out."])
def test_a_number_is_made_of_digits(text):
    zh = language("zh")
    assert not [template for template in zh.templates if template.match(text)]
    hidden = "Sheet 'Packing list': 1 of 8 rows are hidden in the file; they were judged too."
    assert zh.translate(hidden) == "工作表 'Packing list'：8 行中有 1 行在文件中隐藏，也已判定。"


@pytest.mark.parametrize("blank", [0, 3])
@pytest.mark.parametrize("apart", [0, 2])
@pytest.mark.parametrize("read", [1_003, 1_010])
def test_the_balance_is_translated(blank, apart, read):
    of_run = summary(rows_read=read, blank_rows=blank, rows_apart=apart)
    zh = language("zh").translate(of_run.balance + ".")
    assert not re.search("[a-z]", zh, re.IGNORECASE)
    assert f"{read:,}" in zh


def test_holes_are_those_of_the_english():
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    for message in catalogue:
        forms = message.id if isinstance(message.id, tuple) else (message.id,)
        translations = message.string if isinstance(message.string, tuple) else (message.string,)
        holes = {name for text in forms for name in re.findall(r"%\((\w+)\)s|\{(\w+)\}", text)}
        assert not list(message.check()), message.id
        for text in translations:
            assert {*re.findall(r"%\((\w+)\)s|\{(\w+)\}", text)} == holes, message.id
            assert not message.fuzzy


def test_the_catalogue_holds_nothing_that_no_one_says():
    said = {text for texts in OURS.values() for text in texts} | {
        *of_the_readers(),
        *pieces(),
        *of_the_sources(),
    }
    texts, templates = language("zh").texts, language("zh").templates
    filled_texts = [*map(filled_in, said)]
    filled = {one.translation for one in templates if any(map(one.match, filled_texts))}
    assert [text for text, zh in texts.items() if text not in said and zh not in filled] == []


def test_no_translation_says_that_a_row_needs_no_licence():
    for text in language("zh").texts.values():
        assert not re.search("(不需要?|无需|无须|免于?)(申领|办理)?(出口)?许可", text)
        assert "可自由出口" not in text or "不等于可自由出口" in text


def test_the_law_is_quoted_in_its_own_words():
    translate = language("zh").translate
    (goods,) = load_regime("cn-2025-54").goods
    assert translate(goods.says) == goods.original
    assert translate(LABELS[Verdict.CONTROLLED]) == "需出口许可证"


def test_a_text_without_translation_stays_english():
    assert language("zh").translate("This was never said.") == "This was never said."
    assert language("zh").translate("list.csv: The header has two lines; they were combined.") == (
        "list.csv: 表头为两行，已合并。"
    )
    with pytest.raises(KeyError):
        language("fr")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folders = {}
    for lang in LANGUAGES:
        out = tmp_path_factory.mktemp(lang)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(out)
            result = run("demo", "--lang", lang)
        assert result.exit_code == 0, result.output
        folders[lang] = out / "vintool-demo"
    return folders


def page_of(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_both_languages_show_the_same_numbers_and_rows(runs):
    english, chinese = (Page(page_of(runs[lang])) for lang in LANGUAGES)
    # The goods in the words of the law stand beside the English ones alone.
    assert [one for one in english.shape if one != ("span", ("lang",))] == chinese.shape
    for key in ("style", "script"):
        assert english.source(key) == chinese.source(key)
    for kind in ("vin", "code", "n", "total", "big", "row"):
        both = [re.findall(rf'class="[^"]*\b{kind}\b[^"]*"[^>]*>([^<]*)<', page_of(runs[lang])) for lang in LANGUAGES]  # fmt: skip
        digits = [[text for text in texts if re.search(r"\d|_", text)] for texts in both]
        assert digits[0] == digits[1], kind


def test_only_the_page_and_the_record_of_a_run_differ(runs):
    for name in ("annotated.csv", "exceptions.csv", "ledger.csv"):
        assert (runs["en"] / name).read_bytes() == (runs["zh"] / name).read_bytes()
    records = {
        lang: json.loads((runs[lang] / "run.json").read_text(encoding="utf-8")) for lang in runs
    }
    assert [records[lang]["parameters"].pop("lang") for lang in LANGUAGES] == ["en", "zh"]
    for record in records.values():
        for name in ("report.html", "exceptions.xlsx"):  # words to choose from, and hints
            record["outputs"].pop(name)
        record["summary"].pop("seconds")
    assert records["en"] == records["zh"]


def test_the_chinese_page_holds_no_english_sentence(runs):
    source = page_of(runs["zh"])
    assert '<html lang="zh-CN">' in source
    for texts in OURS.values():
        for text in texts:
            if " " in text and "%" not in text:
                assert f">{text}<" not in source
    body = source[source.index("<body>") : source.index("<script>")]
    ours = body[: body.index('id="exceptions"')]
    prose = re.sub(r"<[^>]*>", "\n", ours)
    assert re.findall(r"[A-Za-z]+(?: [a-z]+){3,}", prose) == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_cell_is_as_inert_in_chinese(text):
    hostile, benign = (
        report.report_html(summary(one), context(one), [row(one)], lang="zh")
        for one in (text, "ordinary")
    )
    assert Page(hostile).shape == Page(benign).shape
    hostile.encode()


def test_who_must_act_is_first(runs):
    source = page_of(runs["en"])
    order = ["counts", "act", "review", "exceptions", "dates", "licences", "figures", "brands", "fields", "reasons", "reading", "limits"]  # fmt: skip
    places = [source.index(f'<section id="{name}"') for name in order]
    assert places == sorted(places)
    with (runs["en"] / "exceptions.csv").open(encoding="utf-8-sig", newline="") as file:
        needing = [row for row in csv.DictReader(file) if row["vin_verdict"] == "controlled"]
    missing = Counter(row["vin_regime"] for row in needing if "licence_missing" in row["vin_reasons"])  # fmt: skip
    assert len(missing) > 1
    act = Page(source).words("act")
    said = re.findall(r"(\d+) The row needs a licence and names none\. \D*? ([a-z0-9-]+) licence_missing", act)  # fmt: skip
    assert {regime: int(n) for n, regime in said} == missing  # never in one number
    record = json.loads((runs["en"] / "run.json").read_text(encoding="utf-8"))
    whole = record["summary"]["regimes"]["cn-2025-54"]["controlled"]
    assert re.search(rf"\d+ of the {whole} rows that need an export licence", act)


def test_every_reason_to_look_says_what_would_settle_it():
    assert {reason for reason in Reason if reason.look} - SETTLED_BY.keys() == {
        Reason.DECIDED_BY_REVIEWER
    }


def test_counts_add_up_and_stop_where_a_value_is_a_number(monkeypatch):
    data = pa.record_batch({"Exporter": [" 甲", "甲", None, "乙"], "B/L": ["1", "2", "3", "4"]})
    verdicts = ["controlled", "review", "review", "invalid"]
    answers = pa.record_batch({"vin_verdict": verdicts, "vin_regime": ["cn-2025-54"] * 4})
    monkeypatch.setattr(tally, "VALUES_COUNTED", 3)
    counts = tally.Tally("cn-2025-54")
    for _ in range(2):
        counts.count_cells(data, {"exporter": "Exporter", "bl_no": "B/L"}, answers)
    exporter, bill = counts.by_field()
    assert (bill.field, bill.counted, bill.head) == ("bl_no", False, ())
    # More pairs of value and verdict than may be counted: this field is not counted either.
    assert not exporter.counted
    monkeypatch.undo()
    counts = tally.Tally("cn-2025-54")
    counts.count_cells(data, {"exporter": "Exporter"}, answers)
    (exporter,) = counts.by_field()
    assert [(value, sum(rows.values())) for value, rows in exporter.head] == [
        ("甲", 2),
        ("", 1),
        ("乙", 1),
    ]
    assert exporter.values == 3


def test_without_a_list_of_licences_it_is_said_that_none_was_checked(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("VIN,Exporter\nLRW3E7FA1LC000001,x\n", encoding="utf-8")
    result = run("screen", path, "--on", ON, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    act = Page(page_of(tmp_path / "out")).words("act")
    assert "1 row needs an export licence." in act
    assert "it was not checked whether they have one" in act


@pytest.mark.parametrize(
    ("regime", "says", "limit"),
    [
        ("all", "under the rules that were asked on", "rules other than those that were asked"),
        ("cn-2025-54", "under one rule on", "other rules: those that may apply"),
    ],
)
def test_what_was_asked_is_said_as_it_is(tmp_path, regime, says, limit):
    path = tmp_path / "list.csv"
    path.write_text("VIN\nLRW3E7FA1LC000001\n", encoding="utf-8")
    result = run("screen", path, "--on", ON, "--regime", regime, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    limits = Page(page_of(tmp_path / "out")).words("limits")
    assert says in limits
    assert limit in limits
    explained = run("explain", "LRW3E7FA1LC000001", "--on", ON, "--regime", regime).stdout
    assert ("other regimes." in explained) == (regime != "all")
