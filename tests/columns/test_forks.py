"""A process that forks while a thread of it works: its children do not wait for that thread."""

import os
import signal
import time
from datetime import date
from threading import Thread

import numpy as np
import pytest
from support.filings import assorted_vins

from vintool import registry
from vintool.columns import screen_table
from vintool.columns.decoding import schemas
from vintool.columns.decoding import table as decoded
from vintool.columns.engine import locks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
NAMES = ["brand", "model", "powertrain"]


def child_of(work):
    """What becomes of a child that does some work: its exit code, or less than 0 where it waits for ever."""
    child = os.fork()
    if not child:
        signal.alarm(90)
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return child


def exit_code(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_child_does_not_wait_for_a_lock_that_another_thread_holds():
    lock, forgotten = locks.ProcessLock(), []
    locks.forget_in_child(lambda: forgotten.append(1))

    def work():
        with lock, lock:
            return forgotten

    def while_held():
        with lock:
            children.append(child_of(lambda: True))
            held.append(1)
            while not children[1:]:
                time.sleep(0.01)

    children, held = [], []
    thread = Thread(target=while_held)
    thread.start()
    while not held:
        time.sleep(0.01)
    children.append(child_of(work))
    thread.join()
    assert [exit_code(child) for child in children] == [0, 0]
    assert exit_code(child_of(lambda: not forgotten)) == 0  # nobody held it
    assert not forgotten


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_a_process_that_compiles_decodes_and_screens():
    few, many = list(assorted_vins(60, 5)), list(assorted_vins(2_500, 6))

    def answers():
        characters = np.array([list(vin.encode()) for vin in few], dtype=np.uint8)
        columns = decoded.decode_columns(characters, NAMES)
        verdicts = screen_table(few, date(2026, 3, 1))["vin_verdict"]
        return [column.to_pylist() for column in columns.values()], verdicts.to_pylist()

    expected = answers()
    schemas.schemas.cache_clear()
    registry.use_evidence()  # nothing is compiled any more
    thread = Thread(target=lambda: decoded.decode_table(many, fields=NAMES))
    thread.start()
    children = []
    while thread.is_alive() and len(children) < 4:
        time.sleep(0.2)
        children.append(child_of(lambda: answers() == expected))
    thread.join()
    assert {exit_code(child) for child in children} == {0}
