"""The model year by each maker's own rule, and the years that a body or a type bounds."""

import re

import pyarrow as pa
import pytest

import vintool
from vintool.codes import Basis, Market
from vintool.columns import decode_table
from vintool.decoding.model_year import model_year, month_of
from vintool.errors import DataError
from vintool.registry import model_years
from vintool.registry.model_years import BOUNDS, RULE_COLUMNS, RULES, YearRule, year_rule
from vintool.registry.rows import read_rows

BY_RULE = [  # VIN, year, candidates, month
    ("WF0KXXGCBKBJ00001", 2011, (1981, 2011), 9),
    ("WF0FXXWPMHLA00001", 2020, (1990, 2020), 3),
    ("MAJAXXMRKAER40001", 2014, (1984, 2014), 10),
    ("WF0EXXTTREKK00001", 2019, (1989, 2019), 2),
    ("NM0GXXTTRGHR00001", 2017, (2017,), 6),
    ("VS6KXXGCVK9J00001", 2009, (2009,), 1),
    ("6FPAAAJGAT4Z00001", 2004, (2004,), None),
    ("WVWZZZ1KZ6W612305", 2006, (2006,), None),
    ("TMBMT46Y463000001", 2006, (2006,), None),
    ("W0L0ZCF4841000001", 2004, (2004,), None),
    ("YV1RS53D512000001", 2001, (2001,), None),
    ("KMHEU41F76A000001", 2006, (2006,), None),
    ("WAUZZZ8K5DA000001", 2013, (2013,), None),
    ("WAUZZZ4K8RN000001", 2024, (2024,), None),
    ("WAUZZZ89ZJA000001", 1988, (1988,), None),
    ("WP0ZZZ92ZGN400001", 1986, (1986,), None),
    ("WP0ZZZ96ZRS800001", 1994, (1994,), None),
    ("WP0ZZZ94ZHN400001", 1987, (1987,), None),
    ("WP0ZZZ99ZTS310000", 1996, (1996,), None),
    ("WP0ZZZ99ZTS200000", 2026, (2026,), None),
    ("KMHKR81C9NU000001", 2022, (2022,), None),
    ("KNAAE8153R6000001", 2024, (2024,), None),
    ("VF3LCBHZ5ES000001", 2014, (2014,), None),
    ("9BWZZZ377VT000001", 1997, (1997, 2027), None),
    ("WDD2470031J000461", None, (), None),
    ("WME4513801K000001", None, (), None),
    ("VF1AGVYA060000001", None, (), None),
    ("JMZGJ621771000001", None, (), None),
    ("VF1FLBHA4BY000001", 2011, (1981, 2011), None),
    ("WVWZZZ194JW000001", 1988, (1988,), None),
    ("WBAUD910X0P000389", None, (), None),
]


@pytest.mark.parametrize(("vin", "year", "candidates", "month"), BY_RULE)
def test_each_maker_has_his_own_rule_of_the_year(vin, year, candidates, month):
    vehicle = vintool.decode(vin)
    assert vehicle.model_year_candidates == candidates
    if year is not None:
        assert vehicle.model_year.value == year
    else:
        assert vehicle.model_year is None
    assert (vehicle.built_month and vehicle.built_month.value) == month


def test_a_year_that_the_rule_leaves_alone_is_encoded_and_cites_its_source():
    one = vintool.decode("NM0GXXTTRGHR00001").model_year
    assert (one.basis, one.source.row) == (Basis.ENCODED, "position 11")
    assert "fordownersclub" in one.source.cites
    several = vintool.decode("WF0KXXGCBKBJ00001").model_year
    assert several.basis is Basis.ASSUMED


def test_a_year_that_the_maker_tells_needs_no_filing():
    volvo = vintool.decode("YV1RS53D512000001")
    assert (volvo.model.basis, volvo.model_year.basis) == (Basis.ASSUMED, Basis.ENCODED)
    assert volvo.model_year_candidates == (2001,)


def test_the_shape_of_the_vin_tells_whose_ford_it_is_not_the_wmi():
    american = vintool.decode("NM0KS9BN2CT000001")
    assert (american.model_year.value, american.model.value) == (2012, "Transit Connect")
    assert american.built_month is None
    assert vintool.decode("WF0KXXGCBKBJ00001").model is None


def test_an_american_mercedes_has_its_year_at_position_10():
    start = "WDDWF8EB0KR000001"
    assert vintool.decode(start, market="us").model_year.value == 2019
    assert not year_rule(start).shape


def test_a_month_goes_on_through_a_row_of_sixteen_letters_in_four_years():
    letters = "".join(
        letter
        for year in range(2009, 2013)
        for month in range(1, 13)
        for letter in "ABCDEFGHJKLMNPRSTUVWXYZ"
        if month_of(year, letter) == month
    )
    assert letters == "JUMPBRAGCKDELYST" * 3
    assert month_of(2014, "R") == month_of(2018, "R") == 10


def test_a_year_without_a_month_of_that_letter_is_no_candidate():
    rule = YearRule(place=model_years.AT_11, month=True)
    assert model_year("H", "", Market.EU, (), 2027, rule, "R").candidates == (2017,)
    misread = model_year("H", "", Market.EU, (), 2027, rule, "H")
    assert (misread.candidates, misread.month) == ((1987, 2017), None)


def test_no_candidate_lies_beyond_next_year():
    for code in "ABCDEFGHJKLMNPRSTVWXY123456789":
        for vin in (
            f"WVWZZZ1HZ{code}W000001",
            f"TMBZZZ11Z{code}W000001",
            f"SALLAAAF5{code}A000001",
        ):
            assert all(1980 <= year <= 2027 for year in vintool.decode(vin).model_year_candidates)


def test_the_example_of_each_rule_is_of_it_and_of_its_year():
    for row in read_rows(RULES, RULE_COLUMNS):
        wmis, example, year = row[0].split(";"), row[4], row[5]
        vehicle = vintool.decode(example)
        assert vehicle.wmi in wmis
        assert (str(vehicle.model_year.value) if vehicle.model_year else "") == year, example


@pytest.mark.parametrize(
    ("file", "row", "fault"),
    [
        (
            RULES,
            "WF0,*XX**,12,12,WF0KXXGCBKBJ00001,2011,a source,a note",
            "place is 10, 11, 10 letters",
        ),
        (RULES, "WF0,*XX**,11,12,WF0KXXGCBKBJ00001,11,a source,a note", "year a year"),
        (RULES, "WF0,*XX**,11,12,WF0KXXGCBKBJ00001,2011,,a note", "no source"),
        (RULES, "WF,*XX**,11,12,WF0KXXGCBKBJ00001,2011,a source,a note", "no WMI"),
        (RULES, "WF0,*XX*,11,12,WF0KXXGCBKBJ00001,2011,a source,a note", "4 positions"),
        (BOUNDS, "WAU,ZZZ8K,,2016,2007,A4,a source", "2016-2007"),
        (BOUNDS, "WAU,ZZZ8K,,,,A4,a source", "are none"),
        (BOUNDS, "WAU,ZZZ8K,,2007,2016,,a source", "no model"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(tmp_path, monkeypatch, file, row, fault):
    header = next(iter((model_years.rows.DATA / file).read_text().splitlines()))
    other = BOUNDS if file == RULES else RULES
    (tmp_path / file).write_text(f"{header}\n{row}\n")
    (tmp_path / other).write_bytes((model_years.rows.DATA / other).read_bytes())
    monkeypatch.setattr(model_years.rows, "DATA", tmp_path)
    with pytest.raises(DataError, match=re.escape(fault)) as refused:
        model_years._tables.__wrapped__()
    assert f"{file}, line 2" in str(refused.value)


def test_columns_tell_the_same_years_and_months():
    fields = ["model_year", "model_year_candidates", "built_month"]
    vins = [vin for vin, *_ in BY_RULE]
    vins += [f"{vin[:9]}{code}{vin[10:]}" for vin in vins for code in "07AV"]
    vins += [f"{vin[:10]}{code}{vin[11:]}" for vin in vins[:5] for code in "0789EKT"]
    vins += [f"{vin[:11]}{code}{vin[12:]}" for vin in vins[:31] for code in "36JUMPBRA"]
    many = [f"{vin[:12]}{number:05}" for number in range(12) for vin in vins]
    for texts in (vins[:300], many):  # one by one, and by bit sets
        rows = decode_table(pa.array(texts), fields=fields).to_pylist()
        for vin, row in zip(texts, rows, strict=True):
            one = vintool.decode(vin)
            assert row["vin_model_year"] == (one.model_year and one.model_year.value), vin
            assert tuple(row["vin_model_year_candidates"]) == one.model_year_candidates, vin
            assert row["vin_built_month"] == (one.built_month and one.built_month.value), vin
