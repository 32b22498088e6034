"""The reference tables, read once."""

import pytest
from support.tables import table


@pytest.fixture(scope="session")
def wmis():
    return table("wmi.csv")


@pytest.fixture(scope="session")
def manual():
    return table("wmi.manual.csv")


@pytest.fixture(scope="session")
def countries():
    return table("countries.csv")


@pytest.fixture(scope="session")
def plants():
    return table("plants.csv")


@pytest.fixture(scope="session")
def evidence():
    return table("powertrain.evidence.csv")


@pytest.fixture(scope="session")
def live(countries):
    """The ranges that hold today, by the table or by use."""
    return [row for row in countries if row["status"] != "older table"]
