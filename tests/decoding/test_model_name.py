"""The model of a vehicle: as filed, by the maker's type code, or by the labels of its start."""

import pyarrow as pa
import pytest
from support.tables import table

import vintool
from vintool.codes import Basis, Grade, Powertrain
from vintool.columns import decode_table
from vintool.decoding.model_name import UNKNOWN, models_of
from vintool.registry.models import ModelRow, fitting_models
from vintool.registry.patterns import ANY, parse_pattern
from vintool.registry.powertrain_rules import MANUAL
from vintool.registry.rule import ABOVE, Rule
from vintool.vin import calc_check_digit

FIELDS = ["model", "model_candidates", "series", "body_class", "drive_type"]


def model(vin):
    fact = vintool.decode(vin).model
    return fact and fact.value


def coded(vds, *models, versions=(), body=""):
    pattern = (*"ZZ7", *parse_pattern(vds, 5), ANY, ANY)
    return ModelRow(pattern, 0, 0, models, versions, "", body, "", "page", "")


def seen(vds, models, make="Zebra", **kind):
    pattern = (*"ZZ7", *parse_pattern(vds, 5), ANY, ANY)
    rule = Rule(pattern, Powertrain.ICE, make, models, "car", "", Grade.C, "list", "evidence.csv")
    return rule._replace(**kind)


def outcome(rows, rules):
    found = models_of(tuple(rows), tuple(rules))
    return found.model.value, found.candidates


@pytest.mark.parametrize(
    ("vin", "name"),
    [
        ("WVWZZZ3HZKE000001", "Arteon"),
        ("WAUZZZ8K5DA000001", "A4"),
        ("TMBJR8NX0PY000001", "Octavia"),
        ("VSSZZZ1PZAR000001", "Leon"),
        ("WP1ZZZ9PZ8L000001", "Cayenne"),
        ("LRWYGCFJ0SC000001", "Model Y"),
        ("VF1KZ0B0H50000001", "Mégane"),
        ("VF3LCBHZ5ES000001", "308"),
    ],
)
def test_a_type_code_of_the_maker_names_the_model(vin, name):
    vehicle = vintool.decode(vin)
    assert vehicle.model.value == name
    assert vehicle.model.basis is Basis.ENCODED
    assert vehicle.model_candidates[0] == name
    assert vehicle.model.source.cites


def test_labels_that_name_one_model_are_spelled_as_the_market_does():
    fact = vintool.decode("LC0CE4CB7P0000001").model
    assert (fact.value, fact.basis, fact.source.file) == (
        "Dolphin",
        Basis.ENCODED,
        "powertrain.evidence.csv",
    )
    assert model("XP7YGCEK0NB000001") == "Model Y"


def test_several_models_are_candidates_and_none_is_chosen():
    vehicle = vintool.decode("WAUZZZ4G8CN000001")
    assert (vehicle.model, vehicle.model_candidates) == (None, ("A6", "A7"))
    vehicle = vintool.decode("LGXCE4CB0S0000001")
    assert (vehicle.model, vehicle.model_candidates) == (None, ("Song Plus", "Yuan Plus", "Atto 3"))


def test_a_code_used_anew_is_read_by_its_model_year():
    assert vintool.decode("WVWZZZ16ZLW000001").model_candidates == ("Jetta",)
    assert vintool.decode("WVWZZZ16ZCM000001").model_candidates == ("Jetta", "Beetle")
    assert vintool.decode("WAUZZZGEZMB000001").model_candidates == ("e-tron",)
    assert vintool.decode("WAUZZZGEZPB000001").model_candidates == ("e-tron", "Q8 e-tron")
    assert vintool.decode("VSSZZZKMZMR000001").model.value == "Formentor"
    assert vintool.decode("VSSZZZKMZSR000001").model is None


def test_the_plant_tells_what_the_code_shares():
    assert model("WVWZZZ1KZ6W612305") == "Golf"
    assert vintool.decode("WVWZZZ1KZ6M612305").model_candidates == ("Golf", "Golf Plus", "Jetta")


def test_a_version_of_the_same_code_is_a_candidate_beside_the_model():
    vehicle = vintool.decode("WVWZZZAUZKW000001")
    assert vehicle.model.value == "Golf"
    assert vehicle.model_candidates == ("Golf", "e-Golf", "Golf Sportsvan")


def test_tesla_tells_body_and_drive_and_the_group_its_series():
    vehicle = vintool.decode("LRW3E7EK0PC000001")
    assert (vehicle.body_class.value, vehicle.drive_type.value) == (
        "Sedan/Saloon",
        "AWD/All-Wheel Drive",
    )
    assert vehicle.drive_type.basis is Basis.ENCODED
    assert vintool.decode("LRW3E7FS0PC000001").drive_type.value == "RWD/Rear-Wheel Drive"
    assert vintool.decode("WAUZZZ8K5DA000001").series.value == "B8"


def test_a_filing_that_speaks_surely_stands_above_codes_and_labels():
    vehicle = vintool.decode("5YJ3E1EAXHF000316")
    assert vehicle.model.source.file == "vpic"
    assert vehicle.model_candidates == ("Model 3",)


def test_a_character_that_is_not_known_tells_no_model():
    assert model("LRW3E7FA*LC000001") == "Model 3"
    assert model("LRW*E7FA*LC000001") is None
    assert vintool.decode("WVWZZZ1*Z6W612305").model_candidates == ()
    assert model("WVWZZZ3HZ*E000001") == "Arteon"


def test_nothing_fits_nothing_is_known():
    assert models_of((), ()) is UNKNOWN
    assert fitting_models("ZZ7AAAAAAA") == ()


@pytest.mark.parametrize(
    ("rows", "rules", "answer"),
    [
        ([coded("AA***", "Ape")], [], ("Ape", ("Ape",))),
        ([coded("AA***", "Ape", "Bee")], [], (None, ("Ape", "Bee"))),
        ([coded("AA***", "Ape", versions=("Gnu",))], [], ("Ape", ("Ape", "Gnu"))),
        ([], [seen("AAAAA", "Ape")], ("Ape", ("Ape",))),
        ([], [seen("AAAAA", "Ape;Bee")], (None, ("Ape", "Bee"))),
        ([], [seen("AAAAA", "Ape"), seen("AAA**", "Bee")], (None, ("Ape", "Bee"))),
        # The finer one chooses among what the other one names.
        ([coded("AA***", "Ape", "Bee")], [seen("AAAAA", "Bee")], ("Bee", ("Bee",))),
        ([coded("AA***", "Ape")], [seen("AAAAA", "Ape;Bee")], ("Ape", ("Ape",))),
        ([coded("AAAAA", "Ape", "Bee")], [seen("AAAAA", "Bee")], (None, ("Ape", "Bee"))),
        ([coded("AAAAA", "Ape")], [seen("AAAAA", "Bee;Ape")], ("Ape", ("Ape",))),
        # They disagree.
        ([coded("AA***", "Ape")], [seen("AAAAA", "Bee")], (None, ("Ape", "Bee"))),
        ([coded("AAAAA", "Ape")], [seen("AAA**", "Bee")], (None, ("Ape", "Bee"))),
        # A rule by hand names one model or none; a user's own lists lend no names.
        ([], [seen("AAAAA", "Apes", file=MANUAL)], (None, ())),
        ([], [seen("AAAAA", "Ape", rank=ABOVE)], (None, ())),
        ([], [seen("AAAAA", "a4;a4-allroad", "Audi")], ("A4", ("A4", "A4 allroad"))),
        ([], [seen("AAAAA", "ICE SUV 2015", "BYD")], (None, ())),
    ],
)
def test_what_codes_and_labels_say_together(rows, rules, answer):
    assert outcome(rows, rules) == answer


@pytest.mark.parametrize(
    ("start", "name"),
    [("HESXAAAA_SA", "#1"), ("W1K295AA_SA", "EQE"), ("VF1AGAAA_KA", "Zoe"), ("SADHAAAA_LA", "I-Pace"), ("LPSVSEAA_MA", "Polestar 2"), ("HJNAAAAA_RA", None)],
)  # fmt: skip
def test_a_rule_by_hand_that_names_one_model_tells_it_where_nothing_else_does(start, name):
    text = f"{start}000001"
    assert model(text.replace("_", calc_check_digit(text.replace("_", "0")))) == name


def test_codes_that_disagree_on_the_body_tell_none():
    one, other = coded("AA***", "Ape", body="Wagon"), coded("A****", body="Coupe")
    assert models_of((one,), ()).body_class.value == "Wagon"
    assert models_of((one, other), ()).body_class.value is None
    assert models_of((one, other), ()).model.value == "Ape"


def test_columns_say_the_same_of_every_labelled_start():
    vins = []
    for row in table("powertrain.evidence.csv") + [
        row | {"year_codes": row["example"][8], "plant_codes": row["example"][9]}
        for row in table("models.csv")
    ]:
        start = row["example"][:8] if "example" in row else f"{row['wmi']}{row['vds']}"
        year, plant = (row["year_codes"] or "C")[0], (row["plant_codes"] or "A")[0]
        vin = f"{start}0{year}{plant}000101".replace("*", "A")
        vins += [vin, f"{vin[:8]}{calc_check_digit(vin)}{vin[9:]}"]
    answers = decode_table(pa.array(vins), fields=FIELDS).to_pylist()
    assert len(answers) > 6_000
    for vin, row in zip(vins, answers, strict=True):
        one = vintool.decode(vin)
        assert row == {
            f"vin_{name}": list(value) if isinstance(value, tuple) else value and value.value
            for name in FIELDS
            for value in [getattr(one, name)]
        }, vin
