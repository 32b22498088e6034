"""How the program ends: never by a signal, and quietly where nobody reads on."""

import os
import subprocess
import sys
import time

import pytest
from support.manifests import TESLA, put_csv

from vintool.files.reading.delimited import read_delimited

MAIN = "from vintool.cli.main import main; main()"
SLOW_THREAD = """
import io, time
import pyarrow.csv
class Slow(io.RawIOBase):
    def readable(self): return True
    def read(self, size=-1):
        time.sleep(0.1 if self.begun is None else 3)
        begun, self.begun = self.begun, b"1,2\\n" * 300_000
        return begun or b"a,b\\n" + self.begun
    begun = None
left = pyarrow.csv.open_csv(Slow())
"""
"""A thread of Arrow that is reading when the program ends: it aborts a program that ends in the orderly way."""


def program(*arguments, before="", **keywords):
    """A command in a process of its own, with what it writes."""
    return subprocess.run(
        [sys.executable, "-c", before + MAIN, *map(str, arguments)], check=False, stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords},
    )  # fmt: skip


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_thread_of_arrow_that_still_reads_ends_no_program_by_a_signal(tmp_path, form):
    path = put_csv(tmp_path / "list.csv", [("make", "colour"), ("BYD", "red")])
    ended = program("screen", path, "--on", "2026-03-01", "--format", form, before=SLOW_THREAD)
    assert (ended.returncode, ended.stdout) == (3, b"")
    assert b"no column looks like it holds VINs" in ended.stderr
    ended = program("decode", TESLA, before=SLOW_THREAD)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"Tesla" in ended.stdout


def test_a_file_is_let_go_of_by_all_threads_when_its_rows_are_no_longer_wanted(
    tmp_path, monkeypatch
):
    path = put_csv(tmp_path / "list.csv", [("VIN", "Make"), *[(TESLA, "Tesla")] * 200_000])
    reads, open_file = [], type(path).open

    class Slow:
        def __init__(self, file):
            self.file = file

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def readinto(self, buffer):
            reads.append("begun")
            time.sleep(0.05)
            count = self.file.readinto(buffer)
            reads.append("ended")
            return count

    manifest = read_delimited(path, path.stat().st_size, encoding=None)
    monkeypatch.setattr(type(path), "open", lambda self, *mode, **more: Slow(open_file(self, *mode, **more)))  # fmt: skip
    rows = manifest.sheets[0].batches()
    next(rows)
    rows.close()
    assert reads.count("begun") == reads.count("ended") > 0
    before = len(reads)
    time.sleep(0.2)
    assert len(reads) == before


@pytest.mark.skipif(sys.platform != "linux", reason="a pipe that nobody reads")
def test_the_exit_code_of_a_screening_is_the_same_whoever_reads_on(tmp_path):
    path = put_csv(tmp_path / "list.csv")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        for form in ("text", "json"):
            for fail_on, code in (([], 0), (["--fail-on", "controlled"], 1)):
                ended = program("screen", path, "--on", "2026-03-01", "--format", form, *fail_on, stdout=writer)  # fmt: skip
                assert (ended.returncode, ended.stderr) == (code, b"")
        for arguments in (["--help"], ["screen", "--help"], ["law"], ["data"], [TESLA, "--on", "2026-03-01"]):  # fmt: skip
            ended = program(*arguments, stdout=writer)
            assert (ended.returncode, ended.stderr) == (0, b"")
    finally:
        os.close(writer)
