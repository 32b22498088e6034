"""The tables of vPIC, read once."""

import tomllib

import pytest
from support.vpic_tables import SIGN, STATEMENT, VPIC, sections, split_spec, table


@pytest.fixture(scope="session")
def manifest():
    return tomllib.loads((VPIC / "manifest.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def elements():
    return {row["element"]: row for row in table("elements.csv")}


@pytest.fixture(scope="session")
def lookups():
    return {(row["lookup"], row["id"]) for row in table("lookups.csv")}


@pytest.fixture(scope="session")
def wmis():
    return table("wmi.csv")


@pytest.fixture(scope="session")
def models():
    return table("models.csv")


@pytest.fixture(scope="session")
def index():
    return table("index.csv")


@pytest.fixture(scope="session")
def schemas(index):
    """Schema -> its lines, each cut at its tabs."""
    return sections("patterns.txt", {row["schema"]: row for row in index})


@pytest.fixture(scope="session")
def patterns(schemas):
    """Every pattern of the file -> the signs of its positions."""
    different = {pattern for lines in schemas.values() for pattern, *_ in lines}
    return {pattern: SIGN.findall(pattern) for pattern in different}


@pytest.fixture(scope="session")
def statements(schemas):
    """Every different cell behind a pattern, cut into element, rank, formula and value."""
    cells = {
        cell
        for lines in schemas.values()
        for _, *statements_of_line in lines
        for cell in statements_of_line
    }
    matches = {cell: STATEMENT.fullmatch(cell) for cell in cells}
    assert [cell for cell, match in matches.items() if not match] == []
    return {cell: match.groups() for cell, match in matches.items()}


@pytest.fixture(scope="session")
def specs(models):
    """Model -> its specifications: vehicle type, make, years, keys, facts."""
    return {
        model: [split_spec(*line) for line in lines]
        for model, lines in sections(
            "specs.txt", {row["model"]: row for row in models if row["offset"]}
        ).items()
    }
