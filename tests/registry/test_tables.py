"""Reading tables: strictly, and by search as by index."""

import pytest

from vintool.errors import DataError
from vintool.registry import plants
from vintool.registry.rows import DATA, KeyedTable, read_rows


def test_a_search_and_the_index_find_the_same():
    text = (DATA / "plants.csv").read_bytes()
    searching = KeyedTable(text, plants.COLUMNS)
    indexed = KeyedTable(text, plants.COLUMNS)
    indexed.SEARCHES = 0
    for key in ("LRW", "101", "ZZZ", "WVW", "5YJ", "LSG", "nope", ""):
        assert searching.rows(key) == indexed.rows(key)


def test_a_broken_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("vintool.registry.rows.DATA", tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 3"):
        list(read_rows("x.csv", ("a", "b")))
    with pytest.raises(DataError, match="columns are"):
        list(read_rows("x.csv", ("a", "c")))
