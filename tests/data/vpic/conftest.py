"""The tables of vPIC, read once."""

import re
import tomllib

import pytest
from support.vpic_tables import VPIC, table

SIGN = re.compile(r"[A-HJ-NPR-Z0-9*]|\[[A-HJ-NPR-Z0-9]{2,}\]")
STATEMENT = re.compile(r"([1-9]\d*)(?:@(0|[1-9]\d*)|(#))?=(.+)")


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


def sections(name, places):
    content = (VPIC / name).read_bytes()
    lines_of = {}
    for key, row in places.items():
        offset, length = int(row["offset"]), int(row["length"])
        head, *lines = content[offset : offset + length].decode().split("\n")
        assert head == f"#{key}"
        assert lines.pop() == ""
        lines_of[key] = [line.split("\t") for line in lines]
    return lines_of


def split_spec(kind, make, years, *rest):
    middle = rest.index("")
    facts = [STATEMENT.fullmatch(cell) for cell in rest[middle + 1 :]]
    assert all(facts), rest
    return (
        kind,
        make,
        years.split(";") if years else [],
        [tuple(cell.split("=", 1)) for cell in rest[:middle]],
        [fact.groups() for fact in facts],
    )
