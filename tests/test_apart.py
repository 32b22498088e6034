"""Other processes: the same answers as this one gives, and an end when one of them fails."""

import os
import pickle
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from test_determinism import HEAD, ROWS, outcome, put
from test_faults import LONG, content, refused, start, until
from test_run import ATTO3, ON, TESLA, put_csv, put_xlsx
from test_workbooks import ROWS as CELLS
from test_workbooks import put as put_workbook

from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import manifest
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.workbooks import subprocess_reader
from vintool.files.screen import screen_file
from vintool.files.subprocesses import Subprocess, SubprocessEndedError, deserialize, serialize

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Odd(Exception):  # noqa: N818
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
        if what == "odd":
            raise Odd("secret", "parts")
        if what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "leave":
            os._exit(7)
        print("a library says something")  # noqa: T201
        return kind, what

    return work


@pytest.fixture
def child():
    one = Subprocess(deeds, "told")
    assert one.result() is None
    yield one
    one.end()


def test_requests_are_answered_in_their_order_whatever_is_printed_and_raised(child):
    for request in ("first", "refuse", "odd", "last"):
        child.request(request)
    assert child.result() == ("told", "first")
    with pytest.raises(NoVinColumn) as caught:
        child.result()
    assert (caught.value.sheet, caught.value.row, caught.value.column) == ("S", 3, "C")
    with pytest.raises(RuntimeError, match=r"^Odd$"):
        child.result()
    assert child.result() == ("told", "last")


@pytest.mark.parametrize(("how", "error"), [("kill", MemoryError), ("leave", SubprocessEndedError)])
def test_a_process_that_ends_is_told(child, how, error):
    child.request(how)
    with pytest.raises(error):
        child.result()
    child.request("again")
    with pytest.raises(error):
        child.result()


def test_it_ends_with_what_holds_it():
    one = Subprocess(deeds, "told")
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


def told_of(found):
    """All that a manifest says, and its rows."""
    sheets = [
        (one.name, one.columns, one.headers, one.sample, one.file, one.fixed,
         [(batch.data.to_pylist(), batch.rows.tolist()) for batch in one.batches()], one.blank_rows())
        for one in found.sheets
    ]  # fmt: skip
    return (
        found.path,
        found.format,
        found.encoding,
        found.skipped,
        found.notes,
        found.size,
        sheets,
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "ods"])
def test_a_workbook_is_the_same_read_apart(tmp_path, monkeypatch, kind):
    path = put_workbook(tmp_path / f"list.{kind}", [["A title"], ["VIN", "Make", "", "", ""], *CELLS], kind)  # fmt: skip
    here = told_of(open_manifest(path))
    assert any(sheet[-1] for sheet in here[-1])  # blank rows
    monkeypatch.setattr(manifest, "_IN_SUBPROCESS", 0)
    there = open_manifest(path)
    assert isinstance(there.sheets[0].read.sheet.read.func.__self__, subprocess_reader._Client)
    for sheet in there.sheets:
        next(sheet.batches())  # and no more of them
    assert told_of(there) == told_of(there) == here


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


@pytest.mark.parametrize(
    ("form", "written"), [("csv", "csv"), ("parquet", "parquet"), ("xlsx", "jsonl")]
)
def test_the_number_of_workers_changes_no_byte(tmp_path, monkeypatch, form, written):
    path, told = put(tmp_path, form), []
    monkeypatch.setattr("vintool.files.screen.BATCH_ROWS", 100)
    put_csv(tmp_path / "exporters.csv", [("exporter", "brand"), ("Sunny Export Co., Ltd.", "BYD")])
    for workers in (1, 2, 3):
        screen_file(
            path, None, tmp_path / "out", today=date(2026, 3, 1), annotated_as=written,
            exporters=tmp_path / "exporters.csv", single_window=True, workers=workers,
        )  # fmt: skip
        told.append(outcome(tmp_path / "out"))
    assert b"duplicate_vin" in told[0]["exceptions.csv"]
    for other in told[1:]:
        assert [name for name in told[0] if told[0][name] != other[name]] == []


def test_workers_have_nothing_to_do(tmp_path):
    empty = screen_file(put_csv(tmp_path / "list.csv", [HEAD]), ON, tmp_path / "out", workers=2)
    assert (empty.rows_read, empty.rows_out) == (0, 0)


def test_licences_are_drawn_on_by_one_process(tmp_path):
    path, said = put(tmp_path, "csv"), []
    rows = [("licence no", "quantity", "hs code"), ("26-AA-000001", "50", "8703801090")]
    put_csv(tmp_path / "licences.csv", rows)
    told = screen_file(path, ON, licences=tmp_path / "licences.csv", workers=4, say=said.append)
    assert told.rows_out == told.rows_read > 1400
    assert said == ["licences and decisions are asked row after row: one process judges them all"]


def others_of(pid):
    """The processes that a run has started."""
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)  # fmt: skip
    return [int(text) for text in told.stdout.split() if alive(int(text))]


def alive(pid):
    try:
        return b"vintool.files.subprocesses" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


SLOW = "import time, vintool.files.screen as run; run.check_texts = lambda *_: time.sleep(0.3)"


@LINUX
@pytest.mark.parametrize(
    ("sent", "code", "sentence"),
    [(signal.SIGINT, 130, "interrupted after"), (signal.SIGTERM, 143, "interrupted after"), (signal.SIGKILL, -9, "")],
)  # fmt: skip
def test_a_run_that_is_stopped_leaves_no_process(tmp_path, sent, code, sentence):
    path, out = put_csv(tmp_path / "list.csv", [*LONG, *LONG[1:], *LONG[1:]]), tmp_path / "out"
    process = start(path, out, "--workers", "2", before=SLOW)
    until(process, lambda: len(others_of(process.pid)) == 2 and list(tmp_path.glob(".out.vintool-*")))  # fmt: skip
    others = others_of(process.pid)
    process.send_signal(sent)
    assert sentence in refused(process, code)
    deadline = time.monotonic() + 20
    while any(map(alive, others)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, others))
    assert not out.exists()


@LINUX
def test_a_worker_that_is_killed_ends_the_run_and_the_old_output_stays(tmp_path):
    path, out = put_csv(tmp_path / "list.csv", [*LONG, *LONG[1:], *LONG[1:]]), tmp_path / "out"
    screen_file(
        put_csv(tmp_path / "old.csv", [LONG[0], (TESLA, "BEV", ""), (ATTO3, "", "")]), ON, out
    )
    before = content(out)
    process = start(path, out, "--workers", "2", before=SLOW)
    until(process, lambda: len(others_of(process.pid)) == 2 and list(out.glob(".vintool-*")))
    os.kill(others_of(process.pid)[0], signal.SIGKILL)
    told = refused(process, 4)
    assert "not enough memory" in told
    assert "nothing was written" in told
    assert content(out) == before
