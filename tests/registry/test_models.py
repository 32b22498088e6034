"""``models.csv`` and ``models.names.csv``: sound, and right on the labelled vehicles."""

from collections import Counter
from itertools import combinations

import pytest
from support.tables import table

from vintool.codes import Powertrain
from vintool.decoding.model_name import models_of
from vintool.errors import DataError
from vintool.powertrain import classify
from vintool.registry import models
from vintool.registry.models import fitting_models, line_of, model_rows, spelled_models, year_codes
from vintool.registry.patterns import parse_pattern
from vintool.registry.rows import KeyedTable

HEADER = ",".join(models.COLUMNS)
WORDS = {"body_class": "BodyStyle", "drive_type": "DriveType"}


def test_rows_are_sorted_and_each_answers_its_example():
    rows = table("models.csv")
    keys = [(row["wmi"], row["vds"], row["year_from"], row["plant_codes"]) for row in rows]
    assert keys == sorted(set(keys))
    for row in rows:
        fitting = fitting_models(row["example"])
        assert row["source"] in {one.source for one in fitting}, row


def test_two_rows_that_name_models_never_fit_the_same_vin():
    for wmi in {row["wmi"] for row in table("models.csv")}:
        named = [row for row in model_rows(wmi) if row.models]
        for one, other in combinations(named, 2):
            in_turn = 0 < one.year_to < other.year_from
            assert in_turn or not all(
                "*" in {a, b} or set(a) & set(b)
                for a, b in zip(one.pattern, other.pattern, strict=True)
            ), (one, other)


def test_years_that_bound_a_code_stand_in_one_table_alone():
    bounds = [
        (wmi, parse_pattern(row["vds"], 5))
        for row in table("model_years.bounds.csv")
        if not row["at_12"]
        for wmi in row["wmi"].split(";")
    ]
    rows = [row for row in table("models.csv") if row["models"]]
    periods = Counter(
        start for start, _ in {((row["wmi"], row["vds"]), row["year_from"]) for row in rows}
    )
    for row in rows:
        pattern = parse_pattern(row["vds"], 5)
        twice = (row["year_from"] or row["year_to"]) and any(
            wmi == row["wmi"]
            and all(
                a == "*" or (b != "*" and set(b) <= set(a))
                for a, b in zip(wider, pattern, strict=True)
            )
            for wmi, wider in bounds
        )
        assert not twice or periods[row["wmi"], row["vds"]] > 1, row


def test_body_and_drive_are_in_the_words_of_vpic():
    words = {(row["table"], row["name"]) for row in lookups()}
    for row in table("models.csv"):
        for column, kind in WORDS.items():
            assert not row[column] or (kind, row[column]) in words, row


def lookups():
    rows = table("vpic/lookups.csv")
    first, _, last = rows[0].keys()
    return [{"table": row[first], "name": row[last]} for row in rows]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("ZZ7,AAAA,,,,Ape,,,,,page,,ZZ7AAAAAAA", "has 4 positions"),
        ("ZZ7,AAAAA,x,,,Ape,,,,,page,,ZZ7AAAAAAA", "invalid literal"),
        ("ZZ7,AAAAA,,,,,,,,,page,,ZZ7AAAAAAA", "is empty"),
        ("ZZ7,AAAAA,,,,Ape,,,,,,,ZZ7AAAAAAA", "is empty"),
        ("ZZ7,AAAAA,,,,Ape;Bee,Gnu,,,,page,,ZZ7AAAAAAA", "versions of several"),
        ("ZZ7,AAAAA,,,,Ape,,,,,page,,ZZ7AAABAAA", "does not fit it"),
        ("ZZ7,AAAAA,2001,2005,,Ape,,,,,page,,ZZ7AAAAAAA", "does not fit it"),
        ("ZZ7,AAAAA,,,B,Ape,,,,,page,,ZZ7AAAAAAA", "does not fit it"),
    ],
)
def test_a_row_that_is_not_sound_is_refused_with_its_file_and_line(monkeypatch, row, fault):
    text = f"{HEADER}\nZZ7,BBBBB,,,,Ape,,,,,page,,ZZ7BBBBBAA\n{row}\n"
    keyed = KeyedTable(text.encode(), models.COLUMNS)
    monkeypatch.setattr(models, "keyed_table", lambda *_: keyed)
    monkeypatch.setattr(models, "read_text", lambda _: text)
    with pytest.raises(DataError, match=f"models.csv, line 3: ZZ7 .*{fault}"):
        model_rows.__wrapped__("ZZ7")


def test_years_differ_by_their_characters_where_these_differ():
    assert year_codes(2018, 0) == "JKLMNPRSTVWXY123456789"
    assert year_codes(1985, 1987) == "FGH"
    assert year_codes(1980, 2015) == "*"


def test_every_label_of_the_packaged_starts_has_a_spelling():
    names = {(row["brand"], row["listed"]) for row in table("models.names.csv")}
    assert len(names) == len(table("models.names.csv"))
    for row in table("powertrain.evidence.csv"):
        for label in filter(None, row["models"].split(";")):
            key = " ".join(label.replace("-", " ").split()).casefold()
            assert (row["make"], key) in names, (row["make"], label)


def test_rows_of_one_brand_stand_together_and_lines_are_models():
    rows = table("models.names.csv")
    assert [row["brand"] for row in rows] == sorted(row["brand"] for row in rows)
    for row in rows:
        assert row["line"] not in row["models"].split(";") or not row["line"], row


def test_a_label_without_a_spelling_stays_as_it_is_written():
    assert spelled_models("Zebra", "gnu-2") == ("gnu-2",)
    assert spelled_models("Škoda", "octavia-scout") == ("Octavia",)
    assert line_of("Volkswagen", "e-Golf") == "Golf"


def test_the_makers_codes_are_right_on_labelled_vehicles_that_they_were_not_made_of():
    right = wrong = 0
    for row in table("powertrain.evidence.csv"):
        if "*" in row["vds"] or not row["models"]:
            continue
        names = [
            name
            for label in row["models"].split(";")
            for name in spelled_models(row["make"], label)
        ]
        for year in row["year_codes"] or "A":
            start = f"{row['wmi']}{row['vds']}{year}{(row['plant_codes'] or 'A')[0]}"
            fitting = fitting_models(start)
            by_labels = any("powertrain.evidence.csv" in one.source for one in fitting)
            model = models_of(fitting, ()).model.value
            if model and not by_labels:
                fits = any(model in {name, line_of(row["make"], name)} for name in names)
                right, wrong = right + fits, wrong + (not fits)
    assert right > 700
    assert wrong <= right / 50


def test_a_code_of_electric_cars_alone_is_evidence_of_one():
    sold = {}
    for row in table("declared.models.csv"):
        sold.setdefault(row["model"].casefold(), set()).add(row["powertrain"])
    codes = [
        row
        for row in table("models.csv")
        if (names := [name for name in f"{row['models']};{row['versions']}".split(";") if name])
        and all(sold.get(name.casefold()) == {"BEV"} for name in names)
    ]
    assert len(codes) > 30
    for row in codes:
        assert classify(row["example"]).powertrain is Powertrain.BEV, row
