"""wmi.csv: who built it, by the first three characters, or by six for small makers.

Usage: ``python wmi.py SOURCE_FOLDER vpic.sqlite > wmi_data/wmi.csv``. The second file holds vPIC's
tables, as ``vpic.py`` makes it: WMIs that the collected table has not, and the present registrant
and makes of those that it has.
"""

import csv
import re
import sqlite3
import sys
from pathlib import Path
from typing import NamedTuple

from _common import (
    ALPHABET,
    CONFIDENCE,
    COUNTRY,
    WMI,
    check_tags,
    ensure,
    read_rows,
    write_rows,
)

SOURCE = (
    "wmi",
    "manufacturer",
    "brands",
    "country",
    "vehicle_kinds",
    "sources",
    "n_sources",
    "confidence",
    "note",
)
COLUMNS = (
    "wmi",
    "manufacturer",
    "brands",
    "country",
    "kinds",
    "confidence",
    "source",
    "note",
)
KINDS = {"car", "suv", "truck", "bus", "motorcycle", "trailer", "low_speed", "unknown"}
VPIC_KINDS = {
    "Bus": "bus",
    "Incomplete Vehicle": "truck",
    "Low Speed Vehicle (LSV)": "low_speed",
    "Motorcycle": "motorcycle",
    "Multipurpose Passenger Vehicle (MPV)": "suv",
    "Off-Road Vehicle": "unknown",
    "Passenger Car": "car",
    "Trailer": "trailer",
    "Truck": "truck",
}
EDITION = "2026-10"
"""The month of vPIC's tables; a WMI that became public later is left out."""
COUNTRIES = Path(__file__).parent.parent / "countries.csv"

# --- a register's capitals made readable ---------------------------------------------------


def words(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


AS_IS = words(
    """
    AAA AAD AAR ABC ABD ABI ABS ACP ACS ACV ADM AEC AEP AEV AFC AGA AGB AGE AGM AJR AKA
    ALC ALS AMC AMG AMP AMS AMW APC APM APS ARC ARD ASA ASC ASW ATC ATF ATK ATR ATV ATW
    AZZ BAIC BCA BCI BEC BIBM BPA BYC BYD BYW CAD CAMI CIA CIF CIMC CMI CPI CSE CTI CVA
    CWI CYC DAF DIW DMI DRI ECC ECS EFL EHS EIP EMA EMB EMF EMI ENT ERC ETI ETS EVA EVT
    EWD FAW FCA FNA FTCA FZCO GAC GAZ GBA GCA GEM GFA GSE GTI GTO HMMA HYK IAP IBI IBS IEG
    IES IEV IHR IMC IPC IPT ISE ITI ITM ITZ IZA JAC JBA JCA JCE JDCI JFA JIM JMA JYC KME
    KPE LLLP LSV LTI MEB MMDI MSE MWE NAMI NYC NYT OBI OBX OCS OEM OIB OMC OMJC OMR ORV
    OSW OVB PCI PDI PMI PSA PTI RAC RSSI RUF RVA RWCI SAF SAIC SBI SCI SIE SSI STI SUV SVI
    SYM TBEI TGMI TMEC TMI TNA TSE TSI UAZ UBCO UEC ULB ULV UPS USA USBT USC UTV VIP WCI
    WIS WSE XOS ZAP ZAZ
    """,
)
"""Words of three letters and more that hold a vowel and are still initials."""

TWO_LETTER_WORDS = words(
    """
    AL AN AS AT BE BY CO DA DE DI DO DR DU EL EN GO HI IF IN IS IT JR LA LE LO MC MI MO MR
    MT MY NO OF OH ON OR OX SO SR ST TO UP US VE WE
    """,
)
NOT_INITIALS = words(
    """
    BLDG BLVD BROS CNTRY CORP CTR DEPT DR FLYNN FT GMBH JR LTD LTDA MC MFG MFR MFRS MR MRS
    MT MTN PKWY PTE PTY PVT SHYFT SR ST SVC SVCS TRLR TRLRS
    """,
)
"""Words without a vowel that are short for something, not initials."""

SMALL = {"AND", "OF", "THE", "DE", "DEL", "BY", "FOR", "IN", "AT", "ON", "DBA", "Y", "UND"}
EXACT = {
    "GMBH": "GmbH",
    "APS": "ApS",
    "S.P.A": "S.p.A",
    "SPA": "SpA",
    "D/B/A": "d/b/a",
    "Y/O": "y/o",
    "C/O": "c/o",
    "A/S": "A/S",
    "F/K/A": "f/k/a",
    "DAIMLERCHRYSLER": "DaimlerChrysler",
    "MERCEDES-BENZ": "Mercedes-Benz",
    "HARLEY-DAVIDSON": "Harley-Davidson",
    "ROLLS-ROYCE": "Rolls-Royce",
    "SSANGYONG": "SsangYong",
    "MCLAREN": "McLaren",
    "PHD": "PhD",
    "INT'L": "Int'l",
    "US": "US",
    "SNC": "SNC",
    "EV'S": "EVs",
    "RV'S": "RVs",
    "RVS": "RVs",
    "EVS": "EVs",
    "ATVS": "ATVs",
}
ROMAN = {"II", "III", "IV", "VI", "VII", "VIII", "IX", "XI", "XII"}
WORD = re.compile(r"[^\s(),;\"&+-]+")
DOTTED = re.compile(r"(?:[A-Z]\.)+[A-Z]?\.*|[A-Z]{1,2}(?:\.[A-Z]{1,2})+\.*")


def readable_word(word: str, *, first: bool, hyphen: bool) -> str:
    """One word of a name in capitals, as people write it."""
    core = word.rstrip(".")
    dots = word[len(core) :]
    if core in EXACT:
        return EXACT[core] + dots
    if core in SMALL and not first and not dots:
        return core.lower()
    if DOTTED.fullmatch(word) or core in AS_IS or core in ROMAN or len(core) == 1:
        return word
    letters = re.sub(r"[^A-Z]", "", core)
    if core in NOT_INITIALS:
        return core.capitalize() + dots
    if not re.search(r"[AEIOUY]", letters):
        return word.replace("'S", "'s")
    if len(core) == 2:
        is_word = core in TWO_LETTER_WORDS or (hyphen and core not in {"EV", "EZ", "RV", "UK"})
        return (core.capitalize() if is_word else core) + dots
    if re.search(r"\d", core) and len(letters) < 4:
        return word
    spelled = re.sub(
        r"[^\W\d_]+(?:['’][^\W\d_]+)*",
        lambda met: met[0][0] + met[0][1:].lower(),
        core,
    )
    spelled = re.sub(r"\b([DO]['’])([a-z])(?=[a-z])", lambda met: met[1] + met[2].upper(), spelled)
    if len(core) > 5:
        spelled = re.sub(
            r"\bMc([a-z])(?=[a-z])",
            lambda met: "Mc" + met[1].upper(),
            spelled,
        )
    return spelled + dots


def readable(name: str) -> str:
    """A name in capitals as people write it; a word that has lower case already is left alone."""
    first = re.search(r"\w", name)
    start = first.start() if first else 0
    return WORD.sub(
        lambda met: (
            readable_word(
                met[0],
                first=met.start() <= start,
                hyphen="-" in name[max(met.start() - 1, 0) : met.end() + 1],
            )
            if met[0] == met[0].upper()
            else met[0]
        ),
        name,
    )


def in_capitals(name: str) -> bool:
    """Whether a name is written in capitals throughout, or nearly so."""
    plain = re.sub(r"[(][^()]*[)]| dba .*", "", name)
    letters = [character for character in plain if character.isalpha()]
    return sum(character.isupper() for character in letters) > 0.6 * len(letters)


# --- a description made a name -------------------------------------------------------------

KEPT = {
    "AMERICA",
    "Canada",
    "China",
    "Dalian",
    "Fujian",
    "GROUP",
    "Guangzhou",
    "HK",
    "HONG KONG",
    "HONGKONG",
    "Malaysia",
    "PTY",
    "Pty",
    "Pty.",
    "SA",
    "Shanghai",
    "THAILAND",
    "Thailand",
    "UK",
    "US",
    "USA",
    "Wuxi",
    "Xinganjue",
    "Yangzhou",
}
"""What stands in brackets inside a registered name; any other bracket is a remark."""

BRACKETS = re.compile(r"\s*\(([^()]*)\)|\s*\[[^\[\]]*\]")
TOWN = re.compile(r",[^,]*(?:,[^,]*)?, ?(?:Russia|Ukraine|Belarus|Kazakhstan)$")
LAND = re.compile(r", ?(?:Russia|Ukraine|Belarus|Kazakhstan)$")
KIND_WORDS = re.compile(
    r"(?:,? (?:commercial trucks?|commercial vehicles?|passenger cars?|bus chassis|truck trailers|"
    r"(?:(?:cars?|van|truck|bus|Buses|minibus|motorcycles?|trailers|buses|trucks|vans|SUV|MPV|ATV|pickup)"
    r"(?:/(?=\w))?)+))+$",
)
YEARS = re.compile(r" (?:19|20)\d\d ?[-–](?: ?(?:19|20)\d\d)?$")
PROSE = re.compile(
    r"\b(?:made|built|assembled|used|sold|until|formerly|previously|includ\w+|restamped|assigned|"
    r"brand|models|older|Wikibooks|vPIC)\b|[;\[\]\"]|[(][^)]*$| '\d\d",
)


def short_name(name: str) -> str:
    """A name without the remarks that the lists write after it."""
    before = ""
    while before != name:
        before = name
        name = BRACKETS.sub(
            lambda met: (
                met[0] if met[1] in KEPT and re.match(r"\s*\w", met.string[met.end() :]) else ""
            ),
            name,
        ).strip()
        name = name.removesuffix("(").strip()
        if any(f"({word})" in name for word in KEPT):
            break
    for pattern in (TOWN, LAND, YEARS, KIND_WORDS):
        name = pattern.sub("", name)
    return name


# Where the lists give a description instead of a name: the maker, by hand. For a car that
# carries one brand and is built by another company, the company that builds it.
NAMES = {
    "16X": "Vixen",
    "1CU": "Cushman (Outboard Marine)",
    "1UT": "AM General",
    "6G1": "General Motors-Holden",
    "6G3": "General Motors (Chevrolet)",
    "7A8": "New Zealand transport authority",
    "7AT": "New Zealand transport authority",
    "7B2": "Nissan Diesel New Zealand",
    "8AB": "Mercedes-Benz Argentina",
    "8AC": "Mercedes-Benz Argentina",
    "8AE": "Peugeot",
    "8BN": "Mercedes-Benz Argentina",
    "8BR": "Mercedes-Benz Argentina",
    "8BT": "Mercedes-Benz Argentina",
    "8BU": "Mercedes-Benz Argentina",
    "8C3": "Honda Argentina",
    "8CH": "Honda Argentina",
    "8L4": "Ciudad del Auto (Ciauto)",
    "93C": "Chevrolet Brazil",
    "93H": "Honda Brazil",
    "93W": "Iveco Brazil",
    "93X": "Souza Ramos (Mitsubishi, Suzuki)",
    "953": "Volkswagen Truck & Bus / MAN",
    "95P": "CAOA (Hyundai, Chery)",
    "95V": "Dafra Motos",
    "988": "Fiat Chrysler Brazil, Goiana",
    "98M": "BMW Brazil",
    "99A": "Audi Brazil",
    "99K": "JTZ",
    "9BD": "Fiat Brazil",
    "9BM": "Mercedes-Benz Brazil",
    "9CD": "J. Toledo Motos",
    "9DW": "Volkswagen do Brasil",
    "9UJ": "Chery Socma",
    "9UT": "Nordex",
    "9UW": "Nordex",
    "9V7": "Nordex",
    "9V8": "Nordex",
    "9VC": "Nordex",
    "AAA": "Volkswagen of South Africa",
    "AAM": "MAN Automotive South Africa",
    "AAP": "South African Police Service",
    "ABJ": "Daimler Trucks & Buses Southern Africa",
    "ADR": "Nissan South Africa",
    "AFA": "Ford Motor Company of Southern Africa",
    "AFB": "Ford Motor Company of Southern Africa",
    "AHM": "Mercedes-Benz South Africa",
    "GA1": "Renault / SOMACOA",
    "H0G": "Wisdom (Fujian) Motor",
    "HGX": "Wuling Motors",
    "HVW": "Volkswagen (Anhui)",
    "J8C": "Isuzu",
    "J8T": "Isuzu",
    "JB3": "Mitsubishi Motors",
    "JC0": "Mazda",
    "JDA": "Daihatsu",
    "JE3": "Mitsubishi Motors",
    "JF4": "Subaru",
    "JG1": "Suzuki",
    "JG2": "Suzuki",
    "JG7": "Suzuki",
    "JGC": "Suzuki",
    "JGT": "Suzuki",
    "JKS": "Kawasaki",
    "JM0": "Mazda",
    "JMF": "Mitsubishi Motors",
    "JMA": "Mitsubishi Motors",
    "JMB": "Mitsubishi Motors",
    "JMY": "Mitsubishi Motors",
    "JMZ": "Mazda",
    "JSA": "Suzuki",
    "JSK": "Suzuki",
    "JSL": "Suzuki",
    "JST": "Toyota",
    "JY3": "Yamaha",
    "JY4": "Yamaha",
    "KLY": "Daewoo / GM Korea",
    "KMX": "Hyundai",
    "KNE": "Kia",
    "KNF": "Kia",
    "LFB": "FAW Group",
    "LFA": "Ford Lio Ho Motor",
    "LGH": "Dongfeng Motor",
    "LJ1": "Anhui Jianghuai Automobile (JAC) / NIO",
    "LLV": "Lifan / Livan",
    "LM1": "Tai Ling Motor",
    "LM4": "Tai Ling Motor",
    "LN1": "Tai Ling Motor",
    "LPR": "Yamaha Motor Taiwan",
    "LS5": "Changan Automobile / Changan Suzuki",
    "LSF": "SAIC Maxus / Shanghai Sunwin Bus",
    "LVX": "Jiangling Holding (Landwind) / Aiways",
    "LVY": "Volvo Cars China",
    "LYV": "Volvo Cars China",
    "LZE": "Isuzu Guangzhou / Dazon",
    "MA7": "Hindustan Motors",
    "MAT": "Tata Motors",
    "MB7": "Mahindra Reva Electric Vehicles",
    "MBH": "Maruti Suzuki",
    "MC2": "Eicher Motors / Volvo Eicher Commercial Vehicles",
    "MD7": "LML",
    "MEX": "Škoda Auto Volkswagen India",
    "MHK": "PT Astra Daihatsu Motor",
    "MMM": "Chevrolet Thailand",
    "MN3": "Mitsubishi Motors Thailand",
    "MNA": "Ford Thailand (AutoAlliance)",
    "MNB": "Ford Thailand (AutoAlliance)",
    "MNC": "Ford Thailand (AutoAlliance)",
    "MP2": "Isuzu Motors (Thailand)",
    "MP3": "Mitsubishi Motors Thailand",
    "MPA": "Isuzu Motors (Thailand)",
    "MRT": "Bangchan General Assembly",
    "MXL": "Qaz Tehna",
    "NNN": "Gépébus / Otokar",
    "PE3": "Ford Motor Company Philippines",
    "PRH": "Chery Alado / Oriental Assemblers",
    "PRN": "Warisan Tan Chong Automotif Malaysia",
    "PV3": "RMA Automotive Cambodia",
    "RK7": "Tai Ling Motor",
    "SAB": "Optare / Switch Mobility",
    "SAH": "Austin Rover Group",
    "SAR": "Rover / MG Rover Group",
    "SCG": "Triumph Engineering",
    "SED": "IBC Vehicles (General Motors Luton)",
    "SJN": "Nissan Motor Manufacturing UK",
    "T49V16": "BIK",
    "TAW": "NAW Nutzfahrzeuggesellschaft Arbon & Wetzikon",
    "TRK": "Kravtex",
    "TSC": "National Transport Authority of Hungary",
    "TSM": "Magyar Suzuki",
    "TW7": "Austin Rover Portugal",
    "TX5": "Cagiva (Moke Automobili)",
    "TYA": "Mitsubishi Fuso Truck and Bus Portugal",
    "UA2": "Santana Motors",
    "UH9DA3": "DAB",
    "ULA": "ASA-LIFT",
    "V6A": "Bestnet AS",
    "VAG": "Steyr-Daimler-Puch",
    "VAN": "MAN Austria / Steyr",
    "VF6": "Renault Trucks",
    "VF8": "Matra Automobiles",
    "VFA": "Alpine",
    "VN1": "Renault SOVAB",
    "VNV": "Renault",
    "VSE": "Santana Motors",
    "VSK": "Nissan Motor Iberica",
    "VWA": "Nissan Vehiculos Industriales",
    "VXE": "Opel / Vauxhall",
    "VXF": "Fiat (Stellantis)",
    "VXK": "Opel / Vauxhall",
    "VYC": "Lancia (Stellantis)",
    "VYF": "Fiat (Stellantis)",
    "VYJ": "Ram (Stellantis)",
    "VYS": "Ampere Electricity Douai (Renault)",
    "W0V": "Opel / Vauxhall",
    "WAC": "Audi / Porsche",
    "WDF": "Mercedes-Benz",
    "WDZ": "Mercedes-Benz",
    "WMX": "Mercedes-AMG",
    "X7L": "Renault Russia / Moskvitch",
    "X7M": "TagAZ",
    "X9W": "Derways",
    "X89AD4": "VMZ",
    "XSL": "Lvov motorcycle factory",
    "XTJ": "SeAZ",
    "XTM": "MAZ",
    "XTU": "Trolza",
    "Y3W": "Unison",
    "Y6A": "AutoKrAZ",
    "Y6L": "Bogdan group",
    "Y6U": "Eurocar",
    "Y7C": "KrASZ",
    "Y7D": "KrymAvtoGAZ",
    "Y7W": "KrASZ",
    "Y8X": "KrASZ",
    "Y9Z": "Lada, Renault (Ukraine)",
    "YAR": "Toyota Motor Europe",
    "YBC": "Toyota",
    "YCM": "Mazda Motor Logistics Europe",
    "YS4": "Scania",
    "YSC": "Saab",
    "YTN": "NEVS",
    "XG9B01": "Sfakianakis",
    "XNB": "NedCar B.V. Mitsubishi Motors",
    "XNC": "NedCar B.V. Mitsubishi Motors",
    "Z94": "Hyundai Motor Manufacturing Rus / AGR Automotive",
    "ZA9H44": "Green Produzione",
    "ZAA": "Alfa Romeo",
    "ZAJ": "Trigano",
    "ZCM": "BredaMenarinibus / Industria Italiana Autobus",
    "ZDF": "Ferrari",
    "ZEH": "Trigano",
    "ZFC": "Fiat",
}

# One maker written in several ways by the sources: the one way that the table has. Companies of
# their own that share a name (Jayco of the United States and of Australia) keep their names; the
# tests of the data list them.
SPELLINGS = {
    "AM General LLC": "AM General",
    "Advance Tank Production Ltd.": "Advance Tank Production",
    "Alfa Romeo S.p.A.": "Alfa Romeo",
    "Arctic Cat Inc": "Arctic Cat",
    "Austin Rover Group Limited": "Austin Rover Group",
    "Automobiles Peugeot": "Peugeot",
    "Azure Dynamics Inc.": "Azure Dynamics",
    "Bimota S.p.A.": "Bimota",
    "Bulldog Trailers Inc": "Bulldog Trailers Inc.",
    "Chrysler Group LLC(USA),Chrysler Canada, Chrysler de Mexico": "FCA Canada Inc.",
    "Daewoo/GM Daewoo": "Daewoo / GM Korea",
    "Daihatsu Motor Co., Ltd.": "Daihatsu",
    "Delorean Motor Cars Limited": "DeLorean Motor Cars",
    "Dongfeng Fengxing": "Dongfeng Liuzhou Motor",
    "Dongfeng Forthing": "Dongfeng Liuzhou Motor",
    "FAW Toyota Motor": "FAW Toyota",
    "Ferrari S.p.A.": "Ferrari",
    "GM Daewoo": "Daewoo / GM Korea",
    "GM Daewoo Auto & Technology Company": "Daewoo / GM Korea",
    "GM Daewoo/GM Korea": "Daewoo / GM Korea",
    "GM Korea": "Daewoo / GM Korea",
    "Great Wall Motors": "Great Wall Motor",
    "Honda Motor Co., Ltd.": "Honda",
    "Hyundai Motor Co": "Hyundai",
    "Isuzu Motors (Thailand) Co., Ltd.": "Isuzu Motors (Thailand)",
    "Isuzu Motors Limited, Japan": "Isuzu",
    "Jaguar Land Rover Limited": "Jaguar Land Rover",
    "Kia Corporation": "Kia",
    "Mahindra & Mahindra Limited": "Mahindra & Mahindra",
    "Mazda Motor Corporation": "Mazda",
    "Mercedes-Benz Cars": "Mercedes-Benz",
    "Mercedes-Benz, AG": "Mercedes-Benz",
    "Mitsubishi Fuso Truck & Bus Corp.": "Mitsubishi Fuso Truck and Bus Corporation",
    "Mitsubishi Motors Corporation": "Mitsubishi Motors",
    "Motor Coach Industries Limited": "Motor Coach Industries",
    "Motor Coach Industries, Inc.": "Motor Coach Industries",
    "Nissan Motor Company, Ltd": "Nissan",
    "Nissan Motor Manufacturing (UK) Ltd": "Nissan Motor Manufacturing UK",
    "Nissan South Africa (Pty) Ltd.": "Nissan South Africa",
    "Renault Group": "Renault",
    "Rolls Royce Motor Cars": "Rolls-Royce Motor Cars",
    "SEAT/Cupra": "SEAT",
    "Sevic Inc.": "Sevic",
    "SsangYong": "SsangYong/KG Mobility",
    "SsangYong Motor Co. Ltd": "SsangYong/KG Mobility",
    "Stellantis Europe S.p.A.": "Stellantis Europe",
    "Stellantis Europe SpA": "Stellantis Europe",
    "Subaru Corporation": "Subaru",
    "Tesla": "Tesla, Inc.",
    "Toyota Motor Corporation": "Toyota",
    "Vinfast Trading and Production Joint Stock Company": "VinFast",
    "Volkswagen": "Volkswagen AG",
    "Yamaha Motor Taiwan Co., Ltd.": "Yamaha Motor Taiwan",
}
BRAND_SPELLINGS = {
    "APRILIA": "Aprilia",
    "BIMOTA": "Bimota",
    "CAMELOT": "Camelot",
    "EBUSCO": "Ebusco",
    "ECOOTER": "Ecooter",
    "HUANGHE": "Huanghe",
    "HYOSUNG": "Hyosung",
    "INEOS": "Ineos",
    "JAWA": "Jawa",
    "JIMING": "Jiming",
    "KANDI": "Kandi",
    "KARMA": "Karma",
    "KEEWAY": "Keeway",
    "KYMCO": "Kymco",
    "MERKUR": "Merkur",
    "MOKE": "Moke",
    "ORA": "Ora",
    "PIAGGIO": "Piaggio",
    "RIVIAN": "Rivian",
    "SAAB": "Saab",
    "SANY": "Sany",
    "SEGWAY": "Segway",
    "SHELBY": "Shelby",
    "SONDORS": "Sondors",
    "SWITCH": "Switch",
    "Skoda": "Škoda",
    "URAL": "Ural",
    "VESPA": "Vespa",
    "VICINITY": "Vicinity",
    "VOLTZ": "Voltz",
    "YAXING": "Yaxing",
    "YUGO": "Yugo",
    "ZERO MOTORCYCLES": "Zero Motorcycles",
}

# Brands that only the description told, and that the source has no brand for.
BRANDS = {
    "8AB": "Mercedes-Benz",
    "8AC": "Mercedes-Benz",
    "99K": "Haojue;Kymco",
    "9V7": "Citroën",
    "AAM": "MAN;Volkswagen",
    "MHK": "Daihatsu;Toyota",
    "MRT": "Neta",
    "MXL": "Yutong",
    "SAB": "Optare;Switch",
    "TRK": "Credo",
    "V6A": "Tiki",
    "X9W": "Brilliance;Lifan",
    "XTU": "Trolza;ZiU",
    "Y3W": "VFV",
    "ZA9H44": "Green-technik",
    "ZAJ": "Roller Team",
    "ZEH": "McLouis;Mobilvetta",
}

# --- notes ---------------------------------------------------------------------------------

ELSEWHERE = re.compile(r"(?:[;:] )?(?:sources disagree: )?see wmi_conflicts\.md")
# What is told where the sources disagree and the row's note does not say it yet.
DISAGREE = {
    "1TD": "Wikibooks names another maker",
    "2DG": "Wikibooks names another maker",
    "4YM": "Wikibooks names another maker",
    "57W": "Wikibooks names another maker",
    "5RX": "Wikibooks names another maker",
    "UH2": "Wikibooks names another maker",
    "UKR": "Wikibooks names another maker",
    "LM0": "Wikibooks names an earlier owner",
    "HGX": "Wikibooks adds Geely, which contradicts the name",
    "LGH": "older lists differ: Dongfeng, later Qoros",
    "LZE": "Isuzu by Wikibooks, Dazon motorcycles by vPIC",
    "SVS": "Polish prefix, the vPIC registrant is British",
    "TMC": "Czech prefix, the vPIC registrant is Irish",
    "XTB": "the vPIC registrant is a US importer",
    "LVX": "Landwind first, Aiways later",
    "629040": "prefix 62 is allocated to no country",
    "629460": "prefix 62 is allocated to no country",
    "869001": "prefix 86 is allocated to no country",
    "A6A": "prefix A6 is allocated to no country",
    "RX2": "prefix RX is allocated to no country",
    "RX4": "prefix RX is allocated to no country",
}
OTHER_NOTES = {"formerly Kässbohrer)": "formerly Kässbohrer"}
VPIC_NAME = re.compile(r"vPIC: ([^;\[\]]+?)(?: \[[^\]]*\])?(?=;|$)")


def convert_note(wmi: str, note: str) -> str:
    """The note without pointers to files that are not here."""
    note = OTHER_NOTES.get(note, note)
    note = VPIC_NAME.sub(r"vPIC registrant: \1", ELSEWHERE.sub("", note)).strip("; ")
    ensure("wmi_conflicts" not in note, f"{wmi}: note {note!r}")
    return "; ".join(filter(None, (note, DISAGREE.get(wmi, ""))))


# --- vPIC ----------------------------------------------------------------------------------


class Filing(NamedTuple):
    """What vPIC has of one WMI."""

    registrant: str
    makes: tuple[str, ...]
    kind: str


def one_line(text: str) -> str:
    """A text of vPIC without stray spaces, and without the sign that joins a list."""
    return " ".join(text.replace(";", ",").split())


def read_filings(path: Path) -> dict[str, Filing]:
    """What vPIC has, by WMI; codes with I, O or Q, and what is not public yet, are left out."""
    ensure(path.is_file(), f"{path}: no such file")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        ensure(
            database.execute("SELECT month FROM Release").fetchall() == [(EDITION,)],
            f"{path}: not vPIC's edition of {EDITION}",
        )
        makes: dict[int, list[str]] = {}
        for wmi_id, make in database.execute(
            "SELECT WmiId, Name FROM Wmi_Make JOIN Make ON Make.Id = MakeId ORDER BY Wmi_Make.rowid",
        ):
            makes.setdefault(wmi_id, []).append(one_line(make))
        rows = database.execute(
            "SELECT Wmi.Id, Wmi, Manufacturer.Name, VehicleType.Name, PublicAvailabilityDate "
            "FROM Wmi JOIN Manufacturer ON Manufacturer.Id = ManufacturerId "
            "JOIN VehicleType ON VehicleType.Id = VehicleTypeId ORDER BY Wmi",
        ).fetchall()
        ensure(
            database.execute("SELECT count(*) FROM Wmi").fetchone() == (len(rows),),
            "a WMI without manufacturer or vehicle type",
        )
    filings: dict[str, Filing] = {}
    for wmi_id, wmi, registrant, kind, public in rows:
        ensure(wmi not in filings, f"{wmi}: twice in vPIC")
        ensure(kind in VPIC_KINDS, f"{wmi}: vehicle type {kind!r}")
        if public[:7] <= EDITION and not set(wmi) & set("IOQ"):
            found = tuple(dict.fromkeys(makes.get(wmi_id, ())))
            filings[wmi] = Filing(one_line(registrant), found, VPIC_KINDS[kind])
    return filings


def read_holders() -> dict[str, str]:
    """The country of each two first characters, by countries.csv."""
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] != "older table"]
    holders = {}
    for row in rows:
        start, end = (ALPHABET.index(row[edge][1]) for edge in ("first", "last"))
        for second in ALPHABET[start : end + 1]:
            holders[row["first"][0] + second] = row["country"]
    return holders


def new_row(wmi: str, filing: Filing, holders: dict[str, str]) -> dict[str, str]:
    """A WMI that the collected table has not, as that table would have it."""
    return {
        "wmi": wmi,
        "manufacturer": filing.registrant,
        "brands": ";".join(filing.makes),
        "country": holders.get(wmi[:2], ""),
        "vehicle_kinds": filing.kind,
        "sources": "vpic",
        "n_sources": "1",
        "confidence": "high",
        "note": "vPIC type: off-road vehicle (ATV/UTV)" if filing.kind == "unknown" else "",
    }


def renewed(row: dict[str, str], filing: Filing | None) -> dict[str, str]:
    """A collected row with what vPIC says today, where the row follows vPIC's register."""
    tags = row["sources"].split(";")
    if "vpic" not in tags:
        return row
    if filing is None:
        gone = f"no longer in vPIC's edition of {EDITION}"
        return row | {"note": "; ".join(filter(None, (row["note"], gone)))}
    if re.search(r"vPIC registrant|vPIC: ", row["note"]):
        return row
    others = [] if tags == ["vpic"] else [brand for brand in row["brands"].split(";") if brand]
    known = {brand.casefold() for brand in others}
    brands = (*others, *(make for make in filing.makes if make.casefold() not in known))
    same = row["manufacturer"].casefold() == filing.registrant.casefold()
    name = row["manufacturer"] if same else filing.registrant
    return row | {"manufacturer": name, "brands": ";".join(brands)}


# --- one row -------------------------------------------------------------------------------


def manufacturer(wmi: str, name: str, sources: set[str]) -> str:
    """The maker's name, readable."""
    if wmi in NAMES:
        return NAMES[wmi]
    if "vpic" in sources and in_capitals(name):
        return readable(name)
    if sources == {"vpic"}:
        return name
    short = short_name(name)
    ensure(short and not PROSE.search(short), f"{wmi}: {name!r} is no name, give it one in NAMES")
    return short


def convert_brands(wmi: str, brands: str) -> str:
    """The brands as the table has them: one spelling a brand, each once."""
    spelled = (BRAND_SPELLINGS.get(brand, brand) for brand in BRANDS.get(wmi, brands).split(";"))
    return ";".join(dict.fromkeys(spelled))


def convert(row: dict[str, str]) -> tuple[str, ...]:
    """One row as the table has it."""
    wmi = row["wmi"]
    ensure(WMI.fullmatch(wmi), f"WMI {wmi!r}")
    ensure(len(wmi) == 6 or wmi[2] != "9", f"{wmi}: three characters, the last of them 9")
    ensure(row["manufacturer"], f"{wmi}: no manufacturer")
    ensure(not row["country"] or COUNTRY.fullmatch(row["country"]), f"{wmi}: {row['country']!r}")
    ensure(row["country"] or wmi in DISAGREE, f"{wmi}: no country, and no word about it")
    kinds = row["vehicle_kinds"].split(";")
    ensure(set(kinds) <= KINDS and len(set(kinds)) == len(kinds), f"{wmi}: kinds {kinds}")
    ensure(row["confidence"] in CONFIDENCE, f"{wmi}: confidence {row['confidence']!r}")
    check_tags(row["sources"])
    name = manufacturer(wmi, row["manufacturer"], set(row["sources"].split(";")))
    return (
        wmi,
        name if wmi in NAMES else SPELLINGS.get(name, name),
        convert_brands(wmi, row["brands"]),
        row["country"],
        row["vehicle_kinds"],
        row["confidence"],
        row["sources"],
        convert_note(wmi, row["note"]),
    )


def main() -> None:
    """Print the table."""
    ensure(len(sys.argv) == 3, "usage: wmi.py SOURCE_FOLDER vpic.sqlite")
    folder, database = map(Path, sys.argv[1:])
    source = read_rows(folder / "wmi.csv", SOURCE)
    collected = {row["wmi"] for row in source}
    ensure(len(collected) == len(source), "a WMI twice")
    filings = read_filings(database)
    holders = read_holders()
    rows = [renewed(row, filings.get(row["wmi"])) for row in source]
    rows += [new_row(wmi, filings[wmi], holders) for wmi in sorted(set(filings) - collected)]
    idle = (set(NAMES) | set(BRANDS) | set(DISAGREE)) - {row["wmi"] for row in rows}
    ensure(not idle, f"names, brands or remarks for WMIs that are not there: {sorted(idle)}")
    table = sorted(convert(row) for row in rows)
    idle = set(SPELLINGS.values()) - {cells[1] for cells in table}
    ensure(not idle, f"spellings that no row has: {sorted(idle)}")
    write_rows(COLUMNS, table)


if __name__ == "__main__":
    main()
