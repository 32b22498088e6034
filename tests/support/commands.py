"""The command line, called in this process."""

from inspect import cleandoc, signature

import click
from click.testing import CliRunner

from vintool.cli.main import cli

# Before click 8.2 it must be said that stderr is not to be mixed into stdout.
APART = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}


def run(*arguments, text=None, width=None):
    """The result of a command: exit code, stdout and stderr; what it does not foresee is raised.

    Args:
        arguments: of the command line.
        text: what stands on stdin.
        width: columns of the terminal; without one lines are not broken.
    """
    result = CliRunner(**APART).invoke(
        cli,
        [str(argument) for argument in arguments],
        input=text,
        env={"COLUMNS": None if width is None else str(width)},
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def every_help(command=cli):
    """What the help of all commands says: each paragraph that is wrapped, and the help of each option."""
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield " ".join(paragraph.split())
    yield from filter(None, (getattr(one, "help", None) for one in command.params))
    for one in command.commands.values() if isinstance(command, click.Group) else ():
        yield from every_help(one)
