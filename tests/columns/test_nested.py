"""Lists, structs and maps in a cell: what stands in them is read as any other text of the row is."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.vehicles import NEW_ELECTRIC, PETROL, TESLA, UNSEEN_PETROL
from support.vins import vin

import vintool
from vintool.codes import Verdict
from vintool.columns.engine.categorical import as_far_as_text, as_text

OTHER = vin("9BRZZZZZ", "SJ", "012346")
CLEARED = {"VIN": [UNSEEN_PETROL, OTHER], "Fuel": [PETROL["fuel"]] * 2, "HS code": [PETROL["hs_code"]] * 2}  # fmt: skip
KINDS = {
    "list": lambda text: pa.array([[text, "x"], ["x"]]),
    "large list": lambda text: pa.array([[None, text], []], pa.large_list(pa.string())),
    "list of texts that are views": lambda text: pa.array([[text], ["x"]], pa.list_(pa.string_view())),
    "list of fixed size": lambda text: pa.array([[text], ["x"]], pa.list_(pa.string(), 1)),
    "list view": lambda text: pa.array([[text], None], pa.list_view(pa.string())),
    "full list view": lambda text: pa.array([["x", text], ["x"]], pa.list_view(pa.string())),
    "large list view": lambda text: pa.array([[text], ["x"]], pa.large_list_view(pa.string())),
    "list view in a struct": lambda text: pa.array([{"a": [text]}, {"a": ["x"]}], pa.struct([("a", pa.list_view(pa.string()))])),
    "list of lists": lambda text: pa.array([[["x"], [text]], [[]]]),
    "list of structs": lambda text: pa.array([[{"a": "x"}, {"a": text}], None]),
    "struct": lambda text: pa.array([{"a": 1, "b": text}, {"a": 2, "b": None}]),
    "map": lambda text: pa.array([[("a", text)], []], pa.map_(pa.string(), pa.string())),
    "dictionary in a list": lambda text: pa.ListArray.from_arrays([0, 1, 2], pa.array([text, "x"]).dictionary_encode()),
    "bytes that are no text beside it": lambda text: pa.array([text.encode(), b"x"]),
}  # fmt: skip


def verdicts(table):
    return vintool.screen_table(table, ON, regime=NEW_ELECTRIC)["vin_verdict"].to_pylist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["BEV", "纯电动", TESLA])
def test_a_row_is_not_cleared_beside_what_speaks_in_a_nested_cell(tmp_path, kind, text):
    assert verdicts(pa.table(CLEARED)) == [Verdict.OUT_OF_SCOPE] * 2
    table = pa.table({**CLEARED, "Further": KINDS[kind](text)})
    held, cleared = verdicts(table)
    assert held != Verdict.OUT_OF_SCOPE
    assert cleared == Verdict.OUT_OF_SCOPE
    if "view" not in kind:
        pq.write_table(table, tmp_path / "a.parquet")
        summary = vintool.screen_file(tmp_path / "a.parquet", on=ON, regime=NEW_ELECTRIC)
        assert summary.verdicts[Verdict.OUT_OF_SCOPE] == 1
    if "texts that are views" not in kind:  # which is refused by name
        with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:  # fmt: skip
            writer.write_table(table)
        summary = vintool.screen_file(tmp_path / "a.arrow", on=ON, regime=NEW_ELECTRIC)
        assert summary.verdicts[Verdict.OUT_OF_SCOPE] == 1


LISTS = [*(pa.list_(pa.string()), pa.large_list(pa.string())), *(pa.list_view(pa.string()), pa.large_list_view(pa.string()))]  # fmt: skip


@pytest.mark.parametrize("kind", LISTS, ids=str)
@given(st.lists(st.one_of(st.none(), st.lists(st.sampled_from(["a", "bc", None]), max_size=3)), max_size=6), st.integers(0, 6), st.integers(0, 6))  # fmt: skip
def test_lists_of_any_layout_are_read_whole_and_in_part(kind, cells, start, length):
    part = pa.array(cells, kind).slice(min(start, len(cells)), length)
    texts = [None if cell is None else " / ".join(filter(None, cell)) for cell in part.to_pylist()]
    assert as_text(part).to_pylist() == texts


def test_lists_that_share_their_values_are_each_read():
    values = pa.array(["a", "b", "c"])
    views = pa.ListViewArray.from_arrays(pa.array([1, 0, 2], pa.int32()), pa.array([2, 3, 0], pa.int32()), values)  # fmt: skip
    assert as_text(views).to_pylist() == ["b / c", "a / b / c", ""]
    assert as_text(views.slice(0, 1)).to_pylist() == ["b / c"]


@pytest.mark.parametrize("kind", LISTS, ids=str)
def test_vins_are_found_in_lists_of_any_layout(kind):
    table = pa.table({"VIN": pa.array([[TESLA], [UNSEEN_PETROL]], kind)})
    assert vintool.screen_table(table, ON)["vin_text"].to_pylist() == [TESLA, UNSEEN_PETROL]


@pytest.mark.parametrize("name", ["VIN", "Chassis", "x"])
def test_a_list_of_vins_is_several_vins_of_its_row(name):
    table = pa.table({name: pa.array([[UNSEEN_PETROL, TESLA], [TESLA]])})
    answers = vintool.screen_table(table, ON)
    assert answers["vin_verdict"].to_pylist() == ["controlled", "controlled"]
    assert answers["vin_others"].to_pylist()[0] == [f"{TESLA}=controlled"]
    assert answers["vin_text"].to_pylist() == [f"{UNSEEN_PETROL} / {TESLA}", TESLA]
    assert answers[name].type == table[name].type


def test_a_part_of_a_nested_column_is_that_part():
    maps = pa.array([[("a", "1")], [("b", "2"), ("c", None)], None, []], pa.map_(pa.string(), pa.string()))  # fmt: skip
    assert as_text(maps.slice(1, 3)).to_pylist() == ["b: 2", None, ""]
    lists = pa.array([["1"], ["2", "3"], None])
    assert as_text(lists.slice(1)).to_pylist() == ["2 / 3", None]
    structs = pa.array([{"a": "1"}, {"a": "2"}, None])
    assert as_text(structs.slice(1)).to_pylist() == ["a: 2", None]
    marks = pa.array([{"bev": True}, {"bev": False}])
    assert as_text(marks).to_pylist() == ["bev: true", ""]


def test_bytes_that_are_no_text_are_listened_to_and_a_column_that_speaks_is_refused_by_name():
    silent = pa.table({**CLEARED, "Picture": pa.array([b"\xff\xd8", b"\x00"])})
    assert verdicts(silent) == [Verdict.OUT_OF_SCOPE] * 2
    speaking = pa.table({**CLEARED, "Note": pa.array([b"\xff BEV", b"x"])})
    with pytest.raises(ValueError, match="column 'Note': binary cannot be read as text"):
        verdicts(speaking)


@pytest.mark.parametrize("cell", [{"BEV": 0}, {"BEV": 0.0}, {"BEV": "N"}, {"BEV": "no"}, {"BEV": [False, False]}, {"BEV": None}, '{"electric":false}', '{"a":{"BEV":"no","electric":[0]}}', "{'BEV': False}"], ids=str)  # fmt: skip
@pytest.mark.parametrize("heading", ["Specs", "Zzz", "Colour"])
def test_a_plain_no_to_a_name_does_not_speak_for_it(heading, cell):
    table = pa.table({name: cells[:1] for name, cells in CLEARED.items()})
    assert verdicts(table.append_column(heading, pa.array([cell]))) == [Verdict.OUT_OF_SCOPE]


@pytest.mark.parametrize("cell", [{"BEV": 1}, {"BEV": "yes", "PHEV": "no"}, {"BEV": [False, True]}, {"fuel": "BEV", "PHEV": 0}, '{"BEV":true,"PHEV":false}', '{"PHEV":false,"fuel":"BEV"}', '{"note":"no","x":"BEV"}', '["BEV",false]'], ids=str)  # fmt: skip
@pytest.mark.parametrize("heading", ["Specs", "Zzz", "Colour"])
def test_what_else_stands_beside_a_plain_no_is_heard(heading, cell):
    table = pa.table({name: cells[:1] for name, cells in CLEARED.items()})
    assert verdicts(table.append_column(heading, pa.array([cell]))) != [Verdict.OUT_OF_SCOPE]


def test_a_value_that_python_has_none_for_does_not_silence_the_others_of_its_column():
    far = pa.array([10**13], pa.timestamp("s"))  # of the year 318,857
    column = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.concat_arrays([far, far]), pa.array(["", "BEV"])])  # fmt: skip
    assert as_far_as_text(column).to_pylist() == [None, "BEV"]
