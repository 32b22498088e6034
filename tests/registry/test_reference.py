"""A user's own rules come into use for calls that begin after that, and for no part of one that has begun."""

from datetime import date
from threading import Event, Thread

import pyarrow as pa
import pytest
from support.manifests import put
from support.vins import checked_vin

import vintool
from vintool import registry
from vintool.errors import DataError
from vintool.powertrain import classify
from vintool.registry.reference import by_reference, reference_in_use

ON = date(2026, 3, 1)
HEAD = "wmi,vds,powertrain,grade,source\n"
ALIKE = [checked_vin("LZZAB12C", "LC", n) for n in range(300)]


pytestmark = pytest.mark.usefixtures("no_own_rules")


@pytest.fixture
def electric(tmp_path):
    return put(tmp_path / "own.csv", f"{HEAD}LZZ,AB12C,BEV,A,me\n")


def test_a_stream_goes_on_with_the_rules_that_it_began_with(electric):
    table = pa.table({"VIN": ALIKE})
    answers = vintool.screen_batches(table.to_batches(max_chunksize=100), ON)
    first = next(answers)
    registry.use_evidence([electric])
    verdicts = {
        verdict for batch in (first, *answers) for verdict in batch["vin_verdict"].to_pylist()
    }
    assert verdicts == {"review"}
    again = vintool.screen_table(table, ON)["vin_verdict"].to_pylist()
    assert set(again) == {"controlled"}


def test_a_call_has_one_reference_while_another_thread_brings_in_rules(electric):
    """Tables of alike rows, screened and decoded while rules come and go: no table has two answers."""
    table, ended = pa.table({"VIN": ALIKE}), Event()

    def come_and_go():
        while not ended.is_set():
            registry.use_evidence([electric])
            registry.use_evidence()

    thread = Thread(target=come_and_go)
    thread.start()
    try:
        answers = [
            (
                frozenset(vintool.screen_table(table, ON)["vin_verdict"].to_pylist()),
                frozenset(
                    vintool.decode_table(table, fields=["powertrain"])["vin_powertrain"].to_pylist()
                ),
                vintool.screen(ALIKE[0], ON).verdict.value,
            )
            for _ in range(12)
        ]
    finally:
        ended.set()
        thread.join()
    assert {verdicts for verdicts, _, _ in answers} <= {
        frozenset({"review"}),
        frozenset({"controlled"}),
    }
    assert {powertrains for _, powertrains, _ in answers} <= {frozenset({None}), frozenset({"BEV"})}


def test_answers_by_different_rules_are_kept_apart(electric):
    asked = []

    @by_reference()
    def ask(descriptor):
        asked.append(descriptor)
        return classify(descriptor).powertrain

    before = reference_in_use()
    assert [ask("LZZAB12CLC") for _ in range(2)] == [None, None]
    registry.use_evidence([electric])
    assert [ask("LZZAB12CLC") for _ in range(2)] == ["BEV", "BEV"]
    with before.bound():
        assert ask("LZZAB12CLC") is None
    assert len(asked) == 2


def test_rules_that_cannot_be_read_leave_those_in_use(electric, tmp_path):
    registry.use_evidence([electric])
    unsound = put(tmp_path / "unsound.csv", f"{HEAD}LZZ,AB12C,EV,A,me\n")
    for path in (unsound, tmp_path / "gone.csv"):
        with pytest.raises(DataError):
            registry.use_evidence([path])
    assert registry.reference_in_use().evidence == (electric,)
    assert classify("LZZAB12CLC").powertrain == "BEV"
