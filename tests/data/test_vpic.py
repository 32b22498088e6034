"""NHTSA's vPIC as it is committed: the tables hold together, and say what their reader expects.

Read as text and as CSV, with nothing of the package, so that the data is held to its description
and not to what some reader makes of it.
"""

import csv
import hashlib
import itertools
import re
import tomllib
from collections import Counter

import pytest
from support import ROOT

DATA = ROOT / "wmi_data"
VPIC = DATA / "vpic"

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
POSITIONS = (4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)
WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")
SIGN = re.compile(r"[A-HJ-NPR-Z0-9*]|\[[A-HJ-NPR-Z0-9]{2,}\]")
STATEMENT = re.compile(r"([1-9]\d*)(?:@(0|[1-9]\d*)|(#))?=(.+)")
NUMBERS = {"int": re.compile(r"\d+"), "decimal": re.compile(r"\d+(?:\.\d+)?|\.\d+")}

MODEL = "28"
# Make, manufacturer, model year and vehicle type follow from other tables than the patterns.
NEVER_BY_PATTERN = {"26", "27", "29", "39"}
# Notes and the like, of which a VIN may have several.
MULTIPLE = {"114", "121", "129", "150", "154", "155", "169", "186"}
VEHICLE_TYPES = {"1", "2", "3", "5", "6", "7", "9", "10", "13"}
LIGHT = {"2", "3", "7"}

HEADERS = {
    "defaults.csv": "vehicle_type,element,value",
    "elements.csv": "element,name,lookup,type,weight",
    "engines.csv": "engine,element,value",
    "index.csv": "wmi,year_from,year_to,schema,offset,length",
    "lookups.csv": "lookup,id,name",
    "models.csv": "model,name,make,offset,length",
    "wmi.csv": "wmi,manufacturer,makes,vehicle_type,light,reads_to",
}
TEXTS = ("patterns.txt", "specs.txt")

# What is odd in NHTSA's own tables.
NO_WMI = {"1OY", "4OG"}  # with the letter O, so that no VIN has them
NO_MODEL = {"28450"}  # one pattern names a model that the table of models lacks
NO_LOOKUP = {"143"}  # error codes are told of a decoding, by vPIC itself, never by a pattern
OWN_TABLES = {"Make", "Manufacturer", "Model"}  # their names stand in wmi.csv and models.csv
PRIVATE_KEYS = {"97"}  # a key of specifications that is private to NHTSA: no VIN meets these
NO_VEHICLE_TYPE = {"-1"}  # four schemas of specifications are of no type, and no VIN meets them


def table(name):
    with (VPIC / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def manifest():
    return tomllib.loads((VPIC / "manifest.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def elements():
    return {row["element"]: row for row in table("elements.csv")}


@pytest.fixture(scope="module")
def lookups():
    return {(row["lookup"], row["id"]) for row in table("lookups.csv")}


@pytest.fixture(scope="module")
def wmis():
    return table("wmi.csv")


@pytest.fixture(scope="module")
def models():
    return table("models.csv")


@pytest.fixture(scope="module")
def index():
    return table("index.csv")


@pytest.fixture(scope="module")
def schemas(index):
    """Schema -> its lines, each cut at its tabs."""
    return sections("patterns.txt", {row["schema"]: row for row in index})


@pytest.fixture(scope="module")
def patterns(schemas):
    """Every pattern of the file -> the signs of its positions."""
    found = {pattern for lines in schemas.values() for pattern, *_ in lines}
    return {pattern: SIGN.findall(pattern) for pattern in found}


@pytest.fixture(scope="module")
def statements(schemas):
    """Every different cell behind a pattern, cut into element, rank, formula and value."""
    cells = {cell for lines in schemas.values() for _, *told in lines for cell in told}
    found = {cell: STATEMENT.fullmatch(cell) for cell in cells}
    assert [cell for cell, match in found.items() if not match] == []
    return {cell: match.groups() for cell, match in found.items()}


@pytest.fixture(scope="module")
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
    found = {}
    for key, row in places.items():
        offset, length = int(row["offset"]), int(row["length"])
        head, *lines = content[offset : offset + length].decode().split("\n")
        assert head == f"#{key}"
        assert lines.pop() == ""
        found[key] = [line.split("\t") for line in lines]
    return found


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


def dangling(told, elements, lookups):
    """Pairs of an element with a lookup table and a value that is not in it."""
    return {
        (element, value)
        for element, value in told
        if (name := elements[element]["lookup"])
        and name not in OWN_TABLES
        and (name, value) not in lookups
    }


# --- The folder ----------------------------------------------------------------------------


def test_the_folder_holds_the_tables_and_nothing_else():
    assert {path.name for path in VPIC.iterdir()} == {*HEADERS, *TEXTS, "manifest.toml"}


@pytest.mark.parametrize("name", [*HEADERS, *TEXTS, "manifest.toml"])
def test_file_is_plain_utf8_text(name):
    content = (VPIC / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert b"\n\n\n" not in content
    assert b"\0" not in content
    content.decode("utf-8")


@pytest.mark.parametrize("name", HEADERS)
def test_header_and_row_lengths(name):
    text = (VPIC / name).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines(), strict=True)
    assert ",".join(header) == HEADERS[name]
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", HEADERS)
def test_one_line_is_one_row_and_keys_stand_bare(name):
    lines = (VPIC / name).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    rows = list(csv.reader(lines, strict=True))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(f"{row[0]},"), line


@pytest.mark.parametrize("name", ["index.csv", "wmi.csv", "models.csv", "engines.csv"])
def test_the_rows_of_a_key_stand_together(name):
    keys = [next(iter(row.values())) for row in table(name)]
    together = [key for key, _ in itertools.groupby(keys)]
    assert len(together) == len(set(together))


@pytest.mark.parametrize("name", [*HEADERS, *TEXTS])
def test_the_manifest_tells_rows_bytes_and_sha256_truly(name, manifest):
    (told,) = [entry for entry in manifest["file"] if entry["name"] == name]
    content = (VPIC / name).read_bytes()
    assert told == {
        "name": name,
        "rows": content.count(b"\n") - (name in HEADERS),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_the_manifest_names_every_file_once_and_the_release(manifest):
    assert [entry["name"] for entry in manifest["file"]] == sorted([*HEADERS, *TEXTS])
    assert manifest["format"] == 1
    assert re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", manifest["release"]["month"])
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["release"]["sha256"])
    assert manifest["release"]["month"].replace("-", "_") in manifest["release"]["url"]


def test_the_tables_hold_what_the_release_did(manifest, wmis, models, index, schemas, statements):
    rows = manifest["release"]["rows"]
    assert all(isinstance(count, int) and count > 0 for count in rows.values())
    assert len(models) == rows["model"]
    assert len(wmis) == rows["wmi"]  # every one is public by now
    assert len(index) == rows["wmi_vinschema"]
    assert len(schemas) <= rows["vinschema"]
    assert len(statements) <= rows["pattern"]


# --- Elements, lookups, models, engines, defaults ------------------------------------------


def test_elements_are_sorted_unique_and_of_a_known_type(elements):
    numbers = list(map(int, elements))
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(table("elements.csv"))
    assert len({row["name"] for row in elements.values()}) == len(elements)
    assert {row["type"] for row in elements.values()} == {"lookup", "string", *NUMBERS}
    assert all(row["weight"].isdigit() for row in elements.values())


def test_exactly_the_lookup_elements_have_a_table(elements, lookups):
    with_table = {number for number, row in elements.items() if row["lookup"]}
    of_type = {number for number, row in elements.items() if row["type"] == "lookup"}
    assert of_type - with_table == NO_LOOKUP
    assert with_table <= of_type
    named = {row["lookup"] for row in elements.values() if row["lookup"]}
    assert named - {name for name, _ in lookups} == OWN_TABLES


def test_lookups_are_sorted_and_unique(lookups):
    rows = [(row["lookup"], int(row["id"])) for row in table("lookups.csv")]
    assert rows == sorted(rows)
    assert len(rows) == len(lookups)
    assert all(row["name"].strip() for row in table("lookups.csv"))


def test_models_are_sorted_unique_and_named(models):
    numbers = [int(row["model"]) for row in models]
    assert numbers == sorted(set(numbers))
    assert all(row["name"].strip() and row["make"].strip() for row in models)


def test_engines_are_sorted_and_tell_known_elements(elements, lookups):
    rows = table("engines.csv")
    names = [row["engine"] for row in rows]
    assert names == sorted(names)
    assert all(name == name.strip().lower() != "" for name in names)
    assert {row["element"] for row in rows} <= elements.keys() - NEVER_BY_PATTERN
    told = Counter((row["engine"], row["element"]) for row in rows)
    assert {element for (_, element), count in told.items() if count > 1} <= MULTIPLE
    assert dangling({(row["element"], row["value"]) for row in rows}, elements, lookups) == set()
    assert all(row["value"] for row in rows)


def test_defaults_are_sorted_unique_and_tell_known_elements(elements, lookups):
    rows = table("defaults.csv")
    keys = [(int(row["vehicle_type"]), int(row["element"])) for row in rows]
    assert keys == sorted(set(keys))
    assert {row["vehicle_type"] for row in rows} <= VEHICLE_TYPES
    assert {row["element"] for row in rows} <= elements.keys() - NEVER_BY_PATTERN
    # 0 stands for Not Applicable, whatever the table.
    told = {(row["element"], row["value"]) for row in rows if row["value"] != "0"}
    assert dangling(told, elements, lookups) == set()


def test_every_country_of_vpic_has_a_code():
    with (DATA / "vpic.countries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    codes = {row["name"]: row["country"] for row in rows}
    assert len(codes) == len(rows)
    assert list(codes) == sorted(codes)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes.values())
    # NHTSA's names have stray spaces.
    named = {
        " ".join(row["name"].split()) for row in table("lookups.csv") if row["lookup"] == "Country"
    }
    assert named == set(codes)


# --- WMIs and the index --------------------------------------------------------------------


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
        telling = {pattern for pattern, *told in lines if told}
        silent = [pattern for pattern, *told in lines if not told]
        assert len(silent) == len(set(silent)), schema
        assert not telling.intersection(silent), schema


def test_patterns_tell_known_elements(statements, elements):
    told = {element for element, *_ in statements.values()}
    assert told <= elements.keys() - NEVER_BY_PATTERN


def test_one_line_tells_an_element_once_but_for_notes(schemas, statements):
    twice = set()
    for lines in schemas.values():
        for _, *told in lines:
            if len(told) > 1:
                numbers = [statements[cell][0] for cell in told]
                if len(set(numbers)) < len(numbers):
                    twice.update(number for number, count in Counter(numbers).items() if count > 1)
                    assert len(set(told)) == len(told), told
    assert twice <= MULTIPLE


def test_values_are_in_the_lookup_tables(statements, elements, lookups):
    told = {(element, value) for element, _, formula, value in statements.values() if not formula}
    assert dangling(told, elements, lookups) == set()


def test_models_are_in_the_table_of_models(statements, models):
    told = {value for element, *_, value in statements.values() if element == MODEL}
    assert told - {row["model"] for row in models} == NO_MODEL


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
        for _, *told in lines
        for cell in told
        if "@" in cell and (rank := statements[cell][1]) is not None
    )
    assert ranked
    assert max(ranked.values()) == 1
    with_rank = {element for element, rank, *_ in statements.values() if rank is not None}
    assert not with_rank & MULTIPLE


def test_a_formula_names_digits_of_its_pattern(schemas, statements, elements, patterns):
    met = 0
    for lines in schemas.values():
        for pattern, *told in lines:
            for cell in told:
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


def test_of_one_specification_an_element_is_told_once_but_for_notes(specs):
    twice = {
        element
        for rows in specs.values()
        for *_, facts in rows
        for element, count in Counter(element for element, *_ in facts).items()
        if count > 1
    }
    assert twice <= MULTIPLE
