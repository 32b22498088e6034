"""The law as data: read strictly, every example decided as it says, every page as the data has it."""

import re
import tomllib
from datetime import date

import pytest

from vintool.codes import REGIMES
from vintool.errors import DataError
from vintool.registry import tariff
from vintool.registry.rows import DATA
from vintool.screening.pages import pages
from vintool.screening.regimes import Regime, load_regime
from vintool.screening.screen import screen

FOLDER = DATA / "regimes"
EXAMPLES = [(code, example) for code in REGIMES for example in load_regime(code).example]


@pytest.mark.parametrize(
    ("code", "example"),
    EXAMPLES,
    ids=[f"{code} {one.provision} {one.on}" for code, one in EXAMPLES],
)
def test_every_example_of_the_law(code, example):
    finding = screen(example.vin, example.on, dict(example.declared), code)
    assert finding.verdict is example.verdict, finding.reasons
    assert set(example.reasons) <= set(finding.reasons)
    assert not set(example.other_reasons) & set(finding.reasons)


def test_every_file_is_a_regime_and_every_provision_is_sourced():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(REGIMES)
    for code in REGIMES:
        rule = load_regime(code)
        assert rule.code == code
        assert rule.code in rule.rule_version
        assert {other.code for other in rule.other_regime} <= set(REGIMES) - {code}
        assert all(item.source and item.why for item in rule.provision)


def test_the_pages_are_those_of_the_data():
    for name, page in pages().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == page, (
            f"run: vintool law --write {name}"
        )
    assert {path.name for path in FOLDER.glob("*.md")} == set(pages())


def test_a_page_says_what_since_when_why_and_where_from():
    for code in REGIMES:
        page = pages()[f"{code}.md"]
        for item in load_regime(code).provision:
            part = page.split(f"### {item.code}\n")[1].split("\n### ")[0]
            assert item.says in part
            for line in (f"**Since when:** {item.start}", "**Why:** ", "**Source:** "):
                assert line in part


def regime_file(code="cn-2025-54"):
    return (FOLDER / f"{code}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + '\n[[provision]]\ncode = "x"\n', "Field required"),
        (lambda text: text.replace('step = "date"', 'stepp = "date"'), "Extra inputs"),
        (lambda text: text.replace("on = 2025-12-31", "on = 2025-12-30"), "each side of 2026-01-01"),
        (lambda text: text.replace('step = "date"\n', ""), "since when"),
        (lambda text: text.replace('code = "new"', 'code = "passenger"'), "two provisions"),
        (lambda text: text.replace('provision = "new"', 'provision = "old"'), "no provision: old"),
        (lambda text: text.replace('reason = "kit"', 'reason = "kitt"'), "kitt"),
        (lambda text: text.replace('says = "Other vehicles', 'sayz = "Other vehicles'), "Extra inputs"),
        (lambda text: re.sub(r'(?m)^source = "Announcement 54 of 2025, article 3.*$', 'source = ""', text), "at least 1 character"),
    ],
    ids=["a key is missing", "a key is unknown", "no example before", "no first day", "two of a code", "an example of nothing", "no such reason", "a misspelt key", "no source"],
)  # fmt: skip
def test_a_file_that_is_not_sound_is_refused(change, said):
    text = change(regime_file())
    assert text != regime_file()
    with pytest.raises(ValueError, match=said):
        Regime.model_validate(tomllib.loads(text))


def test_a_broken_file_is_a_defect_of_the_data(tmp_path, monkeypatch):
    (tmp_path / "regimes").mkdir()
    (tmp_path / "regimes" / "cn-2025-54.toml").write_text("code = ", encoding="utf-8")
    monkeypatch.setattr("vintool.registry.rows.DATA", tmp_path)
    load_regime.cache_clear()
    with pytest.raises(DataError, match=r"regimes/cn-2025-54\.toml"):
        load_regime("cn-2025-54")
    load_regime.cache_clear()


def test_dates_are_days_on_which_a_provision_holds():
    rule = load_regime("cn-used-vehicle")
    days = rule.by_code("within-180-days")
    assert (days.days, days.in_force(date(2025, 12, 31)), days.in_force(date(2026, 1, 1))) == (
        180,
        False,
        True,
    )
    assert [rule.in_force(day) for day in (date(2024, 2, 29), date(2024, 3, 1))] == [False, True]


# The tariff


def test_the_tariff_says_what_a_code_means_and_since_when():
    assert [line.licence for line in tariff.find("8703801090")] == ["no", "yes"]
    assert tariff.find("8703801010")[0].letters == "46Axy"
    assert tariff.find("8703602300")[0].code == "870360"
    assert tariff.find("8703800010")[0].until == date(2024, 12, 31)
    assert tariff.find("87") == tariff.find("") == ()
    for rows in tariff.lines().values():
        for line in rows:
            assert line.confidence in {"high", "medium", "low"}
            assert re.fullmatch(r"[46AOLMxyB]*", line.letters)
            # Only letters 4, x and y speak of export; a licence that no letter shows has a source.
            if line.letters:
                assert (line.licence == "yes") is bool(set("4xy") & set(line.letters)), line


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["8703,,,,,,,x,,,high,s,", "8703,2025-01-01,,,,,,x,,,high,s,"], "overlap"),
        (["8703,,2024-12-31,,,,,x,,,high,s,", "8703,2025-01-01,,,,,,y,,,high,s,"], "one meaning"),
        (["8703,,,,,,,x,,maybe,high,s,"], "not what it must be"),
        (["8703,,,,,,,x,,,high,,"], "not what it must be"),
    ],
)
def test_a_tariff_that_is_not_sound_is_refused(tmp_path, monkeypatch, rows, said):
    text = "\n".join([",".join(tariff.COLUMNS), *rows]) + "\n"
    (tmp_path / "tariff.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr("vintool.registry.rows.DATA", tmp_path)
    tariff.lines.cache_clear()
    with pytest.raises(DataError, match=said):
        tariff.lines()
    tariff.lines.cache_clear()
