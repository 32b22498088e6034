"""How far a run is, as a person on a terminal and a program beside it see it."""

import errno
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from support.manifests import ATTO3, TESLA, put_csv

from vintool.cli import progress
from vintool.cli.progress import progress_listener

ROWS = [("VIN", "Fuel"), *[(TESLA, "BEV"), (ATTO3, "petrol"), ("TBA", "")] * 50_000]
COMMAND = [sys.executable, "-m", "vintool.cli.main", "screen", "--on", "2026-03-01"]


def on_terminal(arguments, **environment):
    """What a command writes to the terminal that its stderr is."""
    reader, terminal = pty.openpty()
    usual = {name: text for name, text in os.environ.items() if name not in {"NO_COLOR", "CI"}}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=terminal,
        env={**usual, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
    )  # fmt: skip
    os.close(terminal)
    output = b""
    while True:
        try:
            part = os.read(reader, 1 << 16)
        except OSError as error:  # so a pty ends on Linux
            assert error.errno == errno.EIO  # noqa: PT017 - it is expected, not tested
            break
        if not part:
            break
        output += part
    os.close(reader)
    assert process.wait(60) == 0
    return output.decode()


@pytest.mark.slow
def test_a_person_sees_a_bar(tmp_path):
    path = put_csv(tmp_path / "list.csv", ROWS)
    output = on_terminal([str(path)])
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output)
    assert re.search(
        r"(screening|finishing) .*━.* \d+%.* \d+\.\d/\d+\.\d MB .*[\d,]+ rows/s", plain
    )
    assert re.search(r"[\d,]+ rows: [\d,]+ controlled, [\d,]+ review, [\d,]+ invalid, 0 out_of_scope", plain)  # fmt: skip
    assert "\x1b[31m" in output
    colourless = on_terminal([str(path)], NO_COLOR="1")
    assert "rows/s" in colourless
    assert not re.search(r"\x1b\[[0-9;]*m", re.sub(r"\x1b\[0?m", "", colourless))
    assert on_terminal([str(path), "--progress", "none"]) == ""
    assert "rows/s" not in on_terminal([str(path), "--progress", "json"])


@pytest.mark.slow
def test_a_program_gets_lines_and_a_pipe_gets_nothing(tmp_path, monkeypatch, capsys):
    path = put_csv(tmp_path / "list.csv", ROWS)

    def stderr_of(*arguments):
        result = subprocess.run([*COMMAND, str(path), *arguments], capture_output=True, check=True)
        return result.stderr.decode()

    assert stderr_of() == stderr_of("--progress", "none") == ""
    *_, last = map(json.loads, stderr_of("--progress", "json").splitlines())
    assert last["done"] is True
    assert (last["rows"], last["bytes"], last["seconds_left"]) == (150_000, path.stat().st_size, 0)
    assert sum(last["verdicts"].values()) == 150_000
    assert last["bytes_total"] == path.stat().st_size

    now = iter([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    with progress_listener("json") as listener:
        for at in range(1, 5):
            listener.progress(at, 5, at * 10, {"review": at})
    lines = list(map(json.loads, capsys.readouterr().err.splitlines()))
    assert [(line["rows"], line["done"]) for line in lines] == [(30, False), (40, True)]


def test_a_run_that_fails_is_never_done(capsys):
    with pytest.raises(OSError, match="gone"), progress_listener("json"):
        raise OSError("gone")
    assert capsys.readouterr().err == ""
