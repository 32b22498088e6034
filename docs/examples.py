"""The examples of the pages, run as they stand: `python docs/examples.py` writes anew what commands print.

A ```` ```console ```` block holds commands after `$ ` and what they print; a ```` ```python ```` block is a doctest, or, without `>>>`,
a program, unless the line above says by which version and when it was tried by hand. Those of a page run in their order, in one empty folder. `...` stands for anything, as in doctest; a block that has it
and no longer holds is left as it is and named. Beside `vintool` there is `head -n N FILE`.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from vintool.cli.main import cli

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^( *)```(console|python)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
BY_HAND = re.compile(
    r"^\*Tried by hand: \w+ [\d.]+\b.* on \d{4}-\d{2}-\d{2}\b.*\*\n\Z", re.MULTILINE
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Failure(NamedTuple):
    """A block that does not hold: where, and what it should be."""

    start: int
    end: int
    got: str


def pages() -> list[Path]:
    """Every page with examples: the README and those of this folder."""
    return [ROOT / "README.md", *sorted(Path(__file__).parent.rglob("*.md"))]


def failures(text: str) -> Iterator[Failure]:
    """The examples of a page that do not hold."""
    variables: dict[str, object] = {"__name__": "example"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for block in BLOCK.finditer(text):
            _, kind, body = block.groups()
            if BY_HAND.search(text[: block.start()].removesuffix("\n")):
                continue
            if got := RUN[kind](textwrap.dedent(body), variables):
                yield Failure(*block.span(3), got)


def printed(body: str, _: dict[str, object]) -> str:
    """A block of commands with what they print today; empty if it holds."""
    commands = re.findall(r"^\$ (.*)$", body, flags=re.MULTILINE)
    got = "\n".join(f"$ {line}\n{run(shlex.split(line))}".rstrip() + "\n" for line in commands)
    return "" if doctest.OutputChecker().check_output(body, got, FLAGS) else got


def run(words: list[str]) -> str:
    """What a command prints, notes and errors included, without spaces at the ends of lines."""
    name, *arguments = words
    if name == "vintool":
        output = CliRunner(env={"COLUMNS": "100"}).invoke(cli, arguments, prog_name=name).output
    elif name == "head":
        number, file = arguments[1:]
        output = "\n".join(Path(file).read_text("utf-8-sig").splitlines()[: int(number)])
    else:
        raise ValueError(f"an example cannot run {name!r}")
    return "\n".join(line.rstrip() for line in output.splitlines())


def reported(body: str, variables: dict[str, object]) -> str:
    """What doctest has to say of a block; empty if it holds."""
    test = doctest.DocTestParser().get_doctest(body, variables, "example", None, 0)
    test.globs = variables  # kept for the next block
    lines: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    runner.run(test, out=lines.append, clear_globs=False)
    return "".join(lines)


def programmed(body: str, variables: dict[str, object]) -> str:
    """What a doctest or a program has to say; empty if it holds."""
    if ">>> " in body:
        return reported(body, variables)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(body, "example", "exec"), variables)  # noqa: S102 - it is ours
    except Exception:  # noqa: BLE001 - whatever it is, the page is wrong
        return traceback.format_exc()
    return ""


RUN = {"console": printed, "python": programmed}


def main() -> int:
    """Write anew what commands print; name what a person must mend."""
    left = 0
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for failure in reversed(list(failures(text))):
            was = text[failure.start : failure.end]
            if "..." in was or ">>>" in was:
                left += 1
                print(f"{page}:\n{was}\nis now\n{failure.got}")
            else:
                text = text[: failure.start] + failure.got + text[failure.end :]
        page.write_text(text, encoding="utf-8", newline="\n")
    return left


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    sys.exit(main())
