"""Which brands belong together: spelled as elsewhere, sourced, and borne out by the labels."""

import pytest
from support.tables import table

from vintool import registry
from vintool.declaration import lexicon as declared
from vintool.registry.brands import may_share_wmi
from vintool.registry.rows import read_text

HEADER = ["group", "brand", "chinese_group", "from", "until", "source", "note"]

GROUPS = table("brands.groups.csv")


def groups(brand, year=None):
    return {
        row["group"]
        for row in GROUPS
        if row["brand"] == brand
        and (year is None or int(row["from"] or 0) <= year <= int(row["until"] or 9999))
    }


def related(one, other, year=None):
    return one == other or bool(groups(one, year) & groups(other, year))


def test_rows_are_in_order_and_sane():
    text = read_text("brands.groups.csv")
    assert text.splitlines()[0].split(",") == HEADER
    assert text.endswith("\n")
    assert not set(text) & {"\r", "\ufeff"}
    keys = [(row["group"], row["brand"]) for row in GROUPS]
    assert keys == sorted(set(keys))
    for row in GROUPS:
        assert row["source"], row
        years = [int(row[name]) for name in ("from", "until") if row[name]]
        assert all(1950 <= year <= 2030 for year in years), row
        assert years == sorted(years), row
        flags = {"joint_venture", "contract"} & set(row["note"].split(";"))
        assert row["note"].split(";")[: len(flags)] == list(flags), row


def test_a_group_has_one_name_in_chinese():
    named = {row["group"]: row["chinese_group"] for row in GROUPS}
    assert all(row["chinese_group"] == named[row["group"]] for row in GROUPS)
    chinese = [name for name in named.values() if name]
    assert len(chinese) == len(set(chinese))


def test_brands_are_spelled_as_in_the_registry_or_the_lexicon():
    brands = {brand for maker in registry.all_makers() for brand in maker.brands}
    brands.update(registry.chinese_names())
    brands.update(row["value"] for row in table("declared.words.csv") if row["field"] == "make")
    assert {row["brand"] for row in GROUPS} <= brands


def test_what_is_said_to_be_seen_is_there():
    """A row that cites a file stands or falls with that file."""
    together = [set(maker.brands) for maker in registry.all_makers()]
    labels = {}
    for row in table("powertrain.evidence.csv"):
        labels.setdefault(row["wmi"], set()).add(row["make"])
    built = [
        set(listed.brands) | makes
        for wmi, makes in labels.items()
        if (listed := registry.maker(wmi))
    ]
    for row in GROUPS:
        partners = {other["brand"] for other in GROUPS if other["group"] == row["group"]}
        if row["source"].startswith("wmi.csv"):
            pairs = together
        elif row["source"].startswith("powertrain.evidence.csv"):
            pairs = built
        else:
            continue
        assert any(row["brand"] in brands and len(brands & partners) > 1 for brands in pairs), row


@pytest.mark.parametrize(
    ("one", "other", "year"),
    [("Zeekr", "Geely", None), ("smart", "Geely", 2026), ("smart", "Mercedes-Benz", 2026), ("MG", "Roewe", 2026), ("Wuling", "SAIC", None), ("Wuling", "Chevrolet", 2026), ("Jaecoo", "Jetour", 2026), ("Denza", "Mercedes-Benz", 2024), ("NIO", "JAC", 2020), ("Onvo", "NIO", 2026), ("Jetta", "Audi", 2026), ("Renault", "Dongfeng", 2021), ("Dacia", "Dongfeng", 2023), ("MINI", "Great Wall", 2025), ("Voyah", "Dongfeng", 2026), ("AITO", "Seres", 2026), ("Volvo", "Ford", 2005), ("Xiaomi", "BAIC", 2024), ("ZAZ", "Mercedes-Benz", 2008)],
)  # fmt: skip
def test_brands_that_belong_together(one, other, year):
    if other == "SAIC":
        assert other in groups(one, year)
    else:
        assert related(one, other, year)
        assert related(other, one, year)


@pytest.mark.parametrize(
    ("one", "other", "year"),
    [("BYD", "Tesla", None), ("Chery", "Geely", None), ("BYD", "Geely", None), ("Toyota", "Honda", None), ("Volkswagen", "BYD", None), ("Li Auto", "XPeng", None), ("Lada", "Mercedes-Benz", None), ("Volkswagen", "Geely", None), ("Xiaomi", "BAIC", 2026), ("NIO", "JAC", 2026), ("Denza", "Mercedes-Benz", 2026), ("Volvo", "Ford", 2026), ("Opel", "Chevrolet", 2024)],
)  # fmt: skip
def test_brands_that_do_not(one, other, year):
    assert not related(one, other, year)


def test_labels_that_contradict_the_registry_are_known():
    """Plants whose other brands the registry lacks; a hydrogen lorry, named after the maker of its fuel cells or so."""
    against = set()
    for row in table("powertrain.evidence.csv"):
        meaning = declared.meaning("make", row["make"])
        maker = registry.maker(row["wmi"])
        if meaning and maker and maker.brands:
            pairs = [(one, other) for one in maker.brands for other in meaning.brands]
            if not any(related(one, other) for one, other in pairs):
                against.add((row["wmi"], row["make"]))
    assert against == {("Y6L", "Škoda"), ("Y7C", "Lada"), ("LNX", "Hyundai")}


@pytest.mark.parametrize(
    ("one", "other", "model_year", "may"),
    [
        ("Zeekr", "Geely", 2026, True), ("geely", "GEELY", None, True), ("NIO", "JAC", 2020, True),
        ("NIO", "JAC", 2026, False), ("Xiaomi", "BAIC", 2025, True), ("Xiaomi", "BAIC", 2026, False),
        ("Audi", "Jetta", 2026, True), ("BYD", "Tesla", None, False), ("Chery", "Geely", None, False),
        ("Toyota", "Lexus", 2026, True), ("no such brand", "BYD", None, False),
    ],
)  # fmt: skip
def test_brands_under_one_wmi(one, other, model_year, may):
    """A model year runs ahead of the calendar: the year before it counts too."""
    assert may_share_wmi(one, other, model_year) is may
    assert may_share_wmi(other, one, model_year) is may


def test_brands_in_chinese_are_brands_of_the_registry():
    brands = {brand for maker in registry.all_makers() for brand in maker.brands}
    named = table("brands.csv")
    assert {row["brand"] for row in named} <= brands
    assert (
        len({row["brand"] for row in named}) == len({row["chinese"] for row in named}) == len(named)
    )
    assert all(row["source"] for row in named)
