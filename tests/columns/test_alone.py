"""What a row is answered does not hang on the rows beside it, but where VINs come again."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support import ON
from support.vins import vin

from vintool.columns import screen_table

STARTS = ("LRW3E7FA", "LGXCE4CB", "LGXC74C4", "9BRZZZZZ", "LS5ZZZZZ")
FORMS = ("{0}", "{1}", "{0} / {0}", "{0} / {1}", "{0}, {1}", "", "TBA", "{0} BEV", "{0}****")


@st.composite
def tables(draw):
    """Two columns of VINs, those of each row in no other one, and entries beside them."""
    rows = draw(st.integers(2, 5))
    cells = []
    for row in range(rows):
        vins = [vin(draw(st.sampled_from(STARTS)), "SJ", f"{2 * row + n:06}") for n in (0, 1)]
        cells.append([draw(st.sampled_from(FORMS)).format(*vins) for _ in range(2)])
    fuel = [draw(st.sampled_from(("汽油", "BEV", ""))) for _ in range(rows)]
    code = [draw(st.sampled_from(("8703234190", "8703801090", ""))) for _ in range(rows)]
    one, two = zip(*cells, strict=True)
    return pa.table({"Unit 1": one, "Unit 2": two, "Fuel": fuel, "Code": code})


@given(tables())
def test_a_row_has_the_same_answer_alone_as_among_others(table):
    mapping = {"vin": ["Unit 1", "Unit 2"], "fuel": "Fuel", "hs_code": "Code"}
    together = screen_table(table, ON, mapping).to_pylist()
    alone = [screen_table(table.slice(at, 1), ON, mapping, first_row=at + 1).to_pylist()[0] for at in range(len(table))]  # fmt: skip
    assert together == alone
