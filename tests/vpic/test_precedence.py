"""Which of several patterns tells, and which model year they are read for."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.releases import (
    DOORS,
    LATEST,
    LENGTH,
    NEW,
    NEWEST,
    NOTE,
    OLD,
    SECRET,
    SERIES,
    TRIM,
    as_dump,
    best,
    like,
    patterns,
    tiny,
    values,
    vin,
)

from vintool import Reference, vpic
from vintool.vpic.decode import decode
from vintool.vpic.elements import Origin
from vintool.vpic.faults import Fault
from vintool.vpic.importer.build import build

# --- Which of several patterns tells -------------------------------------------------------


def test_a_formula_tells_the_digits_themselves_and_gives_way_to_a_pattern(use):
    use(
        Wmi_VinSchema=[(1, 3, 1, 2010, None)],
        Pattern=patterns(
            ("***##", LENGTH, "##"), ("*****|**#*#", DOORS, "###"), ("B", LENGTH, "53")
        ),
    )
    text = vin("AAA48", "LF1A3001", wmi="1TE")
    assert values(text, LENGTH, DOORS) == ("48", "1A3")
    assert best(text).attributes[LENGTH][0].origin is Origin.FORMULA
    assert values(vin("AAAA8", "LFAA3001", wmi="1TE"), LENGTH, DOORS) == (None, None)
    assert values(vin("BAA48", "LF1A3001", wmi="1TE"), LENGTH) == ("53",)


def test_a_private_element_is_left_out_but_its_key_counts_as_one_that_is_used(use, home):
    shown = ("A", SERIES, "one"), ("****E", TRIM, "sport")
    use(Pattern=patterns(*shown, ("X", SECRET, "hidden"), ("XX", 98, "never decoded")))
    assert b"hidden" not in (home / "patterns.txt").read_bytes()
    assert b"never" not in (home / "patterns.txt").read_bytes()
    assert values(vin("XBCDE"), SECRET, SERIES, TRIM) == (None, None, "sport")
    assert not best(vin("XBCDE")).wrong - {Fault.ONE_POSITION_ONE_REPAIR}
    assert best(vin("YBCDE")).wrong == {Fault.SEVERAL_POSITIONS}
    assert best(vin("XXCDE")).wrong == set()
    use(Pattern=patterns(*shown))
    assert best(vin("XBCDE")).wrong == {Fault.ONE_POSITION_ONE_REPAIR}


def test_what_is_not_yet_checked_or_not_yet_public_is_left_out(use, home):
    use(
        VinSchema=[(1, "one", False), (2, "two", True)],  # 3 is not there, and holds
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 1, 2, 2012, None), (3, 1, 3, 2010, None)],
        Pattern=patterns(("*", SERIES, "checked"), ("*", SERIES, "draft", NEW, 2), ("*", TRIM, "third", NEW, 3)),
        Wmi=[(1, "1TA", 7, 2, None, "2026-10-31 23:59:59"), (2, "1TB", 7, 2, None, "2026-11-01"), (3, "1TC", 7, 2, None, None)],
    )  # fmt: skip
    assert values(vin(), SERIES, TRIM) == ("checked", "third")
    assert "draft" not in (home / "patterns.txt").read_text(encoding="utf-8")
    assert vpic.registration("1TA")
    assert vpic.registration("1TB") is vpic.registration("1TC") is None


@pytest.mark.parametrize(
    ("given", "winner"),
    [
        ([("A", SERIES, "old", OLD), ("AB", SERIES, "new", NEW)], "new"),
        ([("A", SERIES, "new", NEW), ("AB", SERIES, "old", OLD)], "new"),
        ([("A", SERIES, "new", NEWEST), ("A*C", SERIES, "by half a second", NEW)], "new"),
        ([("A", SERIES, "T is a space", "2021-01-01T09:00:00"), ("AB", SERIES, "an hour later", NEW)], "an hour later"),
        ([("AB", SERIES, "of the same moment", NEW), ("A", SERIES, "shorter", NEW + ".000")], "shorter"),
        ([("AB", SERIES, "longer"), ("A", SERIES, "shorter")], "shorter"),
        ([("AB", SERIES, "shorter"), ("*****|LF", SERIES, "the bar counts")], "shorter"),
        ([("AB", SERIES, "text after"), ("A*C", SERIES, "text before")], "text before"),
        ([("A", SERIES, "old", OLD), ("A", SERIES, "newer of the same key", NEW)], "newer of the same key"),
        ([("A", SERIES, "loses to both", OLD), ("AB", SERIES, "newest", NEWEST), ("ABC", SERIES, "new", NEW)], "newest"),
        ([("[AB]", SERIES, "brackets count", OLD), ("AB", SERIES, "no brackets", OLD)], "no brackets"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_of_patterns_that_fit_the_newest_then_the_shortest_tells(use, given, winner, turned):
    use(Pattern=patterns(*(reversed(given) if turned else given)))
    assert values(vin(), SERIES) == (winner,)


def test_a_change_dates_a_pattern_and_not_its_making(use):
    use(Pattern=[(1, 1, "A", SERIES, "changed", OLD, NEWEST), (2, 1, "A*C", SERIES, "new", NEW, None)])  # fmt: skip
    assert values(vin(), SERIES) == ("changed",)


def test_between_schemas_the_later_first_year_comes_before_any_date(use):
    use(
        Wmi_VinSchema=[(1, 1, 1, 2010, None), (2, 1, 2, 2015, 2020)],
        Pattern=patterns(("A", SERIES, "of 2010", NEWEST), ("ABC", SERIES, "of 2015", OLD, 2)),
    )
    assert values(vin(tail="LF000001"), SERIES) == ("of 2015",)  # 2020
    assert values(vin(tail="CF000001"), SERIES) == ("of 2010",)  # 2012
    assert values(vin(tail="MF000001"), SERIES) == ("of 2010",)  # 2021


def test_all_notes_count(use):
    use(Pattern=patterns(("A", NOTE, "one"), ("AB", NOTE, "two", NEW), ("A", NOTE, "three"), ("B", NOTE, "no")))  # fmt: skip
    assert set(values(vin(), NOTE)[0].split(";")) == {"one", "two", "three"}


few_signs = st.lists(st.sampled_from(["A", "B", "*", "*", "[AB]"]), min_size=1, max_size=3).map("".join)  # fmt: skip
few_rows = st.lists(
    st.tuples(
        few_signs,
        st.sampled_from([SERIES, TRIM]),
        st.sampled_from("pqr"),
        st.sampled_from([OLD, NEW, NEWEST]),
        st.sampled_from([1, 2, 3]),
    ),
    min_size=1,
    max_size=12,
)
few_years = st.lists(st.sampled_from([2010, 2015, None]), min_size=3, max_size=3)


@pytest.mark.slow
@given(few_rows, few_years, few_years, st.text("AB", min_size=3, max_size=3))
@hypothesis_settings(max_examples=150)
def test_the_files_decode_as_the_rows_would(tmp_path_factory, given_rows, years, others, start):
    rows = patterns(*given_rows)
    first_years = {"1TA": years, "1TB": others}
    links = [(0, 9, 1, 2010, None)]  # of a WMI that is not there
    links += [
        (0, wmi, schema, first, None)
        for wmi, starts in zip((1, 6), first_years.values(), strict=True)
        for schema, first in enumerate(starts, 1)
        if first
    ]
    wmis = [(1, "1TA", 7, 2, None, OLD), (6, "1TB", 7, 2, None, OLD)]
    folder = tmp_path_factory.mktemp("rows")
    tables = tiny(Pattern=rows, Wmi=wmis, Wmi_VinSchema=links)
    build(as_dump(folder / "2026_10.sql", tables), folder / "vpic")
    with Reference(data=folder).bound():
        attributes = {wmi: best(vin(f"{start}DE", wmi=wmi)).attributes for wmi in first_years}
    for wmi, starts in first_years.items():
        for element in (SERIES, TRIM):
            text = attributes[wmi][element][0].value if element in attributes[wmi] else None
            assert text == first_of_all(rows, element, f"{start}DELF000001", starts)


def first_of_all(rows, element, text, years):
    """The value that vPIC's order of the rows puts first; None if no key fits."""

    def rank(row):
        number, schema, keys, _, _, when, _ = row
        bare = keys.replace("[", "").replace("]", "")
        newest_first = -[OLD, NEW, NEWEST].index(when)
        return -years[schema - 1], newest_first, len(keys.replace("*", "")), bare, number

    fitting = [
        row for row in rows if row[3] == element and years[row[1] - 1] and like(row[2], text)
    ]
    return min(fitting, key=rank)[4] if fitting else None


# --- Model years ---------------------------------------------------------------------------

BOTH_CYCLES = [(1, 1, 1, 1980, 2009), (2, 1, 2, 2010, None), (3, 3, 1, 1980, 2009), (4, 3, 2, 2010, None)]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "year", "others", "conclusive"),
    [
        (vin("AAAAA"), 2020, 0, True),  # light, and position 7 is a letter
        (vin("AAA1A"), 1990, 0, True),
        (vin("BBBBB", wmi="1TE"), 2020, 1, False),  # heavy: only the newer patterns fit
        (vin("AAAAA", wmi="1TE"), 1990, 1, False),
        (vin("AAAAA", "XF000001", wmi="1TE"), 1999, 0, True),  # the other is yet to come
    ],
)
def test_position_7_or_the_better_pass_tells_the_cycle(use, text, year, others, conclusive):
    use(
        Wmi_VinSchema=BOTH_CYCLES,
        Pattern=patterns(("A", SERIES, "older"), ("AAAAA|*F", TRIM, "older"), ("B", SERIES, "newer", OLD, 2), ("BBBBB|*F", TRIM, "newer", OLD, 2)),
    )  # fmt: skip
    decoding = decode(text[:3], text, LATEST)
    assert (decoding.best.year, len(decoding.others), decoding.conclusive) == (
        year,
        others,
        conclusive,
    )


def test_a_light_vehicle_is_of_the_year_that_has_a_schema(use):
    use(Wmi_VinSchema=[(1, 1, 1, 1980, 2000)], Pattern=patterns(("*", SERIES, "x")))
    assert best(vin("AAAAA")).year == 1990
    use(Wmi_VinSchema=[(1, 1, 1, 2010, None)], Pattern=patterns(("*", SERIES, "x")))
    assert best(vin("AAA1A")).year == 2020
