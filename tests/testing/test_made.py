"""VINs for tests: valid, as wanted, and the same for the same seed."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vintool
from vintool.codes import Powertrain
from vintool.testing import vins


@given(st.integers(0, 50))
def test_every_vin_is_valid_and_of_a_known_maker(seed):
    made = vins(3, seed=seed)
    assert len(set(made)) == 3
    assert made == vins(3, seed=seed)
    for vin in made:
        checked = vintool.check(vin)
        assert vintool.is_valid(vin)
        assert {problem.value for problem in checked.problems} <= {"serial_letter"}


@pytest.mark.parametrize("powertrain", [one for one in Powertrain if one is not Powertrain.FCEV])
def test_the_powertrain_is_what_decode_tells(powertrain):
    for vin in vins(3, powertrain=powertrain):
        assert vintool.decode(vin).powertrain.value is powertrain


@pytest.mark.parametrize(
    ("wmi", "year"), [("LRW", 2024), ("5YJ", 2020), ("1FT", 2022), ("LGX", 2025), ("1HG", 1995)]
)
def test_maker_and_year_are_what_decode_tells(wmi, year):
    for vin in vins(3, wmi=wmi, model_year=year, seed=1):
        vehicle = vintool.decode(vin)
        assert (vehicle.wmi, vehicle.model_year.value) == (wmi, year)


@pytest.mark.parametrize(
    "wanted",
    [{"wmi": "ZZZ"}, {"wmi": "LRW024"}, {"wmi": "5YJ", "powertrain": "ICE"}, {"powertrain": "steam"}, {"model_year": 1900}],
)  # fmt: skip
def test_what_cannot_be_made_is_refused(wanted):
    with pytest.raises(ValueError, match=r"WMI|could be made|Powertrain|position 10"):
        vins(**wanted)


def test_it_is_loaded_by_nothing_else():
    code = "import sys, vintool; vintool.decode('5YJ3E1EAXHF000316'); print('vintool.testing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
