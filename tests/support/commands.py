"""The command line, called in this process."""

from click.testing import CliRunner

from vintool.cli.main import cli


def run(*arguments, text=None):
    """The result of a command: exit code, stdout and stderr; what it does not foresee is raised."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
