"""The front door and the pages tell the truth: every example runs, every link and place exists."""

import re
import shlex
import sys
import tomllib
from html import unescape
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import vintool
from vintool.cli.main import cli
from vintool.codes import Problem, Reason

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "docs"))
import examples  # noqa: E402 - of the pages
import generate  # noqa: E402
import pictures  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page):
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", examples.pages(), ids=name_of)
def test_every_example_prints_what_the_page_says(page, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert [one.got for one in examples.failures(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", generate.GENERATORS)
def test_every_table_of_the_pages_can_be_made(name):
    assert generate.GENERATORS[name]().strip()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page):
    for target, _, heading in re.findall(
        r"\]\((?![a-z]+:)([^)#\s]*)(#([^)\s]*))?\)", page.read_text(encoding="utf-8")
    ):
        file = (page.parent / target) if target else page
        assert file.exists(), target
        if heading and not file.is_relative_to(ROOT / "docs" / "reference"):
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_on_a_page_exists_with_its_options(page):
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```(?:text)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if not line.startswith("vintool "):
                continue
            _, command, *words = shlex.split(re.split(r" {2,}", line)[0])
            known = cli.commands[command]
            if words and words[0] in getattr(known, "commands", {}):
                known = known.commands[words.pop(0)]
            options = {option for item in known.params for option in item.opts}
            assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


def test_the_readme_is_short_and_prints_two_commands():
    assert len(README.encode()) <= 9_000
    assert README.count("```sh\n") == 2


def test_the_picture_of_the_terminal_is_what_the_command_prints():
    printed = re.sub(r"\x1b\[[0-9;]*m", "", pictures.run(*pictures.EXPLAIN))
    picture = (ROOT / "docs/pictures/explain.svg").read_text(encoding="utf-8")
    lines = [unescape(t).replace("\xa0", " ") for t in re.findall(r"<text[^>]*>([^<]*)", picture)]
    shown = [line.strip().removesuffix("…") for line in lines if "VIN" in line or "cn-" in line]
    assert len(shown) > 10
    assert [line for line in shown if line not in printed] == ["... (what the VIN tells)"]


def test_every_place_that_answers_a_question_exists():
    text = (ROOT / "docs/contributing/where-is.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 20
    for row in rows:
        places = re.findall(r"`([\w.]+/[\w./-]*)`", row)
        assert places, row
        assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_decision_has_its_number_and_says_whether_it_holds():
    records = sorted((ROOT / "docs/contributing/decisions").glob("0*.md"))
    for number, record in enumerate(records, 1):
        lines = record.read_text(encoding="utf-8").splitlines()
        assert int(record.name[:4]) == number
        assert lines[0].startswith(f"# {number}. ")
        assert re.fullmatch(r"\*.+\.\*", lines[2])


def test_every_public_name_is_there():
    for name in vintool.__all__:
        assert getattr(vintool, name) is not None


def test_codes_are_snake_case_and_sentences_end():
    for code in (*Problem, *Reason):
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code)
        assert code.sentence.endswith(".")


def test_the_lock_holds_what_the_project_asks_for():
    lock = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    pins = dict.fromkeys(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE), "")
    locked = {pin: re.findall(rf"^{re.escape(pin)}==(\S+)", lock, re.MULTILINE) for pin in pins}
    extras = PROJECT["optional-dependencies"].values()
    for line in (*PROJECT["dependencies"], *(line for extra in extras for line in extra)):
        wanted = Requirement(line)
        versions = locked[re.sub(r"[-_.]+", "-", wanted.name).lower()]
        assert all(Version(version) in wanted.specifier for version in versions), line
    assert "://" not in lock


def test_the_classifiers_are_the_pythons_that_the_project_takes():
    minors = [
        name.rpartition(" ")[2]
        for name in PROJECT["classifiers"]
        if re.search(r"Python :: 3\.\d+$", name)
    ]
    assert minors
    assert all(f"{minor}.0" in SpecifierSet(PROJECT["requires-python"]) for minor in minors)
