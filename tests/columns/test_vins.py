"""VINs in columns: check digits and descriptors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.filings import filed_vins

from vintool.columns.vins import Descriptors, check_digits
from vintool.vin import calc_check_digit
from vintool.vin.check_digit import CHARACTER_VALUES
from vintool.vin.positions import ALPHABET
from vintool.vpic.register import far_readers


@given(st.lists(st.text(ALPHABET, min_size=17, max_size=17), min_size=1, max_size=20))
def test_one_check_digit_for_a_number_and_a_column(vins):
    characters = np.frombuffer("".join(vins).encode(), dtype=np.uint8).reshape(-1, 17)
    assert check_digits(characters).tolist() == [text[8] == calc_check_digit(text) for text in vins]
    assert set(CHARACTER_VALUES) == set(ALPHABET)


@given(st.lists(st.one_of(filed_vins(), st.text(ALPHABET, min_size=17, max_size=17)), min_size=1))
def test_a_descriptor_stands_for_all_that_rules_read(vins):
    """Two VINs share one exactly if they agree in every position that any rule of their WMI reads."""
    characters = np.frombuffer("".join(vins).encode(), dtype=np.uint8).reshape(-1, 17)
    descriptors = Descriptors()(characters)
    read = [
        vin[:8]
        + vin[
            9 : {"9": 14}.get(vin[2], 11)
            if vin[:3] not in far_readers()
            else far_readers()[vin[:3]]
        ]
        for vin in vins
    ]
    samples = [descriptors.values[code] for code in descriptors.codes.tolist()]
    for read_part, sample in zip(read, samples, strict=True):
        assert (sample[:8] + sample[9:]).ljust(17, "0").startswith(read_part)
    assert len(set(read)) == len(set(descriptors.codes.tolist()))
