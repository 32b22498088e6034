"""The command line in the language of the user: help, usage and what click says of options and arguments.

click has a catalogue of its own only as compiled files of the system; what it says is in ours, with all the rest.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import click

from vintool.report.language import ENGLISH, LANGUAGES, Language, language
from vintool.report.wrapping import cells, padded, wrapped

_OPTION: Final = "--lang"
_TERMS: Final = 30  # cells of the widest option that stands beside its text
_MORE: Final = re.compile(r"(?:\A|  )\[(?P<more>[^\]]*)\]\Z")
_NO_WRAP: Final = "\b"  # click's sign of a paragraph whose lines stay


def language_of(arguments: Sequence[str]) -> Language:
    """The language that a command line asks for, whatever else is wrong with it.

    >>> language_of(["check", "--lang", "zh"]).tag, language_of(["--lang=fr"]).tag
    ('zh-CN', 'en')
    """
    code = "en"
    for at, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == _OPTION:
            code = next(iter(arguments[at + 1 :]), code)
        elif argument.startswith(f"{_OPTION}="):
            code = argument.removeprefix(f"{_OPTION}=")
    return language(code) if code in LANGUAGES else ENGLISH


class Help(click.HelpFormatter):
    """Help in another language than English; lines are broken by the cells that characters take up."""

    words: Language = ENGLISH

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage, under a heading in the language."""
        super().write_usage(prog, args, prefix or f"{self.words.gettext('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """A heading; those of click are in the catalogue."""
        super().write_heading(self.words.gettext(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs, each in the language; of one that is not to be wrapped each line."""
        if not self.words.texts:
            super().write_text(text)
            return
        indent = " " * self.current_indent
        paragraphs = []
        for paragraph in text.split("\n\n"):
            first, *others = paragraph.split("\n")
            kept = first.strip() == _NO_WRAP
            lines = others if kept else [" ".join(paragraph.split())]
            said = [f"{indent}{self.words.translate(line)}" for line in lines]
            width = None if kept else self.width
            paragraphs.append("\n".join(part for line in said for part in wrapped(line, width)))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = _TERMS, col_spacing: int = 2
    ) -> None:
        """Options or commands, each with its text in the language."""
        if not self.words.texts:
            super().write_dl(rows, col_max, col_spacing)
            return
        said = [(term, self._said(text)) for term, text in rows]
        column = min(max(cells(term) for term, _ in said), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, text in said:
            beside = cells(term) <= column - col_spacing
            lines = wrapped(text, max(self.width - column - self.current_indent, 20))
            if not beside:
                self.write(f"{indent}{term}\n")
            for number, line in enumerate(lines):
                start = padded(term if beside and not number else "", column)
                self.write(f"{indent}{start}{line.strip()}".rstrip() + "\n")

    def _said(self, text: str) -> str:
        """The help of an option, with what click puts behind it."""
        more = _MORE.search(text)
        said = self.words.translate(" ".join(text[: more.start() if more else None].split()))
        if more is None:
            return said
        parts = (self.words.translate(part) for part in more["more"].split("; "))
        return f"{said} [{'；'.join(parts)}]".strip()


class Context(click.Context):
    """A command line; what it was given as ``obj`` is the language that it is answered in."""

    @property
    def words(self) -> Language:
        """The language of what is said to the user."""
        return self.obj if isinstance(self.obj, Language) else ENGLISH

    def make_formatter(self) -> click.HelpFormatter:
        """What writes help in the language."""
        formatter = Help(width=self.terminal_width, max_width=self.max_content_width)
        formatter.words = self.words
        return formatter


class Command(click.Command):
    """A command whose help is in the language of the user."""

    context_class = Context


class Commands(click.Group):
    """Commands, each with what it is for."""

    context_class = Context
    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the first sentence of its help in the language."""
        if not isinstance(formatter, Help) or not formatter.words.texts:
            super().format_commands(ctx, formatter)
            return
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, " ".join((command.help or "").split("\n\n")[0].split()))
                    for name, command in sorted(self.commands.items())
                ]
            )
