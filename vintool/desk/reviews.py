"""Reviews: what a reviewer has decided, of which row, and on which facts.

A review holds for a VIN under a regime as long as the facts are those that the reviewer saw: the
VIN itself, the rule, the verdict, its reasons and its evidence, in a fingerprint. If they have changed, the
row goes to a person again, with the old review beside it. What stands later in the record counts,
whatever its date: a record is only ever added to. (A *decision* is that of the decision table; the
columns and files of reviews bear that name for their users.)
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import NamedTuple

from vintool.codes import Basis, Reason, Verdict
from vintool.declaration.days import read_days
from vintool.desk.lists import Entry, word, word_for
from vintool.screening.decision import Decision
from vintool.screening.evidence import EvidenceItem, Remark
from vintool.screening.regimes import load_regime
from vintool.screening.screen import marked
from vintool.screening.several import under_each
from vintool.vin.cleanup import read

#: Columns of exceptions.csv that a review is read from; ``vin_text`` serves where there is no VIN.
COLUMNS = (
    "vin_text",
    "vin",
    "vin_regime",
    "vin_facts",
    "decision",
    "decision_reason",
    "reviewer",
    "decision_date",
)
CONFIRMED = "confirmed"
_DECISION = "decision"
_AGAIN = "-again"
_BOUND = (
    "V"  # begins the fingerprints that name the vehicle; those of earlier releases begin with F
)
_SIGNS = bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8, "ascii")
#: No decision on the facts of a regime is older.
EARLIEST = date(2025, 1, 1)


def choices(lang: str) -> dict[str, str]:
    """What a reviewer can decide, each with the word that stands for it in a language.

    >>> choices("en")
    {'controlled': 'controlled', 'out_of_scope': 'out_of_scope', 'confirmed': 'confirmed'}
    """
    decisions = (Verdict.CONTROLLED.value, Verdict.OUT_OF_SCOPE.value, CONFIRMED)
    return {decision: word_for("decision", decision, lang) for decision in decisions}


class Review(NamedTuple):
    """One decision of a reviewer.

    Attributes:
        key: what the row is recognised by, see ``key_of``.
        is_vin: whether that is a VIN.
        regime: the code of the regime.
        facts: the fingerprint of the facts that it was made on.
        decision: a verdict, or ``confirmed``.
        reason: the reviewer's, in a sentence.
        reviewer: the name.
        day: of the review.
        place: file and row.
        recorded: whether it stands in a record that vintool has written.
    """

    key: str
    is_vin: bool
    regime: str
    facts: str
    decision: str
    reason: str
    reviewer: str
    day: date
    place: str
    recorded: bool

    @property
    def verdict(self) -> Verdict | None:
        """The verdict that it gives the row; None where the reviewer confirms that of the tool."""
        return None if self.decision == CONFIRMED else Verdict(self.decision)

    @property
    def display(self) -> str:
        """The review in one line."""
        return f"{self.decision} by {self.reviewer} on {self.day}: {self.reason}"

    def as_record(self) -> dict[str, str]:
        """The line of the record."""
        return {
            "vin": self.key,
            "vin_regime": self.regime,
            "vin_facts": self.facts,
            "decision": self.decision,
            "decision_reason": self.reason,
            "reviewer": self.reviewer,
            "decision_date": self.day.isoformat(),
        }


def key_of(vin: str | None, text: str) -> str:
    """What a row is recognised by: its VIN, or the text that stands for one."""
    return vin or text.strip()


def fingerprint(decision: Decision, cells: tuple[str, ...], repeated: int) -> str:
    """What the facts of a row are but for its VIN; ``bound`` makes the fingerprint of the row of it.

    Args:
        decision: of the tool.
        cells: what the manifest declares, whether it is understood or not.
        repeated: how often the VIN stood before; a row that repeats one is decided by itself.
    """
    facts = (
        load_regime(decision.regime).rule_version,
        decision.verdict.value,
        *sorted(decision.reasons),
        *sorted(map(str, decision.evidence)),
        *cells,
    )
    again = f"{_AGAIN}{repeated}" if repeated else ""
    return f"{_digest(*facts)}{again}"


def bound(facts: str, key: str) -> str:
    """The fingerprint of a row, in letters and digits that no spreadsheet takes for a number.

    Args:
        facts: all but the VIN, see ``fingerprint``.
        key: the VIN, or the text in its place, see ``key_of``.

    >>> bound("ABC-again2", "LRW3E7FA1LC000001") == bound("ABC-again2", "LRW3E7FAXLC000000")
    False
    """
    of_facts, again, repeated = facts.partition(_AGAIN)
    return f"{_BOUND}{_digest(of_facts, key)}{again}{repeated}"


def _digest(*texts: str) -> str:
    digest = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).digest()
    return digest[:12].translate(_SIGNS).decode()


def _repetition(facts: str) -> str:
    return facts.partition(_AGAIN)[2]


class Reviews:
    """Reviews by VIN, the latest first: those of the record in its order, then the others by their day.

    Args:
        entries: the lines of the record, then those of filled lists.
        regimes: the codes of those that are asked.
        latest: the last day that a decision can be of.

    Raises:
        ManifestError: a review is incomplete or no decision, its day cannot be, or two of one day disagree.
    """

    def __init__(self, entries: Sequence[Entry], regimes: Collection[str], latest: date) -> None:
        self._by_key: dict[str, list[Review]] = {}
        self.of_other_regimes: list[Review] = []
        self.undecided = 0
        self.without_vehicle = 0
        self.met: set[int] = set()  # numbers of keys that rows had, from 1
        self.notes: list[str] = []
        unbound = 0
        for entry in entries:
            if not entry.text("decision"):
                self.undecided += 1
                continue
            review = _read(entry)
            self._check_day(entry, review.day, latest)
            unbound += not review.facts.startswith(_BOUND)
            if review.regime not in regimes:
                self.of_other_regimes.append(review)
            elif not review.key or (review.verdict is Verdict.OUT_OF_SCOPE and not review.is_vin):
                # What a text stands for is not known: other rows may bear the same one.
                self.without_vehicle += 1
            else:
                self._add(entry, review)
        if unbound:
            self.notes.append(
                f"Decisions made with an earlier release, whose fingerprints do not name the vehicle: {unbound:,}. Decide again."
            )

    def _check_day(self, entry: Entry, day: date, latest: date) -> None:
        if EARLIEST <= day <= latest:
            return
        if not entry.is_record:
            raise entry.refusal(
                "decision_date",
                "lies in the future"
                if day > latest
                else "lies before there was a rule to decide by",
                "write the day of the decision, as 2026-03-01",
            )
        # It cannot be taken back; a later line counts, whatever its day.
        self.notes.append(
            f"{entry.place}: the decision is dated {day}, which cannot be; decide again to put it right."
        )

    def _add(self, entry: Entry, review: Review) -> None:
        reviews = self._by_key.setdefault(review.key, [])
        for other in reviews:
            alike = (other.facts, other.day) == (review.facts, review.day)
            recorded = other.recorded or review.recorded  # put right since: the later line counts
            if alike and other.decision != review.decision and not recorded:
                raise entry.refusal(
                    "decision",
                    f"disagrees with {other.place} of the same day",
                    "keep one of the two decisions",
                )
        if any(other.as_record() == review.as_record() for other in reviews):
            return
        reviews.insert(0, review)
        reviews.sort(key=lambda one: date.min if one.recorded else one.day, reverse=True)

    @property
    def keys(self) -> tuple[str, ...]:
        """What rows are recognised by."""
        return tuple(self._by_key)

    @property
    def all(self) -> tuple[Review, ...]:
        """Every review, in the order of the list, those for other regimes last."""
        reviews = (review for some in self._by_key.values() for review in reversed(some))
        return (*reviews, *self.of_other_regimes)

    @property
    def not_met(self) -> int:
        """How many of its vehicles stood on no row."""
        return len(self._by_key) - len(self.met - {0})

    def of(self, key: str) -> tuple[Review, ...]:
        """The reviews of one row, the latest first."""
        return tuple(self._by_key.get(key, ()))


def standing(reviews: tuple[Review, ...], facts: str) -> Review | None:
    """The review that was made on these facts."""
    return next((review for review in reviews if review.facts == facts), None)


def with_reviews(
    decision: Decision, reviews: tuple[Review, ...], facts: Mapping[str, str | None]
) -> Decision:
    """The decision of the tool, under each of its regimes with the review that was made on its facts.

    Args:
        decision: of the tool.
        reviews: of the row, the latest first.
        facts: the fingerprints of its facts, by regime.
    """

    def reviewed(one: Decision) -> Decision:
        of_regime = tuple(review for review in reviews if review.regime == one.regime)
        return with_review(one, of_regime, facts.get(one.regime))

    row = under_each(decision, reviewed)
    of_others = [
        Remark(Reason.DECIDED_BY_REVIEWER, replace(item, what=f"decision under {one.regime}"))
        for one in row.others
        if Reason.DECIDED_BY_REVIEWER in one.reasons
        for item in one.evidence
        if item.what == _DECISION
    ]
    return marked(row, tuple(of_others), always=True)


def with_review(decision: Decision, reviews: tuple[Review, ...], facts: str | None) -> Decision:
    """The decision of the tool under one regime, with the review that was made on these facts.

    A row that was reviewed on other facts is not cleared before it is reviewed again. An earlier review
    that says something else stands beside the one that holds.

    Args:
        decision: of the tool.
        reviews: of the row under the regime, the latest first.
        facts: the fingerprint of its facts.
    """
    about = [one for one in reviews if _repetition(one.facts) == _repetition(facts or "")]
    if not about:
        return decision
    holds = standing(reviews, facts or "")
    review = holds or about[0]
    what = _DECISION if holds else "earlier decision"
    item = EvidenceItem(what, review.display, Basis.DECLARED, None, review.place)
    reason = Reason.DECIDED_BY_REVIEWER if holds else Reason.DECISION_OUTDATED
    others = (one for one in about if holds and one.decision != review.decision)
    earlier = [
        Remark(None, EvidenceItem("earlier decision", one.display, Basis.DECLARED, None, one.place))
        for one in islice(others, 1)
    ]
    reviewed = marked(decision, (Remark(reason, item), *earlier), always=True)
    if holds is not None:
        return reviewed._replace(verdict=holds.verdict or reviewed.verdict)
    if decision.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in decision.reasons:
        return reviewed._replace(verdict=Verdict.REVIEW)
    return reviewed


def _read(entry: Entry) -> Review:
    decision = word("decision", entry.text("decision"))
    if not decision:
        raise entry.refusal(
            "decision", "is no decision", "write controlled, out_of_scope or confirmed"
        )
    for field, what in (
        ("reviewer", "a decision needs the name of its reviewer"),
        ("decision_reason", "a decision needs its reason"),
        ("decision_date", "a decision needs its date"),
        ("vin_regime", "a decision needs the regime it was made under"),
        ("vin_facts", "a decision needs the facts it was made on"),
    ):
        if not entry.text(field):
            raise entry.refusal(field, what, "fill the cell, or empty that of the decision")
    days = read_days(entry.text("decision_date"))
    if days is None:
        raise entry.refusal("decision_date", "is no date", "write it as 2026-03-01")
    # The record keeps one text for both: the VIN, or what stood in its place.
    text = entry.text("vin") if entry.is_record else entry.plain("vin_text")
    readings = map(read, (entry.text("vin"), text))
    vin = next((one.text for one in readings if one.problem is None), None)
    return Review(
        key_of(vin, text),
        vin is not None,
        entry.text("vin_regime"),
        entry.text("vin_facts"),
        decision,
        " ".join(entry.plain("decision_reason").split()),
        " ".join(entry.plain("reviewer").split()),
        days.latest,
        entry.place,
        entry.is_record,
    )


def record_entries(file: str, records: Sequence[Mapping[str, str]]) -> tuple[Entry, ...]:
    """Lines of a record of reviews, as rows of a list."""
    return tuple(
        Entry(file, number, {str(key): str(value) for key, value in line.items()}, {})
        for number, line in enumerate(records, 1)
    )
