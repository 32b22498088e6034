"""Columns of a manifest -> verdicts: the steps of ``verdict.screen``, once per distinct key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import DEFAULT_REGIME, CheckDigit, Reason
from vintool.columns.engine.distinct import BATCH_ROWS, Column, Lifted
from vintool.columns.engine.keys import Mask
from vintool.columns.engine.output import Shown
from vintool.columns.engine.tables import as_table, find_mapping
from vintool.columns.screening.duplicates import Seen
from vintool.columns.screening.judge import KEPT, KEPT_FOR, Judged, Rules
from vintool.columns.screening.row_facts import (
    DUPLICATES,
    SHEET_SHIFT,
    Earlier,
    earlier_rows,
    sides,
)
from vintool.columns.vins import VinColumn, VinKey, row_problems
from vintool.decoding.identity import judge_reading, proposals
from vintool.desk.book import Desk
from vintool.desk.licences import drawn_at
from vintool.screening.decision import Decision
from vintool.screening.regimes import Regime, load_regime
from vintool.screening.screen import needs_a_look
from vintool.vin.cleanup import read
from vintool.vpic.elements import MODEL

FACTS = "vin_facts"
"""The fingerprint of the facts that a reviewer decides on, on the rows that a person must look at."""

LICENCE = "vin_licence"
"""Where the licence stands that a row has drawn on."""


def date_field(mapping: Mapping[str, str]) -> str:
    """The field whose column gives each row its date; empty if none is mapped."""
    return next((field for field in ("declaration_date", "export_date") if field in mapping), "")


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one sheet of a run: it keeps what it has looked up, as long as there is room.

    Args:
        mapping: field -> column name; ``vin`` is needed, what else is mapped is read.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime.
        joined: give lists as texts joined by ``;``, for formats without lists.
        encoded: give texts as dictionary arrays.
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
        encoded: bool = False,
        seen: Seen | None = None,
        desk: Desk | None = None,
        sheet: int = 0,
        with_facts: bool = False,
        with_licence: bool = False,
    ) -> None:
        if "vin" not in mapping:
            raise ValueError("mapping names no column for vin")
        self.regime: Regime = load_regime(regime)
        self.date_field = "" if on is not None else date_field(mapping)
        if on is None and not self.date_field:
            raise ValueError("give on=, or map declaration_date or export_date")
        self._mapping = dict(mapping)
        self._on = on
        self._joined, self._encoded = joined, encoded
        self._seen = Seen() if seen is None else seen
        self._desk = desk or Desk()
        self._sheet = sheet
        self._with_facts = with_facts
        self._with_licence = with_licence
        self._forget()

    def _make_room(self, rows: int) -> None:
        """Forget what was looked up, if it has become too much for the rows that it was looked up for."""
        if self._rules.kept > self._kept_at_most:
            if self._rows >= KEPT_FOR:
                self._forget()
            else:
                self._kept_at_most *= 2
        self._rows += rows

    def _forget(self) -> None:
        self._rows, self._kept_at_most = 0, KEPT
        self._facts = Shown(lambda told: told, pa.string(), encoded=self._encoded)
        self._ordinals: list[int] = []
        self._rules = Rules(self._mapping, self._on, self.date_field, self.regime, self._desk)
        self._answers = _Answers(
            joined=self._joined, encoded=self._encoded, with_licence=self._with_licence
        )

    def _earlier(
        self, vins: VinColumn, rows: npt.NDArray[np.int64], cells: Callable[[str], Column]
    ) -> Earlier:
        bills = cells("bl_no") if "bl_no" in self._mapping else None
        return earlier_rows(self._seen, vins, rows + (self._sheet << SHEET_SHIFT), bills)

    def __call__(self, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        self._make_room(batch.num_rows)
        rules = self._rules
        judged = rules(batch)
        earlier = self._earlier(judged.vins, rows, judged.cells)
        settled = judged.decisions
        if (kinds := earlier.kinds).any():
            settled = rules.with_duplicate(settled, Column(DUPLICATES, kinds))
        self._ordinals += range(len(self._ordinals), int(earlier.times.max(initial=0)) + 1)
        nth = Column(self._ordinals, earlier.times)

        def facts(asked: Mask) -> Column:
            return rules.facts(judged, asked, settled, nth)

        decided = rules.desk.reviewed(settled, facts, _keys_of(judged.vins))
        vehicles = np.where(earlier.places >= 0, earlier.places, earlier.own)
        final = rules.desk(
            decided,
            judged.cells,
            judged.vins.vin,
            judged.vin_facts,
            judged.declared,
            judged.days,
            vehicles,
        )
        added = self._answers(judged, decided, final, self._sides(judged, earlier, final))
        if self._with_facts:
            look = final.mask(needs_a_look)
            added[FACTS] = self._facts(facts(look))
        return pa.RecordBatch.from_arrays(
            [pa.array(rows), *added.values()], names=["vin_row", *added]
        )

    def _sides(self, judged: Judged, earlier: Earlier, final: Column) -> Mapping[int, list[str]]:
        """What only the row itself can show; a chassis number where the row is told that it differs."""
        chassis = judged.chassis
        if chassis:
            told = final.mask(lambda one: Reason.CONTRADICTION_CHASSIS in one.reasons)
            chassis = {row: number for row, number in chassis.items() if told[row]}
        return sides(judged.vins, chassis, earlier, self._place)

    def _place(self, place: int) -> str:
        sheet, row = place >> SHEET_SHIFT, place & ((1 << SHEET_SHIFT) - 1)
        on = f" of sheet {sheet + 1}" if sheet != self._sheet else ""
        return f"the VIN of row {row}{on}"


class _Answers:
    """Judged rows -> the columns that are added, in their order."""

    def __init__(self, *, joined: bool, encoded: bool, with_licence: bool) -> None:
        self._joined, self._encoded = joined, encoded
        text = pa.string()
        many = text if joined else pa.list_(text)

        def of_key(of: Callable[[VinKey], Any], kind: pa.DataType = text) -> Shown:
            return self._shown(of, kind)

        def of_decision(of: Callable[[Decision], Any], kind: pa.DataType = text) -> Shown:
            return self._shown(of, kind)

        listed = self._listed
        self._problems = Lifted(row_problems)
        self._problems_shown = self._shown(listed, many)
        self._key_columns = {
            "vin_check_digit": self._shown(
                lambda key: key.status.value, text, none=CheckDigit.CANNOT_TELL.value
            ),
            "vin_wmi": of_key(lambda key: key.profile.wmi),
            "vin_manufacturer": of_key(lambda key: key.profile.maker and key.profile.maker.name),
            "vin_brand": of_key(lambda key: key.profile.brand and key.profile.brand.name),
            "vin_country": of_key(lambda key: key.profile.country_code),
            "vin_model_year": of_key(lambda key: key.profile.year.year, pa.int32()),
            "vin_plant": of_key(lambda key: key.profile.plant and str(key.profile.plant)),
            "vin_model": of_key(lambda key: key.profile.attribute(MODEL)),
        }
        # The desk adds reasons and evidence alone, and makes many answers of few decisions.
        self._decided_columns = {
            "vin_powertrain": of_decision(lambda decision: decision.powertrain),
            "vin_powertrain_basis": of_decision(lambda decision: decision.basis),
            "vin_powertrain_grade": of_decision(lambda decision: decision.grade),
            "vin_verdict": of_decision(lambda decision: decision.verdict.value),
            "vin_other_regimes": of_decision(lambda one: listed(one.other_regimes), many),
        }
        self._reasons = of_decision(lambda decision: listed(decision.reasons), many)
        self._evidence = of_decision(lambda decision: listed(decision.evidence), many)
        self._licence = of_decision(lambda one: drawn_at(one.evidence)) if with_licence else None
        self._mendable = Lifted(lambda key: key is None or key.status is CheckDigit.FAILS)

    def _shown(self, of: Callable[[Any], Any], kind: pa.DataType, *, none: object = None) -> Shown:
        return Shown(of, kind, none=none, encoded=self._encoded)

    def __call__(
        self,
        judged: Judged,
        decisions: Column,
        final: Column,
        more: Mapping[int, list[str]],
    ) -> dict[str, pa.Array]:
        """The columns of one batch.

        Args:
            judged: the rows.
            decisions: their decisions, before the lists of the desk.
            final: the same behind them.
            more: lines of evidence that stand behind those of some rows.
        """
        vins = judged.vins
        problems = self._problems_shown(self._problems(judged.keys, vins.odd))
        of_key = {name: shown(judged.keys) for name, shown in self._key_columns.items()}
        of_decision = {name: shown(decisions) for name, shown in self._decided_columns.items()}
        regimes = of_decision.pop("vin_other_regimes")
        columns = {
            "vin_text": vins.texts,
            "vin": vins.vin,
            "vin_problems": problems,
            "vin_check_digit": of_key.pop("vin_check_digit"),
            "vin_suggestion": self._suggestions(vins, judged.keys),
            **of_key,
            **of_decision,
            "vin_reasons": self._reasons(final),
            "vin_evidence": self._evidence.with_more(final, more),
            "vin_other_regimes": regimes,
        }
        return columns | ({LICENCE: self._licence(final)} if self._licence else {})

    def _listed(self, values: Iterable[object]) -> tuple[str, ...] | str:
        texts = tuple(map(str, values))
        return ";".join(texts) if self._joined else texts

    def _suggestions(self, vins: VinColumn, keys: Column) -> pa.Array:
        """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
        mendable = self._mendable(keys).mask(bool)
        suggested = pa.nulls(len(mendable), pa.string())
        if not mendable.any():
            return suggested
        rows = pa.array(mendable)
        encoded = pc.fill_null(vins.texts.filter(rows), "").dictionary_encode()
        identities = (
            judge_reading(vins.readings[text] if text in vins.readings else read(text))
            for text in encoded.dictionary.to_pylist()
        )
        likeliest = [
            next((one.vin for one in proposals(identity, at_most=1)), None)
            for identity in identities
        ]
        found = pa.array(likeliest, pa.string()).take(encoded.indices)
        return pc.replace_with_mask(suggested, rows, found)


def _keys_of(vins: VinColumn) -> Callable[[], pa.Array]:
    """What a reviewer's decision recognises each row by, as ``reviews.key_of`` has it."""
    return lambda: pc.coalesce(vins.vin, pc.utf8_trim_whitespace(pc.fill_null(vins.texts, "")))


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


def screen_batches(
    reader: Iterable[pa.RecordBatch],
    on: date | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
) -> Iterator[pa.RecordBatch]:
    """Screen a stream of batches; memory hardly grows with the rows, what tells duplicates lies on disk.

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
