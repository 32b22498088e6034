"""Learning: lists of every shape, rules that say what was seen, and what they change in an answer."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import vintool
from vintool import registry
from vintool.cli.main import cli
from vintool.codes import Grade, Powertrain
from vintool.errors import ManifestError, MappingError
from vintool.learn.job import learn_file, rules_csv
from vintool.learn.labels import Labels
from vintool.learn.mine import mine
from vintool.learn.presets import presets
from vintool.learn.rows import POWERTRAINS, Rows
from vintool.learn.rules import Criteria
from vintool.learn.sources import Columns, read_list
from vintool.learn.trial import Rulebook, trials
from vintool.powertrain import classify
from vintool.registry import ABOVE, BELOW, DataError, read_evidence
from vintool.vin import calc_check_digit


def run(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """No rules of whoever runs the tests, and none left behind."""
    monkeypatch.setattr(registry, "evidence_home", lambda: tmp_path / "home")
    registry.use_evidence()
    yield
    monkeypatch.undo()
    registry.use_evidence()


def put(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def vin(start, tail="SA", serial=1):
    """A whole VIN with a check digit that holds."""
    text = f"{start}0{tail}{serial:06d}"
    return text[:8] + calc_check_digit(text) + text[9:]


def labelled(path, counts, head="VIN,Fuel"):
    """A list of so many vehicles a start and label, each with a serial of its own."""
    lines, serial = [head], 0
    for (start, label), count in counts.items():
        for _ in range(count):
            serial += 1
            lines.append(f"{vin(start, serial=serial)},{label}")
    return put(path, "\n".join(lines) + "\n")


def rules(path, **options):
    lesson = learn_file(path, criteria=Criteria(**options))
    return [(rule.wmi, "".join(rule.vds), rule.powertrain.value, rule.grade.value) for rule in lesson.mined.rules]  # fmt: skip


# --- the six registers ------------------------------------------------------------------------

NZ_HEAD = "OBJECTID,ALTERNATIVE_MOTIVE_POWER,BASIC_COLOUR,BODY_TYPE,CC_RATING,CHASSIS7,CLASS,ENGINE_NUMBER,FIRST_NZ_REGISTRATION_YEAR,FIRST_NZ_REGISTRATION_MONTH,GROSS_VEHICLE_MASS,HEIGHT,IMPORT_STATUS,INDUSTRY_CLASS,INDUSTRY_MODEL_CODE,MAKE,MODEL,MOTIVE_POWER,MVMA_MODEL_CODE,NUMBER_OF_AXLES,NUMBER_OF_SEATS,NZ_ASSEMBLED,ORIGINAL_COUNTRY,POWER_RATING,PREVIOUS_COUNTRY,ROAD_TRANSPORT_CODE,SUBMODEL,SYNTHETIC_GREENHOUSE_GAS,TLA,TRANSMISSION_TYPE,VDAM_WEIGHT,VEHICLE_TYPE,VEHICLE_USAGE,VEHICLE_YEAR,VIN11,WIDTH,FC_COMBINED,FC_URBAN,FC_EXTRA_URBAN"
FI_HEAD = "ajoneuvoluokka;ensirekisterointipvm;ajoneuvoryhma;ajoneuvonkaytto;variantti;versio;kayttoonottopvm;vari;ovienLukumaara;korityyppi;ohjaamotyyppi;istumapaikkojenLkm;omamassa;teknSuurSallKokmassa;tieliikSuurSallKokmassa;ajonKokPituus;ajonLeveys;ajonKorkeus;kayttovoima;iskutilavuus;suurinNettoteho;sylintereidenLkm;ahdin;sahkohybridi;sahkohybridinluokka;merkkiSelvakielinen;mallimerkinta;vaihteisto;vaihteidenLkm;kaupallinenNimi;voimanvalJaTehostamistapa;tyyppihyvaksyntanro;yksittaisKayttovoima;kunta;NEDC_Co2;NEDC2_Co2;WLTP_Co2;WLTP2_Co2;matkamittarilukema;valmistenumero2;jarnro"
WA_HEAD = "VIN (1-10),County,City,State,Postal Code,Model Year,Make,Model,Electric Vehicle Type,Clean Alternative Fuel Vehicle (CAFV) Eligibility,Electric Range,Base MSRP,Legislative District,DOL Vehicle ID,Vehicle Location,Electric Utility,2020 Census Tract"
UA_HEAD = "PERSON;REG_ADDR_KOATUU;OPER_CODE;OPER_NAME;D_REG;DEP_CODE;DEP;BRAND;MODEL;VIN;MAKE_YEAR;COLOR;KIND;BODY;PURPOSE;FUEL;CAPACITY;OWN_WEIGHT;TOTAL_WEIGHT;N_REG_NEW"
IL_HEAD = "mispar_rechev,tozeret_cd,sug_degem,tozeret_nm,degem_cd,degem_nm,ramat_gimur,ramat_eivzur_betihuty,kvutzat_zihum,shnat_yitzur,degem_manoa,mivchan_acharon_dt,tokef_dt,baalut,misgeret,tzeva_cd,tzeva_rechev,zmig_kidmi,zmig_ahori,sug_delek_nm,horaat_rishum,moed_aliya_lakvish,kinuy_mishari"
NY_HEAD = "Record Type,VIN,Registration Class,City,State,Zip,County,Model Year,Make,Body Type,Fuel Type,Unladen Weight,Maximum Gross Weight,Passengers,Reg Valid Date,Reg Expiration Date,Color,Scofflaw Indicator,Suspension Indicator,Revocation Indicator"

REGISTERS = {
    "nz": (
        NZ_HEAD, ",", {"MAKE": "TESLA", "VEHICLE_TYPE": "PASSENGER CAR/VAN", "TLA": "AUCKLAND"},
        "VIN11", "MOTIVE_POWER", "FIRST_NZ_REGISTRATION_YEAR", ("2019", "2024"),
        [("LRW3E7FA0LC", "ELECTRIC", "BEV"), ("JTDKN3DU0A0", "PETROL HYBRID", "HEV"), ("JN1TANT310W", "PETROL", "ICE"),
         ("SALYA2BY0LA", "PLUGIN PETROL HYBRID", "PHEV"), ("WMW12DY03N2", "PETROL ELECTRIC HYBRID", "NOT_BEV"),
         ("KMHR381A0LU", "ELECTRIC FUEL CELL HYDROGEN", "FCEV"), ("MR0HA3CD000", "DIESEL", "ICE"),
         ("WBY7Z42040V", "ELECTRIC [PETROL EXTENDED]", "EREV")],
        [("7AT0DK0CX12", "PETROL", "not_a_makers_vin"), ("LRW3E7FA0LC", "", "no_label"), ("", "PETROL", "missing"),
         ("JN1TANT310W", "ELECTRIC FUEL CELL OTHER", "unknown_label"), ("JN1", "PETROL", "not_a_vin")],
    ),
    "fi": (
        FI_HEAD, ";", {"ajoneuvoluokka": "M1", "vari": "5", "sahkohybridi": "false", "merkkiSelvakielinen": "Škoda"},
        "valmistenumero2", "kayttovoima", "ensirekisterointipvm", ("2018-05-02", "2023-09-30"),
        [("5YJ3E7EB0K", "04", "BEV"), ("TMBJJ7NE0H", "01", "NOT_BEV"), ("WVWZZZ3CZJ", "02", "NOT_BEV"),
         ("YV1LFBABDJ", "39", "PHEV"), ("WDD2130161", "44", "PHEV"), ("TMBJJ7NS0K", "1", "NOT_BEV")],
        [("TMBJJ7NE0H", "Y", "unknown_label"), ("TMBJJ7NE0H", "", "no_label"), ("WVWZZZ", "01", "not_a_vin")],
    ),
    "wa": (
        WA_HEAD, ",", {"County": "King", "City": "Seattle", "State": "WA", "Electric Utility": "CITY OF SEATTLE - (WA)|CITY OF TACOMA - (WA)"},
        "VIN (1-10)", "Electric Vehicle Type", "Model Year", ("2013", "2021"),
        [("5YJSA1E45K", "Battery Electric Vehicle (BEV)", "BEV"), ("1N4AZ0CP8D", "Battery Electric Vehicle (BEV)", "BEV"),
         ("WBY8P8C51K", "Plug-in Hybrid Electric Vehicle (PHEV)", "PHEV")],
        [],
    ),
    "ua": (
        UA_HEAD, ";", {"PERSON": "P", "OPER_NAME": "ПЕРВИННА РЕЄСТРАЦІЯ", "BRAND": "BMW", "KIND": "ЛЕГКОВИЙ"},
        "VIN", "FUEL", "D_REG", ("05.01.2021", "30.12.2023"),
        [("WVWZZZE1", "ЕЛЕКТРО", "BEV"), ("WBA3B110", "БЕНЗИН", "NOT_BEV"), ("VF1BZAB0", "ДИЗЕЛЬНЕ ПАЛИВО", "NOT_BEV"),
         ("JTMW23FV", "ЕЛЕКТРО АБО БЕНЗИН", "NOT_BEV"), ("Y6DTF69Y", "БЕНЗИН АБО ГАЗ", "NOT_BEV")],
        [("WBA3B110", "НЕ ВИЗНАЧЕНО", "unknown_label"), ("WBA3B110", "NULL", "unknown_label")],
    ),
    "il": (
        IL_HEAD, ",", {"sug_degem": "P", "tozeret_nm": "טויוטה יפן", "baalut": "פרטי", "kinuy_mishari": "COROLLA"},
        "misgeret", "sug_delek_nm", "moed_aliya_lakvish", ("2019-7", "2023-11"),
        [("LGXCE4CB", "חשמל", "BEV"), ("SB1Z93BE", "חשמל/בנזין", "NOT_BEV"), ("KNAB3512", "בנזין", "ICE"),
         ("JTMBF3EV", "דיזל", "ICE"), ("TMAJ3817", "סולר", "ICE"), ("VSSZZZ6J", 'גפ"מ', "ICE")],
        [("KNAB3512", "", "no_label")],
    ),
    "ny": (
        NY_HEAD, ",", {"Record Type": "VEH", "City": "ROSLYN", "State": "NY", "County": "NASSAU", "Color": "BK"},
        "VIN", "Fuel Type", "Model Year", ("2015", "2022"),
        [("5YJ3E1EA", "ELECTRIC", "BEV"), ("1HGCM826", "GAS", "NOT_BEV"), ("1FTVW1EL", "ELECTRIC", "BEV"),
         ("3C6UR5FL", "DIESEL", "NOT_BEV"), ("1FMCU0GD", "FLEX", "NOT_BEV"), ("1FDXE4FS", "COMP N/G", "NOT_BEV")],
        [("9999236", "GAS", "not_a_vin"), ("1HGCM826", "NONE", "unknown_label"), ("1HGCM826", "OTHER", "unknown_label")],
    ),
}  # fmt: skip


def register_file(path, code, copies=4):
    """A file of exactly the register's shape: each good row so many times, each bad row once."""
    head, delimiter, constant, vin_column, label_column, date_column, days, good, bad = REGISTERS[code]  # fmt: skip
    names = head.split(delimiter)
    assert {vin_column, label_column, date_column} <= set(names)
    out = io.StringIO()
    table = csv.DictWriter(out, names, restval="", delimiter=delimiter, lineterminator="\n")
    table.writeheader()
    serial = 0
    for copy in range(copies):
        for start, label, _ in good:
            serial += 1
            whole = vin(start, serial=serial) if len(start) == 8 else start
            day = days[copy >= copies - 1]
            table.writerow(constant | {vin_column: whole, label_column: label, date_column: day})
    for start, label, _ in bad:
        whole = vin(start, serial=999_999) if len(start) == 8 else start
        table.writerow(constant | {vin_column: whole, label_column: label, date_column: days[0]})
    return put(path, out.getvalue(), "iso-8859-1" if code == "never" else "utf-8")


@pytest.mark.parametrize("code", REGISTERS)
def test_the_shape_of_each_register(code, tmp_path):
    """Its header, its codes: what they mean, and every row accounted for."""
    path = register_file(tmp_path / f"{code}.csv", code)
    good, bad = REGISTERS[code][-2:]
    lesson = learn_file(path, criteria=Criteria(register=True), preset=presets()[code])
    reading = lesson.reading
    assert reading.total == 4 * len(good) + len(bad)
    assert len(reading.rows.start) == 4 * len(good)
    assert sum(reading.unused.values()) == len(bad)
    expected = {}
    for _, _, reason in bad:
        expected[reason] = expected.get(reason, 0) + 1
    assert dict(reading.unused) == expected
    book = Rulebook(lesson.mined.rules)
    for start, _, powertrain in good:
        assert book.classify(start[:8], "SA").powertrain == powertrain, start
    assert lesson.trials[0].split.startswith("later than ")
    assert (lesson.trials[0].tested, lesson.trials[0].covered) == (len(good), len(good))
    assert presets()[code].url in lesson.source


def test_finland_in_its_own_encoding(tmp_path):
    path = register_file(tmp_path / "utf8.csv", "fi")
    text = path.read_text(encoding="utf-8").replace("Škoda", "Citroën")
    put(path, text, "iso-8859-1")
    out = tmp_path / "fi.csv"
    told = run("learn", path, "--preset", "fi", "--encoding", "iso-8859-1", "--out", out)
    assert told.exit_code == 0, told.stderr
    assert "5YJ,3E7EB" in out.read_text(encoding="utf-8")


def test_every_preset_has_labels_on_both_sides():
    for code in presets():
        told = {Labels(code)(label) for label in _labels_of(code)}
        assert Powertrain.BEV in told
        assert len(told - {Powertrain.BEV, None}) > 0
    assert set(presets()) == set(REGISTERS)


def _labels_of(code):
    with (registry.DATA / "learn.labels.csv").open(encoding="utf-8", newline="") as file:
        return [row["label"] for row in csv.DictReader(file) if row["preset"] == code]


# --- reading ----------------------------------------------------------------------------------


def test_dirty_vins_are_cleaned_and_others_counted(tmp_path):
    """What `decode` reads is read here too; nothing is lost without a reason."""
    whole = vin("LRW3E7FA", "LC")
    wrong = whole[:8] + ("1" if whole[8] != "1" else "2") + whole[9:]
    cells = {
        whole.lower(): "", f" *{whole[:9]}-{whole[9:]}* ": "repeated", "ＬＲＷ３Ｅ７ＦＢ": "", "LRW3E7FC*LC******": "", "LRW3E7FD**": "",
        wrong: "check_digit", "TBA": "placeholder", "AAAAAAAAAA": "placeholder", "LRW3*7FA": "partial", "LRW3": "not_a_vin",
        "1A9BB222": "small_maker", "LRWOE7FA1LC000001": "alphabet", "": "missing",
    }  # fmt: skip
    text = "VIN;Fuel\n" + "".join(f"{cell};Electric\n" for cell in cells)
    reading = read_list(put(tmp_path / "x.csv", text), Columns(), Labels())
    starts = {int(start).to_bytes(8).decode() for start in reading.rows.start}
    assert starts == {"LRW3E7FA", "LRW3E7FB", "LRW3E7FC", "LRW3E7FD"}
    tails = {int(tail).to_bytes(2).decode() for tail in reading.rows.tail}
    assert tails == {"LC", "**"}
    expected = {}
    for reason in filter(None, cells.values()):
        expected[reason] = expected.get(reason, 0) + 1
    # A partly known start is no VIN to the reader of dirty text; either reason accounts for it.
    got = dict(reading.unused)
    assert sum(got.values()) == sum(expected.values())
    assert reading.total == len(cells) == len(reading.rows.start) + sum(got.values())
    assert {"check_digit", "placeholder", "small_maker", "alphabet", "repeated"} <= set(got)


def test_labels_are_never_guessed(tmp_path):
    own = put(tmp_path / "map.csv", "label,powertrain\nTyp 7,BEV\npetrol,\n")
    labels = Labels("", own)
    assert labels("typ 7") is Powertrain.BEV
    assert labels("Petrol") is None
    assert labels("diesel") is Powertrain.ICE
    assert labels("Typ 8") is labels("") is None
    assert Labels("fi")("4.0") is Powertrain.BEV
    assert Labels()("04") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("label,power\nx,BEV\n", "other columns"), ("label,powertrain\nx,EV\n", "row 2"), ("label,powertrain\nx,BEV\nX,ICE\n", "two things"), ("label,powertrain\nx\n", "row 2")],
)  # fmt: skip
def test_a_bad_map_of_labels_is_refused(tmp_path, text, said):
    with pytest.raises(ManifestError, match=said):
        Labels("", put(tmp_path / "map.csv", text))


def test_columns_are_named_or_known(tmp_path):
    path = put(tmp_path / "x.csv", "a,b\nLRW3E7FA,Electric\n")
    with pytest.raises(MappingError, match="--vin"):
        read_list(path, Columns(), Labels())
    with pytest.raises(MappingError, match="--date"):
        read_list(path, Columns("a", "b", date="c"), Labels())
    assert read_list(path, Columns("A", "b", usual_date="c"), Labels()).total == 1
    table = pa.table({"Chassis No": ["LRW3E7FA"] * 3, "code": [4, 4, 4], "Fuel": [None, "x", "y"]})
    pq.write_table(table, tmp_path / "x.parquet")
    reading = read_list(tmp_path / "x.parquet", Columns(label="code"), Labels("fi"))
    assert len(reading.rows.start) == 3


# --- mining -----------------------------------------------------------------------------------


def test_what_was_seen_is_told_and_nothing_else(tmp_path):
    path = labelled(
        tmp_path / "x.csv",
        {("LZZAB12C", "Electric"): 20, ("LZZAB12D", "Electric"): 20, ("LZZAB13C", "Petrol"): 3, ("LZZAC14C", "Diesel"): 2},
    )  # fmt: skip
    assert rules(path) == [("LZZ", "AB12CD", "BEV", "C"), ("LZZ", "AB13C", "ICE", "C")]
    assert rules(path, register=True)[0][3] == "A"  # 20 of 20 reach the bound
    assert rules(path, register=True)[1][3] == "C"  # 3 of 3 do not
    assert len(rules(path, support=1)) == 3
    book = Rulebook(learn_file(path).mined.rules)
    assert book.classify("LZZAB12C", "XX").powertrain == "BEV"
    for start in ("LZZAB12E", "LZZAB13D", "LZZAC14C", "LZYAB12C"):
        assert book.classify(start, "XX").powertrain is None


def test_a_start_seen_on_both_sides_answers_null_with_both_shown(tmp_path):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 400, ("LZZAB12C", "Petrol"): 1})
    lesson = learn_file(path)
    assert [found.start for found in lesson.mined.conflicts] == ["LZZAB12C"]
    assert lesson.mined.conflicts[0].vehicles == {Powertrain.BEV: 400, Powertrain.ICE: 1}
    told = Rulebook(lesson.mined.rules).classify("LZZAB12C", "SA")
    assert told.powertrain is None
    assert {rule.powertrain for rule in told.rules} == {Powertrain.BEV, Powertrain.ICE}
    tolerant = learn_file(path, criteria=Criteria(tolerate=1))
    assert not tolerant.mined.conflicts
    assert "1 vehicle(s) against" in tolerant.mined.rules[0].note
    assert Rulebook(tolerant.mined.rules).classify("LZZAB12C", "SA").powertrain == "BEV"


def test_positions_10_and_11_are_used_only_where_they_must_be(tmp_path):
    lines = ["VIN,Fuel"]
    for year, plant, fuel in (("L", "A", "Petrol"), ("M", "A", "Electric"), ("N", "A", "Electric")):
        lines += [f"{vin('LZZAB12C', year + plant, n)},{fuel}" for n in range(4)]
    for plant, fuel in (("A", "Petrol"), ("B", "Electric")):
        lines += [f"{vin('LZZAB12D', 'L' + plant, n)},{fuel}" for n in range(4)]
    for tail, fuel in (("LA", "Petrol"), ("LB", "Electric"), ("MA", "Electric"), ("MB", "Petrol")):
        lines += [f"{vin('LZZAB12E', tail, n)},{fuel}" for n in range(4)]
    lesson = learn_file(put(tmp_path / "x.csv", "\n".join(lines)))
    told = {("".join(r.vds), r.years, r.plants): r.powertrain.value for r in lesson.mined.rules}
    assert told == {
        ("AB12C", "L", ""): "ICE", ("AB12C", "M", ""): "BEV", ("AB12C", "N", ""): "BEV",
        ("AB12D", "", "A"): "ICE", ("AB12D", "", "B"): "BEV",
        ("AB12E", "L", "A"): "ICE", ("AB12E", "L", "B"): "BEV", ("AB12E", "M", "A"): "BEV", ("AB12E", "M", "B"): "ICE",
    }  # fmt: skip
    assert lesson.mined.starts["split"] == 3
    assert not lesson.mined.conflicts


def test_one_vehicle_of_another_year_is_a_conflict_and_no_year_of_its_own(tmp_path):
    lines = ["VIN,Fuel", *(f"{vin('LZZAB12C', 'LA', n)},Petrol" for n in range(30))]
    lines.append(f"{vin('LZZAB12C', 'MA', 1)},Electric")
    lesson = learn_file(put(tmp_path / "x.csv", "\n".join(lines)))
    assert [found.start for found in lesson.mined.conflicts] == ["LZZAB12C"]
    assert Rulebook(lesson.mined.rules).classify("LZZAB12C", "LA").ambiguous


def many_starts():
    """A WMI whose position 6 tells the powertrain, over 20 of 64 possible starts on each side."""
    ends = [a + b + c for a in "ABCD" for b in "EFGH" for c in "JKLM"]
    return {
        (f"LZZ{end[:2]}{sign}1{end[2]}", fuel): 3
        for sign, fuel, first in (("E", "Electric", 0), ("P", "Petrol", 1))
        for end in ends[first::3][:20]
    }


def test_the_smallest_set_of_positions_reaches_further_but_not_to_new_characters(tmp_path):
    path = labelled(tmp_path / "x.csv", many_starts())
    lesson = learn_file(path)
    wide = [rule for rule in lesson.mined.rules if "reaches" in rule.note]
    assert {("".join(rule.vds[2]), rule.powertrain.value) for rule in wide} == {
        ("E", "BEV"),
        ("P", "ICE"),
    }
    assert {rule.grade for rule in wide} == {Grade.C}
    assert all("position(s) 6" in rule.note and "0.8" in rule.note for rule in wide)
    book = Rulebook(lesson.mined.rules)
    assert ("LZZAEE1K", "Electric") not in many_starts()
    assert book.classify("LZZAEE1K", "SA").powertrain == "BEV"  # not seen, but each character was
    for new in ("LZZAEF1K", "LZZAEE2K", "LZZZEE1K", "LZZAEE1Z"):
        assert book.classify(new, "SA").powertrain is None
    exact = learn_file(path, criteria=Criteria(confidence=1.0))
    assert not any("reaches" in rule.note for rule in exact.mined.rules)
    by_start = lesson.trials[-1]
    assert by_start.covered == by_start.right > 0


def test_several_smallest_sets_all_count(tmp_path):
    """Two positions that separate alone: none is preferred, so both must be as they were seen."""
    counts = many_starts()
    counts = {(start[:6] + ("2" if start[5] == "E" else "3") + start[7], fuel): n for (start, fuel), n in counts.items()}  # fmt: skip
    book = Rulebook(learn_file(labelled(tmp_path / "x.csv", counts)).mined.rules)
    assert book.classify("LZZAEE2K", "SA").powertrain == "BEV"
    assert book.classify("LZZAEE3K", "SA").powertrain is None


def test_a_whole_wmi_only_where_it_is_allowed(tmp_path):
    counts = {(f"LZZ{a}{b}111", "Electric"): 2 for a in "ABCDEFGHJ" for b in "ABCDEFGHJ"}
    path = labelled(tmp_path / "x.csv", counts)
    assert not any("*" in vds for _, vds, _, _ in rules(path, support=1))
    assert ("LZZ", "*****", "BEV", "C") in rules(path, whole_wmi=True)
    few = labelled(tmp_path / "y.csv", dict(list(counts.items())[:60]))
    assert not any("*" in vds for _, vds, _, _ in rules(few, whole_wmi=True))


def test_two_sources_that_agree_make_grade_b(tmp_path):
    lines = ["VIN,Fuel,Office"]
    lines += [f"{vin('LZZAB12C', serial=n)},Electric,{'east' if n % 2 else 'west'}" for n in range(20)]  # fmt: skip
    lines += [f"{vin('LZZAB13C', serial=n)},Electric,east" for n in range(20)]
    path = put(tmp_path / "x.csv", "\n".join(lines))
    lesson = learn_file(path, Columns(source="Office"))
    grades = {"".join(rule.vds): (rule.grade.value, rule.sources) for rule in lesson.mined.rules}
    assert grades == {"AB12C": ("B", 2), "AB13C": ("C", 1)}
    assert [trial.split for trial in lesson.trials][:2] == ["source east", "source west"]


STARTS = st.builds(
    lambda wmi, vds: wmi + vds,
    st.sampled_from(["LZZ", "WVX"]),
    st.text("AB12", min_size=5, max_size=5),
)


@st.composite
def lists(draw):
    """Rows as arrays: starts of few characters, so that they meet."""
    rows = draw(
        st.lists(
            st.tuples(
                STARTS,
                st.sampled_from(["LA", "MA", "LB", "**"]),
                st.sampled_from([Powertrain.BEV, Powertrain.ICE, Powertrain.HEV]),
                st.integers(0, 2),
                st.integers(1, 6),
            ),
            min_size=1,
            max_size=60,
        )
    )
    return [row[:4] for row in rows for _ in range(row[4])]


def as_rows(flat):
    starts, tails, powertrains, sources = zip(*flat, strict=True)
    return Rows(
        np.array([int.from_bytes(start.encode()) for start in starts], dtype=np.uint64),
        np.array([int.from_bytes(tail.encode()) for tail in tails], dtype=np.int64),
        np.array([POWERTRAINS.index(powertrain) for powertrain in powertrains], dtype=np.int64),
        np.array(sources, dtype=np.int64),
        np.zeros(len(flat), dtype=np.int64),
    )


WANTED = st.builds(
    Criteria,
    support=st.integers(1, 3),
    confidence=st.sampled_from([0.2, 0.5, 0.8]),
    register=st.booleans(),
)


@settings(max_examples=60)
@given(lists(), WANTED)
def test_rules_never_contradict_their_own_list(flat, wanted):
    """What is told of a row is its own side, or nothing; a conflict is told to be one."""
    mined = mine(as_rows(flat), wanted)
    book = Rulebook(mined.rules)
    conflicts = {found.start for found in mined.conflicts}
    for start, tail, powertrain, _ in flat:
        told = book.classify(start, tail)
        if start in conflicts:
            assert told.ambiguous
        elif told.powertrain is not None:
            assert (told.powertrain == "BEV") == (powertrain == "BEV")
            assert told.powertrain in {powertrain, "NOT_BEV"}
        else:
            assert not told.ambiguous


@settings(max_examples=60)
@given(lists(), WANTED, st.randoms(use_true_random=False))
def test_rules_do_not_depend_on_the_order_of_rows(flat, wanted, random):
    shuffled = list(flat)
    random.shuffle(shuffled)
    assert mine(as_rows(flat), wanted) == mine(as_rows(shuffled), wanted)


@settings(max_examples=60)
@given(lists(), STARTS, st.sampled_from([0.2, 0.8]))
def test_a_start_that_was_not_seen_answers_null(flat, start, confidence):
    """Without rules that reach further always; with them where a character is new at its position."""
    mined = mine(as_rows(flat), Criteria(support=1, confidence=confidence))
    seen = {row[0] for row in flat}
    exact = Rulebook([rule for rule in mined.rules if "reaches" not in rule.note])
    if start not in seen:
        assert exact.classify(start, "LA").powertrain is None
    new = start[:3] + "Z" + start[4:]
    assert Rulebook(mined.rules).classify(new, "LA").powertrain is None


@settings(max_examples=30)
@given(lists())
def test_counts_add_up(flat):
    rows = as_rows(flat)
    mined = mine(rows, Criteria())
    starts = mined.starts
    parts = [starts[name] for name in ("settled", "thin", "split", "conflicts")]
    assert sum(parts) == starts["starts"] == len({row[0] for row in flat})
    for trial in trials(rows, ("a", "b", "c"), Criteria()):
        assert trial.covered == trial.right + trial.wrong_bev + trial.wrong_not_bev <= trial.tested
        assert trial.wrong_firm <= trial.wrong_bev + trial.wrong_not_bev
    # Only what a file holds counts when it is read back.
    for line in csv.DictReader(io.StringIO(rules_csv(mined, "x").decode())):
        assert registry.learned_rule(line, "x", ABOVE)


# --- use --------------------------------------------------------------------------------------

ELECTRIC = vin("LZZAB12C", "LC")
HEAD = "wmi,vds,year_codes,plant_codes,powertrain,grade,source,note\n"


@pytest.fixture
def own(tmp_path):
    return put(tmp_path / "own.csv", f"{HEAD}LZZ,AB12[CD],,,BEV,A,our desk 2026,seen by us\n")


def powertrain_of(*options):
    told = json.loads(run("decode", ELECTRIC, "--format", "json", *options).stdout)
    return told["powertrain"]


def test_evidence_changes_decode_explain_and_screen(own, tmp_path):
    assert powertrain_of() is None
    told = powertrain_of("--evidence", own)
    assert (told["value"], told["grade"]) == ("BEV", "A")
    assert (told["support"][0]["file"], told["support"][0]["cites"]) == ("own.csv", "our desk 2026")
    assert powertrain_of("--evidence-below", own)["value"] == "BEV"
    assert powertrain_of() is None  # in use for one command only
    page = run("explain", ELECTRIC, "--on", "2026-03-01", "--evidence", own).stdout
    assert "VERDICT CONTROLLED" in page
    assert "own.csv" in page
    assert "our desk 2026" in page
    listed = put(tmp_path / "list.csv", f"vin\n{ELECTRIC}\n")
    plain = json.loads(run("screen", listed, "--on", "2026-03-01", "--format", "json").stdout)
    assert plain["verdicts"]["review"] == 1
    out = tmp_path / "out"
    options = ("--on", "2026-03-01", "--evidence", own, "--out", out, "--format", "json")
    assert json.loads(run("screen", listed, *options).stdout)["verdicts"]["controlled"] == 1
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))["data"]["evidence"]
    assert [(item["file"], item["above_packaged"]) for item in record] == [("own.csv", True)]
    assert len(record[0]["sha256"]) == 64
    assert "our desk 2026" in (out / "annotated.csv").read_text(encoding="utf-8")


TESLA = "LRW3E7FALC"


def test_the_user_says_what_stands_above(tmp_path):
    """Above, the user's rule decides and the packaged ones stay visible; below, the other way round."""
    assert classify(TESLA).powertrain == "BEV"
    path = put(tmp_path / "own.csv", f"{HEAD}LRW,3E7FA,,,ICE,C,a test,\n")
    registry.use_evidence(above=[path])
    told = classify(TESLA)
    assert (told.powertrain, told.grade, told.rules[0].file) == ("ICE", "C", "own.csv")
    overruled = [rule for rule in told.rules if rule.electric]
    assert overruled
    assert all(rule.support.startswith("overruled by own.csv") for rule in overruled)
    assert vintool.decode("LRW3E7FA1LC000001").powertrain.value == "ICE"
    registry.use_evidence(below=[path])
    told = classify(TESLA)
    assert (told.powertrain, told.grade) == ("BEV", "A")
    assert vintool.decode("LRW3E7FA1LC000001").powertrain.value == "BEV"
    assert told.rules[-1].support.startswith("overruled by powertrain.")
    assert told.rules[-1].file == "own.csv"
    registry.use_evidence()
    assert {rule.file for rule in classify(TESLA).rules} == {"powertrain.evidence.csv", "powertrain.manual.csv"}  # fmt: skip


def test_own_files_that_disagree_answer_null_with_both_shown(tmp_path):
    one = put(tmp_path / "one.csv", f"{HEAD}LZZ,AB12C,,,BEV,A,one,\n")
    two = put(tmp_path / "two.csv", f"{HEAD}LZZ,AB12C,,,ICE,A,two,\n")
    registry.use_evidence(above=[one, two])
    told = classify("LZZAB12CLC")
    assert told.ambiguous
    assert {rule.source for rule in told.rules} == {"one", "two"}


def test_rules_of_a_folder_are_in_use(tmp_path):
    home = tmp_path / "home"
    (home / "below").mkdir(parents=True)
    put(home / "a.csv", f"{HEAD}LZZ,AB12C,,,BEV,A,one,\n")
    put(home / "below" / "b.csv", f"{HEAD}LZZ,AB12C,,,ICE,A,two,\n")
    registry.use_evidence()
    assert [(file.path.name, file.rank) for file in registry.evidence_files()] == [
        ("a.csv", ABOVE),
        ("b.csv", BELOW),
    ]
    told = classify("LZZAB12CLC")
    assert (told.powertrain, [rule.source for rule in told.rules]) == ("BEV", ["one", "two"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wmi,vds,powertrain\nLZZ,AB12C,BEV\n", "line 1: no column source"),
        ("wmi,vds,powertrain,source,fuel\nLZZ,AB12C,BEV,x,y\n", "line 1: unknown column"),
        (HEAD + "LZZ,AB12C,,,EV,A,x,\n", "line 2: unknown powertrain"),
        (HEAD + "\nLZZ,AB12C,,,BEV,A,,\n", "line 3: no source"),
        (HEAD + "LZZ,AB12,,,BEV,A,x,\n", "line 2: pattern"),
        (HEAD + "LZZ,AB[12C,,,BEV,A,x,\n", "line 2: pattern"),
        (HEAD + "LZZ,AB12O,,,BEV,A,x,\n", "line 2: a character"),
        (HEAD + "LZ,AB12C,,,BEV,A,x,\n", "line 2: wmi"),
        (HEAD + "LZZ,AB12C,,,BEV,D,x,\n", "line 2: unknown grade"),
        (HEAD + "LZZ,AB12C,,,BEV,A\n", "line 2: "),
        ("", "line 0: no column"),
    ],
)
def test_a_file_of_rules_is_read_strictly(tmp_path, text, said):
    path = put(tmp_path / "own.csv", text)
    with pytest.raises(DataError, match=said):
        list(read_evidence(path))
    told = run("decode", ELECTRIC, "--evidence", path)
    assert told.exit_code == 3
    assert "own.csv" in told.stderr
    assert said.split(":")[0] in told.stderr
    assert run("decode", ELECTRIC).exit_code == 0


def test_missing_and_undecodable_files_of_rules(tmp_path):
    assert run("decode", ELECTRIC, "--evidence", tmp_path / "gone.csv").exit_code == 3
    put(tmp_path / "own.csv", "wmi,vds,powertrain,source\n车,x,y,z\n", "gb18030")
    assert "not UTF-8" in run("decode", ELECTRIC, "--evidence", tmp_path / "own.csv").stderr


def test_from_a_list_to_an_answer(tmp_path):
    path = labelled(
        tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 20, ("LZZAB13C", "Petrol"): 5}
    )
    out = tmp_path / "rules.csv"
    told = run("learn", path, "--vin", "VIN", "--label", "Fuel", "--out", out)
    assert told.exit_code == 0
    assert "25 rows, 25 used, 0 not" in told.stdout
    assert "starts left out" in told.stdout
    assert "Wilson" in told.stdout
    assert "2 rules written to" in told.stderr
    written = out.read_text(encoding="utf-8")
    assert "0.838" in written
    assert "learned from desk.csv" in written
    sent = path.read_text(encoding="utf-8").split()
    assert not any(line[:12] in written + told.stdout for line in sent[1:])
    assert powertrain_of("--evidence", out)["grade"] == "C"
    run("learn", path, "--register", "--cite", "our register", "--out", out)
    told = powertrain_of("--evidence", out)
    assert (told["grade"], told["support"][0]["cites"]) == ("A", "our register")


def test_install_puts_rules_where_they_are_used(tmp_path):
    path = labelled(tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 20})
    assert run("learn", path, "--install", "below").exit_code == 0
    assert (tmp_path / "home" / "below" / "desk.csv").is_file()
    registry.use_evidence()
    assert classify("LZZAB12CLC").powertrain == "BEV"


def test_json_holds_the_same(tmp_path):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 9, ("LZZAB12C", "Petrol"): 1, ("LZZAB13C", "?"): 1})  # fmt: skip
    told = json.loads(run("learn", path, "--format", "json").stdout)
    assert (told["rows"], told["used"], told["unused"]) == (11, 10, {"unknown_label": 1})
    assert told["conflicts"] == [{"start": "LZZAB12C", "vehicles": {"BEV": 9, "ICE": 1}}]
    assert told["bound"] == "Wilson lower bound, 95 %"
    assert told["trials"][-1]["tested"] == 0  # one start cannot be left out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--vin", "Frame"), 2, "Frame"),
        (("--preset", "xx"), 2, "no preset"),
        (("--label", "VIN"), 3, "none of 2 rows can be used"),
        (("--labels", "gone.csv"), 3, "cannot be read"),
        (("--sheet", "x"), 3, "no sheets"),
    ],
)
def test_what_can_go_wrong_is_told(tmp_path, options, code, said):
    path = labelled(tmp_path / "x.csv", {("LZZAB12C", "Electric"): 2})
    told = run("learn", path, *options, "--out", tmp_path / "rules.csv")
    assert told.exit_code == code, told.stderr
    assert said in told.stderr
    assert "LZZAB12C" not in told.stderr + told.stdout
    assert not (tmp_path / "rules.csv").exists()


def test_as_a_process(tmp_path):
    path = labelled(tmp_path / "desk.csv", {("LZZAB12C", "Electric"): 4})
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "data"), "HOME": str(tmp_path)}
    tool = [sys.executable, "-m", "vintool.cli.main"]
    learned = subprocess.run(
        [*tool, "learn", "-", "--install", "above", "--format", "json"],
        input=path.read_bytes(),
        capture_output=True,
        env=home,
        check=True,
    )
    assert json.loads(learned.stdout)["rules"] == 1
    told = subprocess.run(
        [*tool, "decode", ELECTRIC], capture_output=True, env=home, text=True, check=True
    )
    assert "powertrain      BEV" in told.stdout
