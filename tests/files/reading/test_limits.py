"""What is larger than any manifest is refused with its place, its bound and the way out; what is not takes linear work."""

import ast
import inspect
import os
import sys
import threading
from contextlib import suppress

import pytest
from support import ON
from support.commands import run
from support.manifests import put, put_csv
from support.readers import VINS, cells, only, refusal
from support.steps import python_lines

from vintool.declaration import headers
from vintool.declaration.shapes import holds_vin, is_figures, like_a_vin, vin_shaped
from vintool.errors import ManifestError
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.vin import cleanup


def test_one_wide_record_does_not_widen_all_others(tmp_path):
    rows = [["VIN", "Note"], *([vin, "x"] for vin in VINS[:50])]
    wide = [*rows, [VINS[60], *[""] * 16_000]]
    error = refusal(put_csv(tmp_path / "a.csv", wide))
    assert (error.row, "16001 cells where most have 2, more than 258 cells" in error.what) == (52, True)  # fmt: skip
    honest = [*rows, [VINS[60], *map(str, range(200))]]
    assert len(cells(only(open_manifest(put_csv(tmp_path / "a.csv", honest))))) == 51


def test_lines_of_which_each_has_keys_of_its_own_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SPARSE_CELLS", 1 << 12)
    lines = "\n".join(f'{{"VIN":"{vin}","key {at}":1}}' for at, vin in enumerate(VINS))
    error = refusal(put(tmp_path / "a.jsonl", lines))
    assert "more than 64 cells" in error.what
    assert error.row < 200
    alike = "\n".join(f'{{"VIN":"{vin}","key {at % 20}":1}}' for at, vin in enumerate(VINS))
    assert len(cells(only(open_manifest(put(tmp_path / "a.jsonl", alike))))) == len(VINS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_pipe_is_read_as_the_file_that_comes_out_of_it(tmp_path, name):
    from support.manifests import put_xlsx

    rows = [["VIN", "Fuel"], [VINS[0], "BEV"]]
    write = put_csv if name.endswith("csv") else lambda path, rows: put_xlsx(path, {"S": rows})
    file = write(tmp_path / name, rows)
    pipe = tmp_path / "pipe" / name
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    for out in (None, tmp_path / "out"):
        threading.Thread(target=lambda: pipe.write_bytes(file.read_bytes()), daemon=True).start()
        summary = screen_file(pipe, ON, out)
        assert (summary.file, summary.rows_out) == (name, 1)
    whole = screen_file(file, ON, tmp_path / "whole")
    assert whole.rows_out == 1
    said, wanted = ((tmp_path / folder / "run.json").read_text() for folder in ("out", "whole"))
    assert said[: said.index('"lists"')] == wanted[: wanted.index('"lists"')]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_list_out_of_a_pipe_is_refused_before_anything_is_read_of_it(tmp_path):
    os.mkfifo(tmp_path / "licences.csv")
    path = put_csv(tmp_path / "a.csv", [["VIN"], [VINS[0]]])
    result = run("screen", path, "--on", ON, "--licences", tmp_path / "licences.csv")
    assert result.exit_code == 3
    assert "write the list to a file" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes there")
def test_a_pipe_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "PIPED", 1 << 21)
    os.mkfifo(pipe := tmp_path / "pipe")
    writer = threading.Thread(target=_write_until_refused, args=(pipe,))
    writer.start()
    with pytest.raises(ManifestError, match="the pipe gives more than 2,097,152 bytes"):
        open_manifest(pipe)
    writer.join()


def _write_until_refused(pipe):
    with suppress(BrokenPipeError), pipe.open("wb") as file:
        while True:
            file.write(b"a,b\n" * 10_000)


@pytest.mark.skipif(sys.platform == "win32", reason="no such device there")
def test_a_device_is_refused():
    with pytest.raises(ManifestError, match="this is a device and no file"):
        open_manifest("/dev/null")


TEXTS = {
    "one letter": lambda size: "A" * size,
    "white space behind a label": lambda size: "VIN" + " " * size,
    "labels": lambda size: "VIN:" * (size // 4),
    "signs": lambda size: "*" * size + "A",
    "pieces": lambda size: "A-" * (size // 2),
    "figures and a letter": lambda size: "vin" + "1" * size + "z",
    "words of headers": lambda size: "vin" + "no" * (size // 2) + "z",
    "ligatures": lambda size: "\ufdfa" * (size // 18),
    "VINs": lambda size: " ".join(VINS * (size // 10_000 + 1))[:size],
}
READERS = {
    "a VIN": cleanup.read,
    "a header": headers.meaning,
    "a shape": vin_shaped,
    "a likeness": like_a_vin,
    "a VIN in a text": holds_vin,
    "figures": is_figures,
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", READERS)
def test_eight_times_the_text_takes_at_most_eight_times_the_steps(reader, text):
    """Were a regular expression exponential, or the work a square, this would not come to its end."""
    read, make = READERS[reader], TEXTS[text]
    small, large = (python_lines(lambda size=size: read(make(size))) for size in (1 << 14, 1 << 17))
    assert large <= 8 * small + 100
    read(make(1 << 20))


@pytest.mark.parametrize("size", [20, 1_000])
def test_a_header_of_figures_takes_no_more_tries_than_it_has_letters(size):
    assert headers.meaning("vin" + "1" * size + "z") is None
    assert headers.meaning("vin" + "no" * (size // 2) + "z") is None


def test_an_edifact_message_of_many_cars_in_one_line_is_read(tmp_path):
    many = [f"LRW3E7FA{at % 10}LC{at:06d}" for at in range(10_000)]
    text = "UNA:+.? 'UNB+UNOA:1'" + "".join(f"GID+{at}+1'RFF+VN:{vin}'" for at, vin in enumerate(many))  # fmt: skip
    sheet = only(open_manifest(put(tmp_path / "a.edi", text + "UNT+3'")))
    assert [row[0] for row in cells(sheet)] == many


def test_every_bound_says_why_it_is_what_it_is_and_stands_in_one_file():
    body = ast.parse(inspect.getsource(limits)).body
    bounds = [at for at, line in enumerate(body) if isinstance(line, ast.AnnAssign)]
    assert len(bounds) > 20
    for at in bounds:
        says = body[at + 1]
        assert isinstance(says, ast.Expr)
        assert len(ast.literal_eval(says.value).split()) > 4
