"""The lists that are learned from: the shape of each register, dirty VINs, labels and columns."""

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commands import run
from support.manifests import put
from support.tables import table
from support.vins import checked_vin

from vintool.codes import Powertrain
from vintool.errors import ManifestError, MappingError
from vintool.learn.job import learn_file
from vintool.learn.labels import Labels
from vintool.learn.presets import APPROVALS, presets
from vintool.learn.rules import Criteria
from vintool.learn.sources import Columns, read_lists
from vintool.learn.trial import Rulebook

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
            whole = checked_vin(start, "SA", serial) if len(start) == 8 else start
            day = days[copy >= copies - 1]
            table.writerow(constant | {vin_column: whole, label_column: label, date_column: day})
    for start, label, _ in bad:
        whole = checked_vin(start, "SA", 999_999) if len(start) == 8 else start
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
    result = run("learn", path, "--preset", "fi", "--encoding", "iso-8859-1", "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "5YJ,3E7EB" in out.read_text(encoding="utf-8")


def test_every_preset_has_labels_on_both_sides():
    for code in set(presets()) - {APPROVALS}:
        powertrains = {Labels(code)(label) for label in _labels_of(code)}
        assert Powertrain.BEV in powertrains
        assert len(powertrains - {Powertrain.BEV, None}) > 0
    assert set(presets()) == {*REGISTERS, APPROVALS}


def _labels_of(code):
    return [row["label"] for row in table("learn.labels.csv") if row["preset"] == code]


# --- reading ----------------------------------------------------------------------------------


def test_dirty_vins_are_cleaned_and_others_counted(tmp_path):
    """What `decode` reads is read here too; nothing is lost without a reason."""
    whole = checked_vin("LRW3E7FA", "LC")
    wrong = whole[:8] + ("1" if whole[8] != "1" else "2") + whole[9:]
    cells = {
        whole.lower(): "", f" *{whole[:9]}-{whole[9:]}* ": "repeated", "ＬＲＷ３Ｅ７ＦＢ": "", "LRW3E7FC*LC******": "", "LRW3E7FD**": "",
        wrong: "check_digit", "TBA": "placeholder", "AAAAAAAAAA": "placeholder", "LRW3*7FA": "partial", "LRW3": "not_a_vin",
        "1A9BB222": "small_maker", "LRWOE7FA1LC000001": "alphabet", "": "missing",
    }  # fmt: skip
    text = "VIN;Fuel\n" + "".join(f"{cell};Electric\n" for cell in cells)
    reading = read_lists([put(tmp_path / "x.csv", text)], Columns(), Labels())
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
    own_labels = put(tmp_path / "map.csv", "label,powertrain\nTyp 7,BEV\npetrol,\n")
    labels = Labels("", own_labels)
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
        read_lists([path], Columns(), Labels())
    with pytest.raises(MappingError, match="--date"):
        read_lists([path], Columns("a", "b", date="c"), Labels())
    assert read_lists([path], Columns("A", "b", usual_date="c"), Labels()).total == 1
    table = pa.table({"Chassis No": ["LRW3E7FA"] * 3, "code": [4, 4, 4], "Fuel": [None, "x", "y"]})
    pq.write_table(table, tmp_path / "x.parquet")
    reading = read_lists([tmp_path / "x.parquet"], Columns(label="code"), Labels("fi"))
    assert len(reading.rows.start) == 3
