"""plants.csv: keys, years and places of plants."""

from support.tables import ALPHABET, ISO_3166, YEAR


def test_plants_are_sorted_and_unique(plants):
    keys = [(row["wmi"], row["plant_code"], row["year_from"]) for row in plants]
    assert keys == sorted(keys)
    assert len({tuple(row.values())[:8] for row in plants}) == len(plants)


def test_plant_keys_are_of_the_alphabet(plants, wmis):
    registered = {row["wmi"] for row in wmis}
    for row in plants:
        assert row["wmi"] in registered, row
        assert len(row["plant_code"]) == 1, row
        assert row["plant_code"] in ALPHABET, row


def test_plant_years_are_in_order(plants):
    for row in plants:
        assert YEAR.fullmatch(row["year_from"]), row
        assert YEAR.fullmatch(row["year_to"]), row
        if row["year_from"] and row["year_to"]:
            assert row["year_from"] <= row["year_to"], row


def test_plant_names_a_place(plants):
    for row in plants:
        assert row["company"] or row["city"] or row["state"] or row["country"], row
        assert not row["country"] or row["country"] in ISO_3166, row


def test_plant_flags_stand_first_and_are_true(plants):
    flags = {"depends_on_vds", "group_table", "one_of_several"}
    rows_of = {}
    for row in plants:
        parts = row["note"].split(";")
        flags_of_row = [part for part in parts if part in flags]
        assert parts[: len(flags_of_row)] == flags_of_row == sorted(set(flags_of_row)), row
        rows_of.setdefault((row["wmi"], row["plant_code"]), []).append(
            "one_of_several" in flags_of_row
        )
    for key, rows in rows_of.items():
        assert any(rows) == (len(rows) > 1), key
