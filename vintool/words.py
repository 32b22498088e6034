"""The closed lists: every code that a user can meet, each with its one sentence.

Codes are stable. They stand in Python, in columns, in files and on the command line under the
same name, and ``docs()`` prints the table that the README shows.
"""

from enum import Enum, StrEnum
from typing import Self


class Verdict(StrEnum):
    """The answer for one row under one regime, from the most to the least urgent."""

    CONTROLLED = "controlled"
    REVIEW = "review"
    INVALID = "invalid"
    OUT_OF_SCOPE = "out_of_scope"


class Powertrain(StrEnum):
    """What moves the vehicle; ``NOT_BEV`` is some other than BEV, not known which."""

    BEV = "BEV"
    PHEV = "PHEV"
    EREV = "EREV"
    HEV = "HEV"
    ICE = "ICE"
    FCEV = "FCEV"
    NOT_BEV = "NOT_BEV"


class CheckDigit(StrEnum):
    """Whether position 9 agrees with the other sixteen; ``not_used`` where the market has none."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_USED = "not_used"
    CANNOT_TELL = "cannot_tell"


class Basis(StrEnum):
    """What a fact rests on."""

    ENCODED = "encoded"
    REGISTRY = "registry"
    DECLARED = "declared"
    ASSUMED = "assumed"


class Grade(StrEnum):
    """How good powertrain evidence is: A register or filing, B several sources, C one source."""

    A = "A"
    B = "B"
    C = "C"


class Market(StrEnum):
    """Whose VIN rules apply: 49 CFR 565, GB 16735-2019, the EU's, or plain ISO 3779."""

    US = "us"
    CN = "cn"
    EU = "eu"
    ISO = "iso"


class Weight(Enum):
    """How much a problem weighs."""

    NOTE = "note"  # told, and changes nothing
    ODD = "odd"  # the VIN is read, but never clears a row
    DAMAGED = "damaged"  # a part of the VIN can be read
    FATAL = "fatal"  # no vehicle identity


class Problem(StrEnum):
    """What can be wrong with the text of a VIN, or was put right in it."""

    sentence: str
    weight: Weight

    def __new__(cls, code: str, weight: Weight, sentence: str) -> Self:
        """Carry the sentence and the weight beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.weight = weight
        member.sentence = sentence
        return member

    # fmt: off
    MISSING = "missing", Weight.FATAL, "There is no VIN in the cell."
    PLACEHOLDER = "placeholder", Weight.FATAL, "The text stands in for a VIN that is not known yet."
    FRAME_NUMBER = "frame_number", Weight.FATAL, "This is a frame number of the Japanese home market, not a VIN."
    NOT_A_VIN = "not_a_vin", Weight.FATAL, "Fewer than 11 characters can be read; a VIN has 17."
    SEVERAL_VINS = "several_vins", Weight.DAMAGED, "The cell holds more than one VIN; give each a row of its own."
    LENGTH = "length", Weight.DAMAGED, "A VIN has 17 characters; this text has more or fewer."
    PARTIAL = "partial", Weight.DAMAGED, "Only a part of the VIN is known; * stands for each character that is not."
    ALPHABET = "alphabet", Weight.DAMAGED, "A VIN holds digits and the letters A-Z without I, O and Q."
    CHECK_DIGIT = "check_digit", Weight.ODD, "Position 9 disagrees with the other positions, and the market uses it as a check digit."
    UNKNOWN_WMI = "unknown_wmi", Weight.ODD, "Positions 1-3 (with 12-14 for a small maker) name no maker in the registry."
    MODEL_YEAR_CODE = "model_year_code", Weight.ODD, "Position 10 holds a character that stands for no model year."
    SERIAL_NOT_NUMERIC = "serial_not_numeric", Weight.ODD, "Positions 14-17 (15-17 for a small maker) must be digits."
    SERIAL_LETTER = "serial_letter", Weight.NOTE, "Position 13 is a letter; most makers in this market use digits there."
    LETTER_CASE = "letter_case", Weight.NOTE, "Small letters were read as capitals."
    SPACES = "spaces", Weight.NOTE, "Spaces were taken out."
    SEPARATORS = "separators", Weight.NOTE, "Hyphens or other separators were taken out."
    DELIMITERS = "delimiters", Weight.NOTE, "Asterisks or quotes around the VIN were taken off."
    FULL_WIDTH = "full_width", Weight.NOTE, "Full-width or otherwise dressed characters were read as plain ones."
    INVISIBLE = "invisible", Weight.NOTE, "Invisible characters were taken out."
    LOOK_ALIKE = "look_alike", Weight.NOTE, "Cyrillic or Greek letters were read as the Latin ones that they look like."
    LABEL = "label", Weight.NOTE, "A label such as 'VIN:' was taken off."
    FROM_TEXT = "from_text", Weight.NOTE, "The VIN was taken out of a longer text."
    # fmt: on


class Reason(StrEnum):
    """Why a row got its verdict, and what else was found on it."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Self:
        """Carry the sentence beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    # fmt: off
    BEFORE_RULE = "before_rule", "The declaration date lies before the first day of the rule."
    NO_IDENTITY = "no_identity", "No usable vehicle identity can be read; supply the VIN."
    DAMAGED_VIN = "damaged_vin", "The VIN is damaged; only a part of it can be read."
    CHECK_DIGIT_FAILS = "check_digit_fails", "The check digit does not hold, so at least one character is wrong."
    ODD_VIN = "odd_vin", "The VIN breaks a rule of its market."
    MAKER_UNKNOWN = "maker_unknown", "The maker (WMI) is not in the registry."
    VIN_PURE_ELECTRIC = "vin_pure_electric", "The VIN itself tells a pure electric vehicle."
    DECLARED_PURE_ELECTRIC = "declared_pure_electric", "The manifest declares a pure electric vehicle and the VIN does not say otherwise."
    VIN_NOT_PURE_ELECTRIC = "vin_not_pure_electric", "The VIN itself tells a powertrain other than pure electric."
    DECLARED_NOT_PURE_ELECTRIC = "declared_not_pure_electric", "Two independent entries of the manifest declare a powertrain other than pure electric."
    AGREED_NOT_PURE_ELECTRIC = "agreed_not_pure_electric", "The VIN and the manifest agree on a powertrain other than pure electric."
    POWERTRAIN_UNKNOWN = "powertrain_unknown", "Neither the VIN nor the manifest tells the powertrain."
    POWERTRAIN_AMBIGUOUS = "powertrain_ambiguous", "Vehicles with this start of the VIN were seen both as pure electric and as something else."
    EVIDENCE_TOO_THIN = "evidence_too_thin", "One thin piece of evidence says that it is not pure electric; a second one is needed to clear the row."
    ONE_CHARACTER_FROM_ELECTRIC = "one_character_from_electric", "One wrong character would make this the VIN of a pure electric vehicle."
    RANGE_EXTENDED = "range_extended", "Range-extended: customs sources disagree whether it counts as driven only by electric motors."
    FUEL_CELL = "fuel_cell", "Fuel cell: driven only by electric motors by the wording, and no Chinese ruling was found."
    NOT_PASSENGER = "not_passenger", "Two independent facts show a vehicle outside heading 8703 with at most nine seats."
    KIND_UNCLEAR = "kind_unclear", "One entry says that it is not a passenger vehicle; nothing supports it."
    USED_VEHICLE = "used_vehicle", "Declared as used, and nothing on the row says otherwise; another regime applies."
    USED_UNSUPPORTED = "used_unsupported", "Declared as used by one entry only; the code, the model year or the date must bear it out."
    CONTRADICTION_POWERTRAIN = "contradiction_powertrain", "Entries of the row disagree about the powertrain."
    CONTRADICTION_CONDITION = "contradiction_condition", "Entries of the row disagree whether the vehicle is new or used."
    CONTRADICTION_KIND = "contradiction_kind", "The declared kind of vehicle disagrees with the VIN."
    CONTRADICTION_NO_VIN_CODE = "contradiction_no_vin_code", "The code declares a vehicle without a VIN, and the row has one."
    DATE_UNKNOWN = "date_unknown", "No declaration date can be read, so the rule is taken to be in force."
    DUPLICATE_VIN = "duplicate_vin", "The same VIN stands on an earlier row of this file."
    # fmt: on


def docs() -> str:
    """The two tables of codes, as the README shows them."""
    lines = ["| problem of a VIN | weight | what it says |", "|---|---|---|"]
    lines += [f"| `{item}` | {item.weight.value} | {item.sentence} |" for item in Problem]
    lines += ["", "| reason for a verdict | what it says |", "|---|---|"]
    lines += [f"| `{item}` | {item.sentence} |" for item in Reason]
    return "\n".join(lines)
