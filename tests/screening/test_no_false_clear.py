"""No false clear: no single wrong cell and no single character clears a row that a regime controls."""

from functools import cache
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import ON
from support.tables import table
from support.vehicles import (
    ATTO3,
    BYD,
    COMBUSTION,
    EADO,
    ELECTRIC,
    EU_LEAF,
    FOTON,
    MOTORCYCLE,
    NEW_ELECTRIC,
    PETROL,
    PLUG_IN,
    SEDAN,
    SONG_PLUG_IN,
    TESLA,
    UNSEEN,
    USED,
    cleared,
    screen,
)
from support.vins import vin

from vintool import registry
from vintool.codes import REGIMES, Concern, Powertrain, Reason, Verdict
from vintool.columns import screen_table
from vintool.declaration.lexicon import meaning
from vintool.powertrain import SAME_VALUE, classify
from vintool.registry.powertrain_rules import all_powertrain_rules
from vintool.vin import calc_check_digit
from vintool.vin.check_digit import CHARACTER_VALUES, CHECK_CHARACTERS, WEIGHTS
from vintool.vin.look_alikes import LOOK_ALIKES
from vintool.vin.positions import ALPHABET

GOODS = {"hs_code": "8704600000", "vehicle_type": "货车", "fuel": "纯电动"}

VINS = (TESLA, ATTO3, SONG_PLUG_IN, EADO, UNSEEN, BYD, FOTON, EU_LEAF)

ROWS = {
    NEW_ELECTRIC: (
        {},
        {"fuel": "纯电动"},
        ELECTRIC,
        {**ELECTRIC, **SEDAN, "un_no": "3556", "currency": "USD"},
        {"fuel": "纯电动", "vehicle_type": "SUV", "seats": "5", "un_no": "3556"},
    ),
    USED: (
        {"condition": "旧"},
        {"condition": "旧", "hs_code": "8703801010", "registration_date": "2025-12-01"},
        {"condition": "旧", "fuel": "汽油", "application_date": "2026-02-01"},
    ),
    COMBUSTION: (
        {},
        {"fuel": "汽油"},
        PETROL,
        {**PETROL, **SEDAN, "un_no": "3166", "displacement": "1498"},
        PLUG_IN,
        GOODS,
        {**PETROL, "vehicle_type": "CKD"},
        {"hs_code": "8706002100", "vehicle_type": "底盘"},
    ),
    MOTORCYCLE: (
        {"hs_code": "8711201000", "vehicle_type": "摩托车"},
        {"hs_code": "8711201000", "vehicle_type": "motorcycle", "fuel": "汽油", "condition": "新"},
        {"hs_code": "8703101100", "vehicle_type": "ATV", "fuel": "汽油"},
    ),
}
WRONG = {
    "hs_code": ("8703801090", "8703801010", "8703809090", "8703234190", "8703602300", "8702402000", "8704600000", "8705909000", "8706002100", "8711600000", "8711201000", "8703101100", "8703101900", "8716000000", "8703900029"),
    "fuel": ("纯电动", "汽油", "插电混动", "增程式", "PHEV/BEV", "?"),
    "un_no": ("3556", "3166", "3171", "?"),
    "condition": ("新", "旧"),
    "vehicle_type": ("轿车", "皮卡", "bus", "golf cart", "ATV", "CKD", "底盘", "挂车"),
    "seats": ("5", "50"),
    "make": ("BYD", "Toyota"),
    "model": ("Dolphin", "Song Plus DM-i"),
    "type_code": ("BYD7005BEV1", "BYD7150WTHEV5"),
    "displacement": ("0", "1498"),
    "battery_capacity": ("60.48",),
    "remarks": ("BEV", "60 kWh", "sold as is"),
    "drive_motor": ("TZ220XS", "/"),
    "electric_range": ("420 km",),
    "electric_mark": ("yes", "no"),
    "goods_name": ("纯电动轿车", "汽油轿车", "纯电动客车", "柴油货车", "品牌:BYD|排量:1498ml|座位数:30", "CKD"),
    "unit_price": ("USD 2,000", "USD 25,000"),
    "currency": ("CNY",),
    "chassis_no": ("LC000001", "012345"),
    "registration_date": ("2026-01-02", "2019-01-01", "2027-01-01"),
    "application_date": ("2026-02-01", "2019-01-01", "2027-01-01"),
    "container_no": ("CSQU3054384",),
    "vessel_imo": ("9319467",),
    "exporter_code": ("9111000060003734IL",),
    "trade_mode": ("0110", "3511", "3422", "2600"),
    "origin": ("中国", "美国"),
}  # fmt: skip


def allowed(regime: str, text: str, row: dict[str, str], field: str, wrong: str) -> bool:
    """What the requirement lets a single cell do: it is the second of two facts that agree.

    Used is told by the condition, and by the code or a registration that bears it out. A goods vehicle is told by an entry, and by a WMI of
    goods vehicles alone, where no other entry tells a car.
    """
    if field == "condition":
        return regime != USED and "registration_date" in row
    others = {name for name in row if name != field} & {"hs_code", "vehicle_type"}
    return text == FOTON and wrong in {"8704600000", "皮卡"} and not others


@cache
def held(regime: str) -> list[tuple[str, dict[str, str]]]:
    """Rows that the regime controls."""
    return [
        (text, row)
        for text in VINS
        for row in ROWS[regime]
        if screen(text, ON, row, regime).verdict is Verdict.CONTROLLED
    ]


@pytest.mark.parametrize("regime", REGIMES)
def test_no_single_wrong_cell_clears_a_controlled_row(regime):
    rows = held(regime)
    assert len(rows) > 10
    clears = [
        (text, row, field, wrong)
        for text, row in rows
        for field, texts in WRONG.items()
        for wrong in ("", *texts)
        if not allowed(regime, text, row, field, wrong)
        and cleared(regime, text, {**row, field: wrong})
    ]
    assert not clears, (len(clears), clears[:5])


CARS = sorted(
    maker.wmi
    for maker in registry.all_makers()
    if len(maker.wmi) == 3 and maker.wmi[0] in "LH" and {"car", "suv"} & set(maker.kinds)
)


def slips(text: str, positions: range) -> list[str]:
    """Every other text that the check digit cannot tell from this one, one character apart."""
    return [
        text[:at] + other + text[at + 1 :] for at in positions for other in SAME_VALUE[text[at]]
    ]


WORDS = [row for row in table("declared.goods.csv") if row["field"] == "powertrain"]
NAMES = {
    electric: [row["word"] for row in WORDS if row["value"] in values]
    for electric, values in ((True, {"BEV"}), (False, {"PHEV", "HEV", "NOT_BEV", "ICE"}))
}
TOWARDS_CLEARED = [Verdict.CONTROLLED, Verdict.REVIEW, Verdict.OUT_OF_SCOPE]
some_rows = st.fixed_dictionaries(
    {}, optional={field: st.sampled_from(texts) for field, texts in WRONG.items()}
)
some_columns = st.sampled_from(["goods_name", "goods_name_en", "goods_name_2"])


def nearer(text: str, row: dict[str, str], other: dict[str, str]) -> bool:
    """Whether the second row is nearer to being cleared than the first."""
    one, two = (screen(text, ON, cells).verdict for cells in (row, other))
    return TOWARDS_CLEARED.index(two) > TOWARDS_CLEARED.index(one)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(VINS), some_rows, some_columns, st.sampled_from(NAMES[True]), st.sampled_from(["", "多用途乘用车", " CAR", "|座位数:5"]))  # fmt: skip
def test_a_name_that_says_pure_electric_never_moves_a_row_towards_cleared(
    text, row, column, word, rest
):
    without = {field: cell for field, cell in row.items() if field != column}
    name = word + rest
    assert meaning("goods_name", name).powertrain is Powertrain.BEV
    if meaning("goods_name", name).kind not in {"", "passenger"}:
        # An electric bus is in doubt, and not cleared by its name.
        other = cleared(NEW_ELECTRIC, text, {**without, column: name})
        assert not other or cleared(NEW_ELECTRIC, text, without)
        return
    assert not nearer(text, without, {**without, column: name}), (without, name)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(VINS), some_rows, some_columns, st.sampled_from(NAMES[False]))
def test_a_row_without_the_name_of_another_powertrain_is_never_nearer_to_cleared(
    text, row, column, word
):
    """Unless it contradicts an entry that says pure electric: then it held the row, and spoke for no clearing."""
    without = {field: cell for field, cell in row.items() if field != column}
    assume(not meaning("goods_name", word).kind)
    reasons = screen(text, ON, {**without, column: word}).reasons
    assume(not {Reason.CONTRADICTION_POWERTRAIN, Reason.CONTRADICTION_UN_NUMBER} & {*reasons})
    assert not nearer(text, {**without, column: word}, without), (without, word)


@pytest.mark.parametrize("beside", [{}, {"un_no": "3166"}, {"displacement": "1498", "model": "Song Plus DM-i"}])  # fmt: skip
@pytest.mark.parametrize("text", [UNSEEN, EADO, SONG_PLUG_IN, BYD, FOTON])
def test_a_name_that_says_pure_electric_clears_no_row_whatever_else_says(text, beside):
    for column in ("goods_name", "goods_name_zh", "goods_name_2"):
        for row in (PETROL, PLUG_IN, GOODS, {**PETROL, "condition": "旧"}):
            assert not cleared(NEW_ELECTRIC, text, {**row, **beside, column: "纯电动多用途乘用车"})


def test_a_name_and_the_words_it_repeats_are_one_witness():
    assert not cleared(NEW_ELECTRIC, UNSEEN, {"goods_name": "汽油轿车", "fuel": "汽油"})
    assert not cleared(NEW_ELECTRIC, UNSEEN, {"goods_name": "宋PLUS DM-i", "model": "宋PLUS DM-i"})
    assert not cleared(NEW_ELECTRIC, UNSEEN, {"goods_name": "汽油轿车", "goods_name_en": "PETROL CAR", "goods_name_2": "燃料:汽油"})  # fmt: skip
    assert not cleared(NEW_ELECTRIC, UNSEEN, {"goods_name": "纯电动货车", "hs_code": "8704600000"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("regime", "row"),
    [(NEW_ELECTRIC, ELECTRIC), (USED, {"condition": "旧"}), (COMBUSTION, PETROL)],
    ids=REGIMES[:3],
)
def test_no_slip_in_the_wmi_clears_a_row_that_its_entries_hold(regime, row):
    """A WMI that is one character away may be a maker of trailers or motorcycles."""
    clears = [
        (wmi, other[:3])
        for wmi in CARS
        if screen(text := vin(f"{wmi}ZZZZZ"), ON, row, regime).verdict is Verdict.CONTROLLED
        for other in slips(text, range(3))
        if cleared(regime, other, row)
    ]
    assert not clears, (len(clears), clears[:5])


def misreadings(text):
    """Every text with one or two characters read as ones that look alike, whose check digit holds."""
    errors = [
        (at, other, (CHARACTER_VALUES[other] - CHARACTER_VALUES[text[at]]) * WEIGHTS[at] % 11)
        for at in range(17)
        for other in LOOK_ALIKES[text[at]]
        if at != 8 or other in CHECK_CHARACTERS
    ]
    places = [[(at, other)] for at, other, error in errors if not error]
    places += [
        [(at, other), (to, another)]
        for (at, other, error), (to, another, more) in combinations(errors, 2)
        if at < to and (8 in {at, to} or not (error + more) % 11)
    ]
    for changes in places:
        read = list(text)
        for at, other in changes:
            read[at] = other
        if calc_check_digit(other_text := "".join(read)) == read[8]:
            yield other_text


@pytest.mark.slow
def test_no_pair_of_characters_that_look_alike_clears_any_electric_start():
    """All readings, by machine or by hand, that the check digit lets through; over 100,000."""
    texts = set()
    for rule in all_powertrain_rules():
        fixed = [allowed[0] if allowed != "*" else "A" for allowed in rule.pattern]
        for year in "RST":
            if rule.pattern[8] == "*" or year in rule.pattern[8]:
                fixed[8] = year
            if rule.electric and classify("".join(fixed)).powertrain is Powertrain.BEV:
                for serial in ("167858", "012345"):
                    texts.update(misreadings(vin("".join(fixed[:8]), "".join(fixed[8:]), serial)))
    answers = screen_table(pa.table({"VIN": sorted(texts)}), ON)
    clears = answers.filter(pc.equal(answers["vin_verdict"], "out_of_scope"))
    assert len(texts) > 100_000
    assert not clears.num_rows, clears["VIN"].to_pylist()[:5]


@pytest.mark.slow
def test_no_slip_clears_a_row_that_the_vin_alone_tells_to_be_combustion():
    """The mirror of ``test_no_unnoticed_slip_clears_any_electric_start`` for the other regime."""
    starts = sorted(
        {
            "".join(allowed[0] if allowed != "*" else "A" for allowed in rule.pattern[:8])
            for rule in all_powertrain_rules()
            if not rule.electric and rule.pattern[0] in {"L", "H"}
        }
    )
    clears = [
        (text, other)
        for text in map(vin, starts)
        if screen(text, ON, {}, COMBUSTION).verdict is Verdict.CONTROLLED
        for other in slips(text, range(3, 11))
        if cleared(COMBUSTION, other, {})
    ]
    assert not clears, (len(clears), clears[:5])


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
@settings(max_examples=300)
@given(st.data(), st.integers(0, 16), st.sampled_from(ALPHABET) | st.characters())
def test_no_single_character_clears_a_controlled_row(regime, data, at, character):
    text, row = data.draw(st.sampled_from(held(regime)))
    for other in (
        text[:at] + character + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + character + text[at:],
    ):
        assert not cleared(regime, other, row)


# Entries that say nothing but that the vehicle is pure electric, and nothing but that it is not.
FOR_CONTROL = [("fuel", "纯电动"), ("un_no", "3556"), ("model", "EV"), ("type_code", "BYD7005BEV1")]
AGAINST_CONTROL = [
    ("fuel", "汽油"), ("fuel", "插混"), ("un_no", "3166"), ("model", "宋PLUS DM-i"), ("type_code", "BYD7150WTHEV5"), ("displacement", "1498"),
]  # fmt: skip
NEARER_TO_CLEARED = [Verdict.CONTROLLED, Verdict.REVIEW, Verdict.OUT_OF_SCOPE].index
MOST_VINS = [
    *VINS,
    vin("LC06S24S"),
    vin("LPEA1C2B"),
    vin("LGWFUVA7"),
    "LGXCE4CB",
    "LC0CE4CB0R000001",
]


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(MOST_VINS),
    st.fixed_dictionaries({}, optional={field: st.sampled_from(WRONG[field]) for field in WRONG}),
    st.sampled_from(FOR_CONTROL),
    st.sampled_from(AGAINST_CONTROL),
)
def test_an_entry_for_control_never_clears_nor_does_one_against_it_that_goes(text, row, one, other):
    """An entry against control that contradicts the row holds it, and another one clears it: used, or a kind by two facts."""

    def asked(declared: dict[str, str]) -> tuple[int, bool]:
        finding = screen(text, ON, declared, NEW_ELECTRIC)
        contradicted = any(one.concern is Concern.CONTRADICTION for one in finding.reasons)
        return NEARER_TO_CLEARED(finding.verdict), contradicted

    field, cell = one
    bare = {name: value for name, value in row.items() if name != field}
    assert asked({**bare, field: cell})[0] <= asked(bare)[0]
    field, cell = other
    bare = {name: value for name, value in row.items() if name != field}
    nearness, contradicted = asked({**bare, field: cell})
    assert nearness >= asked(bare)[0] or contradicted


ALL_THAT_TELLS_NONE = {"hs_code": "8703809090", "goods_name": "低速电动车", "vehicle_type": "老头乐", "unit_price": "USD 2,050"}  # fmt: skip
damages = st.sampled_from([TESLA, ATTO3, EU_LEAF, vin("LFZ63AZ5")]).flatmap(
    lambda text: st.one_of(
        st.integers(11, 16).map(lambda end: text[:end]),
        st.integers(1, 6).map(lambda start: text[start:]),
        st.integers(0, 16).map(lambda at: text[:at] + text[at + 1 :]),
        st.integers(0, 16).map(lambda at: text[:at] + "O" + text[at + 1 :]),
        st.integers(0, 16).map(lambda at: text[:at] + "*" * (17 - at)),
        st.just(text),
        st.just(text[-8:]),
    )
)


@settings(max_examples=400, deadline=None)
@given(damages, st.dictionaries(st.sampled_from(["make", "fuel", "condition"]), st.just("?")))
def test_a_damaged_vin_is_never_cleared_as_a_vehicle_without_one(text, rest):
    assert not cleared(NEW_ELECTRIC, text, {**ALL_THAT_TELLS_NONE, **rest}), text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["", "无", "NO VIN", "DZ2026031200", "202603120012345", TESLA, ATTO3[:-1], "TBA"]), min_size=1, max_size=6),
    st.lists(st.fixed_dictionaries({}, optional={field: st.sampled_from([cell, *WRONG[field][:4]]) for field, cell in [*ALL_THAT_TELLS_NONE.items(), ("trade_mode", "3511"), ("un_no", "3171"), ("chassis_no", "LC000001")]}), min_size=6, max_size=6),
)  # fmt: skip
def test_columns_say_of_vehicles_without_a_vin_and_trade_modes_what_one_row_says(texts, rows):
    fields = [*ALL_THAT_TELLS_NONE, "trade_mode", "un_no", "chassis_no"]
    some = rows[: len(texts)]
    data = pa.table({"vin": texts} | {field: [row.get(field, "") for row in some] for field in fields})  # fmt: skip
    answers = screen_table(data, ON, {name: name for name in data.column_names}, NEW_ELECTRIC)
    for text, row, verdict, reasons in zip(texts, some, answers["vin_verdict"].to_pylist(), answers["vin_reasons"].to_pylist(), strict=True):  # fmt: skip
        finding = screen(text, ON, row)
        alone = {str(reason) for reason in finding.reasons}
        if "duplicate_vin" not in reasons:
            assert (verdict, {*reasons}) == (finding.verdict.value, alone), (text, row)
