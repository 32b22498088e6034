"""Rows of a manifest -> decisions, each row by itself: the steps of ``verdict.judge``, once per distinct key.

Nothing here depends on other rows. What was looked up is kept, for as long as there is room for it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vintool.columns.engine.distinct import (
    EMPTY,
    NO_OR_YES,
    Column,
    Lifted,
    Texts,
    as_text,
    same_for_all,
)
from vintool.columns.screening.desk import DeskColumns
from vintool.columns.screening.row_facts import differing_chassis
from vintool.columns.vins import Descriptors, Keys, Reader, VinColumn, row_facts
from vintool.declaration import lexicon
from vintool.declaration.days import read_date
from vintool.desk.book import Desk
from vintool.desk.reviews import fingerprint
from vintool.screening import identifiers
from vintool.screening import used_vehicles as used
from vintool.screening.decision import Decision, decide
from vintool.screening.evidence import all_remarks
from vintool.screening.facts import Facts, VinFacts, registered
from vintool.screening.regimes import Regime
from vintool.screening.screen import declared_used, with_duplicate, with_remarks

#: So many distinct keys are kept; then all are forgotten, so that memory does not grow with the rows.
KEPT = 120_000
#: Of fewer rows than these so many keys come again and again, and as many more are kept.
KEPT_FOR = 4_000_000

# What a reviewer's decision rests on, beside the decision of the tool. A price counts by its class alone.
_FINGERPRINTED = (
    *(field for field in lexicon.FIELDS if field not in {"unit_price", "currency"}),
    "registration_date",
    "application_date",
)


class Judged(NamedTuple):
    """A batch, judged row by row.

    ``cells`` gives the texts of a field; ``chassis`` the numbers that are not those of the VIN, by row.
    """

    cells: Callable[[str], Column]
    vins: VinColumn
    keys: Column
    vin_facts: Column
    declared: Column
    days: Column
    chassis: Mapping[int, str]
    decisions: Column


class Rules:
    """All rules that a row is judged by, and their answers so far.

    Args:
        mapping: field -> column name.
        on: the declaration date of all rows; None to read it from ``date_column``.
        date_column: the field that gives each row its date.
        regime: the rule.
        desk: lists that the rows are held against.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        on: date | None,
        date_column: str,
        regime: Regime,
        desk: Desk,
    ) -> None:
        self._mapping = mapping
        self._date_column = date_column
        self._regime = regime
        self._reader = Reader()
        self._descriptors = Descriptors()
        self._texts: dict[str, Texts] = defaultdict(Texts)
        self._meanings = {field: Lifted(partial(_meaning, field)) for field in lexicon.FIELDS}
        self._header_currency = [lexicon.meaning("currency", mapping.get("unit_price", ""))]
        self._keys = Keys()
        self._vin_facts = Lifted(row_facts)
        self._declared = Lifted(lexicon.together)
        self._day = Lifted(lambda text: on or read_date(text))
        self._when = Lifted(self._in_force)
        self._registered = Lifted(registered)
        self._decision = Lifted(self._decide)
        self._used = Lifted(declared_used)
        self._age = Lifted(partial(used.age, always=regime.condition == "used"))
        self._identifiers = {
            field: Lifted(rule)
            for field, rule in (
                ("container_no", identifiers.container),
                ("vessel_imo", identifiers.vessel),
                ("exporter_code", identifiers.exporter_code),
            )
            if field in mapping
        }
        self._code_in_force = Lifted(identifiers.code_in_force)
        self._found = Lifted(all_remarks)
        self._with_found = Lifted(with_remarks)
        self._cells_told = Lifted(lambda *texts: texts)
        self._facts = Lifted(partial(fingerprint, regime.rule_version))
        self.with_duplicate = Lifted(with_duplicate)
        self.desk = DeskColumns(desk, mapping)

    @property
    def kept(self) -> int:
        """How many distinct keys are known."""
        lifted = [one for one in vars(self).values() if isinstance(one, Lifted)]
        rules = sum(one.kept for one in (*lifted, *self._meanings.values()))
        texts = sum(one.kept for one in self._texts.values())
        return rules + texts + self._reader.kept + self._keys.kept + self.desk.kept

    def __call__(self, batch: pa.RecordBatch) -> Judged:
        """Judge one batch of the user's columns."""
        cells, vins = self.cells(batch), self.vins(batch)
        keys = self._keys(vins, self._descriptors(vins.characters))
        vin_facts = self._vin_facts(keys, vins.odd)
        declared = self._declared(*(self._meaning(cells, field) for field in lexicon.FIELDS))
        days = self._day(cells(self._date_column))
        chassis = differing_chassis(batch, self._mapping.get("chassis_no"), vins)
        differs = same_for_all(batch.num_rows, NO_OR_YES)
        if chassis:
            codes = np.zeros(batch.num_rows, dtype=np.int32)
            codes[list(chassis)] = 1
            differs = Column(NO_OR_YES, codes)
        decisions = self._decision(
            vin_facts,
            declared,
            self._when(days),
            self._registered(cells("registration_date"), days),
            differs,
        )
        settled = self._beside_the_verdict(decisions, cells, days)
        return Judged(cells, vins, keys, vin_facts, declared, days, chassis, settled)

    def facts(
        self, judged: Judged, asked: npt.NDArray[np.bool_], settled: Column, nth: Column
    ) -> Column:
        """The fingerprint of some rows: what the decision rests on, and the cells behind it."""
        rows = np.flatnonzero(asked)
        told = [judged.cells(field).at(rows) for field in _FINGERPRINTED]
        chassis = same_for_all(len(rows), EMPTY)
        if judged.chassis:
            texts = np.full(len(asked), "", dtype=object)
            texts[list(judged.chassis)] = list(judged.chassis.values())
            chassis = self._texts["chassis"](pa.array(texts[rows], pa.string()))
        return self._facts.on(
            asked, settled.at(rows), self._cells_told(*told, chassis), nth.at(rows)
        )

    def vins(self, batch: pa.RecordBatch) -> VinColumn:
        """The VINs of a batch."""
        return self._reader(as_text(batch.column(self._mapping["vin"])))

    def cells(self, batch: pa.RecordBatch) -> Callable[[str], Column]:
        """The texts of a field, read once a batch; of one that is not mapped nothing."""
        nothing = same_for_all(batch.num_rows, EMPTY)
        read: dict[str, Column] = {}

        def cells(field: str) -> Column:
            if field not in read:
                name = self._mapping.get(field)
                read[field] = nothing if name is None else self._texts[field](batch.column(name))
            return read[field]

        return cells

    def _meaning(self, cells: Callable[[str], Column], field: str) -> Column:
        texts = cells(field)
        if field == "currency" and field not in self._mapping:
            return same_for_all(len(texts.codes), self._header_currency)
        return self._meanings[field](texts)

    def _in_force(self, on: date | None) -> tuple[bool | None, int | None]:
        return (None, None) if on is None else (self._regime.in_force(on), on.year)

    def _decide(
        self,
        vin: VinFacts,
        declared: tuple[lexicon.Meaning, ...],
        when: tuple[bool | None, int | None],
        registration: int | None,
        differs: bool,  # noqa: FBT001 - a key of a column, like the others
    ) -> Decision:
        return decide(Facts(*when, declared, vin, registration, differs), self._regime)

    def _beside_the_verdict(
        self, decisions: Column, cells: Callable[[str], Column], days: Column
    ) -> Column:
        """The decisions with what dates and identifiers of a row tell, as ``verdict.judge`` asks it."""
        dates = (cells("registration_date"), cells("application_date"))
        told = [
            self._age(self._used(decisions), *dates, days),
            self._code_in_force(cells("hs_code"), days),
            *(rule(cells(field)) for field, rule in self._identifiers.items()),
        ]
        if not any(column.values[code] for column in told for code in column.dense[0].tolist()):
            return decisions
        return self._with_found(decisions, self._found(*told))


def _meaning(field: str, text: str) -> lexicon.Meaning | None:
    return lexicon.meaning(field, text) if text else None
