"""Rules tried on rows that they were not made from: covered, right, wrong."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from zlib import crc32

import numpy as np

from vintool.codes import Grade, Powertrain
from vintool.columns.engine.arrays import Mask
from vintool.learn.mine import mine, reaching
from vintool.learn.rows import BEV, Rows
from vintool.learn.rules import Criteria, LearnedRule, as_row
from vintool.powertrain import Classification, resolve
from vintool.registry.patterns import PatternTable, bits
from vintool.registry.rule import PACKAGED, Rule
from vintool.registry.user_rules import user_rule
from vintool.vin.positions import UNKNOWN_CHARACTER

FOLDS = 5
#: Sources left out one by one, at most: those with the most rows.
SOURCES = 20
_EARLIER = 0.7
_TAILS = 1 << 16
_NO_TAIL = int.from_bytes(2 * UNKNOWN_CHARACTER.encode())
_FIRM = frozenset({Grade.A, Grade.B})


class Trial(NamedTuple):
    """How rules did on rows that they were not made from, in vehicles.

    ``wrong_bev`` were classified as pure electric and are not, ``wrong_not_bev`` the reverse;
    ``wrong_firm`` are those of both where a rule of grade A or B spoke.
    """

    split: str
    tested: int
    covered: int
    right: int
    wrong_bev: int
    wrong_not_bev: int
    wrong_firm: int


class Rulebook:
    """Learned rules, applied as the packaged ones are.

    >>> rule = LearnedRule("LRW", ("3", "E", "7", "F", "AB"), "", "", Powertrain.BEV, 9, 1, Grade.C, "")
    >>> Rulebook([rule]).classify("LRW3E7FB", "LC").powertrain
    <Powertrain.BEV: 'BEV'>
    """

    def __init__(self, rules: Sequence[LearnedRule]) -> None:
        by_wmi: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            by_wmi[rule.wmi].append(user_rule(as_row(rule, "trial"), "trial", PACKAGED))
        #: The WMIs with a rule that reads positions 10 or 11, as numbers.
        self.tailed = sorted(
            {int.from_bytes(rule.wmi.encode()) for rule in rules if rule.years or rule.plants}
        )
        self._rules = by_wmi
        self._tables: dict[str, PatternTable] = {}

    def classify(self, start: str, tail: str) -> Classification:
        """What the rules say of positions 1-8, and 10 and 11."""
        wmi = start[:3]
        rules = self._rules.get(wmi, [])
        if wmi not in self._tables:
            self._tables[wmi] = PatternTable([rule.pattern for rule in rules])
        fitting = bits(self._tables[wmi].match(start + tail)) if rules else ()
        return resolve([rules[number] for number in fitting])


def _train_and_test(split: str, train: Rows, test: Rows, criteria: Criteria) -> Trial:
    """Make rules of some rows and try them on others."""
    return _try(split, mine(train, criteria).rules, test)


def _try(split: str, rules: Sequence[LearnedRule], test: Rows) -> Trial:
    """Try rules on rows."""
    book = Rulebook(rules)
    tailed = np.isin((test.start >> np.uint64(40)).astype(np.int64), book.tailed)
    starts, numbers = np.unique(test.start, return_inverse=True)
    keys = numbers * _TAILS + np.where(tailed, test.tail, _NO_TAIL)
    pairs, inverse, vehicles = np.unique(keys, return_inverse=True, return_counts=True)
    electric = np.bincount(inverse, test.powertrain == BEV, minlength=len(pairs)).astype(np.int64)
    covered = right = wrong_bev = wrong_not_bev = firm = 0
    for start, tail, count, of_them in zip(
        starts[pairs // _TAILS].tolist(),
        (pairs % _TAILS).tolist(),
        vehicles.tolist(),
        electric.tolist(),
        strict=True,
    ):
        answer = book.classify(start.to_bytes(8).decode(), tail.to_bytes(2).decode())
        if answer.powertrain is None:
            continue
        wrong = count - of_them if answer.powertrain is Powertrain.BEV else of_them
        covered, right = covered + count, right + count - wrong
        firm += wrong if answer.grade in _FIRM else 0
        if answer.powertrain is Powertrain.BEV:
            wrong_bev += wrong
        else:
            wrong_not_bev += wrong
    return Trial(split, len(test.start), covered, right, wrong_bev, wrong_not_bev, firm)


def trials(rows: Rows, sources: Sequence[str], criteria: Criteria) -> Iterator[Trial]:
    """All trials that a list allows: by start always, by date and by source where it has them.

    Args:
        rows: of the list.
        sources: the names behind ``rows.source``.
        criteria: what it takes to make a rule.
    """
    if (dated := rows.day > 0).any():
        days = np.sort(rows.day[dated])
        last = int(days[int(_EARLIER * (len(days) - 1))])
        earlier, later = dated & (rows.day <= last), rows.day > last
        if later.any():
            name = f"later than {date.fromordinal(last)}"
            yield _train_and_test(name, rows.only(earlier), rows.only(later), criteria)
    counts = np.bincount(rows.source, minlength=len(sources))
    named = [number for number, name in enumerate(sources) if name and counts[number]]
    if len(named) > 1:
        named.sort(key=lambda number: (-counts[number], sources[number]))
        for number in named[:SOURCES]:
            out, name = rows.source == number, f"source {sources[number]}"
            yield _train_and_test(name, rows.only(~out), rows.only(out), criteria)
    yield _by_start(rows, criteria)


def _by_start(rows: Rows, criteria: Criteria) -> Trial:
    """Starts left out, a fifth of them at a time: what the rules say of starts that they never saw."""
    total = Trial(f"starts left out, {FOLDS} x {100 // FOLDS} %", 0, 0, 0, 0, 0, 0)
    fold = _fold(rows)
    for number in range(FOLDS):
        out = fold == number
        if out.any() and not out.all():
            one = _try("", reaching(rows.only(~out), criteria), rows.only(out))
            total = Trial(total.split, *(a + b for a, b in zip(total[1:], one[1:], strict=True)))
    return total


def _fold(rows: Rows) -> Mask:
    starts, inverse = np.unique(rows.start, return_inverse=True)
    folds = np.array([crc32(start.to_bytes(8)) % FOLDS for start in starts.tolist()])
    return folds[inverse]
