"""wmi.csv and wmi.manual.csv: codes, makers, brands, kinds, years and countries."""

import itertools
import re

from support.tables import ALPHABET, ISO_3166, YEAR, iso

WMI = re.compile(r"[A-HJ-NPR-Z0-9]{3}|[A-HJ-NPR-Z0-9]{2}9[A-HJ-NPR-Z0-9]{3}")

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


def test_wmis_are_sorted_and_unique(wmis):
    codes = [row["wmi"] for row in wmis]
    assert codes == sorted(set(codes))


def test_wmi_has_six_characters_exactly_when_the_third_is_9(wmis):
    assert [row["wmi"] for row in wmis if not WMI.fullmatch(row["wmi"])] == []
    assert [row["wmi"] for row in wmis if (len(row["wmi"]) == 6) != (row["wmi"][2] == "9")] == []


def test_wmi_kinds_are_known(wmis, manual):
    allowed = {"car", "suv", "truck", "bus", "motorcycle", "trailer", "low_speed", "unknown"}
    for row in (*wmis, *manual):
        kinds = row["kinds"].split(";")
        assert set(kinds) <= allowed, row
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
    assert {name: forms for name, forms in spellings.items() if len(forms) > 1}.keys() == set(
        NAMESAKES
    )


def test_a_brand_has_one_spelling(wmis, manual):
    brands = {brand for row in (*wmis, *manual) for brand in row["brands"].split(";")}
    spellings = {}
    for brand in brands:
        spellings.setdefault(brand.casefold(), set()).add(brand)
    assert [forms for forms in spellings.values() if len(forms) > 1] == []


def test_manual_rows_are_sorted_and_say_whether_they_override_or_add_a_row(manual, wmis):
    generated = {row["wmi"] for row in wmis}
    keys = [(row["wmi"], row["year_from"]) for row in manual]
    assert keys == sorted(set(keys))
    for row in manual:
        assert row["note"].startswith("overrides " if row["wmi"] in generated else "adds "), row


def test_a_manual_code_is_of_its_length_and_a_country_of_its_range_or_argued(manual, live):
    holder = {
        pair: row["country"]
        for row in live
        for pair in map("".join, itertools.product(ALPHABET, repeat=2))
        if iso(row["first"]) <= iso(pair) <= iso(row["last"])
    }
    other = {}
    for row in manual:
        assert WMI.fullmatch(row["wmi"]), row
        assert (len(row["wmi"]) == 6) == (row["wmi"][2] == "9"), row
        if row["country"] != holder.get(row["wmi"][:2], ""):
            other.setdefault(row["wmi"][:3], row["country"])
    # XWB: an Uzbek maker in the range of the former USSR; the others are the Dutch XL9 and the
    # Lithuanian Z39 as a newer copy of the list writes them.
    assert other == {"XWB": "UZ", "XJ9": "NL", "Z29": "LT"}


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
        other = generated.get(row["wmi"], {})
        if not other:
            continue
        assert row["year_from"] or row["year_to"] or any(row[c] != other[c] for c in columns), row


def test_wmi_countries_are_known(wmis, manual, countries):
    codes = {row["country"] for row in countries}
    for row in (*wmis, *manual):
        if row["country"]:
            assert row["country"] in ISO_3166, row
            assert row["country"] in codes, row
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
