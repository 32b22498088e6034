"""Rows that draw on licences at once, against the same rows one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vintool.columns.engine.categorical import Categorical
from vintool.columns.screening.draws import (
    COUNTED_BEFORE,
    DRAWN,
    NOTHING_LEFT,
    Draw,
    DrawingRows,
    Draws,
)
from vintool.columns.screening.duplicates import KnownVehicles
from vintool.desk.ledger import Ledger
from vintool.desk.licences import Licences, Match
from vintool.desk.lists import Entry

LICENCES = 5
PORTS = ("", "上海", "深圳海关")
rows = st.tuples(
    st.lists(st.integers(0, LICENCES - 1), min_size=1, max_size=3, unique=True).map(tuple),
    st.integers(-1, 12),  # the row's VIN: few, so that they come again
    st.integers(1, 3),
    st.integers(0, 15),
    st.sampled_from(PORTS),
)


def ledger_of(quantities):
    texts = (
        {"licence_no": f"26-AA-{n:06}", "quantity": str(quantity)}
        for n, quantity in enumerate(quantities)
    )
    return Ledger(Licences([Entry("l.csv", n, text, {}) for n, text in enumerate(texts)]))


def row_by_row(ledger, batches):
    draws, drawn = [], set()
    for candidates, vin, number, declaration, port in (row for batch in batches for row in batch):
        first = ledger.accounts[candidates[0]]
        if vin in drawn:
            first.counted_before += 1
            outcome, at = COUNTED_BEFORE, candidates[0]
        elif (found := ledger.draw(candidates, number)) is None:
            first.findings["licence_exceeded"] += 1
            outcome, at = NOTHING_LEFT, candidates[0]
        else:
            outcome, at = DRAWN, found
            drawn |= {vin} - {-1}
        used = outcome != NOTHING_LEFT
        over = ledger.accounts[at].use(str(declaration), port) if used else ()
        draws.append(Draw(outcome, at, over))
    return draws


def at_once(ledger, batches):
    draws, met, place, done = Draws(ledger), {}, 0, []
    matches = sorted({row[0] for batch in batches for row in batch})
    values = [Match(named, named, ()) for named in matches]
    declarations = [str(number) for number in range(16)]
    for batch in batches:
        vehicles, repeated = [], []
        for _, vin, *_ in batch:
            repeated.append(vin in met)
            vehicles.append(-1 if vin < 0 else met.setdefault(vin, place))
            place += 1
        columns = list(zip(*batch, strict=True))
        codes = draws(
            DrawingRows(
                Categorical(
                    values, np.array([matches.index(one) for one in columns[0]], dtype=np.int32)
                ),
                KnownVehicles(np.arange(len(batch)), np.array(vehicles), np.array(repeated)),
                np.array(columns[2]),
                Categorical(declarations, np.array(columns[3], dtype=np.int32)),
                Categorical(PORTS, np.array([*map(PORTS.index, columns[4])], dtype=np.int32)),
            )
        )
        done += [draws.values[code] for code in codes.tolist()]
    return done


@given(
    st.lists(st.integers(1, 30), min_size=LICENCES, max_size=LICENCES),
    st.lists(st.lists(rows, min_size=1, max_size=40), max_size=4),
)
def test_many_rows_draw_as_each_would_in_its_turn(quantities, batches):
    alone, together = ledger_of(quantities), ledger_of(quantities)
    assert at_once(together, batches) == row_by_row(alone, batches)
    assert together.accounts == alone.accounts
