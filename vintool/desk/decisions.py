"""A reviewer's decisions: which row they are about, on which facts, and what they decided.

A decision holds for a VIN under a regime as long as the facts are those that the reviewer saw: the
rule, the verdict, its reasons and its evidence, told by a fingerprint. If they have changed, the row
is asked again and the old decision is shown.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from vintool.codes import Basis, Reason, Verdict
from vintool.declaration.days import read_days
from vintool.desk.lists import Entry, word
from vintool.screening.decision import Decision
from vintool.screening.evidence import EvidenceItem, Remark
from vintool.screening.screen import with_found
from vintool.vin.cleanup import read

#: Columns of exceptions.csv that a decision is read from; ``vin_text`` serves where there is no VIN.
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
_AGAIN = "-again"


class Reviewed(NamedTuple):
    """One decision. ``verdict`` is null where the reviewer confirms what the tool told."""

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
        """The verdict that it gives the row."""
        return None if self.decision == CONFIRMED else Verdict(self.decision)

    @property
    def shown(self) -> str:
        """The decision in one line."""
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


def fingerprint(
    rule_version: str, decision: Decision, cells: tuple[str, ...], repeated: int
) -> str:
    """The facts of a row in letters and digits that no spreadsheet takes for a number.

    Args:
        rule_version: of the regime.
        decision: of the tool.
        cells: what the manifest declares, whether it is understood or not.
        repeated: how often the VIN stood before; a row that repeats one is decided by itself.
    """
    told = (
        rule_version,
        decision.verdict.value,
        *sorted(decision.reasons),
        *sorted(map(str, decision.evidence)),
        *cells,
    )
    digest = hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).digest()
    again = f"{_AGAIN}{repeated}" if repeated else ""
    return f"F{base64.b32encode(digest[:8])[:12].decode()}{again}"


def _repetition(facts: str) -> str:
    return facts.partition(_AGAIN)[2]


class Decisions:
    """Decisions by VIN, the latest first; of one day the later line counts."""

    def __init__(self, entries: Sequence[Entry], regime: str) -> None:
        self._by_key: dict[str, list[Reviewed]] = {}
        self.of_other_regimes: list[Reviewed] = []
        self.undecided = 0
        self.without_vehicle = 0
        self.met: set[int] = set()  # numbers of keys that rows had, from 1
        for entry in entries:
            if not entry.text("decision"):
                self.undecided += 1
                continue
            told = _reviewed(entry)
            if told.regime != regime:
                self.of_other_regimes.append(told)
            elif not told.key or (told.verdict is Verdict.OUT_OF_SCOPE and not told.is_vin):
                # What a text stands for is not known: other rows may bear the same one.
                self.without_vehicle += 1
            else:
                self._add(entry, told)

    def _add(self, entry: Entry, told: Reviewed) -> None:
        known = self._by_key.setdefault(told.key, [])
        for other in known:
            alike = (other.facts, other.day) == (told.facts, told.day)
            recorded = other.recorded or told.recorded  # put right since: the later line counts
            if alike and other.decision != told.decision and not recorded:
                raise entry.refused(
                    "decision",
                    f"disagrees with {other.place} of the same day",
                    "keep one of the two decisions",
                )
        if any(other.as_record() == told.as_record() for other in known):
            return
        known.insert(0, told)
        known.sort(key=lambda one: one.day, reverse=True)

    @property
    def keys(self) -> tuple[str, ...]:
        """What rows are recognised by."""
        return tuple(self._by_key)

    @property
    def all(self) -> tuple[Reviewed, ...]:
        """Every decision, in the order of the list, those for other regimes last."""
        own = (told for known in self._by_key.values() for told in reversed(known))
        return (*own, *self.of_other_regimes)

    @property
    def not_met(self) -> int:
        """How many of its vehicles stood on no row."""
        return len(self._by_key) - len(self.met - {0})

    def of(self, key: str) -> tuple[Reviewed, ...]:
        """The decisions on one row, the latest first."""
        return tuple(self._by_key.get(key, ()))


def standing(reviewed: tuple[Reviewed, ...], facts: str) -> Reviewed | None:
    """The decision that was made on these facts."""
    return next((told for told in reviewed if told.facts == facts), None)


def apply(decision: Decision, reviewed: tuple[Reviewed, ...], facts: str | None) -> Decision:
    """The decision of the tool, with that of the reviewer where it was made on these facts.

    A row that was decided on other facts is not cleared before it is decided again.
    """
    about = [told for told in reviewed if _repetition(told.facts) == _repetition(facts or "")]
    if not about:
        return decision
    holds = standing(reviewed, facts or "")
    told = holds or about[0]
    what = "decision" if holds else "earlier decision"
    item = EvidenceItem(what, told.shown, Basis.DECLARED, None, told.place)
    reason = Reason.DECIDED_BY_REVIEWER if holds else Reason.DECISION_OUTDATED
    decided = with_found(decision, (Remark(reason, item),), always=True)
    if holds is not None:
        return decided._replace(verdict=holds.verdict or decided.verdict)
    if decision.verdict is Verdict.OUT_OF_SCOPE and Reason.BEFORE_RULE not in decision.reasons:
        return decided._replace(verdict=Verdict.REVIEW)
    return decided


def _reviewed(entry: Entry) -> Reviewed:
    decision = word("decision", entry.text("decision"))
    if not decision:
        raise entry.refused(
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
            raise entry.refused(field, what, "fill the cell, or empty that of the decision")
    days = read_days(entry.text("decision_date"))
    if days is None:
        raise entry.refused("decision_date", "is no date", "write it as 2026-03-01")
    reading = read(entry.text("vin"))
    vin = reading.text if reading.problem is None else None
    # The record keeps one text for both: the VIN, or what stood in its place.
    text = entry.text("vin") if entry.is_record else entry.plain("vin_text")
    return Reviewed(
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
    """Lines of a record of decisions, as rows of a list."""
    return tuple(
        Entry(file, number, {str(key): str(value) for key, value in line.items()}, {})
        for number, line in enumerate(records, 1)
    )
