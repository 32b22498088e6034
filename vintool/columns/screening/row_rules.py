"""Rows of a manifest -> decisions, each row by itself: the steps of ``screen.judge``, once per distinct key.

Nothing here depends on other rows.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import REGIMES, Reason
from vintool.columns.engine.arrays import Codes, Mask
from vintool.columns.engine.categorical import (
    EMPTY,
    NATURALS,
    NO_OR_YES,
    NOTHING,
    Categorical,
    as_text,
    without_null,
)
from vintool.columns.engine.encoder import Encoder
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.chassis import differing_chassis
from vintool.columns.vins import CheckedProfiles, Descriptors, Reader, VinColumn, row_vin_facts
from vintool.declaration import lexicon
from vintool.declaration.days import Days
from vintool.declaration.mapping import vin_fields
from vintool.desk.catalogue import Catalogue, code_field
from vintool.desk.reviews import bound, fingerprint
from vintool.screening import identifiers
from vintool.screening.dates import (
    DATES,
    DeclarationDay,
    ManifestDays,
    borne_out,
    day_field,
    days_of_cell,
    declaration_day,
)
from vintool.screening.decision import Decision
from vintool.screening.evidence import Remark, all_remarks
from vintool.screening.facts import Facts, VinFacts, registered
from vintool.screening.regimes import Regime
from vintool.screening.screen import (
    declared_used,
    of_used_vehicles,
    with_chassis_alone,
    with_duplicate,
    with_remarks,
    with_row,
)
from vintool.screening.several import Day, decide_under, under, under_any
from vintool.screening.used_vehicles import age

# In what a reviewer's decision rests on a price counts by its class alone, and a remark by what was heard of it.
_NOT_FINGERPRINTED = re.compile("unit_price|currency|remarks(_[0-9]+)?")


class DecidedRows(NamedTuple):
    """A batch of n rows with the decision on each.

    Attributes:
        cells: field -> the texts of the n rows.
        vins: of the n rows.
        profiles: ``CheckedProfile`` or None.
        vin_facts: ``VinFacts``.
        declared: tuples of ``Meaning``.
        days: the declaration date or None.
        chassis: the chassis numbers that are not those of the VIN, by row.
        decisions: ``Decision``.
    """

    cells: Callable[[str], Categorical]
    vins: VinColumn
    profiles: Categorical
    vin_facts: Categorical
    declared: Categorical
    days: Categorical
    chassis: Mapping[int, str]
    decisions: Categorical


class RowRules:
    """All rules that a row is decided by, and their answers so far; they are forgotten together.

    Args:
        mapping: field -> column name.
        on: the declaration date of all rows; None to read it from the mapped column.
        regimes: the regimes that are asked.
        catalogue: of type approvals, which tell what a type code means.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        on: date | None,
        regimes: tuple[Regime, ...],
        catalogue: Catalogue | None = None,
    ) -> None:
        self._mapping = mapping
        self._regimes = regimes
        # Then no date of a row says more.
        self._in_force = on is not None and all(one.in_force(on) for one in regimes)
        self._reader = Reader()
        self._descriptors = Descriptors()
        self._texts: dict[str, Encoder] = defaultdict(Encoder)  # by field
        self._fields = lexicon.fields_read(mapping)
        self._meanings = {field: PerDistinct(partial(_meaning, field)) for field in self._fields}
        self._vins = [mapping[field] for field in vin_fields(mapping)]
        self._words = Encoder([None])
        self._fingerprinted = (
            *(field for field in self._fields if not _NOT_FINGERPRINTED.fullmatch(field)),
            "registration_date",
            "application_date",
        )
        self._header_currency = (lexicon.meaning("currency", mapping.get("unit_price", "")),)
        self._profiles = CheckedProfiles()
        self._vin_facts = PerDistinct(row_vin_facts)
        self._declared = PerDistinct(lexicon.together)
        self._beside = PerDistinct(catalogue.beside) if catalogue else None
        self._dates = {
            name: PerDistinct(partial(days_of_cell, header=mapping.get(name, ""))) for name in DATES
        }
        self._row_days = PerDistinct(partial(_row_days, regimes, on, day_field(mapping)))
        self._stands_alone = PerDistinct(_stands_alone)
        self._manifests = Encoder()
        self._borne_out = PerDistinct(self._with_manifest)
        self._day = PerDistinct(lambda days: days[0].day)
        self._when = PerDistinct(_when)
        self._registered = PerDistinct(registered)
        self._decision = PerDistinct(self._decide)
        self._with_chassis_alone = PerDistinct(with_chassis_alone)
        self._used = PerDistinct(lambda one: (declared_used(one), of_used_vehicles(one)))
        self._age = PerDistinct(_age)
        self._identifiers = {
            field: PerDistinct(rule)
            for field, rule in (
                ("container_no", identifiers.container),
                ("vessel_imo", identifiers.vessel),
                ("exporter_code", identifiers.exporter_code),
            )
            if field in mapping
        }
        self._code_in_force = PerDistinct(identifiers.code_in_force)
        self._un_number_in_force = PerDistinct(identifiers.un_number_in_force)
        self._remarks = PerDistinct(all_remarks)
        self._with_remarks = PerDistinct(with_remarks)
        self._fingerprinted_cells = PerDistinct(lambda *texts: texts)
        self._fingerprint = PerDistinct(_fingerprint)
        self._under = PerDistinct(under)
        self._as_led = PerDistinct(lambda one, leading: under(one, leading.regime))
        self.with_duplicates = PerDistinct(with_duplicate)
        self.with_row = PerDistinct(lambda decision, row: with_row(decision, row[0], held=row[1]))

    @property
    def kept(self) -> int:
        """How many distinct keys have room."""
        rules = [one for one in vars(self).values() if isinstance(one, PerDistinct)]
        return (
            sum(rule.kept for rule in (*rules, *self._meanings.values(), *self._dates.values()))
            + sum(map(len, (*self._texts.values(), self._words, self._manifests)))
            + self._reader.kept
            + self._profiles.kept
        )

    def __call__(
        self,
        batch: pa.RecordBatch,
        vins: VinColumn,
        aside: Categorical,
        manifest_days: Callable[[], ManifestDays | None] = lambda: None,
    ) -> DecidedRows:
        """Decide on one batch of the user's columns, each row with one VIN.

        Args:
            batch: the columns.
            vins: of its rows.
            aside: what cells say that are read as something else; see ``Asides``.
            manifest_days: gives what bears out a date that its row alone does not, if there is anything.
        """
        cells = self.cells(batch)
        profiles = self._profiles(vins, self._descriptors(vins.characters))
        vin_facts = self._vin_facts(profiles, vins.unclean)
        entries = (self._meaning(cells, field) for field in self._fields)
        declared = self._declared(*entries, *self._beside_vins(batch, vins), aside)
        if self._beside is not None:
            declared = self._beside(declared, cells(code_field(self._mapping)))
        nothing = Categorical.constant(batch.num_rows, NOTHING)
        dates = (nothing if self._in_force else self._dates[name](cells(name)) for name in DATES)
        row_days = self._row_days(*dates)
        if self._stands_alone(row_days).mask(bool).any() and (manifest := manifest_days()):
            code = self._manifests[manifest]
            of_all = Categorical.constant(batch.num_rows, self._manifests.values, code)
            row_days = self._borne_out(row_days, of_all)
        days = self._day(row_days)
        chassis = differing_chassis(batch, self._mapping.get("chassis_no"), vins)
        differs = np.zeros(batch.num_rows, dtype=np.int32)
        differs[list(chassis)] = 1
        decisions = self._decision(
            vin_facts,
            declared,
            self._when(row_days),
            self._registered(cells("registration_date"), days),
            Categorical(NO_OR_YES, differs)
            if chassis
            else Categorical.constant(len(differs), NO_OR_YES),
        )
        decisions = self._beside_chassis(decisions, batch)
        decisions = self._with_remarks_beside(decisions, cells, days)
        return DecidedRows(cells, vins, profiles, vin_facts, declared, days, chassis, decisions)

    def fingerprints(
        self,
        rows: DecidedRows,
        with_duplicates: Categorical,
        repeats: Codes,
        wanted: Mask,
        regime: str | Categorical,
    ) -> pa.StringArray:
        """The fingerprint of what the decision rests on, for some of n rows; null for the others.

        Args:
            rows: the n rows.
            with_duplicates: their decisions.
            repeats: how often their VINs stood before.
            wanted: which of them.
            regime: the code of the one that is decided under; or decisions, those of the rows, each under its own.
        """
        if isinstance(regime, str):
            code = REGIMES.index(regime)
            asked = Categorical.constant(len(wanted), REGIMES, code)
            led = self._under(with_duplicates, asked)
        else:
            led = self._as_led(with_duplicates, regime)
        some = np.flatnonzero(wanted)
        cells = [rows.cells(field).take(some) for field in self._fingerprinted]
        chassis = Categorical.constant(len(some), EMPTY)
        if rows.chassis:
            texts = np.full(len(wanted), "", dtype=object)
            texts[list(rows.chassis)] = list(rows.chassis.values())
            texts_of_some = pa.array(texts[some], pa.string())
            chassis = Categorical.of_texts(texts_of_some, self._texts["chassis"])
        facts = self._fingerprint(
            led.take(some),
            self._fingerprinted_cells(*cells, chassis),
            Categorical(NATURALS, repeats[some]),
        )
        keys = review_keys(rows.vins).filter(pa.array(wanted)).to_pylist()
        of_rows = np.full(len(wanted), None, dtype=object)
        of_rows[some] = [
            facts.values[code] and bound(facts.values[code], key or "")
            for code, key in zip(facts.codes.tolist(), keys, strict=True)
        ]
        return pa.array(of_rows, pa.string())

    def read(self, texts: pa.StringArray) -> VinColumn:
        """The VINs of some texts."""
        return self._reader(texts)

    def cells(self, batch: pa.RecordBatch) -> Callable[[str], Categorical]:
        """The texts of a field, read once a batch; of one that is not mapped nothing."""
        nothing = Categorical.constant(batch.num_rows, EMPTY)
        columns: dict[str, Categorical] = {}

        def cells(field: str) -> Categorical:
            if field not in self._mapping:
                return nothing
            if field not in columns:
                column = batch.column(self._mapping[field])
                columns[field] = Categorical.of_texts(column, self._texts[field])
            return columns[field]

        return cells

    def _meaning(self, cells: Callable[[str], Categorical], field: str) -> Categorical:
        texts = cells(field)
        if field == "currency" and field not in self._mapping:
            return Categorical.constant(len(texts), self._header_currency)
        return self._meanings[field](texts)

    def _beside_vins(self, batch: pa.RecordBatch, vins: VinColumn) -> Iterator[Categorical]:
        """What the words beside each VIN in its cell say; few cells have any."""
        for name in self._vins:
            texts = as_text(batch.column(name))
            as_it_stands = pc.equal(texts, vins.vin).fill_null(fill_value=False)
            rows = np.flatnonzero(~np.asarray(as_it_stands))
            cells: Any = without_null(texts.take(rows)).dictionary_encode()
            said = self._words.codes(map(lexicon.beside_vin, cells.dictionary.to_pylist()))
            if not said.any():
                yield Categorical.constant(batch.num_rows, self._words.values)
                continue
            codes = np.zeros(batch.num_rows, dtype=np.int32)
            codes[rows] = said.take(cells.indices.to_numpy())
            yield Categorical(self._words.values, codes)

    def _with_manifest(
        self, days: tuple[DeclarationDay, ...], manifest: ManifestDays
    ) -> tuple[DeclarationDay, ...]:
        if not _stands_alone(days):
            return days
        pairs = zip(days, self._regimes, strict=True)
        return tuple(borne_out(day, regime, manifest) for day, regime in pairs)

    def _decide(
        self,
        vin: VinFacts,
        declared: tuple[lexicon.Meaning, ...],
        when: tuple[int | None, tuple[Day, ...]],
        registration: int | None,
        differs: bool,  # noqa: FBT001 - a key of a column, like the others
    ) -> Decision:
        year, days = when
        facts = Facts(None, year, declared, vin, registration, differs)
        return decide_under(facts, days, self._regimes)

    def _beside_chassis(self, decisions: Categorical, batch: pa.RecordBatch) -> Categorical:
        """The decisions, with what a chassis number beside no VIN keeps from being cleared."""
        column = self._mapping.get("chassis_no")
        if column is None:
            return decisions
        without_vin = decisions.mask(partial(under_any, Reason.WITHOUT_VIN))
        if not without_vin.any():
            return decisions
        texts = without_null(as_text(batch.column(column)))
        some: list[Any] = texts.filter(pa.array(without_vin)).to_pylist()
        stated = np.zeros(len(decisions), dtype=np.int32)
        stated[without_vin] = [not identifiers.stands_for_nothing(text) for text in some]
        return self._with_chassis_alone(decisions, Categorical(NO_OR_YES, stated))

    def _with_remarks_beside(
        self, decisions: Categorical, cells: Callable[[str], Categorical], days: Categorical
    ) -> Categorical:
        """The decisions with what dates and identifiers of a row say, as ``screen.judge`` asks it."""
        dates = (cells("registration_date"), cells("application_date"))
        remarks = [
            self._age(self._used(decisions), *dates, days),
            self._code_in_force(cells("hs_code"), days),
            self._un_number_in_force(cells("un_no"), days),
            *(rule(cells(field)) for field, rule in self._identifiers.items()),
        ]
        if not any(any(column.distinct_values()) for column in remarks):
            return decisions
        return self._with_remarks(decisions, self._remarks(*remarks))


def _row_days(
    regimes: tuple[Regime, ...], on: date | None, field: str, *dates: Days | None
) -> tuple[DeclarationDay, ...]:
    return tuple(declaration_day(regime, on, field, *dates) for regime in regimes)


def _stands_alone(days: tuple[DeclarationDay, ...]) -> bool:
    return any(day.doubt is Reason.DATE_ALONE for day in days)


def _when(days: tuple[DeclarationDay, ...]) -> tuple[int | None, tuple[Day, ...]]:
    """What a decision reads of the days of a row."""
    day = days[0].day
    return day.year if day else None, tuple(map(Day.of, days))


def _fingerprint(decision: Decision | None, cells: tuple[str, ...], repeated: int) -> str | None:
    return None if decision is None else fingerprint(decision, cells, repeated)


def _age(
    used: tuple[bool, bool], registration: str, application: str, on: date | None
) -> tuple[Remark, ...]:
    declared, always = used
    return age(declared, registration, application, on, always=always)


def review_keys(vins: VinColumn) -> pa.StringArray:
    """What a reviewer's decision recognises each row by, as ``reviews.key_of`` has it."""
    texts = pc.utf8_trim_whitespace(without_null(vins.texts))
    return pc.coalesce(vins.vin, texts)


def _meaning(field: str, text: str) -> lexicon.Meaning | None:
    return lexicon.meaning(field, text) if text else None
