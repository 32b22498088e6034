"""A fault or a slip in any cell: no row of an electric car is cleared by one of them."""

from datetime import date, timedelta
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks import faults
from vintool.columns import screen_table
from vintool.vin import calc_check_digit

ROWS = 80


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "rows", "seed"),
    [("electric", 20_000, 1), ("electric", 20_000, 2), ("used", 6_000, 3), ("engine", 6_000, 4)],
)
def test_no_single_fault_clears_a_row(truth, rows, seed):
    """Of the rule that it falls under, or of all rules at once."""
    assert not list(faults.false_clears(rows, seed, most=1, truth=truth))


def with_serial(row, serial):
    """The same vehicle model with another number, so that no row is held as a double."""
    text = row["vin"][:11] + f"{serial:06}"
    return {**row, "vin": text[:8] + calc_check_digit(text) + text[9:]}


def slipped_rows():
    """Rows of many kinds, each once for every slip in every cell of it."""
    by, starts, serial = Random(7), faults.electric_starts(), 0  # noqa: S311 - test data
    for kind in range(ROWS):
        row = faults.sound_row(by.choice(starts), 0, date(2026, 1, 2) + timedelta(days=kind), by)
        if kind % 4 == 0:
            row |= {"condition": "used", "hs_code": ""}
        elif kind % 4 == 1:
            row |= {"registration_date": "2026-01-15", "condition": "new"}
        for field in faults.FIELDS:
            for text in faults.slips(row[field]):
                serial += 1
                yield field, {**with_serial(row, serial), field: text}


@pytest.mark.slow
def test_no_slip_of_one_character_in_any_cell_clears_a_row():
    made = list(slipped_rows())
    table = pa.table(
        {name: [row[field] for _, row in made] for field, name in faults.FIELDS.items()}
    )
    answers = screen_table(table, mapping=faults.FIELDS)
    assert answers.num_rows == len(made) > 100_000
    clears = pc.equal(answers["vin_verdict"], "out_of_scope").to_pylist()
    cleared = [row for row, clear in zip(made, clears, strict=True) if clear]
    assert not cleared, (len(cleared), cleared[:5])
