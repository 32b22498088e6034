"""Dates as evidence: one alone clears nothing, a second witness settles it."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from click.testing import CliRunner
from support import ON
from support.manifests import put_csv
from support.vehicles import EADO, ELECTRIC, NEW_ELECTRIC, PETROL, TESLA, USED, screen
from support.vins import vin

import vintool
from vintool import frames
from vintool.cli.main import cli
from vintool.codes import REGIMES, Reason, Verdict
from vintool.columns import screen_batches, screen_table
from vintool.declaration import headers, mapping
from vintool.errors import MappingError
from vintool.files.screen import screen_file
from vintool.screening.dates import DATES, LAST_KNOWN_YEAR, ManifestDays
from vintool.screening.explain import explain
from vintool.screening.regimes import load_regime

CARS = [vin("LRW3E7FA", "SC", f"{serial:06}") for serial in range(20)]
FIRST = load_regime().start


def verdicts(days, field="export_date", cars=CARS, **columns):
    """Of the first rows of a manifest that has a column of days."""
    table = pa.table({"VIN": cars[: len(days)], "day": pa.array(days, pa.string()), **columns})
    mapping = {"vin": "VIN", field: "day"} | {name: name for name in columns}
    return screen_table(table, mapping=mapping).to_pylist()


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("field", ["declaration_date", "export_date"])
def test_one_date_alone_clears_nothing(regime, field):
    before = load_regime(regime).start - timedelta(days=200)
    car, declared = (EADO, PETROL) if regime != NEW_ELECTRIC else (TESLA, ELECTRIC)
    declared = {**declared, "condition": "旧"} if regime == USED else declared
    finding = screen(car, None, {**declared, field: before.isoformat()}, regime)
    assert finding.verdict is Verdict.REVIEW
    if finding.lines != ("1a",):  # else the model year denies the date
        assert Reason.DATE_ALONE in finding.reasons


WITNESSES = [field for field in DATES[1:] if field != "planned_sailing_date"]


@pytest.mark.parametrize("field", WITNESSES)
def test_a_second_date_of_the_row_bears_the_first_out(field):
    row = {"declaration_date": "2025-03-10", field: "2025-03-02"}
    finding = screen(TESLA, None, row)
    assert (finding.verdict, finding.reasons[0]) == (Verdict.OUT_OF_SCOPE, Reason.BEFORE_RULE)
    assert (finding.decided_on.date, finding.decided_on.column) == (
        date(2025, 3, 10),
        "declaration_date",
    )


@pytest.mark.parametrize(
    "second",
    ["2024-03-02", "45718", "soon", "2568-03-02", ""],
    ids=["a year apart", "a bare number", "no date", "another calendar", "empty"],
)
def test_what_is_no_good_date_bears_nothing_out(second):
    row = {"declaration_date": "2025-03-10", "export_date": second}
    finding = screen(TESLA, None, row)
    assert (finding.verdict, Reason.DATE_ALONE in finding.reasons) == (Verdict.REVIEW, True)


@pytest.mark.parametrize("error", ["#N/A", "#VALUE!", "Err:502"])
def test_a_date_that_holds_an_error_lets_nothing_be_cleared(error):
    for field in DATES[1:]:
        for on, first in ((None, {"declaration_date": "2025-03-10"}), (date(2025, 3, 10), {})):
            witness = {"bl_date" if field != "bl_date" else "export_date": "2025-03-12"}
            assert screen(TESLA, on, {**first, **witness}).verdict is Verdict.OUT_OF_SCOPE
            finding = screen(TESLA, on, {**first, **witness, field: error})
            assert (finding.verdict, Reason.CELL_NOT_READ in finding.reasons) == (
                Verdict.REVIEW,
                True,
            )
    petrol = screen(EADO, None, {**PETROL, "declaration_date": error, "export_date": "2025-03-10"})
    assert (petrol.verdict, Reason.CELL_NOT_READ in petrol.reasons) == (Verdict.REVIEW, True)
    rows = verdicts(["2025-03-10", "2025-03-11", error, "2025-03-12"])
    assert [row["vin_verdict"] for row in rows] == ["out_of_scope"] * 2 + [
        "controlled",
        "out_of_scope",
    ]


@pytest.mark.parametrize(
    "third", ["2026-01-10 (tbc)", "Jan 2026", "2569-01-10", "2026-01-03 +99", "TBA"]
)
def test_beside_a_date_that_is_there_and_cannot_be_read_nothing_bears_out(third):
    row = {"declaration_date": "2025-12-20", "loading_date": "2025-12-19", "export_date": third}
    assert screen(TESLA, None, row).verdict is Verdict.REVIEW
    rows = verdicts(
        ["2025-12-20"] * 4,
        "declaration_date",
        loading_date=["2025-12-19"] * 4,
        export_date=[third] * 4,
    )
    assert {row["vin_verdict"] for row in rows} == {"review"}


def test_what_was_planned_is_no_witness():
    row = {"declaration_date": "2025-12-20", "planned_sailing_date": "2025-12-22"}
    assert Reason.DATE_ALONE in screen(TESLA, None, row).reasons


def test_a_zone_in_the_header_is_that_of_its_hours():
    columns = {
        "VIN": CARS[:1],
        "Export date (UTC)": ["2025-12-31 20:00"],
        "Loading date (UTC)": ["2025-12-31 18:00"],
    }
    assert screen_table(pa.table(columns))["vin_verdict"].to_pylist() == ["controlled"]


def test_an_application_after_the_declaration_bears_nothing_out():
    """A licence is applied for first: with a slip in the year of the declaration it seems to come later."""
    row = {"declaration_date": "2025-01-10", "application_date": "2025-03-20"}
    assert screen(TESLA, None, row).verdict is Verdict.REVIEW


def test_two_columns_of_one_date_are_for_the_user_to_decide():
    """One of them read and the other not could clear a row by a date that the other denies."""
    deciding = {
        "Loading date": "Date loaded",
        "Sailing date": "Date of sailing",
        "BL date": "Date of B/L",
        "Export date": "Exported on",
    }
    for one, other in deciding.items():
        table = pa.table(
            {
                "VIN": CARS[:1],
                "Declaration date": ["2025-12-01"],
                one: ["2025-12-03"],
                other: ["2026-02-01"],
            }
        )
        with pytest.raises(MappingError, match="could each be the column"):
            screen_table(table)


def test_every_date_that_bears_on_the_day_is_a_field_whose_column_must_be_clear():
    assert all(map(mapping.must_be_clear, DATES))
    assert set(DATES) <= set(headers.fields())


def test_the_day_given_stands_for_the_declaration_date_of_the_row():
    finding = screen(TESLA, date(2025, 10, 1), {"declaration_date": "2026-03-01"})
    assert (finding.verdict, finding.reasons[0]) == (Verdict.OUT_OF_SCOPE, Reason.BEFORE_RULE)


@pytest.mark.parametrize("field", DATES[1:])
def test_declared_before_and_another_date_after_is_review_with_both_readings(field):
    for on, declared in ((None, {"declaration_date": "2025-10-01"}), (date(2025, 10, 1), {})):
        finding = screen(TESLA, on, {**declared, field: "2026-03-01"})
        assert finding.verdict is Verdict.REVIEW
        assert Reason.DECLARED_BEFORE_EXPORTED_AFTER in finding.reasons
        readings = [item for item in finding.evidence if item.what == "reading of the date"]
        assert len(readings) == 2


def test_a_doubtful_date_does_not_hold_what_is_out_of_scope_on_any_day():
    finding = screen(EADO, None, {**PETROL, "export_date": "2025-03-01"})
    assert finding.verdict is Verdict.OUT_OF_SCOPE
    assert Reason.DATE_ALONE not in finding.reasons


@pytest.mark.parametrize(
    "text", ["2569-03-01", "1447-09-11", "0226-03-01", "1404/12/10", "2062-03-01"]
)
def test_a_year_that_cannot_be_is_no_date_and_is_named(text):
    finding = screen(TESLA, None, {"export_date": text})
    assert finding.verdict is Verdict.CONTROLLED
    assert (finding.decided_on.date, Reason.DATE_IMPLAUSIBLE in finding.reasons) == (None, True)


def test_a_day_that_the_law_of_this_release_cannot_know_is_named():
    last, after = date(LAST_KNOWN_YEAR, 12, 31), date(LAST_KNOWN_YEAR + 3, 1, 1)
    assert Reason.LAW_MAY_BE_OLD not in screen(TESLA, last).reasons
    assert Reason.LAW_MAY_BE_OLD in screen(TESLA, after).reasons
    assert Reason.LAW_MAY_BE_OLD in screen(EADO, after, PETROL).reasons


def test_one_row_of_last_year_among_those_of_this_year_is_review():
    days = ["2026-03-01", "2026-03-02", "2025-03-03", "2026-03-04", "2026-03-05"]
    rows = verdicts(days)
    assert [row["vin_verdict"] for row in rows] == [
        "controlled", "controlled", "review", "controlled", "controlled",
    ]  # fmt: skip
    assert "date_alone" in rows[2]["vin_reasons"]


def test_a_manifest_of_last_year_bears_out_its_rows():
    rows = verdicts([f"2025-{month:02}-03" for month in range(1, 10)])
    assert {row["vin_verdict"] for row in rows} == {"out_of_scope"}
    assert {tuple(row["vin_reasons"]) for row in rows} == {("before_rule",)}


def test_a_manifest_over_the_turn_of_the_year_bears_out_the_rows_of_december():
    rows = verdicts(["2025-12-20", *["2026-01-05"] * 4, "2025-01-05"])
    assert [row["vin_verdict"] for row in rows] == ["out_of_scope", *["controlled"] * 4, "review"]


def test_a_manifest_of_one_row_bears_nothing_out_nor_one_whose_other_rows_have_no_date():
    assert [row["vin_verdict"] for row in verdicts(["2025-03-01"])] == ["review"]
    rows = verdicts(["2025-03-01", "2025-03-01", "", "TBA", None])
    assert [row["vin_verdict"] for row in rows[:2]] == ["review", "review"]


def test_bare_numbers_bear_nothing_out_as_prices_look_like_them():
    rows = verdicts(["45800", "45810", "45820", "45830"])
    assert {row["vin_verdict"] for row in rows} == {"review"}


def test_batches_do_not_know_the_rows_to_come():
    table = pa.table({"VIN": CARS[:4], "Export date": ["2025-03-01"] * 4})
    batches = screen_batches(table.to_batches())
    assert {row["vin_verdict"] for batch in batches for row in batch.to_pylist()} == {"review"}
    batches = screen_batches(table.to_batches(), on=date(2025, 3, 1))
    assert {row["vin_verdict"] for batch in batches for row in batch.to_pylist()} == {
        "out_of_scope"
    }


def test_a_row_is_not_its_own_witness():
    near = ManifestDays(2, {date(2025, 3, 1): 1, date(2026, 3, 1): 1})
    assert not near.most_are_near(date(2025, 3, 1))
    assert not near.most_are_outside(load_regime())
    assert ManifestDays(3, {date(2025, 3, 1): 3}).most_are_outside(load_regime())


def test_the_day_given_as_an_argument_needs_no_witness():
    assert screen(TESLA, FIRST - timedelta(days=1)).verdict is Verdict.OUT_OF_SCOPE
    assert screen(TESLA, ON).verdict is Verdict.CONTROLLED


@pytest.mark.parametrize("day", [date(226, 11, 20), date(1999, 12, 31), date(2569, 3, 1)])
def test_a_day_given_that_can_be_none_of_a_declaration_is_refused(tmp_path, day):
    path, table = put_csv(tmp_path / "a.csv", [["VIN"], [TESLA]]), pa.table({"VIN": [TESLA]})
    for on in (day, day.isoformat()):
        for ask in (
            lambda on: vintool.screen(TESLA, on),
            lambda on: explain(TESLA, on),
            lambda on: screen_table(table, on),
            lambda on: vintool.screen_table(table, on),
            lambda on: screen_batches(table.to_batches(), on),
            lambda on: frames.screen(table, on),
            lambda on: screen_file(path, on),
        ):
            with pytest.raises(ValueError, match=f"on={day} cannot be .* give the year in full"):
                ask(on)
    for command in ("explain", "screen"):
        result = CliRunner().invoke(cli, [command, TESLA, "--on", day.isoformat()])
        assert (result.exit_code, "give the year in full" in result.output) == (2, True)
    assert screen(TESLA, date(2016, 11, 20)).decided_on.date == date(2016, 11, 20)


def test_the_notes_count_the_cells_of_a_date_column_that_were_not_read(tmp_path):
    days = ["13/03/2026", "03/04/2026", "TBA", "", "#N/A", "2026-03-05"]
    path = put_csv(tmp_path / "a.csv", [["VIN", "Export date"], *zip(CARS, days, strict=False)])
    notes = screen_file(path).notes
    assert (
        "Column 'Export date': 2 of 5 cells are no date that can be read, the first in row 4."
        in notes
    )
    assert (
        "Column 'Export date': day and month can change places in 1 of 5 cells, the first in row 3; the later day counts."
        " In other cells the day stands first."
    ) in notes
