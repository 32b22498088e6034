"""Files and folders whole or not at all, also where a program is killed."""

import os
import stat
import sys

import pytest

from vintool.atomic import (  # fmt: skip
    locked,
    move_all,
    remove_leftovers,
    staging_folder,
    write_file,
    write_folder,
)

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no locks and no umask")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_and_a_folder_take_the_place_of_the_old_ones(tmp_path):
    for content in (b"old", b"new"):
        write_file(tmp_path / "in" / "rules.csv", content)
        write_folder(tmp_path / "in" / "data", {content.decode(): content})
    assert names(tmp_path / "in") == ["data", "rules.csv"]
    assert (tmp_path / "in" / "rules.csv").read_bytes() == b"new"
    assert names(tmp_path / "in" / "data") == ["new"]


@POSIX
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_umask_is_obeyed(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_file(tmp_path / "file", b"")
        write_folder(tmp_path / "folder", {"file": b""})
    finally:
        os.umask(before)
    for path, usual in (("file", 0o666), ("folder", 0o777), ("folder/file", 0o666)):
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == usual & ~mask


def test_what_cannot_be_written_leaves_the_old_one(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").touch()
    with pytest.raises(OSError, match="folder"):
        write_file(tmp_path / "folder", b"a folder is no file")
    with pytest.raises(OSError, match="gone"):
        write_folder(tmp_path / "folder", {"gone/file": b""})
    moves = [(tmp_path / "folder", tmp_path / "moved"), (tmp_path / "gone", tmp_path / "x")]
    with pytest.raises(OSError, match="gone"):
        move_all(moves)
    assert names(tmp_path) == ["folder"]
    assert names(tmp_path / "folder") == ["kept"]


@POSIX
def test_leftovers_are_removed_and_what_is_alive_stays(tmp_path):
    (tmp_path / ".a.vintool-killed").mkdir()
    (tmp_path / ".ab.vintool-killed").mkdir()
    with staging_folder(tmp_path, "a") as alive:
        with locked(alive, wait=False) as alone:
            assert not alone
        write_file(tmp_path / "a", b"")
        assert names(tmp_path) == sorted([alive.name, ".ab.vintool-killed", "a"])
    remove_leftovers(tmp_path, "ab")
    assert names(tmp_path) == ["a"]


@POSIX
def test_a_folder_that_was_moved_away_by_a_killed_program_returns(tmp_path):
    stage = tmp_path / ".data.vintool-killed"
    for name in ("old", "new"):
        (stage / name).mkdir(parents=True)
        (stage / name / name).touch()
    with pytest.raises(OSError, match="gone"):
        write_folder(tmp_path / "data", {"gone/file": b""})
    assert names(tmp_path) == ["data"]
    assert names(tmp_path / "data") == ["old"]
