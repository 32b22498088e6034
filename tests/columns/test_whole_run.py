"""Rows that are judged in parts, in any order, by what the three steps found: the columns of a run of one process."""

import itertools
import pickle
import random
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import ICE, PETROL, entries, tesla

from vintool.codes import REGIMES
from vintool.columns import Screener, screen_table
from vintool.columns.engine.tables import find_mapping
from vintool.columns.screening.whole_run import (
    DRAWING,
    EARLIER,
    NARROW,
    OUTCOMES,
    RUNS_OUT,
    PartScreener,
    WholeRun,
    earlier_rows,
    settle,
)
from vintool.desk.book import Desk
from vintool.desk.ledger import Ledger
from vintool.desk.licences import Licences
from vintool.desk.reviews import Reviews, record_entries

ON = date(2026, 3, 1)
SEVERAL = f"{tesla(1)} / {tesla(7)} / {tesla(2)}"
VINS = [*map(tesla, range(5)), PETROL, ICE, SEVERAL, f"{tesla(3)}~{tesla(5)}", "TBA", "", None]
rows = st.fixed_dictionaries(
    {
        "VIN": st.sampled_from(VINS),
        "fuel": st.sampled_from(["", "petrol", "纯电动", None]),
        "B/L No.": st.sampled_from(["", "COSU1", " cosu1", "COSU2"]),
        "许可证号": st.sampled_from(["", "A1", "B2", "A1;B2", "D4", "X9"]),
        "报关单号": st.sampled_from(["", *(f"53042026{n}" for n in range(14))]),
        "申报口岸": st.sampled_from(["", "上海", "深圳海关"]),
        "quantity": st.sampled_from(["", "1", "1", "3"]),
        "declaration date": st.sampled_from(["2026-03-01", "2025-12-20", "2025-12-21", "soon", ""]),
        "运抵国": st.sampled_from(["", "德国", "巴西"]),
    }
)
LISTED = (
    {"licence_no": "A1", "quantity": "2", "valid_until": "2026-12-31"},
    {"licence_no": "B2", "quantity": "3", "valid_until": "2026-11-30", "destination": "德国"},
    {"licence_no": "C3", "quantity": "20", "valid_until": "2026-12-31"},
    {"licence_no": "D4", "quantity": "0", "valid_until": "2026-12-31"},
)


def table_of(lines, *, by_number=True):
    table = pa.Table.from_pylist(lines)
    return table if by_number else table.drop_columns(["许可证号"])


def desk_of(mapping, records=()):
    ledger = Ledger(Licences(entries(*LISTED)))
    reviews = Reviews(records, list(REGIMES), date(2026, 6, 1)) if records else None
    return Desk(ledger=ledger, reviews=reviews, by_number="licence_no" in mapping)


def in_parts(table, run, cuts, chance):
    """The answers by the three steps, each over the parts in another order."""
    edges = sorted({0, *(cut for cut in cuts if cut < table.num_rows), table.num_rows})
    parts = [(start, table.slice(start, end - start).combine_chunks().to_batches()) for start, end in itertools.pairwise(edges)]  # fmt: skip
    parts = [(np.arange(start, start + batch.num_rows) + 1, batch) for start, of_part in parts for batch in of_part]  # fmt: skip

    def each_part(ask):
        chance.shuffle(parts)
        asked = PartScreener(pickle.loads(pickle.dumps(run)))  # noqa: S301 - as if in another process
        return [one for numbers, batch in parts for one in ask(asked, batch, numbers)]

    def batches(table):
        return table.to_batches(max_chunksize=max(1, chance.randint(1, 9)))

    narrow = pa.Table.from_batches(each_part(PartScreener.narrow), NARROW)
    counted = narrow.filter(pa.array(np.asarray(narrow["rows"].is_valid())))
    if run.on is None:
        run = run.with_days(zip(counted["day"].to_pylist(), counted["rows"].to_pylist(), strict=True))  # fmt: skip
    narrow = narrow.filter(pa.array(np.asarray(narrow["vin"].is_valid())))
    of_two = np.asarray(narrow["vin"]) % 2  # any parting in which each VIN is whole
    earlier = pa.Table.from_batches(
        [
            one
            for half in (0, 1)
            for one in earlier_rows(batches(narrow.filter(pa.array(of_two == half)).sort_by("at")))
        ],
        EARLIER,
    ).combine_chunks()
    of_all = (earlier.to_batches() or [pa.RecordBatch.from_pylist([], EARLIER)])[0]
    outcomes = None
    if run.ledger:
        asked = pa.Table.from_batches(
            each_part(lambda one, batch, numbers: one.drawing_rows(batch, numbers, of_all)), DRAWING
        ).sort_by("at")
        kinds = {
            one["kind"]: tuple(one["licences"]) for one in asked.to_pylist() if one["licences"]
        }
        found = pa.Table.from_batches(settle(batches(asked), run.ledger, kinds), OUTCOMES)
        out = np.asarray(found["outcome"]) == RUNS_OUT
        pairs = found.filter(pa.array(out))
        run = run.with_licences(zip(pairs["licence"].to_pylist(), pairs["at"].to_pylist(), strict=True))  # fmt: skip
        of_rows = found.filter(pa.array(~out)).combine_chunks().to_batches()
        outcomes = of_rows[0] if of_rows else None
    answers = each_part(lambda one, batch, numbers: one.answers(batch, numbers, of_all, outcomes))
    return pa.Table.from_batches(answers).sort_by("vin_row")


def held_equal(table, cuts, chance, on=None, records=(), regime=None):
    mapping = find_mapping(table)
    whole = screen_table(table, on, regime=regime, desk=desk_of(mapping, records))
    run = WholeRun(mapping, on, regime, desk_of(mapping, records))
    answers = in_parts(table, run, cuts, chance)
    for name in answers.column_names:
        assert answers[name].to_pylist() == whole[whole.column_names[table.num_columns + answers.column_names.index(name)]].to_pylist(), name  # fmt: skip
    return whole


manifests = st.lists(rows, min_size=1, max_size=40)
cuts = st.lists(st.integers(1, 39), max_size=5)


@settings(max_examples=25)
@given(
    manifests, cuts, st.randoms(use_true_random=False), st.booleans(), st.sampled_from([None, ON])
)
def test_any_parting_of_the_rows_gives_the_columns_of_one_run(lines, at, chance, by_number, on):
    held_equal(table_of(lines, by_number=by_number), at, chance, on)


@settings(max_examples=10)
@given(manifests, cuts, st.randoms(use_true_random=False), st.data())
def test_decisions_hold_for_the_rows_that_they_were_made_on(lines, at, chance, data):
    """A decision on a row whose VIN stood before names how often: it holds for that row alone, and changes what is drawn."""
    table = table_of(lines)
    mapping = find_mapping(table)
    batch = table.combine_chunks().to_batches()[0]
    first = Screener(mapping, ON, desk=desk_of(mapping), with_facts=True)
    listed = first.screened(batch, np.arange(1, len(lines) + 1)).vehicles.to_pylist()
    decided = [
        {
            "vin": one["vin"] or one["vin_text"] or "",
            "vin_regime": one["vin_regime"],
            "vin_facts": one["vin_facts"],
            "decision": data.draw(st.sampled_from(["controlled", "out_of_scope", "confirmed"])),
            "decision_reason": "papers seen",
            "reviewer": "Li",
            "decision_date": "2026-03-02",
        }
        for one in listed
        if one["vin_facts"] and data.draw(st.booleans())
    ]
    held_equal(table, at, chance, ON, record_entries("decisions.jsonl", decided))


def test_each_fact_that_only_all_rows_tell_is_met_by_these_rows():
    """The rows above would be no witness if nothing ran out, came again or was declared too often."""
    lines = [
        {"VIN": tesla(number % 60), "B/L No.": "COSU1", "许可证号": "A1;C3", "报关单号": f"53042026{number}", "申报口岸": "上海" if number < 5 else "深圳海关", "quantity": "2" if number == 3 else "1", "declaration date": "2025-12-20" if number % 2 else "2026-03-01"}
        for number in range(90)
    ]  # fmt: skip
    whole = held_equal(table_of(lines), [7, 20, 33], random.Random(54))  # noqa: S311 - the same order each time
    reasons = {reason for row in whole["vin_reasons"].to_pylist() for reason in row}
    assert {"duplicate_vin_bill", "licence_exceeded", "licence_declared_often", "licence_several_ports"} <= reasons  # fmt: skip


def test_a_row_whose_number_is_too_high_is_refused():
    batch = pa.record_batch({"VIN": [tesla(1)]})
    with pytest.raises(ValueError, match="numbered from 0 to 4,294,967,295"):
        list(PartScreener(WholeRun({"vin": "VIN"}, ON)).narrow(batch, np.array([1 << 32])))
