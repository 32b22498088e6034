"""What messages say of a row, and what not."""

import pyarrow as pa
import pytest
from support import ON

import vintool
from vintool.columns.screening.alone import screen_alone


@pytest.mark.parametrize("call", [
    lambda vin: vintool.screen(vin, on=vin),
    lambda vin: vintool.screen(vin, on=ON, declared={vin: "x"}),
    lambda vin: screen_alone(pa.array([vin]), ON, {vin: pa.array(["x"])}),
    lambda vin: vintool.screen_table(pa.table({"VIN": [vin], vin: pa.array([[b"\xff"]])}), ON, mapping={"fuel": vin}),
])  # fmt: skip
def test_no_message_repeats_a_vin_that_stands_where_none_belongs(call):
    vin = "LRW3E7FA3SC000001"
    with pytest.raises(ValueError, match=r"date|field|column") as caught:
        call(vin)
    assert vin not in str(caught.value)
