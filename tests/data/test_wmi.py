"""The reference tables themselves: each is what wmi_data/README.md says it is.

These tests read the files as text and as CSV, and use nothing of the package, so that a table
is held to its description and not to what some reader makes of it.
"""

import csv
import hashlib
import itertools
import re
import tomllib

import pytest
from support import ROOT

DATA = ROOT / "wmi_data"

ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890"
# ISO 3166-1 alpha-2, officially assigned.
ISO_3166 = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 249 lines would hide what it is
)
WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")
VDS = re.compile(r"(?=.{5}$)[A-HJ-NPR-Z0-9]*\**")
YEAR = re.compile(r"(?:19|20)\d\d|")
CONFIDENCE = {"high", "medium", "low"}
NOT_BEV = {"NOT_BEV", "ICE", "HEV", "PHEV", "EREV", "FCEV"}

HEADERS = {
    "wmi.csv": [
        "wmi",
        "manufacturer",
        "brands",
        "country",
        "kinds",
        "confidence",
        "source",
        "note",
    ],
    "wmi.manual.csv": [
        "wmi",
        "year_from",
        "year_to",
        "manufacturer",
        "brands",
        "country",
        "kinds",
        "confidence",
        "source",
        "note",
    ],
    "countries.csv": [
        "first",
        "last",
        "country",
        "name",
        "region",
        "status",
        "confidence",
        "source",
        "note",
    ],
    "plants.csv": [
        "wmi",
        "plant_code",
        "company",
        "city",
        "state",
        "country",
        "year_from",
        "year_to",
        "confidence",
        "source",
        "note",
    ],
    "powertrain.evidence.csv": [
        "wmi",
        "vds",
        "year_codes",
        "plant_codes",
        "powertrain",
        "make",
        "models",
        "kind",
        "vehicles",
        "sources",
        "grade",
        "source",
    ],
    "powertrain.rejected.csv": ["prefix", "year_code", "powertrain", "model", "why", "source"],
}
KEY_CELLS = {
    "wmi.csv": 1,
    "wmi.manual.csv": 3,
    "countries.csv": 3,
    "plants.csv": 2,
    "powertrain.evidence.csv": 5,
    "powertrain.rejected.csv": 3,
}
"""How many leading cells are the key, and so are never quoted: grep '^LGX,' finds them."""

# WMIs whose first two characters no range holds, current or in use.
NO_RANGE = {
    "629040": "vPIC filing under 62, which no table allocates",
    "629460": "vPIC filing under 62, which no table allocates",
    "869001": "vPIC filing under 86, which no table allocates",
    "A6A": "vPIC filing under A6, which no table allocates",
    "A6H": "vPIC filing under A6, which no table allocates",
    "A8M": "vPIC filing under A8, which no table allocates",
    "B21": "Ukrainian maker named by one list; B2 is allocated to nobody",
    "DA1": "Egypt's older range DA-DE",
    "DA4": "Egypt's older range DA-DE",
    "DAA": "Egypt's older range DA-DE",
    "DAB": "Egypt's older range DA-DE",
    "GA1": "Madagascar's code from an older list",
    "PE1": "the Philippines' older range to PE",
    "PE3": "the Philippines' older range to PE",
    "RUN": "Russian maker under RU, which only one older table gives to Russia",
    "RX2": "vPIC filing under RX, which no table allocates",
    "RX4": "vPIC filing under RX, which no table allocates",
    "UZT": "Romania's older range to UZ",
    "Z29555": "Slovenian maker; Z2 is allocated to nobody",
}

# WMIs whose country is not the one that holds the range today, and the country they have.
OTHER_COUNTRY = {
    "HDR": "US",  # Harley-Davidson off-road, filed under a Chinese prefix
    "LCA": "TW",  # codes of the old Taiwan designation inside the L block
    "LES": "TW",
    "LFA": "TW",
    "LLE": "TW",
    "LM1": "TW",
    "LM4": "TW",
    "LM5": "TW",
    "LN1": "TW",
    "LPR": "TW",
    "V1Y": "MK",  # Yugoslavia's older range VX-V2, France's today
    "V2X": "RS",
    "VX1": "RS",
    "VXY": "RS",
    "VY1": "SI",
    "VZ2": "SI",
    "X1C": "UA",  # makers of the USSR and its successors under Russia's ranges
    "X1R": "BY",
    "X1X": "BY",
    "X7T": "UA",
    "XSG": "UA",
    "XSL": "UA",
    "XSP": "UA",
    "XTD": "UA",
    "XTE": "UA",
    "XTM": "BY",
    "XTV": "UA",
    "XTW": "UA",
    "XTX": "UA",
    "XWW": "KZ",
    "Z76": "KZ",
}

# Starts of labelled VINs whose three characters are no WMI of the registry.
ODD_EVIDENCE = {
    "LEV": "one label of low trust, probably LFV misread",
    "SSD": "a fork-lift truck",
    "WE0": "probably WF0 misread",
    "WWW": "probably WVW misread",
    "Y79": "small Ukrainian makers; six characters are needed",
    "Y89": "small Ukrainian makers; six characters are needed",
    "Y9L": "a Ukrainian code that no list has",
    "YTA": "probably XTA misread",
}

# Companies of one name under codes of three characters that are not one company, or of which
# nothing shows that they are.
NAMESAKES = {
    "apache trailers": "two registrants of vPIC, decades apart",
    "autocar": "of the United States, and a British one",
    "bremach": "of Italy, and its American importer",
    "fruehauf": "of the United States, and those of Europe",
    "indian motorcycle": "three companies that held the name in turn",
    "interstate manufacturing": "two registrants of vPIC",
    "jayco": "of the United States and of Australia",
    "king trailers": "two registrants of vPIC, decades apart",
    "liaz": "trucks of Liberec, and buses of Likino",
    "peerless": "of the United States and of Canada",
    "trail rite": "two registrants of vPIC",
    "trailmaster": "two registrants of vPIC",
    "united trailers": "of the United States and of Britain",
    "yamaha motor": "the maker, and its American importer",
}
FORMS = frozenset(
    "ag co company corp corporation gmbh inc incorporated limited llc ltd plc pty sa spa".split()  # noqa: SIM905
)
"""Words that tell the form of a company and not its name."""


def table(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def iso(code):
    return tuple(ALPHABET.index(character) for character in code)


@pytest.fixture(scope="module")
def wmis():
    return table("wmi.csv")


@pytest.fixture(scope="module")
def manual():
    return table("wmi.manual.csv")


@pytest.fixture(scope="module")
def countries():
    return table("countries.csv")


@pytest.fixture(scope="module")
def plants():
    return table("plants.csv")


@pytest.fixture(scope="module")
def evidence():
    return table("powertrain.evidence.csv")


@pytest.fixture(scope="module")
def live(countries):
    """The ranges that hold today, by the table or by use."""
    return [row for row in countries if row["status"] != "older table"]


@pytest.mark.parametrize("name", HEADERS)
def test_file_is_plain_utf8_text(name):
    content = (DATA / name).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    content.decode("utf-8")


@pytest.mark.parametrize("name", HEADERS)
def test_header_and_row_lengths(name):
    text = (DATA / name).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines(), strict=True)
    assert header == HEADERS[name]
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", HEADERS)
def test_one_line_is_one_row_and_keys_stand_bare(name):
    text = (DATA / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines == text.removesuffix("\n").split("\n")
    rows = list(csv.reader(lines, strict=True))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert line.startswith(",".join(row[: KEY_CELLS[name]]) + ","), line


@pytest.mark.parametrize("name", HEADERS)
def test_cells_are_tidy(name):
    for row in table(name):
        for cell in row.values():
            assert cell == cell.strip(), row
            assert cell.isprintable(), row
            assert "  " not in cell, row


@pytest.mark.parametrize("name", HEADERS)
def test_every_row_names_its_source(name):
    assert all(row["source"] for row in table(name))


@pytest.mark.parametrize("name", ["wmi.csv", "wmi.manual.csv", "countries.csv", "plants.csv"])
def test_source_tags_are_explained(name):
    explained = set(
        re.findall(r"`([a-z0-9()-]+)`", (DATA / "README.md").read_text(encoding="utf-8"))
    )
    used = {tag for row in table(name) for tag in row["source"].split(";")}
    assert not used - explained


@pytest.mark.parametrize("name", ["wmi.csv", "wmi.manual.csv", "countries.csv", "plants.csv"])
def test_confidence_is_one_of_three(name):
    assert {row["confidence"] for row in table(name)} <= CONFIDENCE


# --- wmi.csv -------------------------------------------------------------------------------


def test_wmis_are_sorted_and_unique(wmis):
    codes = [row["wmi"] for row in wmis]
    assert codes == sorted(set(codes))


def test_wmi_has_six_characters_exactly_when_the_third_is_9(wmis):
    assert [row["wmi"] for row in wmis if not WMI.fullmatch(row["wmi"])] == []
    assert [row["wmi"] for row in wmis if (len(row["wmi"]) == 6) != (row["wmi"][2] == "9")] == []


def test_wmi_kinds_are_known(wmis, manual):
    known = {"car", "suv", "truck", "bus", "motorcycle", "trailer", "lsv", "unknown"}
    for row in (*wmis, *manual):
        kinds = row["kinds"].split(";")
        assert set(kinds) <= known, row
        assert len(set(kinds)) == len(kinds), row


def test_wmi_brands_are_a_list(wmis, manual):
    for row in (*wmis, *manual):
        brands = row["brands"].split(";") if row["brands"] else []
        assert all(brand == brand.strip() != "" for brand in brands), row
        assert len(set(brands)) == len(brands), row


def test_wmi_has_a_manufacturer(wmis, manual):
    assert all(row["manufacturer"] for row in (*wmis, *manual))


def bare(name):
    """A name without case, punctuation and the form of the company."""
    words = re.sub(r"[^\w\s]", " ", re.sub(r"[.'’]", "", name.casefold())).split()
    return " ".join(word for word in words if word not in FORMS)


def test_a_maker_has_one_spelling(wmis):
    spellings = {}
    for row in wmis:
        if len(row["wmi"]) == 3:
            spellings.setdefault(bare(row["manufacturer"]), set()).add(row["manufacturer"])
    assert {name: told for name, told in spellings.items() if len(told) > 1}.keys() == set(
        NAMESAKES
    )


def test_a_brand_has_one_spelling(wmis, manual):
    brands = {brand for row in (*wmis, *manual) for brand in row["brands"].split(";")}
    spellings = {}
    for brand in brands:
        spellings.setdefault(brand.casefold(), set()).add(brand)
    assert [told for told in spellings.values() if len(told) > 1] == []


def test_manual_rows_are_sorted_and_override_a_row(manual, wmis):
    known = {row["wmi"] for row in wmis}
    keys = [(row["wmi"], row["year_from"]) for row in manual]
    assert keys == sorted(set(keys))
    assert {row["wmi"] for row in manual} <= known
    assert all(row["note"].startswith("overrides ") for row in manual)


def test_manual_years_are_in_order_and_do_not_overlap(manual):
    for row in manual:
        assert YEAR.fullmatch(row["year_from"]), row
        assert YEAR.fullmatch(row["year_to"]), row
    for one, two in itertools.pairwise(manual):
        assert (one["year_from"] or "0") <= (one["year_to"] or "9999"), one
        if one["wmi"] == two["wmi"]:
            assert (one["year_to"] or "9999") < (two["year_from"] or "0"), (one, two)


def test_manual_row_of_no_year_changes_something(manual, wmis):
    generated = {row["wmi"]: row for row in wmis}
    for row in manual:
        columns = ("manufacturer", "brands", "country", "kinds", "confidence", "source")
        told = generated[row["wmi"]]
        assert row["year_from"] or row["year_to"] or any(row[c] != told[c] for c in columns), row


def test_wmi_countries_are_known(wmis, manual, countries):
    known = {row["country"] for row in countries}
    for row in (*wmis, *manual):
        if row["country"]:
            assert row["country"] in ISO_3166, row
            assert row["country"] in known, row
    nobody = [row["wmi"] for row in wmis if not row["country"]]
    assert nobody == ["629040", "629460", "869001", "A6A", "RX2", "RX4"]


def test_wmi_countries_agree_with_the_ranges(wmis, live):
    holder = {
        pair: row["country"]
        for row in live
        for pair in map("".join, itertools.product(ALPHABET, repeat=2))
        if iso(row["first"]) <= iso(pair) <= iso(row["last"])
    }
    outside = {row["wmi"] for row in wmis if row["wmi"][:2] not in holder}
    assert outside == set(NO_RANGE)
    other = {
        row["wmi"]: row["country"]
        for row in wmis
        if row["wmi"] not in outside and row["country"] != holder[row["wmi"][:2]]
    }
    assert other == OTHER_COUNTRY


def test_text_points_at_nothing_that_is_not_here(wmis):
    assert not [row for row in wmis if ".md" in row["note"]]


# --- countries.csv -------------------------------------------------------------------------


def test_ranges_are_well_formed(countries):
    for row in countries:
        assert len(row["first"]) == len(row["last"]) == 2, row
        assert set(row["first"] + row["last"]) <= set(ALPHABET), row
        assert row["first"][0] == row["last"][0], row
        assert iso(row["first"]) <= iso(row["last"]), row
        assert row["status"] in {"current", "in use", "older table"}, row
        assert row["country"] in ISO_3166, row
        assert row["name"], row


def test_ranges_are_sorted(countries):
    keys = [
        (iso(row["first"]), iso(row["last"]), row["status"], row["country"]) for row in countries
    ]
    assert keys == sorted(set(keys))


def test_live_ranges_do_not_overlap(live):
    for one, two in itertools.pairwise(live):
        assert iso(one["last"]) < iso(two["first"]), (one, two)


def test_a_country_has_one_name(countries):
    names = {}
    for row in countries:
        assert names.setdefault(row["country"], row["name"]) == row["name"], row


# --- plants.csv ----------------------------------------------------------------------------


def test_plants_are_sorted_and_unique(plants):
    keys = [(row["wmi"], row["plant_code"], row["year_from"]) for row in plants]
    assert keys == sorted(keys)
    assert len({tuple(row.values())[:8] for row in plants}) == len(plants)


def test_plant_keys_are_of_the_alphabet(plants, wmis):
    known = {row["wmi"] for row in wmis}
    for row in plants:
        assert row["wmi"] in known, row
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
        seen = [part for part in parts if part in flags]
        assert parts[: len(seen)] == seen == sorted(set(seen)), row
        rows_of.setdefault((row["wmi"], row["plant_code"]), []).append("one_of_several" in seen)
    for key, told in rows_of.items():
        assert any(told) == (len(told) > 1), key


# --- powertrain.evidence.csv ---------------------------------------------------------------


def test_evidence_is_sorted_and_unique(evidence):
    keys = [(row["wmi"], row["vds"], row["powertrain"]) for row in evidence]
    assert keys == sorted(set(keys))


def test_evidence_has_one_row_a_side(evidence):
    sides = [(row["wmi"], row["vds"], row["powertrain"] == "BEV") for row in evidence]
    assert len(sides) == len(set(sides))


def test_evidence_values_are_of_closed_lists(evidence):
    for row in evidence:
        assert row["powertrain"] in NOT_BEV | {"BEV"}, row
        assert row["kind"] in {"car", "truck", "unknown"}, row
        assert row["grade"] in {"A", "B", "C"}, row


def test_evidence_keys_are_of_the_alphabet(evidence):
    for row in evidence:
        assert len(row["wmi"]) == 3, row
        assert set(row["wmi"]) <= set(ALPHABET), row
        assert VDS.fullmatch(row["vds"]), row


def test_evidence_codes_are_distinct_and_in_order(evidence):
    for row in evidence:
        for column in ("year_codes", "plant_codes"):
            assert list(row[column]) == sorted(set(row[column]), key=ALPHABET.index), row


def test_evidence_counts_and_grades(evidence):
    for row in evidence:
        assert int(row["vehicles"]) >= int(row["sources"]) > 0, row
        trust = re.fullmatch(r".+ \(trust: (high|medium|low)\)", row["source"])[1]
        due = "A" if trust == "high" else "B" if int(row["sources"]) > 1 else "C"
        assert row["grade"] == due, row


def test_evidence_models_are_few_and_distinct(evidence):
    for row in evidence:
        models = row["models"].split(";")
        assert len(models) == len(set(models)) <= 4, row


def test_evidence_wmis_are_known(evidence, wmis):
    known = {row["wmi"] for row in wmis}
    assert {row["wmi"] for row in evidence} - known == set(ODD_EVIDENCE)


def test_rejected_rows_are_not_in_the_evidence(evidence):
    seen = {(row["wmi"] + row["vds"].rstrip("*"), row["powertrain"] == "BEV") for row in evidence}
    rejected = table("powertrain.rejected.csv")
    assert rejected
    for row in rejected:
        assert row["why"], row
        assert (row["prefix"], row["powertrain"] == "BEV") not in seen, row


# --- manifest.toml -------------------------------------------------------------------------


def test_manifest_matches_the_files():
    manifest = tomllib.loads((DATA / "manifest.toml").read_text(encoding="utf-8"))
    told = {entry["name"]: (entry["rows"], entry["sha256"]) for entry in manifest["file"]}
    assert set(told) == set(HEADERS) - {"powertrain.rejected.csv", "wmi.manual.csv"}
    for name, (rows, sha256) in told.items():
        content = (DATA / name).read_bytes()
        assert rows == len(table(name)), name
        assert sha256 == hashlib.sha256(content).hexdigest(), name


def test_manifest_names_sources_with_licence():
    manifest = tomllib.loads((DATA / "manifest.toml").read_text(encoding="utf-8"))
    for entry in manifest["file"]:
        assert re.fullmatch(r"\d{4}-\d{2}", entry["collected"]), entry
        assert entry["source"], entry
        for source in entry["source"]:
            assert all(source[key] for key in ("name", "edition", "licence")), entry
