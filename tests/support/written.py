"""Every English sentence that stands in the code, but for docstrings and what is said to programmers alone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import vintool

CODE = Path(vintool.__file__).parent
SENTENCE = re.compile(r"[A-Za-z][a-z']+(?: [a-z][a-z']+){2,}")
"""Three words in a row: what is shorter is a name, or is looked for where it is said."""

NOT_SHOWN = (
    "__init__.py",  # of Python's own errors
    "codes.py",  # whole tables of it are looked for elsewhere, with what they are
    "columns/decoding/",  # libraries: what a program gives wrongly
    "columns/engine/",
    "columns/screening/alone.py",
    "columns/screening/screener.py",
    "columns/screening/table.py",
    "columns/screening/whole_run.py",
    "cli/language.py",
    "declaration/lexicon/codes.py",  # packaged data that is not sound: for those who edit it
    "declaration/lexicon/goods_words.py",
    "declaration/lexicon/prices.py",
    "declaration/lexicon/words.py",
    "decoding/fields.py",  # the reference in the documentation
    "decoding/kinds.py",
    "decoding/model.py",
    "errors.py",  # words of libraries
    "files/subprocesses.py",
    "frames/",
    "learn/mine.py",  # notes of rules, which are data
    "learn/reaching.py",
    "registry/assembly.py",
    "registry/brands.py",
    "registry/countries.py",
    "registry/electric_wmis.py",
    "registry/frames.py",
    "registry/makers.py",
    "registry/model_years.py",
    "registry/models.py",
    "registry/outliers.py",
    "registry/patterns.py",
    "registry/places.py",
    "registry/plants.py",
    "registry/powertrain_rules.py",
    "registry/rows.py",
    "registry/series.py",
    "registry/tariff.py",
    "report/language.py",
    "screening/pages.py",  # Markdown, of which the command shows a text that is looked at
    "screening/regimes.py",
    "spark/",
    "testing/",
    "vin/__init__.py",
)
"""Where no sentence is shown to a person who has asked for another language, and why."""

NO_SENTENCES = {
    "Tipo de motor",  # a heading
    "saved from url=\\(\\d+\\)(\\S+)",  # a pattern
    "Could not skip initial",  # of a library
    "face rules of 2009, chinagate.cn",  # sources stay
    "Wilson lower bound, 95 %",  # of JSON
    "reference of the call",
    "NOT READ, and vehicles may stand in it: 7",  # a warning to programs
    "# Made by `vintool data build`; not edited by hand.",
    "type approvals have columns and labels of their own: name none",  # to programs
    "7= takes the paths of files, not 7",  # to programs
    "the decision table ends without a verdict",
}
"""What looks like one, elsewhere."""


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield from (one.value for one in body if isinstance(one, ast.Expr))


def _filled(text: ast.JoinedStr, constants: dict[str, str]) -> str:
    parts = (part.value for part in text.values)
    return "".join(
        part if isinstance(part, str) else constants.get(ast.unparse(part), "7") for part in parts
    )


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    silent = set(map(id, _docstrings(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            yield node.lineno, _filled(node, constants)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            yield node.lineno, node.value


@cache
def texts() -> dict[str, str]:
    """Each text of the code that may be shown, with 7 in its holes, and the place where it stands last."""
    found = {}
    for path in sorted(CODE.rglob("*.py")):
        name = path.relative_to(CODE).as_posix()
        if not name.startswith(NOT_SHOWN):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {text: f"{name}:{line}" for line, text in _texts(tree)}
    return found


def sentences() -> dict[str, str]:
    """Those of three words in a row or more."""
    return {text: place for text, place in texts().items() if _is_one(text)}


def pieces() -> Iterator[str]:
    """Each text, and what it is taken apart into where the catalogue has it by its parts."""
    for text in texts():
        yield text
        for part in re.split(r"; |\. (?=[A-Z])", text):
            yield part.strip().removesuffix(".")
            yield part.partition(": ")[2].removesuffix(".")


_TO_CALLERS = re.compile(r"\b(?:encoding|sheet|mapping|on)=")
"""An argument of Python: the command line has an option in its place, with a sentence of its own."""


def _is_one(text: str) -> bool:
    packaged = text.startswith("wmi_data/")  # data that is not sound: for those who edit it
    pattern = "(?:" in text
    elsewhere = packaged or pattern or text in NO_SENTENCES or _TO_CALLERS.search(text)
    return bool(SENTENCE.search(text)) and not elsewhere
