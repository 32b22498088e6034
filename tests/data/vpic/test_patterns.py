"""Patterns and specifications of vPIC as it is committed: in their language, of known elements and values.

Read as text and as CSV, with nothing of the package, so that the data is held to its description
and not to what some reader makes of it.
"""

import re
from collections import Counter

from support.vpic_tables import (
    MULTIPLE,
    NEVER_BY_PATTERN,
    NUMBERS,
    POSITIONS,
    VEHICLE_TYPES,
    dangling,
)

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"

MODEL = "28"

NO_MODEL = {"28450"}  # one pattern names a model that the table of models lacks

PRIVATE_KEYS = {"97"}  # a key of specifications that is private to NHTSA: no VIN meets these
NO_VEHICLE_TYPE = {"-1"}  # four schemas of specifications are of no type, and no VIN meets them


# --- Patterns ------------------------------------------------------------------------------


def test_patterns_are_in_the_language_and_no_longer_than_a_vin(patterns):
    for pattern, signs in patterns.items():
        assert "".join(signs) == pattern
        assert 1 <= len(signs) <= len(POSITIONS), pattern
        # What nothing follows says nothing.
        assert signs[-1] != "*" or pattern == "*", pattern
        for sign in signs:
            places = [ALPHABET.index(character) for character in sign.strip("[]*")]
            assert places == sorted(set(places)), pattern


def test_every_schema_has_patterns(schemas):
    assert [schema for schema, lines in schemas.items() if not lines] == []


def test_patterns_that_tell_nothing_stand_only_where_no_equal_one_tells(schemas):
    for schema, lines in schemas.items():
        telling = {pattern for pattern, *statements in lines if statements}
        silent = [pattern for pattern, *statements in lines if not statements]
        assert len(silent) == len(set(silent)), schema
        assert not telling.intersection(silent), schema


def test_patterns_tell_known_elements(statements, elements):
    elements_of_patterns = {element for element, *_ in statements.values()}
    assert elements_of_patterns <= elements.keys() - NEVER_BY_PATTERN


def test_one_line_tells_an_element_once_but_for_notes(schemas, statements):
    twice = set()
    for lines in schemas.values():
        for _, *cells in lines:
            if len(cells) > 1:
                numbers = [statements[cell][0] for cell in cells]
                if len(set(numbers)) < len(numbers):
                    twice.update(number for number, count in Counter(numbers).items() if count > 1)
                    assert len(set(cells)) == len(cells), cells
    assert twice <= MULTIPLE


def test_values_are_in_the_lookup_tables(statements, elements, lookups):
    pairs = {(element, value) for element, _, formula, value in statements.values() if not formula}
    assert dangling(pairs, elements, lookups) == set()


def test_models_are_in_the_table_of_models(statements, models):
    values = {value for element, *_, value in statements.values() if element == MODEL}
    assert values - {row["model"] for row in models} == NO_MODEL


def test_elements_that_are_numbers_tell_numbers(statements, elements):
    for element, _, formula, value in statements.values():
        number = NUMBERS.get(elements[element]["type"])
        if number and not formula:
            assert number.fullmatch(value), (element, value)


def test_no_value_holds_a_break_or_a_control_character(statements):
    assert [
        value for *_, value in statements.values() if re.search(r"[\x00-\x1f\x7f]", value)
    ] == []


def test_ranks_are_of_one_pattern_each_and_never_of_notes(schemas, statements):
    ranked = Counter(
        rank
        for lines in schemas.values()
        for _, *cells in lines
        for cell in cells
        if "@" in cell and (rank := statements[cell][1]) is not None
    )
    assert ranked
    assert max(ranked.values()) == 1
    with_rank = {element for element, rank, *_ in statements.values() if rank is not None}
    assert not with_rank & MULTIPLE


def test_a_formula_names_digits_of_its_pattern(schemas, statements, elements, patterns):
    met = 0
    for lines in schemas.values():
        for pattern, *cells in lines:
            for cell in cells:
                if "#" not in cell or not statements[cell][2]:
                    continue
                met += 1
                element, _, _, value = statements[cell]
                assert elements[element]["type"] in NUMBERS, cell
                first, last = map(int, re.fullmatch(r"(\d+)-(\d+)", value).groups())
                signs = patterns[pattern][POSITIONS.index(first) : POSITIONS.index(last) + 1]
                assert len(signs) == last - first + 1, (pattern, cell)
                assert {signs[0], signs[-1]} == {"[0123456789]"}, (pattern, cell)
    assert met


# --- Vehicle specifications ----------------------------------------------------------------


def test_specifications_are_of_known_types_makes_and_years(specs, wmis):
    makes = {make for row in wmis for make in row["makes"].split("|")}
    assert specs
    for model, rows in specs.items():
        assert rows, model
        for kind, make, years, keys, _ in rows:
            assert kind in VEHICLE_TYPES | NO_VEHICLE_TYPE, model
            assert make in makes, model
            assert years == sorted(set(years)), model
            assert all(re.fullmatch(r"(?:19|20)\d\d", year) for year in years), model
            assert keys, model  # a specification without keys would fit every vehicle


def test_specifications_ask_and_tell_known_elements(specs, elements, lookups, models):
    every = [spec for rows in specs.values() for spec in rows]
    keys = {key for *_, keys, _ in every for key in keys}
    facts = {(element, value) for *_, facts in every for element, _, _, value in facts}
    assert {element for element, _ in keys} - elements.keys() == PRIVATE_KEYS
    assert {element for element, _ in facts} <= elements.keys() - NEVER_BY_PATTERN - {MODEL}
    public = {(element, value) for element, value in keys if element in elements}
    assert dangling(public | facts, elements, lookups) == set()
    named = {value for element, value in public if element == MODEL}
    assert named <= {row["model"] for row in models}


def test_no_fact_of_a_specification_is_a_formula(specs):
    formulas = [fact for rows in specs.values() for *_, facts in rows for fact in facts if fact[2]]
    assert formulas == []


def test_one_specification_gives_an_element_once_but_for_notes(specs):
    twice = {
        element
        for rows in specs.values()
        for *_, facts in rows
        for element, count in Counter(element for element, *_ in facts).items()
        if count > 1
    }
    assert twice <= MULTIPLE
