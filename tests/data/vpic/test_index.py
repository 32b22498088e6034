"""WMIs of vPIC and the index of its schemas: sorted, once, and in step with the patterns."""

import re
from collections import Counter

import pytest
from support.vpic_tables import POSITIONS, VEHICLE_TYPES, VPIC

WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")

LIGHT = {"2", "3", "7"}

# What is odd in NHTSA's own tables.
NO_WMI = {"1OY", "4OG"}  # with the letter O, so that no VIN has them


def test_wmis_are_sorted_unique_and_of_3_or_6_characters(wmis):
    codes = [row["wmi"] for row in wmis]
    assert codes == sorted(set(codes))
    assert {code for code in codes if not WMI.fullmatch(code)} == NO_WMI
    assert [code for code in codes if (len(code) == 6) != (code[2] == "9")] == []


def test_every_wmi_has_a_filer_makes_and_a_known_type(wmis):
    assert {row["vehicle_type"] for row in wmis} == VEHICLE_TYPES
    assert {row["vehicle_type"] for row in wmis if row["light"]} == LIGHT
    assert all(row["vehicle_type"] == "3" or row["light"] or row["vehicle_type"] not in LIGHT for row in wmis)  # fmt: skip
    assert {row["light"] for row in wmis} == {"", "yes"}
    assert all(row["manufacturer"].strip() and row["makes"].strip() for row in wmis)


def test_makes_are_a_list(wmis):
    for row in wmis:
        makes = row["makes"].split("|")
        assert makes == sorted(set(makes)), row
        assert all(makes), row


def test_index_is_sorted_and_no_link_stands_twice(index, wmis):
    links = [
        (row["wmi"], int(row["year_from"]), int(row["year_to"]), int(row["schema"]))
        for row in index
    ]
    assert links == sorted(set(links))
    assert {wmi for wmi, *_ in links} <= {row["wmi"] for row in wmis}


def test_years_run_forwards(index):
    for row in index:
        first, last = int(row["year_from"]), int(row["year_to"])
        assert 1900 <= first <= (last or first) <= 2100, row


def test_of_one_wmi_a_schema_holds_in_one_span_of_years(index):
    spans = Counter((row["wmi"], row["schema"]) for row in index)
    assert [key for key, count in spans.items() if count > 1] == []


@pytest.mark.parametrize(("name", "key"), [("patterns.txt", "schema"), ("specs.txt", "model")])
def test_sections_stand_one_after_another_and_each_is_referred_to(name, key, index, models):
    rows = index if name == "patterns.txt" else [row for row in models if row["offset"]]
    places = {(int(row["offset"]), int(row["length"]), row[key]) for row in rows}
    content, at = (VPIC / name).read_bytes(), 0
    for offset, length, number in sorted(places):
        assert offset == at, number
        assert content.startswith(f"#{number}\n".encode(), offset)
        at += length
    assert at == len(content)
    assert len({number for *_, number in places}) == len(places)
    heads = re.findall(rb"^#(\d+)$", content, re.MULTILINE)
    assert len(heads) == len(places)
    assert content.count(b"\n#") + 1 == len(places)


def test_sections_follow_the_index_and_the_models(index, models):
    first_met = list(dict.fromkeys(int(row["offset"]) for row in index))
    assert first_met == sorted(first_met)
    offsets = [int(row["offset"]) for row in models if row["offset"]]
    assert offsets == sorted(offsets)
    assert all(bool(row["offset"]) == bool(row["length"]) for row in models)


def test_reads_to_is_the_last_position_that_a_pattern_names(index, wmis, schemas, patterns):
    last = {
        pattern: max((at for at, sign in zip(POSITIONS, signs, strict=False) if sign != "*"), default=0)
        for pattern, signs in patterns.items()
    }  # fmt: skip
    of_schema = {
        schema: max(last[pattern] for pattern, *_ in lines) for schema, lines in schemas.items()
    }
    of_wmi = dict.fromkeys((row["wmi"] for row in wmis), 11)
    for row in index:
        of_wmi[row["wmi"]] = max(of_wmi[row["wmi"]], of_schema[row["schema"]])
    assert {row["wmi"]: int(row["reads_to"]) for row in wmis} == of_wmi
