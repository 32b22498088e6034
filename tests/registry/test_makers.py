"""The registry of makers: what it answers, what it refuses to read, and that every row is reached."""

import csv
import shutil
from functools import partial

import pytest
from support.tables import table

import vintool
from vintool import registry
from vintool.errors import DataError
from vintool.registry import countries
from vintool.registry.makers import COLUMNS, MANUAL_COLUMNS
from vintool.registry.rows import DATA, keyed_table
from vintool.vin import Vin, calc_check_digit
from vintool.vin.positions import MODEL_YEAR_CODES

READERS = (
    countries._countries,
    keyed_table,
    countries.country_codes,
    registry.chinese_names,
    registry.maker,
)


def forget():
    for reader in READERS:
        reader.cache_clear()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of the tables of makers, which a test may spoil."""
    for name in ("wmi.csv", "wmi.manual.csv", "countries.csv", "brands.csv"):
        shutil.copy(DATA / name, tmp_path)
    monkeypatch.setattr("vintool.registry.rows.DATA", tmp_path)
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def write(path, columns, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows((columns, *rows))


def example(wmi, year):
    """A VIN of a WMI and a model year (2010-2039), with a check digit that holds."""
    code = MODEL_YEAR_CODES[(year - 1980) % 30]
    small = wmi[3:] or "000"
    text = f"{wmi[:3]}AAAAA0{code}A{small}001"
    return Vin(text[:8] + calc_check_digit(text) + text[9:])


# --- what it answers -----------------------------------------------------------------------


def test_every_row_is_reached_by_an_example():
    generated = {row["wmi"]: row for row in table("wmi.csv")}
    reached = set()
    for row in registry.all_makers():
        vin = example(row.wmi, max(row.year_from, 2010))
        assert vin.wmi == row.wmi
        for year in {row.year_from, row.year_to} if row.years else {None}:
            assert registry.maker(vin.wmi, year) == row
        if row.file == "wmi.csv":
            row_of_wmi = generated[row.wmi]
            assert row.name == row_of_wmi["manufacturer"]
            assert ";".join(row.brands) == row_of_wmi["brands"]
        reached.add(row.wmi)
    assert reached == {*generated, *(row["wmi"] for row in table("wmi.manual.csv"))}


def test_small_makers_differ_in_all_six_characters():
    names = {
        "SA9019": "TVR",
        "SA9048": "McLaren",
        "MC9RE1": "Reva Electric Car Company",
        "SU9RE1": "Redos",
        "W09B09": "Bitter Cars",
        "ZA9B09": "Mauri Bus System",
        "W09M09": "Meierling",
        "ZA9M09": "Italdesign Automobili Speciali",
        "SU9ZC1": "Wolf",
        "XL9530": "Ebusco Holding N.V.",
        "XJ9530": "Ebusco",
        "XJ9003": "Autobusfabriek Bova BV",
        "VF9300": "EvoBus France",
    }
    assert {code: registry.maker(code).name for code in names} == names
    vehicle = vintool.decode(example("SA9019", 2004))
    assert (vehicle.wmi, vehicle.brand.value) == ("SA9019", "TVR")


@pytest.mark.parametrize("wmi", ["XWB", "95V", "XW8", "Y6D", "Y7W"])
def test_a_code_of_several_brands_names_none_of_them(wmi):
    assert len(registry.maker(wmi).brands) > 1
    assert vintool.decode(f"{wmi}000000BB000001").brand is None


def test_a_decoded_vehicle_tells_the_maker():
    rows = list(registry.all_makers())
    dated = {row.wmi for row in rows if row.years}
    for row in [row for row in rows if row.wmi not in dated][::40]:
        assert vintool.decode(example(row.wmi, 2020)).manufacturer.value == row.name


def test_without_a_year_the_generated_row_answers():
    moved = registry.maker("1GH")
    assert (moved.file, moved.years, moved.brands) == ("wmi.csv", "", ("Holden", "Oldsmobile"))
    mended = registry.maker("LJU")
    assert (mended.file, mended.years) == ("wmi.manual.csv", "")
    assert registry.maker("LJU", 2024) == mended
    assert registry.maker("LQQ") is registry.maker("LQQ", 2020) is None


@pytest.mark.parametrize(
    ("wmi", "year", "brand"),
    [
        ("1Y1", 1984, None),
        ("1Y1", 1985, "Chevrolet"),
        ("1Y1", 1988, "Chevrolet"),
        ("1Y1", 1989, "Geo"),
        ("1Y1", 1997, "Geo"),
        ("1Y1", 1998, "Chevrolet"),
        ("1Y1", 2003, None),
        ("1GH", 2004, "Oldsmobile"),
        ("1GH", 2010, None),
        ("1GH", 2019, "Holden"),
        ("2G5", 2025, "Chevrolet"),
        ("SAB", 2020, "Optare"),
        ("SAB", 2021, "Switch"),
        ("X7L", 2014, None),
        ("X7L", 2030, "Moskvitch"),
        ("4B9038", 2023, "BYD"),
        ("4B9038", 2024, "RIDE"),
    ],
)
def test_a_dated_row_answers_in_its_years(wmi, year, brand):
    row = registry.maker(wmi, year)
    if brand is None:
        assert row == registry.maker(wmi)
        assert row.file == "wmi.csv"
    else:
        assert (row.file, row.brands) == ("wmi.manual.csv", (brand,))
        assert row.year_from <= year <= row.year_to


def test_years_as_text():
    rows = {(row.wmi, row.years) for row in registry.all_makers()}
    assert {("1GH", "1990-2004"), ("4B9038", "from 2024"), ("LZF", "to 2021"), ("LGX", "")} <= rows


@pytest.mark.parametrize(
    ("text", "first", "among"),
    [
        ("lgx", "LGX", {"LGX"}),
        ("great wall", "LGW", {"8L4", "MNU", "XZG"}),
        ("长城", "LGW", {"8L4", "MNU", "XZG"}),
        ("长城汽车", "8L4", {"LGW"}),
        ("比亚迪", "4B9038", {"LGX", "LC0", "LPE"}),
        ("特斯拉", "5YJ", {"5YJ", "7SA", "LRW", "XP7"}),
        ("梅赛德斯-奔驰", "1MB", {"W1K", "WDD", "LE4"}),
        ("jac", "JAC", {"JAC", "LJ1"}),
        ("HAVAL", "LGW", {"LGW"}),
        (" xiaom ", "HXM", {"HXM", "LNB"}),
        ("1gh", "1GH", {"1GH"}),
    ],
)
def test_makers_are_found(text, first, among):
    wmis = [row.wmi for row in registry.find_makers(text)]
    assert among <= set(wmis)
    assert wmis[0] == first


def test_the_best_answer_comes_first():
    makers = registry.find_makers("ora")
    equal = ["Ora" in row.brands for row in makers]
    assert equal[0]
    assert sorted(equal, reverse=True) == equal
    assert len(equal) > sum(equal)  # corporations, which only hold the letters
    assert next(row.wmi for row in registry.find_makers("JAC")) == "JAC"
    assert [row.years for row in registry.find_makers("1GH")] == ["", "1990-2004", "2019-2021"]


def test_nothing_is_found_for_nothing():
    assert registry.find_makers("") == registry.find_makers("  ") == []
    assert registry.find_makers("no such maker") == []


# --- what it refuses to read ---------------------------------------------------------------

SOUND = ("LRW", "Tesla", "Tesla", "CN", "car", "high", "kba", "")
LATER = ("LSJ", "SAIC", "MG", "CN", "car", "high", "kba", "")
DATED = ("LRW", "2019", "2021", "Tesla", "Tesla", "CN", "car", "high", "kba", "overrides it: why")


def with_cell(row, at, cell):
    return (*row[:at], cell, *row[at + 1 :])


def spoil(data, generated=(SOUND, LATER), manual=(), columns=None, manual_columns=None):
    write(data / "wmi.csv", columns or COLUMNS, *generated)
    write(data / "wmi.manual.csv", manual_columns or MANUAL_COLUMNS, *manual)


def test_what_is_sound_is_read(data):
    spoil(data, manual=(DATED, with_cell(with_cell(DATED, 1, "2022"), 2, "")))
    assert [(row.wmi, row.years) for row in registry.all_makers()] == [
        ("LRW", ""),
        ("LRW", "2019-2021"),
        ("LRW", "from 2022"),
        ("LSJ", ""),
    ]


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (partial(spoil, columns=(*COLUMNS, "colour")), "columns are"),
        (partial(spoil, columns=COLUMNS[:-1]), "columns are"),
        (partial(spoil, generated=(SOUND, SOUND)), "twice"),
        (partial(spoil, generated=(SOUND, LATER, SOUND)), "twice"),
        (partial(spoil, generated=((*SOUND, "more"),)), "9 cells"),
        (partial(spoil, generated=(with_cell(SOUND, 0, "LR"),)), "3 characters"),
        (partial(spoil, generated=(with_cell(SOUND, 0, "LR9"),)), "3 characters"),
        (partial(spoil, generated=(with_cell(SOUND, 0, "LRWABC"),)), "3 characters"),
        (partial(spoil, generated=(with_cell(SOUND, 0, "LQW"),)), "without I, O, Q"),
        (partial(spoil, generated=(with_cell(SOUND, 3, "XX"),)), "'XX'"),
        (partial(spoil, generated=(with_cell(SOUND, 1, ""),)), "must be filled"),
        (partial(spoil, generated=(with_cell(SOUND, 6, ""),)), "no source"),
        (partial(spoil, manual_columns=(*MANUAL_COLUMNS, "colour")), "columns are"),
        (partial(spoil, manual=((*DATED, "more"),)), "11 cells"),
        (partial(spoil, manual=(with_cell(DATED, 0, "LSJ"), DATED)), "out of order"),
        (partial(spoil, manual=(DATED, DATED)), "overlap"),
        (partial(spoil, manual=(DATED, with_cell(DATED, 1, "2021"))), "backwards|overlap"),
        (partial(spoil, manual=(DATED, with_cell(with_cell(DATED, 1, "2021"), 2, ""))), "overlap"),
        (partial(spoil, manual=(DATED, with_cell(with_cell(DATED, 1, ""), 2, ""))), "overlap"),
        (partial(spoil, manual=(with_cell(DATED, 1, ""), with_cell(DATED, 1, ""))), "overlap"),
        (partial(spoil, manual=(with_cell(DATED, 2, "2018"),)), "backwards"),
        (partial(spoil, manual=(with_cell(DATED, 1, "19"),)), "a year"),
        (partial(spoil, manual=(with_cell(DATED, 1, "MMXX"),)), "a year"),
        (partial(spoil, manual=(with_cell(DATED, 0, "LRWX"),)), "has 3 characters"),
        (partial(spoil, manual=(with_cell(DATED, 0, "LVS"),)), "nothing to override"),
        (partial(spoil, manual=(with_cell(DATED, 5, "cn"),)), "'cn'"),
        (partial(spoil, manual=(with_cell(DATED, 8, ""),)), "no source"),
        (partial(spoil, manual=(with_cell(DATED, 9, ""),)), "what it overrides"),
    ],
)
def test_what_is_not_sound_is_refused(data, spoiled, said):
    spoiled(data)
    with pytest.raises(DataError, match=said):
        list(registry.all_makers())


@pytest.mark.parametrize(
    "generated",
    [
        (SOUND, SOUND, LATER),
        (with_cell(SOUND, 3, "XX"), LATER),
        (with_cell(SOUND, 6, ""), LATER),
        (SOUND[:-1], LATER),
    ],
)
def test_one_question_refuses_its_row_too(data, generated):
    spoil(data, generated)
    with pytest.raises(DataError):
        registry.maker("LRW")
    assert registry.maker("LSJ").name == "SAIC"
