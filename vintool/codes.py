"""The closed lists: every code that a user can meet, each with its one sentence.

Codes are stable. They stand in Python, in columns, in files and on the command line under the
same name, and ``docs()`` prints the table that the README shows.
"""

from enum import Enum, StrEnum
from typing import Literal, Self

#: Every regime there is: a file of this name in wmi_data/regimes.
REGIMES = ("cn-2025-54", "cn-used-vehicle", "cn-vehicle-export", "cn-motorcycle")
PURE_ELECTRIC_REGIME = REGIMES[0]
ALL_REGIMES = "all"
"""In place of the code of a regime: every one that is in question for a row."""


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

    weight: Weight
    sentence: str

    def __new__(cls, code: str, weight: Weight, sentence: str) -> Self:
        """Carry the weight and the sentence beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.weight, member.sentence = weight, sentence
        return member

    # fmt: off
    MISSING = "missing", Weight.FATAL, "There is no VIN in the cell."
    PLACEHOLDER = "placeholder", Weight.FATAL, "The text stands in for a VIN that is not known yet."
    FRAME_NUMBER = "frame_number", Weight.FATAL, "This is a frame number of the Japanese home market, not a VIN."
    NOT_A_VIN = "not_a_vin", Weight.FATAL, "Fewer than 11 characters can be read; a VIN has 17."
    SEVERAL_VINS = "several_vins", Weight.DAMAGED, "The cell holds more than one VIN."
    LENGTH = "length", Weight.DAMAGED, "A VIN has 17 characters; this text has more or fewer."
    PARTIAL = "partial", Weight.DAMAGED, "Only a part of the VIN is known; * stands for each character that is not."
    ALPHABET = "alphabet", Weight.DAMAGED, "A VIN holds digits and the letters A-Z without I, O and Q."
    CHECK_DIGIT = "check_digit", Weight.ODD, "Position 9 disagrees with the other positions, and the market uses it as a check digit."
    CHECK_DIGIT_ABROAD = "check_digit_abroad", Weight.NOTE, "The check digit would fail under the North American rule, and vehicles with this start of the VIN are filed in the United States for this model year."
    UNKNOWN_WMI = "unknown_wmi", Weight.ODD, "Positions 1-3 (with 12-14 for a small maker) name no maker in the registry."
    MODEL_YEAR_CODE = "model_year_code", Weight.ODD, "Position 10 holds a character that stands for no model year."
    SERIAL_NOT_NUMERIC = "serial_not_numeric", Weight.ODD, "Positions 14-17 (15-17 for a small maker) must be digits."
    SERIAL_LETTER = "serial_letter", Weight.NOTE, "Position 13 is a letter; most makers in this market use digits there."
    REST_OF_CELL = "rest_of_cell", Weight.ODD, "Beside the VIN the cell holds figures or masked characters, which may belong to another vehicle."
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


class Concern(StrEnum):
    """What a reason is about."""

    VERDICT = "verdict"
    CONTRADICTION = "contradiction"
    USED = "used vehicle"
    EXPORTER = "exporter"
    LICENCE = "licence"
    CATALOGUE = "catalogue"
    IDENTIFIER = "identifier"
    REVIEWER = "reviewer"


class Reason(StrEnum):
    """Why a row got its verdict, and what else was found on it.

    ``look`` marks those that put a row before a person whatever its verdict; ``settled_by`` is the paper
    to get or the thing to do, of those that hold a row up.
    """

    concern: Concern
    look: bool
    sentence: str
    settled_by: str

    def __new__(
        cls,
        code: str,
        concern: Concern,
        look: bool,  # noqa: FBT001 - a cell of the table below
        sentence: str,
        settled_by: str = "",
    ) -> Self:
        """Carry the other cells beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.concern, member.look = concern, look
        member.sentence, member.settled_by = sentence, settled_by
        return member

    # fmt: off
    BEFORE_RULE = "before_rule", Concern.VERDICT, False, "The declaration date lies before the first day of the rule."
    DATE_ALONE = "date_alone", Concern.VERDICT, False, "One date alone puts the row before the first day of the rule, and no other date of the row or of most rows bears it out.", "The declaration date, from the customs declaration."
    DECLARED_BEFORE_EXPORTED_AFTER = "declared_before_exported_after", Concern.VERDICT, False, "Declared before the first day of the rule, and another date of the row lies on or after it: which of them decides was not established.", "The dates by the customs declaration; if they stand, the licensing authority's answer which one decides."
    DATE_IMPLAUSIBLE = "date_implausible", Concern.VERDICT, True, "The date has a year that a declaration cannot have, such as one of another calendar, so the rule is taken to be in force.", "The declaration date, from the customs declaration."
    LAW_MAY_BE_OLD = "law_may_be_old", Concern.VERDICT, False, "The date lies in a year that the law in this release does not know yet.", "A newer release, or the licence catalogue of that year."
    NO_IDENTITY = "no_identity", Concern.VERDICT, True, "No usable vehicle identity can be read; supply the VIN.", "The VIN from the vehicle or its certificate; then screen again."
    WITHOUT_VIN = "without_vin", Concern.VERDICT, False, "No VIN stands on the row, and its entries speak of a vehicle of the class without a VIN; two that agree put it outside a rule for vehicles with one.", "Whether the vehicle bears a VIN, from the vehicle or its certificate; if it does, the VIN."
    DAMAGED_VIN = "damaged_vin", Concern.VERDICT, True, "The VIN is damaged; only a part of it can be read.", "The whole VIN from the vehicle, its certificate or the maker."
    CHECK_DIGIT_FAILS = "check_digit_fails", Concern.VERDICT, True, "The check digit does not hold, so at least one character is wrong.", "The VIN read once more from the vehicle or its certificate."
    ODD_VIN = "odd_vin", Concern.VERDICT, False, "The VIN breaks a rule of its market, or its cell holds more than the VIN.", "The VIN read once more; if it stands so on the vehicle, the maker's word for it."
    MAKER_UNKNOWN = "maker_unknown", Concern.VERDICT, False, "The maker (WMI) is not in the registry.", "The maker by the certificate of conformity, and the powertrain by it."
    VIN_PURE_ELECTRIC = "vin_pure_electric", Concern.VERDICT, False, "The VIN itself tells a pure electric vehicle."
    DECLARED_PURE_ELECTRIC = "declared_pure_electric", Concern.VERDICT, False, "The manifest declares a pure electric vehicle and the VIN does not say otherwise."
    GOODS_NAME_PURE_ELECTRIC = "goods_name_pure_electric", Concern.VERDICT, False, "The name of the goods says pure electric, and by the announcement the name is the rule and the code a reference.", "The name of the goods held against the certificate of conformity; then correct the entry that is wrong."
    VIN_NOT_PURE_ELECTRIC = "vin_not_pure_electric", Concern.VERDICT, False, "The VIN itself tells a powertrain other than pure electric."
    DECLARED_NOT_PURE_ELECTRIC = "declared_not_pure_electric", Concern.VERDICT, False, "The manifest declares a powertrain other than pure electric and the VIN does not say otherwise.", "The certificate of conformity or the type approval, which name the powertrain."
    AGREED_PURE_ELECTRIC = "agreed_pure_electric", Concern.VERDICT, False, "The VIN and the manifest agree on pure electric."
    AGREED_NOT_PURE_ELECTRIC = "agreed_not_pure_electric", Concern.VERDICT, False, "The VIN and the manifest agree on a powertrain other than pure electric."
    ANY_POWERTRAIN = "any_powertrain", Concern.VERDICT, False, "The rule covers vehicles of this kind and condition whatever drives them."
    POWERTRAIN_UNKNOWN = "powertrain_unknown", Concern.VERDICT, False, "Neither the VIN nor the manifest tells the powertrain.", "The certificate of conformity or the type approval, which name the powertrain."
    POWERTRAIN_AMBIGUOUS = "powertrain_ambiguous", Concern.VERDICT, False, "Vehicles with this start of the VIN were seen both as pure electric and as something else.", "The powertrain of this very vehicle, by its certificate of conformity."
    EVIDENCE_TOO_THIN = "evidence_too_thin", Concern.VERDICT, False, "One thin piece of evidence puts the vehicle outside the rule; a second one is needed to clear the row.", "A second, independent paper on the powertrain, such as the certificate of conformity."
    START_NOT_SEEN = "start_not_seen", Concern.VERDICT, False, "No VIN with these first eight characters was seen, and the maker builds pure electric cars: words for the powertrain alone do not clear it.", "The type code (产品型号) or the model, by the certificate of conformity, on the row; a code that tells nothing by itself, with the type approvals (--catalogue)."
    ONE_CHARACTER_FROM_ELECTRIC = "one_character_from_electric", Concern.VERDICT, False, "One wrong character, or two that look alike, would make this the VIN of a pure electric vehicle.", "The VIN compared with the vehicle, character by character."
    RANGE_EXTENDED = "range_extended", Concern.VERDICT, False, "Range-extended: customs sources disagree whether it counts as driven only by electric motors.", "A customs classification (an advance ruling); until then, ask the licensing authority."
    FUEL_CELL = "fuel_cell", Concern.VERDICT, False, "Fuel cell: driven only by electric motors by the wording, and no Chinese ruling was found.", "A customs classification (an advance ruling); until then, ask the licensing authority."
    ONE_CHARACTER_FROM_COVERED = "one_character_from_covered", Concern.VERDICT, False, "One wrong character, or two that look alike, would make this the VIN of a vehicle that the rule covers.", "The VIN compared with the vehicle, character by character."
    KIT = "kit", Concern.VERDICT, False, "A kit or parts of a vehicle: whether the set counts as the whole vehicle is for customs to say.", "A customs ruling whether the set counts as the whole vehicle, with the packing list."
    KIND_DOUBTED = "kind_doubted", Concern.VERDICT, False, "Sources do not settle whether the rule covers vehicles of this kind.", "The licensing authority's or customs' answer for this kind of vehicle."
    NOT_COVERED_KIND = "not_covered_kind", Concern.VERDICT, False, "Two independent facts show a kind of vehicle that the rule does not cover."
    NOT_PASSENGER = "not_passenger", Concern.VERDICT, False, "Two independent facts show a vehicle outside heading 8703 with at most nine seats."
    KIND_UNCLEAR = "kind_unclear", Concern.VERDICT, False, "Another kind of vehicle is told, and too little supports it.", "The kind of vehicle and its seats, by the certificate of conformity."
    USED_VEHICLE = "used_vehicle", Concern.VERDICT, False, "Declared as used, and nothing on the row says otherwise."
    USED_UNSUPPORTED = "used_unsupported", Concern.VERDICT, False, "Declared as used by one entry only; a second one or a date of first registration must bear it out.", "The registration certificate with the date of first registration."
    NEW_VEHICLE = "new_vehicle", Concern.VERDICT, False, "Two independent facts show a new vehicle, and nothing on the row says otherwise."
    NEW_UNSUPPORTED = "new_unsupported", Concern.VERDICT, False, "Declared as new by one entry only; a second fact is needed to clear the row.", "The certificate of conformity or the maker's invoice of a new vehicle."
    CONDITION_UNKNOWN = "condition_unknown", Concern.VERDICT, False, "Nothing on the row tells whether the vehicle is new or used.", "Whether the vehicle was registered: the registration certificate, or the maker's invoice."
    FOREIGN_AID = "foreign_aid", Concern.VERDICT, True, "Declared as foreign aid, which an old rule leaves out: whether that still holds was not established.", "The aid agreement, and the licensing authority's answer whether a licence is needed."
    CONTRACT_WORKS = "contract_works", Concern.VERDICT, True, "Declared as export for contract works abroad: a licence is needed, the qualification of the exporter is not, by a rule that was read for 2009.", "The contract of the works, and the licence issued for it."
    TRADE_MODE_DOUBTED = "trade_mode_doubted", Concern.VERDICT, True, "Declared under a trade mode such as temporary export, exhibition, repair, returned goods, samples or transit: whether the licence is needed for it was not established.", "The licensing authority's or customs' answer for this trade mode, and the papers that bear it out."
    SEVERAL_VINS_ON_ROW = "several_vins_on_row", Concern.VERDICT, False, "The row holds more than one VIN; each was judged, and the row has the strictest verdict."
    DATE_UNKNOWN = "date_unknown", Concern.VERDICT, False, "No declaration date can be read, so the rule is taken to be in force.", "The declaration date, from the customs declaration."
    RULES_DISAGREE = "rules_disagree", Concern.CONTRADICTION, True, "A rule of your own file and other evidence disagree about the powertrain.", "The powertrain by the certificate of conformity; then take the wrong rule out of your file."
    CONTRADICTION_POWERTRAIN = "contradiction_powertrain", Concern.CONTRADICTION, True, "Entries of the row disagree about the powertrain.", "The powertrain by the certificate of conformity; then correct the entry that is wrong."
    CONTRADICTION_ELECTRIC_WORDS = "contradiction_electric_words", Concern.CONTRADICTION, True, "Words or a battery that speak for an electric car stand beside entries or a VIN of one with an engine.", "The powertrain by the certificate of conformity; then correct the entry that is wrong."
    CONTRADICTION_CODE = "contradiction_code", Concern.CONTRADICTION, True, "The declared code is for another powertrain than the VIN tells.", "The powertrain by the certificate of conformity; then correct the code or the VIN."
    CONTRADICTION_UN_NUMBER = "contradiction_un_number", Concern.CONTRADICTION, True, "The UN number is for another powertrain than the VIN, the fuel or the code tells.", "The dangerous goods declaration held against the certificate of conformity."
    CONTRADICTION_NO_VIN_CODE = "contradiction_no_vin_code", Concern.CONTRADICTION, True, "The code declares a vehicle without a VIN, and the row has one.", "Whether the vehicle bears a VIN; if it does, another code."
    CONTRADICTION_KIND = "contradiction_kind", Concern.CONTRADICTION, True, "The declared kind of vehicle disagrees with the VIN.", "The kind of vehicle by the certificate of conformity; then correct the entry that is wrong."
    CONTRADICTION_CONDITION = "contradiction_condition", Concern.CONTRADICTION, True, "Entries of the row disagree whether the vehicle is new or used.", "The registration certificate, or proof that there is none."
    CONTRADICTION_USED_MODEL_YEAR = "contradiction_used_model_year", Concern.CONTRADICTION, True, "Declared as used, and the model year is that of the declaration or later.", "The registration certificate with the date of first registration."
    CONTRADICTION_BRAND = "contradiction_brand", Concern.CONTRADICTION, True, "The declared brand is none of those that the VIN's maker builds.", "Brand and VIN read once more from the vehicle."
    CONTRADICTION_MODEL_YEAR = "contradiction_model_year", Concern.CONTRADICTION, False, "The model year that the VIN tells lies after the year of the declaration.", "The VIN read once more, and the declaration date."
    CONTRADICTION_REGISTRATION = "contradiction_registration", Concern.CONTRADICTION, True, "The model year that the VIN tells lies more than a year after first registration, or decades before it.", "The registration certificate, and the VIN read once more."
    CONTRADICTION_PRICE = "contradiction_price", Concern.CONTRADICTION, True, "The unit price is of the other class, within twice or half its average: vehicles without a VIN cost about a tenth of those with one.", "The invoice: price, currency and unit."
    CONTRADICTION_CHASSIS = "contradiction_chassis", Concern.CONTRADICTION, True, "The VIN and the chassis number of the row differ.", "The number on the vehicle itself."
    CONTRADICTION_TWO_VINS = "contradiction_two_vins", Concern.CONTRADICTION, True, "Beside a VIN the cell holds what may be another one, damaged or in part.", "The VINs read once more from the vehicles; a row for each."
    QUANTITY_OF_ONE_VIN = "quantity_of_one_vin", Concern.CONTRADICTION, True, "The quantity of the row is not the number of its VINs, and a VIN stands for one vehicle.", "The VINs of all vehicles, or the quantity put right."
    VIN_IN_ANOTHER_CELL = "vin_in_another_cell", Concern.VERDICT, True, "Another cell of the row holds a VIN that is none of those judged, so nothing clears the row.", "Which vehicle the row stands for: put each VIN into the column of VINs."
    QUANTITY_NOT_READ = "quantity_not_read", Concern.VERDICT, True, "The quantity cannot be read, so it was not held against the number of VINs.", "The quantity as a whole number."
    RANGE_NOT_OPENED = "range_not_opened", Concern.VERDICT, True, "The row names VINs from one to another that cannot be counted out, so those between were not judged.", "The list of all VINs."
    CELL_NOT_READ = "cell_not_read", Concern.CONTRADICTION, True, "A cell that the verdict reads holds an error such as #N/A, or a formula whose value is not stored in the file, so it was not read.", "The error mended, or the file opened and saved in the spreadsheet program; then screen again."
    DUPLICATE_VIN = "duplicate_vin", Concern.CONTRADICTION, True, "The same VIN stands on an earlier row of this file.", "Whether the rows are one vehicle: remove the double, or correct the VIN."
    DUPLICATE_VIN_BILL = "duplicate_vin_bill", Concern.CONTRADICTION, True, "The same VIN stands on an earlier row under the same bill of lading.", "Whether the rows are one vehicle: remove the double, or correct the VIN."
    CODE_NOT_IN_FORCE = "code_not_in_force", Concern.CONTRADICTION, True, "The declared code does not stand in the tariff on the declaration date.", "The code by the tariff in force on the declaration date."
    WITHIN_180_DAYS = "within_180_days", Concern.USED, True, "At most 180 days lie between first registration and the licence application: the maker's confirmation that lists the VIN is needed.", "The maker's confirmation of after-sales service that lists the VIN."
    BEYOND_180_DAYS = "beyond_180_days", Concern.USED, False, "More than 180 days lie between first registration and the licence application: no maker's confirmation is needed."
    AGE_UNKNOWN = "age_unknown", Concern.USED, True, "First registration or licence application cannot be read, so the 180-day rule was not checked.", "The dates of first registration and of the licence application."
    CONFIRMED_BY_MAKER = "confirmed_by_maker", Concern.USED, False, "A maker's confirmation lists the VIN."
    CONFIRMATION_MISSING = "confirmation_missing", Concern.USED, True, "No maker's confirmation lists the VIN, and the 180-day rule asks for one.", "The maker's confirmation of after-sales service that lists the VIN."
    EXPORTER_MISSING = "exporter_missing", Concern.EXPORTER, True, "The row names no exporter, so it was not checked whether it is qualified.", "The exporter by the customs declaration."
    EXPORTER_NOT_QUALIFIED = "exporter_not_qualified", Concern.EXPORTER, True, "The exporter is not on the list of qualified enterprises.", "The exporter's qualification, or another exporter that has it."
    EXPORTER_EXPIRED = "exporter_expired", Concern.EXPORTER, True, "The exporter is on the list, but not for the declaration date.", "A qualification that holds on the declaration date."
    EXPORTER_DATE_UNKNOWN = "exporter_date_unknown", Concern.EXPORTER, True, "Without a declaration date it was not checked whether the exporter is qualified on it.", "The declaration date, from the customs declaration."
    EXPORTER_UNCLEAR = "exporter_unclear", Concern.EXPORTER, True, "Whether the exporter is on the list cannot be told: its name is written in another script than there, and no code can be compared.", "The exporter's code by its business licence, or its name as the list writes it."
    EXPORTER_NAME_DIFFERS = "exporter_name_differs", Concern.EXPORTER, True, "The exporter's code is on the list under another name.", "The business licence of the exporter: code and name."
    BRAND_NOT_AUTHORISED = "brand_not_authorised", Concern.EXPORTER, True, "The brand is none of those for which the exporter is listed, by itself or by a maker that authorises it.", "The maker's authorisation for this brand."
    BRAND_OF_GROUP = "brand_of_group", Concern.EXPORTER, True, "The brand is not listed for the exporter, but belongs to the group of one that is: look at the authorisation.", "The maker's authorisation: whether it names this brand."
    BRAND_UNKNOWN = "brand_unknown", Concern.EXPORTER, True, "VIN and manifest leave the brand open, so the own-brand rule was not checked.", "The brand by the certificate of conformity."
    EXPORTER_MAKER_UNCLEAR = "exporter_maker_unclear", Concern.EXPORTER, True, "The list names a maker for the exporter, or none, and whether it is the maker of this VIN cannot be told.", "The maker by the certificate of conformity, and its authorisation of the exporter."
    EXPORT_CLASS_DIFFERS = "export_class_differs", Concern.EXPORTER, True, "The exporter is listed for another class of export than this vehicle.", "The class of export on the list of qualified enterprises, held against the vehicle."
    FOREIGN_BUILT = "foreign_built", Concern.EXPORTER, True, "Built abroad by its VIN and by the declared origin: a licence is needed, the maker's qualification is not, by a rule of 2007 of which it was not read whether it still holds.", "The import papers of the vehicle, and the licensing authority's answer."
    LICENCE_MISSING = "licence_missing", Concern.LICENCE, True, "The row needs a licence and names none.", "An export licence for the vehicle, and its number on the row."
    LICENCE_MATCHED = "licence_matched", Concern.LICENCE, False, "The file has no column of licences; this one fits all that the row tells, and was drawn on."
    LICENCE_UNKNOWN = "licence_unknown", Concern.LICENCE, True, "The licence that the row names is not on the list of licences.", "The licence itself; then its number corrected, or the licence added to the list."
    LICENCE_EXCEEDED = "licence_exceeded", Concern.LICENCE, True, "The licence has too few vehicles left: earlier rows have used it up, or the row stands for more than it holds.", "Another licence for the vehicles beyond the quantity."
    LICENCE_EXPIRED = "licence_expired", Concern.LICENCE, True, "The licence has expired on the declaration date.", "A licence that is valid on the declaration date."
    LICENCE_NOT_YET_VALID = "licence_not_yet_valid", Concern.LICENCE, True, "The licence is not valid yet on the declaration date.", "A licence that is valid on the declaration date."
    LICENCE_DATE_UNKNOWN = "licence_date_unknown", Concern.LICENCE, True, "Without a declaration date or an end of the licence its validity was not checked.", "The declaration date, and the validity on the licence."
    LICENCE_WRONG_EXPORTER = "licence_wrong_exporter", Concern.LICENCE, True, "The licence was issued to another exporter.", "A licence issued to the exporter of the row."
    LICENCE_EXPORTER_UNCLEAR = "licence_exporter_unclear", Concern.LICENCE, True, "The exporter cannot be compared with that of the licence.", "The exporter's unified social credit code, on the row and on the licence."
    LICENCE_WRONG_GOODS = "licence_wrong_goods", Concern.LICENCE, True, "The licence is for another code, brand or model.", "A licence for this code, brand and model."
    LICENCE_GOODS_UNCLEAR = "licence_goods_unclear", Concern.LICENCE, True, "The licence is for another brand of the same group, or its model cannot be compared with that of the row.", "Brand and model on the licence held against those of the vehicle."
    LICENCE_WRONG_DESTINATION = "licence_wrong_destination", Concern.LICENCE, True, "The licence is for another country of destination.", "A licence for this country of destination."
    LICENCE_DESTINATION_UNCLEAR = "licence_destination_unclear", Concern.LICENCE, True, "The country of destination cannot be compared with that of the licence.", "The country of destination, on the row and on the licence."
    LICENCE_WRONG_TRADE_MODE = "licence_wrong_trade_mode", Concern.LICENCE, True, "The licence is for another trade mode.", "A licence for this trade mode."
    LICENCE_OTHER_PORT = "licence_other_port", Concern.LICENCE, False, "The licence names another port; whether one licence binds one customs district today was not established.", "The customs' answer whether the licence may be used at this port."
    LICENCE_DECLARED_OFTEN = "licence_declared_often", Concern.LICENCE, True, "More than twelve declarations use the licence; by a rule of 2008 customs accept no further one, though quantity is left.", "The declarations by the licence, and another licence for those beyond the twelfth."
    LICENCE_SEVERAL_PORTS = "licence_several_ports", Concern.LICENCE, True, "The licence is used at several ports; by a rule of 2008 all its declarations are made at the same one.", "The port of each declaration, and a licence for each port."
    LICENCE_UNIT_UNCLEAR = "licence_unit_unclear", Concern.LICENCE, True, "Quantity and unit of the licence do not count vehicles, so it cannot be drawn on.", "Quantity and unit as the licence has them."
    LICENCE_NUMBER_SHAPE = "licence_number_shape", Concern.LICENCE, False, "The licence number has not the usual shape YY-XX-NNNNNN or another year; a hint, not a fault."
    CATALOGUE_MISSING = "catalogue_missing", Concern.CATALOGUE, True, "The product code is not in the catalogue of type approvals, and to be listed is a condition of the licence.", "The announcement that lists the product, or the product code by the certificate of conformity."
    CATALOGUE_MAKER_DIFFERS = "catalogue_maker_differs", Concern.CATALOGUE, True, "The maker of the product in the catalogue, or of its chassis, is not the one that the VIN tells.", "VIN and product code held against the certificate of conformity."
    CATALOGUE_POWERTRAIN_DIFFERS = "catalogue_powertrain_differs", Concern.CATALOGUE, True, "The name of the product in the catalogue says another powertrain than the VIN or the row.", "The powertrain by the certificate of conformity; then correct the entry that is wrong."
    CATALOGUE_START_DIFFERS = "catalogue_start_differs", Concern.CATALOGUE, True, "The catalogue prints the starts of the product's VINs, and the VIN has none of them.", "VIN and product code held against the certificate of conformity."
    CONTAINER_INVALID = "container_invalid", Concern.IDENTIFIER, False, "The container number breaks ISO 6346 or its check digit fails.", "The container number from the bill of lading."
    IMO_INVALID = "imo_invalid", Concern.IDENTIFIER, False, "The IMO number of the vessel has not seven digits or its check digit fails.", "The IMO number from the bill of lading."
    UN_NUMBER_NOT_IN_FORCE = "un_number_not_in_force", Concern.IDENTIFIER, True, "The UN number does not stand for such a vehicle on the declaration date: since 2026 UN 3171 is not for lithium or sodium-ion cars.", "The dangerous goods declaration by the IMDG Code in force."
    EXPORTER_CODE_INVALID = "exporter_code_invalid", Concern.IDENTIFIER, False, "The exporter's unified social credit code breaks GB 32100 or its check character fails.", "The exporter's business licence."
    DECIDED_BY_REVIEWER = "decided_by_reviewer", Concern.REVIEWER, True, "A reviewer has decided the row on these facts; the decision stands in the evidence."
    DECISION_OUTDATED = "decision_outdated", Concern.REVIEWER, True, "A reviewer has decided the row before, on facts that have changed since: decide again.", "A new decision on the facts of today."
    # fmt: on


#: What would settle a reason that holds a row up.
SETTLED_BY = {reason: reason.settled_by for reason in Reason if reason.settled_by}


# Names that calls take, as literals: editors offer them, and type checkers know a slip. A test holds them against the tables.

RegimeCode = Literal[
    "cn-2025-54",
    "cn-used-vehicle",
    "cn-vehicle-export",
    "cn-motorcycle",
    "all",
]
"""The code of a regime, or ``all`` for every one that is in question."""

FieldName = Literal[
    "vin",
    "wmi",
    "vds",
    "vis",
    "descriptor",
    "check_digit",
    "market",
    "manufacturer",
    "brand",
    "country",
    "region",
    "model_year",
    "model_year_candidates",
    "plant_code",
    "plant",
    "built_in",
    "built_month",
    "serial",
    "vehicle_type",
    "model",
    "model_candidates",
    "series",
    "trim",
    "body_class",
    "doors",
    "seats",
    "engine",
    "fuel_primary",
    "fuel_secondary",
    "electrification",
    "drive_type",
    "gvwr",
    "attributes",
    "powertrain",
    "problems",
    "powertrain_grade",
    "powertrain_basis",
]
"""A field of ``Vehicle`` that ``decode_table`` gives as a column."""

MappingKey = Literal[
    "vin",
    "hs_code",
    "fuel",
    "un_no",
    "condition",
    "seats",
    "make",
    "model",
    "type_code",
    "catalogue_code",
    "vehicle_type",
    "declaration_date",
    "export_date",
    "registration_date",
    "engine_no",
    "bl_no",
    "container_no",
    "vessel",
    "vessel_imo",
    "pol",
    "pod",
    "destination",
    "customs_port",
    "trade_mode",
    "exporter",
    "exporter_code",
    "licence_no",
    "application_date",
    "confirmation_no",
    "unit_price",
    "currency",
    "quantity",
    "colour",
    "model_year",
    "displacement",
    "power",
    "battery_capacity",
    "licence_type",
    "bl_date",
    "invoice_no",
    "invoice_quantity",
    "quality_period",
    "goods_name",
    "goods_name_zh",
    "goods_name_en",
    "row_no",
    "loading_date",
    "sailing_date",
    "licence_date",
    "planned_sailing_date",
    "origin",
    "declaration_no",
    "vin_last",
    "remarks",
    "drive_motor",
    "electric_range",
    "electric_mark",
    "chassis_no",
]
"""What a column of a manifest can be: a key of ``mapping``."""
