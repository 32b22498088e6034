"""Other processes: the same answers as this one gives, and an end when one of them fails."""

import importlib
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from support import ON, ROOT
from support.dirty_manifest import HEAD, ROWS
from support.handmade import ROWS as CELLS
from support.handmade import two_sheets
from support.manifests import ATTO3, TESLA, put, put_csv, put_xlsx
from support.processes import LONG, START, content, refused, start, until

from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import manifest
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks import subprocess_reader
from vintool.files.screen import screen_file
from vintool.files.subprocesses import (
    Subprocess,
    SubprocessEndedError,
    deserialize,
    import_path,
    serialize,
)

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Unsendable(Exception):  # noqa: N818
    """An error that cannot be sent."""

    def __init__(self, first, second):
        super().__init__(first + second)


def deeds(kind):
    """What the other process is asked for."""

    def work(what):
        if what == "refuse":
            raise NoVinColumn(
                "none", file="a.csv", next_step="map one", sheet="S", row=3, column="C"
            )
        if what == "unsendable":
            raise Unsendable("secret", "parts")
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "leave":
            os._exit(7)
        print("a library says something")  # noqa: T201
        return kind, what

    return work


@pytest.fixture
def child():
    process = Subprocess(deeds, "work")
    assert process.result() is None
    yield process
    process.end()


def test_requests_are_answered_in_their_order_whatever_is_printed_and_raised(child):
    for request in ("first", "refuse", "unsendable", "last"):
        child.request(request)
    assert child.result() == ("work", "first")
    with pytest.raises(NoVinColumn) as caught:
        child.result()
    assert (caught.value.sheet, caught.value.row, caught.value.column) == ("S", 3, "C")
    with pytest.raises(RuntimeError, match=r"^Unsendable$"):
        child.result()
    assert child.result() == ("work", "last")


@pytest.mark.parametrize(("how", "error"), [("kill", MemoryError), ("leave", SubprocessEndedError)])
def test_a_process_that_ends_is_an_error(child, how, error):
    child.request(how)
    with pytest.raises(error):
        child.result()
    child.request("again")
    with pytest.raises(error):
        child.result()


def test_it_ends_with_what_holds_it():
    one = Subprocess(deeds, "work")
    one.result()
    process = one._process
    assert process.poll() is None
    del one
    assert process.poll() is not None


def test_a_refusal_comes_through_as_it_was():
    error = ManifestError("what", file="f", next_step="next", sheet="S", row=1, column="C")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), vars(again), str(again)) == (ManifestError, vars(error), str(error))


def test_a_slice_is_sent_without_the_rest():
    batch = pa.record_batch({"a": ["x" * 100] * 1000})
    sent = serialize(batch.slice(10, 3))
    assert sent.size < 2000
    assert deserialize(sent).equals(batch.slice(10, 3))


LIBRARIES = (
    "numpy", "pyarrow", "python_calamine", "openpyxl", "xlrd", "olefile", "chardet", "pydantic", "click", "platformdirs",
    "babel", "stdnum", "vintool", "wmi_data", "pickle", "json", "struct", "zipfile", "signal", "subprocess", "sitecustomize",
    "usercustomize",
)  # fmt: skip


@pytest.fixture
def planted(tmp_path):
    """A folder with a module under the name of everything that is imported; each leaves a mark where it runs."""
    folder = tmp_path / "of a sender"
    folder.mkdir()
    for name in LIBRARIES:
        put(folder / f"{name}.py", f"open({str(folder / 'ran')!r}, 'a').write({name!r})\nraise ImportError\n")  # fmt: skip
    return folder


def files_of(names):
    """Where modules come from, in the other process."""

    def work(_what):
        return [getattr(importlib.import_module(name), "__file__", "") for name in names], sys.path

    return work


@pytest.mark.parametrize("entry", ["", ".", None])
def test_nothing_of_the_working_folder_is_imported(planted, monkeypatch, entry):
    monkeypatch.chdir(planted)
    monkeypatch.setattr(sys, "path", [str(planted) if entry is None else entry, *sys.path])
    for name in ("PYTHONSTARTUP", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONPLATLIBDIR"):
        monkeypatch.setenv(name, str(planted))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", str(ROOT)]))
    importable = [name for name in LIBRARIES if not name.endswith("customize")]
    process = Subprocess(files_of, importable)
    assert process.result() is None
    process.request("")
    files, path = process.result()
    process.end()
    assert not any(str(file).startswith(str(planted)) for file in files)
    assert str(planted) not in path
    assert not (planted / "ran").exists()


def test_a_folder_that_the_user_or_the_program_itself_names_is_imported_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert str(tmp_path) not in import_path()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert import_path()[0] == str(tmp_path)
    monkeypatch.delenv("PYTHONPATH")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    assert import_path()[0] == str(ROOT)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one != str(ROOT)])
    assert import_path()[-1] == str(ROOT)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_a_run_in_the_folder_of_a_sender_runs_none_of_it(planted, kind):
    two_sheets(planted / f"list.{kind}", [["VIN", "Make", "", "", ""], *CELLS], kind)
    code = f"import vintool.files.reading.manifest as m; m._IN_SUBPROCESS = 0; {START}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "screen", f"list.{kind}", "--on", "2026-03-01"],
        cwd=planted, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    assert not (planted / "ran").exists()


def content_of(manifest):
    """All that a manifest says, and its rows."""
    sheets = [
        (one.name, one.columns, one.headers, one.sample, one.file, one.fixed,
         [(batch.data.to_pylist(), batch.rows.tolist()) for batch in one.batches()], one.blank_rows())
        for one in manifest.sheets
    ]  # fmt: skip
    return (
        manifest.path,
        manifest.format,
        manifest.encoding,
        manifest.skipped,
        manifest.notes,
        manifest.size,
        sheets,
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_a_workbook_is_the_same_read_apart(tmp_path, monkeypatch, kind):
    path = two_sheets(tmp_path / f"list.{kind}", [["A title"], ["VIN", "Make", "", "", ""], *CELLS], kind)  # fmt: skip
    here = content_of(open_manifest(path))
    assert any(sheet[-1] for sheet in here[-1])  # blank rows
    monkeypatch.setattr(manifest, "_IN_SUBPROCESS", 0)
    there = open_manifest(path)
    assert isinstance(there.sheets[0].read.sheet.read.func.__self__, subprocess_reader._Client)
    for sheet in there.sheets:
        next(sheet.batches())  # and no more of them
    assert content_of(there) == content_of(there) == here


def test_a_workbook_that_cannot_be_read_is_refused_from_apart(tmp_path, monkeypatch):
    path = put_xlsx(tmp_path / "list.xlsx", {"one": [HEAD, *ROWS[:5]]})
    monkeypatch.setattr(manifest, "_IN_SUBPROCESS", 0)
    with pytest.raises(ManifestError, match="there is no sheet 'two'"):
        open_manifest(path, sheet="two")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ManifestError, match="damaged or cut short"):
        open_manifest(path)


def end_this(_read):
    """What a library does that meets what it does not expect."""
    os.abort()


def test_a_workbook_that_ends_its_reader_does_not_end_the_run(tmp_path, monkeypatch):
    path = put_xlsx(tmp_path / "list.xlsx", {"one": [HEAD, *ROWS[:5]]})
    monkeypatch.setattr(manifest, "_IN_SUBPROCESS", 0)
    monkeypatch.setattr(subprocess_reader, "_Server", end_this)
    with pytest.raises(ManifestError, match=r"list\.xlsx: what is in it has ended the program"):
        open_manifest(path)


def others_of(pid):
    """The processes that a run has started."""
    listing = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)  # fmt: skip
    return [int(text) for text in listing.stdout.split() if alive(int(text))]


def alive(pid):
    try:
        return b"vintool.files.subprocesses" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


SLOW = """
import time, vintool.files.screen as run, vintool.files.reading.manifest as manifest
run.check_texts, manifest._IN_SUBPROCESS = lambda *_: time.sleep(0.3), 0
"""


@pytest.mark.slow
@LINUX
@pytest.mark.parametrize(
    ("sent", "code", "sentence"),
    [(signal.SIGINT, 130, "interrupted after"), (signal.SIGTERM, 143, "interrupted after"), (signal.SIGKILL, -9, "")],
)  # fmt: skip
def test_a_run_that_is_stopped_leaves_no_process(tmp_path, sent, code, sentence):
    path, out = put_xlsx(tmp_path / "list.xlsx", {"one": LONG}), tmp_path / "out"
    process = start(path, out, before=SLOW)
    until(process, lambda: len(others_of(process.pid)) == 1 and list(tmp_path.glob(".out.vintool-*")))  # fmt: skip
    others = others_of(process.pid)
    process.send_signal(sent)
    assert sentence in refused(process, code)
    deadline = time.monotonic() + 20
    while any(map(alive, others)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, others))
    assert not out.exists()


@pytest.mark.slow
@LINUX
def test_a_reader_that_is_killed_ends_the_run_and_the_old_output_stays(tmp_path):
    path, out = put_xlsx(tmp_path / "list.xlsx", {"one": LONG}), tmp_path / "out"
    screen_file(
        put_csv(tmp_path / "old.csv", [LONG[0], (TESLA, "BEV", ""), (ATTO3, "", "")]), ON, out
    )
    before = content(out)
    process = start(path, out, before=SLOW)
    until(process, lambda: len(others_of(process.pid)) == 1 and list(out.glob(".vintool-*")))
    os.kill(others_of(process.pid)[0], signal.SIGKILL)
    sentence = refused(process, 4)
    assert "not enough memory" in sentence
    assert "nothing was written" in sentence
    assert content(out) == before
