"""What goes wrong for real: killed, full, unwritable, changed, cut, corrupt, short of memory.

Every case: one sentence on stderr without a VIN, the exit code, the old output to the byte, nothing left.
"""

import gzip
import hashlib
import json
import os
import signal
import stat
import sys
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import ON
from support.commands import run
from support.manifests import ATTO3, ROWS, TESLA, put_csv, put_xlsx
from support.processes import LONG, content, refused, start, until

from vintool.errors import ManifestError
from vintool.files.screen import screen_file
from vintool.files.writing import staging


def whole(out):
    """Whether a folder holds the outputs of one run, all of them and nothing else."""
    digests = json.loads((out / "run.json").read_text(encoding="utf-8"))["outputs"]
    files = {name: hashlib.sha256(data).hexdigest() for name, data in content(out).items()}
    del files["run.json"]
    return files == digests


@pytest.fixture
def old(tmp_path):
    """A folder that an earlier run has left, with a file of the user's."""
    out = tmp_path / "out"
    screen_file(put_csv(tmp_path / "old.csv"), ON, out)
    (out / "mine.txt").write_text("kept")
    (tmp_path / "old.csv").unlink()
    return out


def staged_in(out):
    return list(out.glob(".vintool-*"))


SLOW_END = "import time, vintool.files.screen as run; run.write_run = lambda *_: time.sleep(600)"


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["", "annotated.csv", "exceptions.csv", "report.html"])
def test_a_killed_run_changes_nothing_and_the_next_one_tidies_up(tmp_path, old, moment):
    path, before = put_csv(tmp_path / "list.csv", LONG), content(old)
    process = start(path, old, before=SLOW_END)
    until(process, lambda: [stage for stage in staged_in(old) if (stage / moment).exists()])
    process.kill()
    process.communicate()
    after = content(old)
    assert before.items() <= after.items()
    assert all(name.startswith(".vintool-") for name in set(after) - set(before))
    screen_file(put_csv(path), ON, old)
    (old / "mine.txt").unlink()
    assert whole(old)


@pytest.mark.slow
def test_a_killed_run_into_a_new_folder_is_swept_away_too(tmp_path):
    path, out = put_csv(tmp_path / "list.csv", LONG), tmp_path / "out"
    process = start(path, out)
    until(process, lambda: list(tmp_path.glob(".out.vintool-*/annotated.csv")))
    process.kill()
    process.communicate()
    assert not out.exists()
    screen_file(put_csv(path), ON, out)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["list.csv", "out"]


@pytest.mark.slow
def test_the_folder_of_a_run_that_is_alive_is_left_alone(tmp_path, old):
    (old / "mine.txt").unlink()
    path, short = put_csv(tmp_path / "list.csv", LONG), put_csv(tmp_path / "short.csv")
    process = start(path, old)
    until(process, lambda: list(old.glob(".vintool-*/annotated.csv")))  # it is locked by then
    process.send_signal(signal.SIGSTOP)
    screen_file(short, ON, old)
    stages = staged_in(old)
    process.send_signal(signal.SIGCONT)
    assert len(stages) == 1
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    assert json.loads((old / "run.json").read_text(encoding="utf-8"))["input"]["file"] == "list.csv"
    assert whole(old)


KILLED_AT = """
import os, pathlib, signal
usual, times = pathlib.Path.replace, [0]
def replace(self, target):
    times[0] += 1
    if times[0] == {}:
        os.kill(os.getpid(), signal.SIGKILL)
    return usual(self, target)
pathlib.Path.replace = replace
"""


@pytest.mark.slow
@pytest.mark.parametrize("moves", range(2, 10))  # the first one makes the hidden folder whole
def test_a_run_killed_while_it_puts_files_in_place_is_finished(tmp_path, old, moves):
    (old / "exceptions.csv").write_text("filled by a person")
    path = put_csv(tmp_path / "list.csv", [*ROWS, (ATTO3, "", "")])
    process = start(path, old, "--as", "jsonl", before=KILLED_AT.format(moves))
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="stop"), staging.staged(old):
        raise RuntimeError("stop")
    assert not staged_in(old)
    assert (old / "mine.txt").read_text() == "kept"
    (old / "mine.txt").unlink()
    kept = list(old.glob("exceptions.*.csv"))
    assert [file.read_text() for file in kept] == ["filled by a person"]
    kept[0].unlink()
    assert whole(old)
    assert (old / "annotated.jsonl").exists()


@pytest.mark.parametrize("moves", range(1, 9))
def test_a_file_that_cannot_be_moved_leaves_the_old_ones(tmp_path, old, monkeypatch, moves):
    from pathlib import Path

    before, usual, times = content(old), Path.replace, []

    def replace(self, target):
        times.append(target)
        if len(times) == moves:
            raise PermissionError(
                13, "Permission denied"
            )  # open in a spreadsheet program, on Windows
        return usual(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(PermissionError):
        screen_file(put_csv(tmp_path / "list.csv", ROWS[:3]), ON, old)
    assert content(old) == before


LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "size"),
    [("csv", 1_000), ("csv", 40_000), ("parquet", 1_000), ("jsonl", 40_000), ("xlsx", 40_000)],
)
def test_a_file_that_cannot_grow_is_reported(tmp_path, old, form, size):
    rows = [LONG[0], *((f"{TESLA[:11]}{number:06d}", "BEV", "") for number in range(4_000))]
    path, before = put_csv(tmp_path / "list.csv", rows), content(old)
    sentence = refused(start(path, old, "--as", form, before=LIMITED.format(size)), 3)
    assert "File too large" in sentence
    assert "nothing was written" in sentence
    assert content(old) == before


FULL = """
import os, tempfile
usual = tempfile.mkdtemp
def mkdtemp(*arguments, **keywords):
    folder = usual(*arguments, **keywords)
    if ".vintool-" in folder:
        os.symlink("/dev/full", os.path.join(folder, "{}"))
    return folder
tempfile.mkdtemp = mkdtemp
"""


@pytest.mark.slow
@pytest.mark.parametrize("file", ["annotated.csv", "annotated.parquet", "annotated.jsonl", "exceptions.csv", "report.html"])  # fmt: skip
def test_a_full_disk_is_reported(tmp_path, old, file):
    path, before = put_csv(tmp_path / "list.csv"), content(old)
    form = file.rpartition(".")[2] if file.startswith("annotated") else "csv"
    sentence = refused(start(path, old, "--as", form, before=FULL.format(file)), 3)
    assert "No space left on device" in sentence
    assert content(old) == before


@pytest.mark.slow
@pytest.mark.parametrize("out", ["/proc/vintool", "/dev/full/out", "/proc/self", "{}/file/out"])
def test_a_place_that_cannot_be_written_to_is_reported_before_the_work(tmp_path, out):
    (tmp_path / "file").write_text("a file, no folder")
    path = put_csv(tmp_path / "list.csv")
    process = start(path, out.format(tmp_path), "--progress", "json")
    sentence = refused(process, 3)
    assert "nothing was written" in sentence
    assert '"rows"' not in sentence
    with pytest.raises(NotADirectoryError):
        screen_file(path, ON, tmp_path / "file")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "list.csv"]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("change", ["grown", "cut", "replaced"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, old, form, change):
    path, before, rows = tmp_path / f"list.{form}", content(old), LONG[:9_000]
    if form == "csv":
        put_csv(path, rows)
    elif form == "xlsx":
        put_xlsx(path, {"one": rows})
    else:
        columns = zip(*rows[1:], strict=True)
        table = pa.table(dict(zip(rows[0], map(list, columns), strict=True)))
        pq.write_table(table, path)

    def meanwhile(*_):
        if change == "grown":
            with path.open("ab") as file:
                file.write(f"{TESLA},BEV,\n".encode())
        elif change == "cut":
            os.truncate(path, path.stat().st_size // 2)
        else:
            other = path.with_name("other")
            other.write_bytes(path.read_bytes())
            other.replace(path)
            os.utime(path, ns=(1, 1))

    for out in (old, None):
        with pytest.raises(ManifestError, match="the file was changed while it was read"):
            screen_file(path, ON, out, progress=meanwhile)
        if form != "csv":
            break
        put_csv(path, rows)
    assert content(old) == before


def test_a_folder_of_files_that_changes_while_it_is_read_is_refused(tmp_path):
    (tmp_path / "list").mkdir()
    for name in "ab":
        pq.write_table(pa.table({"vin": [TESLA, ATTO3]}), tmp_path / "list" / f"{name}.parquet")

    def meanwhile(*_):
        pq.write_table(pa.table({"vin": [ATTO3]}), tmp_path / "list" / "b.parquet")

    with pytest.raises(ManifestError, match="the file was changed while it was read"):
        screen_file(tmp_path / "list", ON, tmp_path / "out", progress=meanwhile)
    assert [file.name for file in tmp_path.iterdir()] == ["list"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["xlsx", "parquet"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_file_cut_short_is_refused(tmp_path, old, form, share):
    path, before = tmp_path / f"list.{form}", content(old)
    if form == "xlsx":
        put_xlsx(path, {"one": LONG[:3000]})
    else:
        pq.write_table(pa.table({"vin": [TESLA, ATTO3] * 1000}), path)
    os.truncate(path, int(path.stat().st_size * share))
    assert "list." in refused(start(path, old), 3)
    assert content(old) == before


def test_a_corrupt_row_group_is_refused_after_the_first_ones(tmp_path, old):
    path, before = tmp_path / "list.parquet", content(old)
    vins = [f"{TESLA[:11]}{number:06d}" for number in range(30_000)]
    pq.write_table(pa.table({"vin": vins}), path, row_group_size=10_000, compression="zstd")
    column = pq.ParquetFile(path).metadata.row_group(2).column(0)
    first = column.dictionary_page_offset or column.data_page_offset
    with path.open("r+b") as file:
        file.seek(first)
        file.write(b"\xff" * (column.total_compressed_size // 2))
    assert "damaged" in refused(start(path, old), 3)
    assert content(old) == before


SHORT = """
import resource, vintool.cli.screen, vintool.files.screen, pyarrow.parquet
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize() + ({} << 20)
resource.setrlimit(resource.RLIMIT_AS, (size, size))
"""


@pytest.mark.slow
def test_too_little_memory_is_reported_as_that(tmp_path, old):
    path, before = tmp_path / "list.parquet", content(old)
    vins = [f"{TESLA[:11]}{number:06d}" for number in range(60_000)]
    notes = [f"{number:09000d}" for number in range(60_000)]  # 540 MB at once
    pq.write_table(pa.table({"vin": vins, "note": notes}), path, compression="zstd", use_dictionary=False)  # fmt: skip
    sentence = refused(start(path, old, before=SHORT.format(400)), 4)
    assert "not enough memory" in sentence
    assert "nothing was written" in sentence
    assert content(old) == before


def test_a_run_on_another_day_replaces_the_old_one(old, tmp_path):
    (old / "mine.txt").unlink()
    screen_file(put_csv(tmp_path / "list.csv"), date(2025, 1, 1), old, annotated_as="parquet")
    assert whole(old)
    assert not (old / "annotated.csv").exists()


def test_what_a_killed_run_left_is_not_taken_for_that_of_another_folder(tmp_path):
    path = put_csv(tmp_path / "list.csv", LONG[:5])
    left = (
        tmp_path / ".ab.vintool-killed"
    )  # whole, and of a folder whose name the pattern a[b] fits
    left.mkdir()
    record = {"tool": {"name": "vintool"}, "outputs": {}}
    (left / "run.json").write_text(json.dumps(record), encoding="utf-8")
    (left / "note.txt").write_text("of ab", encoding="utf-8")
    screen_file(path, ON, tmp_path / "a[b]")
    assert sorted(file.name for file in left.iterdir()) == ["note.txt", "run.json"]
    assert not (tmp_path / "a[b]" / "note.txt").exists()
    screen_file(path, ON, tmp_path / "ab")
    assert not left.exists()


FOREIGN = ["{}", "[]", "", "not JSON", '{"tool": {"name": "other"}, "outputs": {}}', "[" * 10_000]


@pytest.mark.parametrize("content", FOREIGN)
def test_a_record_that_is_not_ours_is_never_replaced(tmp_path, content):
    out, path = tmp_path / "out", put_csv(tmp_path / "list.csv")
    out.mkdir()
    (out / "run.json").write_text(content)
    result = run("screen", path, "--on", ON, "--out", out)
    assert result.exit_code == 3
    assert "its run.json is not one that vintool has written" in result.stderr
    assert f"nothing was written, and {out} is as it was. Name another --out" in result.stderr
    assert [file.name for file in out.iterdir()] == ["run.json"]
    assert (out / "run.json").read_text() == content


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stdin", "gzip"])
def test_what_a_killed_run_left_in_the_temporary_folder_is_removed_by_the_next(tmp_path, how):
    place = tmp_path / "tmp"
    place.mkdir()
    environment = {**os.environ, "TMPDIR": str(place)}
    path = put_csv(tmp_path / "list.csv", LONG)
    if how == "gzip":
        path = tmp_path / "list.csv.gz"
        path.write_bytes(gzip.compress((tmp_path / "list.csv").read_bytes()))

    def started():
        if how == "gzip":
            return start(path, tmp_path / "out", before=SLOW_END, env=environment)
        with path.open("rb") as stdin:
            return start("-", tmp_path / "out", before=SLOW_END, env=environment, stdin=stdin)

    killed, alive = started(), started()
    until(killed, lambda: len([*place.glob("*/*")]) == 2)
    until(alive, lambda: len([*tmp_path.glob(".out.*/report.html")]) == 2)
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in place.iterdir())
    mine = place / "vintool-private-of-somebody"
    mine.symlink_to(tmp_path)
    killed.kill()
    killed.communicate()
    last = start(put_csv(tmp_path / "short.csv"), tmp_path / "other", env=environment)
    _, stderr = last.communicate(timeout=60)
    assert last.returncode == 0, stderr
    left = sorted(place.iterdir())
    assert mine in left
    assert len(left) == 2
    alive.send_signal(signal.SIGTERM)
    alive.communicate()
    assert [*place.iterdir()] == [mine]


LATE = """
import os, signal, vintool.files.screen as run
from vintool.files.writing import staging
moved = staging.move_all
def move_all(moves):
    moved(moves)
    os.kill(os.getpid(), signal.SIGTERM)
staging.move_all = move_all
"""


@pytest.mark.slow
def test_a_signal_behind_the_last_move_leaves_a_true_sentence(tmp_path, old):
    process = start(put_csv(tmp_path / "list.csv", ROWS[:3]), old, before=LATE)
    sentence = refused(process, 143)
    assert f"the new files in {old} are whole" in sentence
    assert "nothing was written" not in sentence
    assert json.loads((old / "run.json").read_text(encoding="utf-8"))["input"]["file"] == "list.csv"


BROKEN_LATE = """
import vintool.files.screen as run
usual = run.staged
from contextlib import contextmanager
@contextmanager
def staged(out):
    with usual(out) as stage:
        yield stage
    raise RuntimeError
run.staged = staged
"""


@pytest.mark.slow
@pytest.mark.parametrize(("before", "state"), [(BROKEN_LATE, "the new files in {} are whole"), ("import vintool.files.screen as run; run.write_report = None", "nothing was written, and {} is as it was")])  # fmt: skip
def test_an_internal_error_says_what_has_become_of_the_outputs(tmp_path, old, before, state):
    sentence = refused(start(put_csv(tmp_path / "list.csv"), old, before=before), 4)
    assert f"please report this line; {state.format(old)}." in sentence


@pytest.mark.skipif(sys.platform == "win32", reason="there is no umask")
@pytest.mark.parametrize("mask", [0o077, 0o027, 0o022])
def test_the_outputs_of_a_run_obey_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        for _ in range(2):
            screen_file(put_csv(tmp_path / "list.csv"), ON, tmp_path / "in" / "out")
    finally:
        os.umask(before)
    for path in [tmp_path / "in", *(tmp_path / "in").rglob("*")]:
        usual = 0o777 if path.is_dir() else 0o666
        assert stat.S_IMODE(path.stat().st_mode) == usual & ~mask, path
