"""Where the program runs: any encoding of stdout, one that is full or closed, a user without a home."""

import json
import os
import subprocess
import sys

import pytest
from support.manifests import TESLA, put_csv

MAIN = "from vintool.cli.main import main; main()"
NO_HOME = """
import os, pwd
os.environ.pop("HOME", None)
def nobody(*_): raise KeyError("getpwuid(): uid not found")
pwd.getpwuid = pwd.getpwnam = nobody
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full, users by number")


def program(*arguments, before="", **keywords):
    """A command in a process of its own, with what it writes."""
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(
        [sys.executable, "-c", before + MAIN, *map(str, arguments)],
        check=False, **{**usual, **keywords},
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "gbk", "utf-8"])
def test_any_encoding_of_stdout_will_do(tmp_path, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    text = program("wmi", "比亚迪", env=environment)
    assert (text.returncode, text.stderr) == (0, b"")
    assert "BYD" in text.stdout.decode(encoding)
    data = program("wmi", "比亚迪", "--format", "json", env=environment)
    assert json.loads(data.stdout.decode(encoding))[0]["chinese"] == {"BYD": "比亚迪"}
    path = put_csv(tmp_path / "清单 😀.csv", [("VIN", "车型😀"), (TESLA, "é")])
    for form in ("text", "json"):
        run = program("screen", path, "--on", "2026-03-01", "--format", form, "--map", "model=车型😀", env=environment)  # fmt: skip
        assert (run.returncode, run.stderr) == (0, b"")
        if form == "json":
            summary = json.loads(run.stdout.decode(encoding))
            assert (summary["file"], summary["mapping"]["model"]) == (path.name, "车型😀")


@LINUX
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_stdout_says_so_and_that_the_files_are_there(tmp_path, form):
    path, out = put_csv(tmp_path / "list.csv"), tmp_path / "out"
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - no path of a test
        run = program("screen", path, "--on", "2026-03-01", "--out", out, "--format", form, stdout=full)  # fmt: skip
        assert run.returncode == 3
        sentence = run.stderr.decode()
        assert sentence.startswith("Error: standard output: cannot be written (No space left on device). The run is done: ")  # fmt: skip
        assert str(out / "run.json") in sentence
        assert (out / "run.json").exists()
        for arguments in (["decode", TESLA, "--format", "csv"], ["data"], ["law"], ["--help"], ["explain", TESLA, "--format", "json", "--on", "2026-03-01"]):  # fmt: skip
            run = program(*arguments, stdout=full)
            assert (run.returncode, b"standard output: cannot be written" in run.stderr) == (3, True)  # fmt: skip
            assert b"internal error" not in run.stderr
        assert program("wmi", "nobody at all", stdout=full, stderr=full).returncode == 1


@LINUX
def test_a_reader_that_has_seen_enough_ends_the_program_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        for form in ("text", "json", "jsonl", "csv"):
            run = program("decode", TESLA, TESLA, "--format", form, stdout=writer)
            assert (run.returncode, run.stderr) == (0, b"")
    finally:
        os.close(writer)


def test_a_closed_stdout_is_no_error(tmp_path):
    path, out = put_csv(tmp_path / "list.csv"), tmp_path / "out"
    before = "import sys; sys.stdout = None\n"
    run = program("screen", path, "--on", "2026-03-01", "--out", out, before=before)
    assert (run.returncode, run.stderr) == (0, b"")
    assert (out / "run.json").exists()
    run = program("decode", TESLA, "--format", "csv", before=before)
    assert (run.returncode, run.stderr) == (0, b"")


@LINUX
@pytest.mark.parametrize("before", [NO_HOME, "import os; os.environ['HOME'] = '/nonexistent'\n"])
def test_a_user_without_a_home_can_do_all_that_writes_nothing_there(tmp_path, before):
    path = put_csv(tmp_path / "list.csv")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")}
    for arguments in (["decode", TESLA], ["data"], ["explain", TESLA, "--on", "2026-03-01"], ["screen", path, "--on", "2026-03-01", "--out", tmp_path / "out"]):  # fmt: skip
        run = program(*arguments, before=before, env=environment, cwd=tmp_path)
        assert (run.returncode, run.stderr) == (0, b"")
    learned = put_csv(tmp_path / "l.csv", [("VIN", "Fuel"), *[(TESLA[:8], "BEV")] * 5])
    command = ["learn", learned, "--install", "above"]
    if before == NO_HOME:
        run = program(*command, before=before, env=environment, cwd=tmp_path)
        assert (run.returncode, b"no home folder is known" in run.stderr) == (3, True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["l.csv", "list.csv", "out"]


def test_rules_are_never_taken_from_where_the_program_runs(tmp_path, monkeypatch):
    from vintool.cli.options import reference_of_command
    from vintool.registry import rows

    planted = tmp_path / "~" / ".local" / "share" / "vintool" / "evidence"
    planted.mkdir(parents=True)
    (planted / "rules.csv").write_text("planted")
    monkeypatch.chdir(tmp_path)
    unexpanded = planted.parent.relative_to(tmp_path)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: unexpanded)
    assert rows.user_folder() == rows.NO_HOME
    assert reference_of_command().files == ()
