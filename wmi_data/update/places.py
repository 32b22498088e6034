"""places.csv: what countries are called.

Usage: ``python places.py > wmi_data/places.csv``. Reads Unicode CLDR as the package Babel carries
it, and ISO 3166-1 as the package pycountry does; both must be installed.
"""

import unicodedata
from collections.abc import Iterator
from importlib.metadata import version

import pycountry
from _common import COUNTRY, ensure, write_rows
from babel.core import Locale, get_cldr_version

COLUMNS = ("name", "country", "language", "source")
ISO = "iso"
LANGUAGES = {
    "en": "en",
    "zh": "zh_Hans",
    "zh_Hant": "zh_Hant",
    "ru": "ru",
    "es": "es",
    "fr": "fr",
    "de": "de",
    "pt": "pt",
    "it": "it",
    "ar": "ar",
    "tr": "tr",
    "vi": "vi",
    "th": "th",
    "id": "id",
    "ja": "ja",
    "ko": "ko",
    "pl": "pl",
    "nl": "nl",
    "uk": "uk",
    "kk": "kk",
    "uz": "uz",
}
"""Each language and CLDR's name of it; of two that share a name the first keeps it, ISO comes last."""

MEANT = {
    "nga": "NG",  # ISO's code; also Russia in Vietnamese, which no manifest is written in
}
"""Names of two countries, by their folded form, and the one that is plainly meant."""

VAGUE = {
    "congo",  # ISO's short name of CG, but CD is called so as well
    "kongo",  # CG in Polish, the same
    "конго",  # CD in Kazakh, the same
    "fas",  # Morocco in Turkish, but also the term of delivery, free alongside ship
    "granada",  # Grenada in Spanish, but also a city of Spain
    "guadalupe",  # Guadeloupe in Spanish, but also cities of Mexico and others
    "na",  # ISO's code of Namibia, but also what is written where nothing is known
    "norfolk",  # Norfolk Island in Dutch, but also a port of the United States
    "saintmartin",  # MF in French, but the whole island is called so, with SX
    "salvador",  # El Salvador in French, but also a port of Brazil
    "sanmartín",  # MF in Spanish, but also cities of Argentina and others
    "santaelena",  # Saint Helena in Spanish, but also a province of Ecuador
    "stmartin",  # MF in English, but the whole island is called so, with SX
}
"""Folded names that are left out though the sources give each to one country only."""


def fold(name: str) -> str:
    """What is compared of a name: its letters and digits, without case and width."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


def named() -> Iterator[tuple[str, str, str, str]]:
    """Every name that the sources have, the first language first."""
    codes = sorted(entry.alpha_2 for entry in pycountry.countries)
    ensure(all(COUNTRY.fullmatch(code) for code in codes), "a code is not two letters")
    source = f"CLDR {get_cldr_version()} by Babel {version('babel')}"
    for language, locale in LANGUAGES.items():
        territories = Locale.parse(locale).territories
        for code in codes:
            ensure(code in territories, f"{code} has no name in {locale}")
            if territories[code] != code:
                yield territories[code], code, language, source
    source = f"ISO 3166-1 by pycountry {version('pycountry')}"
    for entry in sorted(pycountry.countries, key=lambda entry: entry.alpha_2):
        for field in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if name := getattr(entry, field, None):
                yield name, entry.alpha_2, ISO, source


def main() -> None:
    """Print the table."""
    kept: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    countries: dict[str, set[str]] = {}
    for row in named():
        name, country = row[:2]
        ensure(name == name.strip() and name.isprintable(), f"{country}: untidy name {name!r}")
        ensure(folded := fold(name), f"{country}: nothing to compare in {name!r}")
        kept.setdefault((folded, country), row)
        countries.setdefault(folded, set()).add(country)
    shared = {folded for folded, codes in countries.items() if len(codes) > 1}
    ensure(shared == MEANT.keys(), f"names of two countries are {sorted(shared)}")
    ensure(all(MEANT[folded] in countries[folded] for folded in MEANT), "a country of MEANT")
    ensure(countries.keys() >= VAGUE, "a name of VAGUE is in no source")
    rows = [
        row
        for (folded, country), row in kept.items()
        if folded not in VAGUE and MEANT.get(folded, country) == country
    ]
    rows.sort(key=lambda row: (row[1], row[2], row[0]))
    write_rows(COLUMNS, rows, keys=0)


if __name__ == "__main__":
    main()
