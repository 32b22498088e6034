"""Places of plants.csv: the city is a place of its country and province, and no company; each is argued."""

import pytest
from support.tables import ISO_3166, table

from vintool import registry

NORTH_AMERICA = {"US", "CA", "MX"}
PROVINCES = frozenset(
    """
    Anhui Chongqing Fujian Gansu Guangdong Guangxi Guizhou Hainan Hebei Heilongjiang Henan Hubei Hunan
    Jiangsu Jiangxi Jilin Liaoning Qinghai Shaanxi Shandong Shanghai Shanxi Sichuan Yunnan Zhejiang
    """.split()  # noqa: SIM905 - a list of 25 lines would hide what it is
)


@pytest.fixture(scope="module")
def cities():
    return {(row["city"], row["country"]): row["states"].split(";") for row in table("cities.csv")}


@pytest.fixture(scope="module")
def corrections():
    return table("plants.places.csv")


def test_a_city_outside_north_america_is_a_known_place_of_its_country_and_province(plants, cities):
    for row in plants:
        if row["city"] and row["country"] and row["country"] not in NORTH_AMERICA:
            assert (row["city"], row["country"]) in cities, row
            assert row["state"] in {"", *cities[row["city"], row["country"]]}, row


def test_every_city_of_the_list_is_used_and_has_a_source(plants, cities):
    used = {(row["city"], row["country"]) for row in plants}
    assert set(cities) <= used
    rows = table("cities.csv")
    assert [(row["country"], row["city"]) for row in rows] == sorted(
        {(row["country"], row["city"]) for row in rows}
    )
    assert all(row["source"] for row in rows)


def test_a_state_in_china_is_a_province(plants):
    states = {row["state"] for row in plants if row["country"] == "CN"}
    assert states <= PROVINCES | {""}


def test_a_city_has_one_province_in_china(cities):
    several = {
        city for (city, country), states in cities.items() if country == "CN" and len(states) > 1
    }
    assert several == {"Taizhou"}  # of Jiangsu and of Zhejiang


def test_no_company_stands_for_a_city(plants, corrections):
    companies = {row["filed_city"] for row in corrections if row["note"] == "a company"}
    assert "Sundiro" in companies
    assert [row for row in plants if row["city"] in companies] == []


def test_corrections_are_sorted_and_change_a_place_to_a_sound_one(corrections):
    keys = [(row["filed_country"], row["filed_city"], row["filed_state"]) for row in corrections]
    assert keys == sorted(set(keys))
    names = ("city", "state", "country")
    for row in corrections:
        assert row["source"], row
        assert row["company"] or any(row[name] != row[f"filed_{name}"] for name in names), row
        assert row["country"] in {"", *ISO_3166}, row
        right = [row[name] for name in ("company", *names)]
        assert registry.put_right(*right) == tuple(right) or row["company"], row


def test_no_row_has_a_place_that_is_put_right(plants, corrections):
    filed = {(row["filed_city"], row["filed_state"], row["filed_country"]) for row in corrections}
    right = {(row["city"], row["state"], row["country"]) for row in corrections}
    assert [
        row for row in plants if (row["city"], row["state"], row["country"]) in filed - right
    ] == []


def test_a_plant_abroad_is_filed_or_of_a_maker_that_builds_abroad_under_one_wmi(
    plants, wmis, manual
):
    """Volkswagen's group, Opel, MAN, Neoplan and Tesla: what other sources than filings say of a plant abroad."""
    home = {row["wmi"]: row["country"] for row in (*wmis, *manual)}
    others = {
        row["wmi"]
        for row in plants
        if row["country"] not in {"", home[row["wmi"]]}
        and home[row["wmi"]]
        and "vpic" not in row["source"]
    }
    assert others == {"W0L", "W0V", "WAG", "WMA", "WUA", "WV1", "WV2", "WVW", "XP7"}
