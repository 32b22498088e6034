"""What the pages take from code and data when they are built, so that it cannot go stale.

`<!-- generate: NAME -->` on a line of its own stands for what the function of this name below returns,
`<!-- include: PATH -->` for a file of the repository. Links between files of the repository hold on a
forge; here they lead to the page that shows the file.
"""

import ast
import csv
import importlib
import inspect
import itertools
import posixpath
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import click
import rooms

import vintool
from vintool import codes
from vintool.cli.main import cli
from vintool.decoding.fields import FIELDS

ROOT = Path(__file__).parent.parent
#: Files of the repository that are shown as a page.
PAGES = {
    "CHANGELOG.md": "docs/contributing/changelog.md",
    "CONTRIBUTING.md": "docs/contributing/index.md",
    "README.md": "docs/index.md",
    "SECURITY.md": "docs/explanation/security.md",
    "benchmarks/README.md": "docs/explanation/benchmarks.md",
    "wmi_data/NEWS.md": "docs/reference/data-news.md",
    "wmi_data/README.md": "docs/reference/data.md",
    "wmi_data/regimes/README.md": "docs/reference/regimes/index.md",
    **{
        f"wmi_data/regimes/{code}.md": f"docs/reference/regimes/{code}.md" for code in codes.REGIMES
    },
}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?(?=\))")
PLACE = re.compile(r"^<!-- (generate|include): (\S+) -->$", re.MULTILINE)


def fill(_app: Any, page: str, source: list[str]) -> None:
    """Fill the places of a page that Sphinx has read."""
    source[0] = filled(source[0], f"docs/{page}.md")


def filled(text: str, page: str) -> str:
    """The text of a page, by its path in the repository, with its places filled and its links led to pages."""

    def put(place: re.Match[str]) -> str:
        what, name = place.groups()
        if what == "generate":
            return GENERATORS[name]()
        return linked((ROOT / name).read_text(encoding="utf-8"), name, page)

    return PLACE.sub(put, linked(text, page, page))


def linked(text: str, origin: str, page: str) -> str:
    """The text of a file with its links as they must be on a page."""

    def lead(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link[1]))
        target = PAGES.get(target, target)
        return posixpath.relpath(target, posixpath.dirname(page)) + (link[2] or "")

    return LINK.sub(lead, text)


def table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown."""
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", r"\|").split())


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# Codes


def problems() -> str:
    """What can be wrong with a VIN."""
    return table(
        ("problem", "weight", "what it says"),
        ((f"`{item}`", item.weight.value, item.sentence) for item in codes.Problem),
    )


def reasons() -> str:
    """Why a row has its verdict, and what else is to be said of it, each kind under its heading."""
    parts = []
    for concern in codes.Concern:
        heads = (f"reason, about: {concern.value}", "what it says")
        rows = ((f"`{r}`", r.sentence) for r in codes.Reason if r.concern is concern)
        parts.append(table(heads, rows))
    return "\n\n".join(parts)


def lists() -> str:
    """The short closed lists."""
    kinds = (
        codes.Verdict,
        codes.Powertrain,
        codes.CheckDigit,
        codes.Basis,
        codes.Grade,
        codes.Market,
        codes.Weight,
    )
    return table(
        ("list", "values", "what it is"),
        (
            (kind.__name__, ", ".join(f"`{item.value}`" for item in kind), inspect.getdoc(kind))
            for kind in kinds
        ),
    )


# Columns and fields


@cache
def _meanings() -> dict[str, str]:
    """What each column holds: by the table of fields, and what stands in no field of a vehicle."""
    of_fields = {f"vin_{name}": field.meaning for name, field in FIELDS.items()}
    return of_fields | {r["column"]: r["meaning"] for r in _rows("docs/reference/columns.csv")}


def _columns(schema: Any) -> str:
    return table(
        ("column", "Arrow type", "what it holds"),
        ((f"`{column.name}`", f"`{column.type}`", _meanings()[column.name]) for column in schema),
    )


def decode_columns() -> str:
    """What `decode_table` gives."""
    return _columns(vintool.decode_table(["LRW3E7FA1LC000001"]).schema)


def screen_columns() -> str:
    """What `screen_table` puts beside the columns of a manifest."""
    table_of_one = vintool.screen_table({"vin": ["LRW3E7FA1LC000001"]}, on=date(2026, 3, 1))
    return _columns([column for column in table_of_one.schema if column.name != "vin"])


def headings() -> str:
    """The fields that are read from a manifest, with some of the headings that mean them."""
    return _headings("wmi_data/headers.csv")


def desk_headings() -> str:
    """The same for the lists of the licence desk."""
    return _headings("wmi_data/desk.headers.csv")


def approval_headings() -> str:
    """The same for exports of type approvals."""
    return _headings("wmi_data/approvals.headers.csv")


def _headings(name: str) -> str:
    fields: dict[str, dict[str, list[str]]] = {}
    for row in _rows(name):
        fields.setdefault(row["field"], {}).setdefault(row["language"], []).append(row["header"])
    return table(
        ("field", "headings known", "such as"),
        (
            (
                f"`{field}`",
                sum(map(len, known.values())),
                ", ".join((*known.get("en", ())[:3], *known.get("zh-Hans", ())[:2])),
            )
            for field, known in fields.items()
        ),
    )


def presets() -> str:
    """The public registers whose columns and codes are known."""
    return table(
        ("preset", "VIN", "label", "whose"),
        (
            (f"`{row['preset']}`", row["vin_column"], row["label_column"], row["note"])
            for row in _rows("wmi_data/learn.presets.csv")
        ),
    )


# Limits


def limits() -> str:
    """The bounds of the readers, out of the file in which they stand."""
    path = "vintool/files/reading/limits.py"
    lines = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    values = vars(importlib.import_module("vintool.files.reading.limits"))
    return table(
        ("limit", "value", "of what, and why"),
        (
            (f"`{line.target.id}`", f"{values[line.target.id]:,}", ast.literal_eval(says.value))
            for line, says in itertools.pairwise(lines)
            if isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and isinstance(says, ast.Expr)
        ),
    )


# Commands


def commands() -> str:
    """Every command with its options, as the program itself tells them."""
    root = click.Context(cli, info_name="vintool", **cli.context_settings)
    return "\n\n".join(_command(command, root) for command in cli.commands.values())


def _command(command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, parent, info_name=command.name)
    name = context.command_path
    text, *examples = inspect.cleandoc(command.help or "").split("\b\n")
    parts = [f"## {name}", "\n".join(line.strip() for line in text.splitlines())]
    if lines := [line for example in examples for line in example.splitlines() if line.strip()]:
        parts += ["```text\n" + "\n".join(lines) + "\n```"]
    usage = " ".join(command.collect_usage_pieces(context))
    parts += [f"Usage: `{name} {usage}`"]
    options = [item.get_help_record(context) for item in command.get_params(context)]
    rows = ((f"`{record[0]}`", record[1]) for record in options if record and record[1])
    parts += [table(("option", "what it does"), rows)]
    if isinstance(command, click.Group):
        parts += [f"#{_command(sub, context)}" for sub in command.commands.values()]
    return "\n\n".join(parts)


# Python

CONTRACT = "compact, validate, is_valid, format, calc_check_digit"  # python-stdnum's
DEFAULT = "\n   :members:"


def python() -> str:
    """Every public name by its docstring."""
    parts = []
    for name in vintool.__all__:
        value = getattr(vintool, name)
        if inspect.ismodule(value):
            kind = "automodule"
        elif inspect.isclass(value):
            kind = "autoexception" if issubclass(value, Exception) else "autoclass"
        else:
            kind = "autofunction" if inspect.isfunction(value) else "autodata"
        members = {"autofunction": "", "autodata": "", "automodule": f"\n   :members: {CONTRACT}"}
        parts.append(
            f"```{{eval-rst}}\n.. {kind}:: vintool.{name}{members.get(kind, DEFAULT)}\n```"
        )
    return "\n\n".join(parts)


def models() -> str:
    """What the public functions return, and what that is made of, field by field."""
    met: dict[type, None] = {}
    for name in vintool.__all__:
        value = getattr(vintool, name)
        if inspect.isfunction(value):
            _meet(typing.get_type_hints(value).get("return"), met)
    parts = []
    for kind in met:
        about = (inspect.getdoc(kind) or "").partition("\n\n")[0]
        rows = ((f"`{field}`", f"`{_type(hint)}`") for field, hint in _fields(kind).items())
        parts.append(f"### {kind.__name__}\n\n{about}\n\n{table(('field', 'type'), rows)}")
    return "\n\n".join(parts)


def _meet(hint: Any, met: dict[type, None]) -> None:
    """Add the records of ours that a type is made of, the whole before its parts."""
    for part in typing.get_args(hint):
        _meet(part, met)
    hint = typing.get_origin(hint) or hint
    ours = inspect.isclass(hint) and hint.__module__.startswith("vintool.") and hint not in met
    if ours and (fields := _fields(hint)):
        met[hint] = None
        for part in fields.values():
            _meet(part, met)


def _fields(kind: type) -> dict[str, Any]:
    """The fields of a model, a dataclass or a named tuple; none of any other class."""
    if not (hasattr(kind, "model_fields") or hasattr(kind, "_fields") or is_dataclass(kind)):
        return {}
    hints = typing.get_type_hints(kind)
    names = getattr(kind, "model_fields", None) or getattr(kind, "_fields", None) or hints
    return {name: hints[name] for name in names if not name.startswith("_")}


def _type(hint: Any) -> str:
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", inspect.formatannotation(hint))


GENERATORS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "decode-columns": decode_columns,
    "desk-headings": desk_headings,
    "headings": headings,
    "limits": limits,
    "lists": lists,
    "models": models,
    "presets": presets,
    "approval-headings": approval_headings,
    "problems": problems,
    "python": python,
    "reasons": reasons,
    "room-map": rooms.picture,
    "room-table": rooms.listing,
    "screen-columns": screen_columns,
}
