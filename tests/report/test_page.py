import base64
import hashlib
import json
import re
import subprocess
import sys

import pytest
from pydantic import ValidationError
from support.pages import HOSTILE, SENTENCES, Page, context, need_group, row, summary

from vintool.report.display import cell, visible
from vintool.report.needed import Needed
from vintool.report.page import BILLS_AT_ONCE, Citation, report_html
from vintool.report.summary import LABELS, BrandCount, Summary
from vintool.report.text import summary_text


def page(text="ordinary", rows=None, **options):
    return report_html(
        summary(text), context(text), [row(text)] if rows is None else rows, **options
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_cell_changes_no_element_and_no_attribute(text):
    hostile, benign = Page(page(text)), Page(page())
    assert hostile.shape == benign.shape
    for key in ("script", "style"):
        assert hostile.source(key) == benign.source(key)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_bill_changes_no_element_and_stands_inert_in_the_data(text):
    def with_bills(text):
        groups = (need_group(text),) * (BILLS_AT_ONCE + 2)
        needed = Needed(rows=len(groups), listed=len(groups), groups=groups)
        return Page(report_html(summary(), context().model_copy(update={"needed": needed}), []))

    hostile, benign = map(with_bills, (text, "ordinary"))
    assert hostile.shape == benign.shape
    rest = json.loads(hostile.source("bills-rest"))
    assert [one["bill"] for one in rest] == [cell(text, 60)] * 2
    assert not set("<>&") & set(hostile.source("bills-rest"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_is_loaded_and_nothing_runs_but_the_page_itself(text):
    source = page(text)
    source.encode("utf-8")  # a lone surrogate would make the file impossible to write
    parsed = Page(source)
    for tag, attrs in parsed.elements:
        assert tag not in {"img", "iframe", "object", "embed", "base", "form", "audio", "video"}
        assert not any(name.startswith("on") or name in {"style", "src"} for name in attrs)
        if "href" in attrs:
            allowed = {"a": r"#[a-z]+|https://law\.example/54", "link": "data:,"}
            assert re.fullmatch(allowed[tag], attrs["href"])
    assert len(parsed.attributes("script")) == len(parsed.attributes("style")) == 1
    assert set(re.findall(r"url\(([^)]*)\)", parsed.source("style"))) == {
        "#hatch",
        "#cross",
        "#lines",
    }
    assert "@import" not in parsed.source("style")
    assert not re.search(r"fetch|XMLHttp|import|innerHTML|eval|https?:", parsed.source("script"))


def test_the_policy_lets_through_this_script_and_this_style_only():
    parsed = Page(page())
    policy = next(
        attrs["content"]
        for attrs in parsed.attributes("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for key in ("script", "style"):
        digest = hashlib.sha256(parsed.source(key).encode()).digest()
        assert rules[f"{key}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"


def test_the_page_has_the_numbers_of_the_summary():
    parsed = Page(page())
    for name, n in summary().verdicts.items():
        words = parsed.words(f"n-{name}")
        assert words.startswith(f"{n} {10 * n}.0% {LABELS[name]}")
    assert "does not mean free to export" in parsed.words("n-out_of_scope")
    counts = parsed.words("counts")
    assert (
        "13 rows read, 10 rows out, 3 blank skipped. Every row has exactly one verdict." in counts
    )
    # The one row without a brand is shown too: the lines add up to the whole.
    assert "Other or not known 1" in parsed.words("brands")
    for code, sentence in SENTENCES.items():
        assert f"{summary().reasons[code]} {sentence} {code}" in parsed.words("reasons")
    limits = parsed.words("limits")
    assert "pure electric passenger cars ( 纯电动乘用车 )" in limits
    assert "used vehicles: Announcement 6 of 2024" in limits
    assert "not legal advice" in limits


def test_rows_that_do_not_add_up_are_cried_out():
    lost = summary(rows_read=12)
    assert "THE NUMBERS DO NOT AGREE" in summary_text(lost, {})
    assert "Do not rely on this report" in report_html(lost, context(), [])


@pytest.mark.parametrize("rows", [0, 1, 3, 8])
def test_rows_beyond_the_cap_are_counted(rows):
    first = [row(number=n) for n in range(min(rows, 3))]
    parsed = Page(page(rows=first, omitted=rows - len(first)))
    listed = sum("data-verdict" in attrs for attrs in parsed.attributes("tr"))
    assert listed == min(rows, 3)
    words = parsed.words("omitted")
    if rows <= 3:
        assert not words
    else:
        assert "the first 3 of 8. The other 5 are not shown; exceptions.csv has all" in words


def test_no_row_listed_at_all_is_reported_too():
    assert "2 rows need a look and none is listed" in page(rows=[], omitted=2)
    assert "No row needs a person" in page(rows=[])


def test_a_long_cell_is_cut_on_the_page():
    assert "W" * 200 + "…" in page("W" * 5000)
    assert "W" * 601 not in page("W" * 5000)  # notes are ours, and may quote a cell
    assert not re.search("W{201,}", Page(page("W" * 5000)).words("exceptions"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("比亚迪\u3000汉", "比亚迪\u3000汉"),
        ("LRW\u200b", "LRW[U+200B]"),
        ("\u202eVIN", "[U+202E]VIN"),
        ("\ud800", "[U+D800]"),
        ("a\tb", "a[U+0009]b"),
    ],
)
def test_what_hides_is_shown(text, expected):
    assert visible(text) == expected


def test_a_cell_at_the_limit_is_whole():
    assert cell("x" * 200) == "x" * 200
    assert cell("x" * 201) == "x" * 200 + "…"
    assert len(cell("\u202e" * 200)) == 201


def test_rows_work_without_the_script():
    parsed = Page(page())
    (filters,) = [attrs for _, attrs in parsed.elements if attrs.get("id") == "filters"]
    assert "hidden" in filters  # dead controls are worse than none; the script shows them
    assert not any("hidden" in attrs for attrs in parsed.attributes("tr"))
    assert parsed.source("script").count("\n") < 190


def test_tables_and_pictures_have_words():
    parsed = Page(page())
    tables = len(parsed.attributes("table"))
    assert tables == len(parsed.attributes("caption")) == 7
    assert all("scope" in attrs or "colspan" in attrs for attrs in parsed.attributes("th"))
    for attrs in parsed.attributes("svg"):
        assert attrs.get("aria-label") or attrs.get("aria-hidden") == "true"


def test_the_same_input_gives_the_same_page():
    assert page() == page()
    reordered = dict(reversed(summary().reasons.items()))
    slower = summary(reasons=reordered, seconds=9.0)
    assert report_html(slower, context(), [row()]) == page()


def test_an_empty_file_has_a_page_and_a_text():
    empty = dict.fromkeys(("rows_read", "rows_out", "blank_rows"), 0)
    empty |= {name: {} for name in ("verdicts", "reasons", "powertrains", "mapping")}
    empty |= dict.fromkeys(("by_brand", "sheets", "outputs", "notes"), ())
    nothing = summary(**empty)
    assert "The file has no rows." in report_html(nothing, context(), [])
    assert "0 rows read, 0 rows out" in summary_text(nothing, {})


def test_many_brands_become_twelve_and_the_rest():
    brands = tuple(
        BrandCount(brand=f"brand {n:02}", rows=2, verdicts={"review": 2}) for n in range(30)
    )
    many = summary(rows_read=60, rows_out=60, verdicts={"review": 60}, by_brand=brands)
    words = Page(report_html(many, context(), [])).words("brands")
    assert "brand 11 2" in words
    assert "18 other brands 36" in words
    assert "brand 12" not in words


@pytest.mark.parametrize(
    "changes",
    [
        {"rows_out": 11},
        {"verdicts": {"controlled": 4}},
        {"verdicts": {"controlled": 11, "review": -1}},
        {"verdicts": {"controlled": 9, "cleared": 1}},
        {"unheard": 1},
    ],
)
def test_a_summary_that_loses_rows_is_refused(changes):
    with pytest.raises(ValidationError):
        summary(**changes)


def test_a_summary_always_has_all_four_verdicts_and_round_trips():
    short = summary(rows_read=3, rows_out=3, verdicts={"review": 3})
    assert short.verdicts == {"controlled": 0, "review": 3, "out_of_scope": 0, "invalid": 0}
    assert list(short.verdicts) == list(LABELS)
    assert Summary.model_validate(json.loads(short.model_dump_json())) == short


def test_a_citation_cannot_run_a_script():
    with pytest.raises(ValidationError):
        Citation(text="law", url="javascript:alert(1)")


def test_text():
    assert (
        summary_text(summary("七月.xlsx"), SENTENCES)
        == """\
七月.xlsx: 13 rows read, 10 rows out, 3 blank skipped (0.2 s)

          4   40.0%  Needs an export licence (controlled)
          3   30.0%  A person must look (review)
          2   20.0%  Outside this rule (out_of_scope); not the same as free to export
          1   10.0%  No usable VIN (invalid)

       rows  reason (a row may have several)
          4  vin_pure_electric: The VIN itself tells a pure electric vehicle.
          3  powertrain_unknown: Neither the VIN nor the manifest tells the powertrain.
          2  七月.xlsx
          1  no_identity: No usable vehicle identity can be read; supply the VIN.

       rows  Licence     Look  Outside   No VIN  brand
          6        4        2        0        0  七月.xlsx
          3        0        1        2        0  比亚迪
          1        0        0        0        1  Other or not known

powertrain  BEV 4, unknown 4, ICE 2
columns     vin = 七月.xlsx, 七月.xlsx = 品牌
encoding    七月.xlsx
sheets      七月.xlsx (10 rows), other (0 rows)
not read    汇总 (七月.xlsx)
rule        cn-2025-54, version 1, data 2026.11
date        七月.xlsx
note        七月.xlsx
written     out/annotated.xlsx, 七月.xlsx
"""
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_text_cannot_rewrite_a_terminal_and_stays_short(text):
    brands = tuple(
        BrandCount(brand=f"{text}{n}", rows=1, verdicts={"review": 1}) for n in range(10)
    )
    text_of_page = summary_text(
        summary(
            text,
            by_brand=brands,
            reasons={f"{text}{n}": 1 for n in range(20)},
            mapping={f"{text}{n}": text for n in range(20)},
            notes=(text,) * 9,
            outputs=(text,) * 9,
        ),
        {},
    )
    assert text_of_page.count("\n") <= 48
    assert text_of_page.count("more: --verbose shows all of them") == 1
    assert all(char.isprintable() or char == "\n" for char in text_of_page)


def test_import_is_light():
    heavy = "numpy pyarrow pydantic click rich jinja2 starlette"
    code = f"import sys, vintool.report; print(*(set({heavy.split()}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.strip()


def test_values_that_no_table_cuts_are_made_visible_too():
    source = report_html(summary(rule_version="1\ud800\u202e"), context(), [])
    assert "rule 1[U+D800][U+202E], data" in source
