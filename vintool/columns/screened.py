"""Columns of a manifest -> verdicts: the steps of ``verdict.screen``, once per distinct key."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool import declared as lexicon
from vintool import identifiers, used
from vintool.columns.desk import DeskColumns
from vintool.columns.lifted import (
    BATCH_ROWS,
    EMPTY,
    NO_OR_YES,
    Codes,
    Column,
    Lifted,
    Mask,
    Texts,
    as_text,
    same_for_all,
)
from vintool.columns.seen import Seen, at_rows, hashes_of, mix, text_hashes
from vintool.columns.tables import as_table, find_mapping
from vintool.columns.vins import Descriptors, Keys, Reader, VinColumn, VinKey, row_problems
from vintool.contradictions import chassis_sides
from vintool.days import read_date
from vintool.decision import Decision, decide
from vintool.desk.book import Desk
from vintool.desk.decisions import fingerprint
from vintool.desk.licences import drawn_at
from vintool.evidence import Found, found, merged
from vintool.facts import Facts, VinFacts, chassis_differs, registered, unreadable_vin_facts
from vintool.identity import Identity, identify, proposals
from vintool.law import Regime
from vintool.law import regime as load_regime
from vintool.verdict import declared_used, needs_a_look, with_duplicate, with_found
from vintool.vpic import MODEL
from vintool.words import DEFAULT_REGIME, CheckDigit, Reason

FACTS = "vin_facts"
"""The fingerprint of the facts that a reviewer decides on, on the rows that a person must look at."""

LICENCE = "vin_licence"
"""Where the licence stands that a row has drawn on."""


def date_field(mapping: Mapping[str, str]) -> str:
    """The field whose column gives each row its date; empty if none is mapped."""
    return next((field for field in ("declaration_date", "export_date") if field in mapping), "")


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one sheet of a run: it keeps every answer that it has looked up.

    Args:
        mapping: field -> column name; ``vin`` is needed, what else is mapped is read.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime.
        joined: give lists as texts joined by ``;``, for formats without lists.
        seen: the VINs of earlier sheets of the same run.
        desk: lists that the rows are held against.
        sheet: the number of the sheet in the run, from 0.
        with_facts: add the column ``FACTS``, not null on the rows that a person must look at.
        with_licence: add the column ``LICENCE``.

    Raises:
        ValueError: no VIN column is mapped, or neither a date nor a date column is given.
    """

    def __init__(  # noqa: PLR0913 - what a run is made of
        self,
        mapping: Mapping[str, str],
        on: date | None,
        regime: str = DEFAULT_REGIME,
        *,
        joined: bool = False,
        seen: Seen | None = None,
        desk: Desk | None = None,
        sheet: int = 0,
        with_facts: bool = False,
        with_licence: bool = False,
    ) -> None:
        if "vin" not in mapping:
            raise ValueError("mapping names no column for vin")
        self.rule: Regime = load_regime(regime)
        self._mapping = dict(mapping)
        self._joined = joined
        self.date_field = "" if on is not None else date_field(mapping)
        if on is None and not self.date_field:
            raise ValueError("give on=, or map declaration_date or export_date")
        self._on = on
        self._sheet = sheet
        self._with_facts = with_facts
        self._with_licence = with_licence
        self._reader = Reader()
        self._descriptors = Descriptors()
        self._texts: dict[str, Texts] = defaultdict(Texts)
        self._meanings = {field: Lifted(partial(_meaning, field)) for field in lexicon.FIELDS}
        self._header_currency = [lexicon.currency_of(mapping.get("unit_price", ""))]
        self._keys = Keys()
        self._vin_facts = Lifted(_row_facts)
        self._problems = Lifted(row_problems)
        self._declared = Lifted(lexicon.together)
        self._day = Lifted(lambda text: on or read_date(text))
        self._when = Lifted(self._in_force)
        self._registered = Lifted(registered)
        self._decision = Lifted(self._decide)
        self._used = Lifted(declared_used)
        self._age = Lifted(partial(used.age, asked=self.rule.condition == "used"))
        self._identifiers = {
            field: Lifted(rule)
            for field, rule in (
                ("container_no", identifiers.container),
                ("vessel_imo", identifiers.vessel),
                ("exporter_code", identifiers.exporter_code),
            )
        }
        self._code_in_force = Lifted(identifiers.code_in_force)
        self._found = Lifted(merged)
        self._reasons = Lifted(lambda decision: self._listed(decision.reasons))
        self._evidence = Lifted(lambda decision: self._listed(decision.evidence))
        self._with_found = Lifted(with_found)
        self._duplicate = Lifted(with_duplicate)
        self._mendable = Lifted(lambda key: key is None or key.status is CheckDigit.FAILS)
        self._proposal = Lifted(
            lambda text: next((proposal.vin for proposal in proposals(identify(text))), None)
        )
        self._odd_texts = Texts()
        self._cells_told = Lifted(lambda *texts: texts)
        self._facts = Lifted(partial(fingerprint, self.rule.rule_version))
        self._seen = Seen() if seen is None else seen
        self._desk = DeskColumns(desk or Desk(), self._mapping)

    def _in_force(self, on: date | None) -> tuple[bool | None, int | None]:
        return (None, None) if on is None else (self.rule.in_force(on), on.year)

    def _decide(
        self,
        vin: VinFacts,
        declared: tuple[lexicon.Meaning, ...],
        when: tuple[bool | None, int | None],
        registration: int | None,
        differs: bool,  # noqa: FBT001 - a key of a column, like the others
    ) -> Decision:
        return decide(Facts(*when, declared, vin, registration, differs), self.rule)

    def __call__(self, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        cells = self._cells(batch)
        vins = self._reader(as_text(batch.column(self._mapping["vin"])))
        keys = self._keys(vins, self._descriptors(vins.characters))
        vin_facts = self._vin_facts(keys, vins.identity)
        declared = self._declared(*(self._meaning(cells, field) for field in lexicon.FIELDS))
        days = self._day(cells(self.date_field))
        chassis = self._chassis(batch, vins)
        decisions = self._decision(
            vin_facts,
            declared,
            self._when(days),
            self._registered(cells("registration_date"), days),
            Column(NO_OR_YES, (chassis != "").astype(np.int64)),
        )
        settled = self._beside_the_verdict(decisions, cells, days)
        earlier = self._earlier(cells, vins, rows)
        if earlier.kinds.any():
            settled = self._duplicate(settled, Column(_DUPLICATES, earlier.kinds))
        times = self._seen.times(earlier.places)

        def facts(asked: Mask) -> Column:
            """The fingerprint of some rows: what the decision rests on, and the cells behind it."""
            told = [cells(field).at(asked) for field in _FINGERPRINTED]
            numbers = self._texts["chassis"](pa.array(chassis[asked], pa.string()))
            nth = Column(self._seen.ordinals, times[asked])
            return self._facts.on(asked, settled.at(asked), self._cells_told(*told, numbers), nth)

        decided = self._desk.reviewed(settled, facts, _keys_of(vins))
        vehicles = np.where(earlier.places >= 0, earlier.places, earlier.own)
        final = self._desk(decided, cells, vins.vin, vin_facts, declared, days, vehicles)
        added = self._columns(vins, keys, decided, final)
        added["vin_evidence"] = self._with_sides(
            added["vin_evidence"], vins, self._shown(chassis, final), earlier
        )
        if self._with_facts:
            look = final.take(needs_a_look, pa.bool_()).to_numpy(zero_copy_only=False)
            added[FACTS] = facts(look).take(lambda told: told, pa.string())
        if self._with_licence:
            added[LICENCE] = final.take(lambda one: drawn_at(one.evidence), pa.string())
        return pa.RecordBatch.from_arrays(
            [pa.array(rows), *added.values()], names=["vin_row", *added]
        )

    def _cells(self, batch: pa.RecordBatch) -> Callable[[str], Column]:
        """The texts of a field, read once a batch; of one that is not mapped nothing."""
        nothing = same_for_all(batch.num_rows, EMPTY)
        read: dict[str, Column] = {}

        def cells(field: str) -> Column:
            if field not in read:
                name = self._mapping.get(field)
                read[field] = (
                    nothing if name is None else self._texts[field](as_text(batch.column(name)))
                )
            return read[field]

        return cells

    def _meaning(self, cells: Callable[[str], Column], field: str) -> Column:
        texts = cells(field)
        if field == "currency" and field not in self._mapping:
            return same_for_all(len(texts.codes), self._header_currency)
        return self._meanings[field](texts)

    def _beside_the_verdict(
        self, decisions: Column, cells: Callable[[str], Column], days: Column
    ) -> Column:
        """The decisions with what dates and identifiers of a row tell, as ``verdict.judge`` asks it."""
        dates = (cells("registration_date"), cells("application_date"))
        told = [
            self._age(self._used(decisions), *dates, days),
            self._code_in_force(cells("hs_code"), days),
            *(
                rule(cells(field))
                for field, rule in self._identifiers.items()
                if field in self._mapping
            ),
        ]
        if not any(column.values[code] for column in told for code in column.dense[0]):
            return decisions
        return self._with_found(decisions, self._found(*told))

    def _chassis(self, batch: pa.RecordBatch, vins: VinColumn) -> npt.NDArray[np.object_]:
        """For each row the chassis number that is not that of its VIN; empty where none differs."""
        differing = np.full(batch.num_rows, "", dtype=object)
        name = self._mapping.get("chassis_no")
        if name is None:
            return differing
        texts = pc.fill_null(as_text(batch.column(name)), "")
        other = pa.array(vins.well_formed)
        for start in _USUAL_CHASSIS:
            end = pc.utf8_slice_codeunits(pc.fill_null(vins.vin, ""), start)
            other = pc.and_(other, pc.not_equal(texts, end))
        rows = np.flatnonzero(other.to_numpy(zero_copy_only=False))
        pairs = zip(
            rows.tolist(),
            vins.vin.take(rows).to_pylist(),
            texts.take(rows).to_pylist(),
            strict=True,
        )
        for row, vin, text in pairs:
            if chassis_differs(vin, text):
                differing[row] = text.strip()
        return differing

    def _shown(self, chassis: npt.NDArray[np.object_], final: Column) -> npt.NDArray[np.object_]:
        """The chassis numbers of rows that are told that theirs differs."""
        if not chassis.any():
            return chassis
        told = final.take(lambda one: Reason.CONTRADICTION_CHASSIS in one.reasons, pa.bool_())
        return np.where(told.to_numpy(zero_copy_only=False), chassis, "")

    def _earlier(
        self, cells: Callable[[str], Column], vins: VinColumn, rows: npt.NDArray[np.int64]
    ) -> "Earlier":
        """Which rows bear a VIN of an earlier row, and under the same bill of lading."""
        places = (rows + (self._sheet << _SHEET_SHIFT))[vins.well_formed]
        hashes = hashes_of(vins.characters)
        first = at_rows(vins.well_formed, self._seen.vins(hashes, places))
        under = np.full(len(rows), -1, dtype=np.int64)
        if "bl_no" in self._mapping:
            bills = cells("bl_no")
            named = bills.take(lambda text: bool(text.strip()), pa.bool_())
            with_bill = vins.well_formed & named.to_numpy(zero_copy_only=False)
            used_bills, where = bills.dense
            own = text_hashes([bills.values[code].strip().upper() for code in used_bills.tolist()])
            both = mix(hashes[with_bill[vins.well_formed]] ^ own[where[with_bill]])
            under = at_rows(with_bill, self._seen.bills(both, places[with_bill[vins.well_formed]]))
        return Earlier(at_rows(vins.well_formed, places), first, under)

    def _columns(
        self, vins: VinColumn, keys: Column, decisions: Column, final: Column
    ) -> dict[str, pa.Array]:
        # The desk adds reasons and evidence alone, and makes many answers of few decisions.
        text = pa.string()
        many = text if self._joined else pa.list_(text)

        def told(of: Callable[[VinKey], Any], kind: pa.DataType = text) -> pa.Array:
            return keys.take(lambda key: None if key is None else of(key), kind)

        def decided(of: Callable[[Decision], Any], kind: pa.DataType = text) -> pa.Array:
            return decisions.take(of, kind)

        listed = self._listed
        return {
            "vin_text": vins.texts,
            "vin": vins.vin,
            "vin_problems": self._problems(keys, vins.identity).take(listed, many),
            "vin_check_digit": keys.take(
                lambda key: (key.status if key else CheckDigit.CANNOT_TELL).value, text
            ),
            "vin_suggestion": self._suggestions(vins, keys),
            "vin_wmi": told(lambda key: key.profile.wmi),
            "vin_manufacturer": told(lambda key: key.profile.maker and key.profile.maker.name),
            "vin_brand": told(lambda key: key.profile.brand and key.profile.brand.name),
            "vin_country": told(lambda key: key.profile.country_code),
            "vin_model_year": told(lambda key: key.profile.year.year, pa.int32()),
            "vin_plant": told(lambda key: key.profile.plant and str(key.profile.plant)),
            "vin_model": told(lambda key: key.profile.attribute(MODEL)),
            "vin_powertrain": decided(lambda decision: decision.powertrain),
            "vin_powertrain_basis": decided(lambda decision: decision.basis),
            "vin_powertrain_grade": decided(lambda decision: decision.grade),
            "vin_verdict": decided(lambda decision: decision.verdict.value),
            "vin_reasons": self._reasons(final).take(lambda texts: texts, many),
            "vin_evidence": self._evidence(final).take(lambda texts: texts, many),
            "vin_other_regimes": decided(lambda decision: listed(decision.other_regimes), many),
        }

    def _listed(self, values: Iterable[object]) -> tuple[str, ...] | str:
        texts = tuple(map(str, values))
        return ";".join(texts) if self._joined else texts

    def _with_sides(
        self,
        evidence: pa.Array,
        vins: VinColumn,
        chassis: npt.NDArray[np.object_],
        earlier: "Earlier",
    ) -> pa.Array:
        """The evidence with both sides of what only the row itself can show."""
        shown: dict[int, list[str]] = {}
        rows = np.flatnonzero(chassis != "").tolist()
        for row, vin in zip(
            rows, vins.vin.take(pa.array(rows, pa.int64())).to_pylist(), strict=True
        ):
            shown.setdefault(row, []).append(str(chassis_sides(vin, chassis[row])))
        for reason, places in (
            (Reason.DUPLICATE_VIN, earlier.places),
            (Reason.DUPLICATE_VIN_BILL, earlier.under_bill),
        ):
            for row in np.flatnonzero(places >= 0).tolist():
                item = found(reason, self._place(int(places[row])), "this file").item
                shown.setdefault(row, []).append(str(item))
        if not shown:
            return evidence
        at = np.array(sorted(shown), dtype=np.int64)
        more = [shown[row] for row in at.tolist()]
        own = evidence.take(pa.array(at)).to_pylist()
        joined: list[list[str] | str] = [
            ";".join(filter(None, [old, *new])) if self._joined else [*(old or ()), *new]
            for old, new in zip(own, more, strict=True)
        ]
        where = np.arange(len(evidence))
        where[at] = len(evidence) + np.arange(len(at))
        both = pa.concat_arrays([evidence, pa.array(joined, evidence.type)])
        return both.take(pa.array(where))

    def _place(self, place: int) -> str:
        sheet, row = place >> _SHEET_SHIFT, place & ((1 << _SHEET_SHIFT) - 1)
        on = f" of sheet {sheet + 1}" if sheet != self._sheet else ""
        return f"the VIN of row {row}{on}"

    def _suggestions(self, vins: VinColumn, keys: Column) -> pa.Array:
        """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
        mendable = self._mendable(keys).take(bool, pa.bool_())
        texts = self._odd_texts(vins.texts.filter(mendable))
        found = self._proposal(texts).take(lambda vin: vin, pa.string())
        return pc.replace_with_mask(pa.nulls(len(mendable), pa.string()), mendable, found)


class Earlier(NamedTuple):
    """For every row its own place, that of an earlier one with its VIN, and of one under its bill too.

    -1 stands for none, and for the place of a row that bears no VIN.
    """

    own: Codes
    places: Codes
    under_bill: Codes

    @property
    def kinds(self) -> Codes:
        """The number of each row in ``_DUPLICATES``."""
        return np.where(self.under_bill >= 0, 2, (self.places >= 0).astype(np.int64))


# Where a chassis number mostly starts in its VIN (0-based): whole, its last eight, its last six.
_USUAL_CHASSIS = (0, 9, 11)
_SHEET_SHIFT = 40
# What a reviewer's decision rests on, beside the decision of the tool. A price counts by its class alone.
_FINGERPRINTED = (
    *(field for field in lexicon.FIELDS if field not in {"unit_price", "currency"}),
    "registration_date",
    "application_date",
)
_DUPLICATES = [
    (),
    (Found(Reason.DUPLICATE_VIN),),
    (Found(Reason.DUPLICATE_VIN), Found(Reason.DUPLICATE_VIN_BILL)),
]


def _keys_of(vins: VinColumn) -> pa.Array:
    """What a reviewer's decision recognises each row by, as ``decisions.key_of`` has it."""
    return pc.coalesce(vins.vin, pc.utf8_trim_whitespace(pc.fill_null(vins.texts, "")))


def beside(batch: pa.RecordBatch, answers: pa.RecordBatch) -> pa.RecordBatch:
    """The user's columns, untouched and first, then the answers.

    An answer whose name the user already has gets ``vin_`` before it once more: beside a column
    ``vin`` of the user stands ``vin_vin``.
    """
    names = list(batch.schema.names)
    for name in answers.schema.names:
        while name in names:
            name = f"vin_{name}"  # noqa: PLW2901
        names.append(name)
    return pa.RecordBatch.from_arrays([*batch.columns, *answers.columns], names=names)


def _meaning(field: str, text: str) -> lexicon.Meaning | None:
    return lexicon.meaning(field, text) if text else None


def _row_facts(key: VinKey | None, identity: Identity | None) -> VinFacts:
    if key is not None:
        return key.facts
    assert identity is not None  # noqa: S101 - a row is a VIN, or was read and found to be none
    return unreadable_vin_facts(identity)


def screen_batches(
    reader: Iterable[pa.RecordBatch],
    on: date | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; memory does not grow with rows but for 16 bytes a distinct VIN.

    Args:
        reader: batches in the order of the rows, all of one schema.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, see ``Screener``; where not given, the header dictionary
            finds them in the first batch.
        regime: code of the regime.

    Yields:
        The same rows in the same order, the answer added in columns prefixed ``vin_``.

    Raises:
        ValueError: a mapped column is not there, or no date is given and none is mapped.
        MappingError, NoVinColumn: which column is which must be told by ``mapping``.
    """
    screener, row = None, 1
    for batch in reader:
        if screener is None:
            found = mapping or find_mapping(pa.Table.from_batches([batch]))
            if missing := sorted(set(found.values()) - set(batch.schema.names)):
                raise ValueError(f"no column {', '.join(map(repr, missing))} in the data")
            screener = Screener(found, on, regime)
        for start in range(0, max(batch.num_rows, 1), BATCH_ROWS):
            part = batch.slice(start, BATCH_ROWS)
            yield beside(part, screener(part, np.arange(row, row + part.num_rows)))
            row += part.num_rows


def screen_table(
    data: Any,
    on: date | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
) -> pa.Table:
    """Screen anything that speaks Arrow: a table, a data frame, or one column of texts.

    Args:
        data: an object with ``__arrow_c_stream__`` or ``__arrow_c_array__``.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name; where not given, the header dictionary finds them.
        regime: code of the regime.

    Returns:
        The same rows in the same order, the answer added in columns prefixed ``vin_``.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``.
        ValueError: no date is given, and no date column found.
    """
    table = as_table(data)
    mapping = mapping or find_mapping(table)
    batches = table.to_batches() or [
        pa.RecordBatch.from_arrays(
            [pa.array([], field.type) for field in table.schema], schema=table.schema
        )
    ]
    return pa.Table.from_batches(screen_batches(batches, on, mapping, regime))
