"""The README tells the truth, and every code has its sentence."""

import doctest
import re

from support import ROOT

import vintool
from vintool.cli.main import cli
from vintool.codes import Problem, Reason, docs

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tables_of_codes_are_those_of_the_code():
    assert docs() in README


def test_every_command_is_in_the_readme():
    for name in cli.commands:
        assert f"vintool {name}" in README


def test_every_public_name_is_in_the_readme():
    for name in vintool.__all__:
        assert name in README
        assert getattr(vintool, name) is not None


def test_the_examples_of_the_readme_run():
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    assert len(test.examples) > 10
    assert doctest.DocTestRunner().run(test).failed == 0


def test_codes_are_snake_case_and_sentences_end():
    for code in (*Problem, *Reason):
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code)
        assert code.sentence.endswith(".")
