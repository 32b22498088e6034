"""Reading tables: strictly, and by search as by index."""

import pytest

from vintool import registry


def test_a_search_and_the_index_find_the_same():
    text = registry.read_bytes("plants.csv")
    searching = registry.KeyedTable(text, registry.PLANT_COLUMNS)
    indexed = registry.KeyedTable(text, registry.PLANT_COLUMNS)
    indexed.SEARCHES = 0
    for key in ("LRW", "101", "ZZZ", "WVW", "5YJ", "LSG", "nope", ""):
        assert searching.rows(key) == indexed.rows(key)


def test_a_broken_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "DATA", tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(registry.DataError, match="line 3"):
        list(registry.read_rows("x.csv", ("a", "b")))
    with pytest.raises(registry.DataError, match="columns are"):
        list(registry.read_rows("x.csv", ("a", "c")))
