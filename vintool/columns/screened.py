"""Columns of a manifest -> verdicts: the steps of ``verdict.screen``, once per distinct key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vintool import declared as lexicon
from vintool.columns.lifted import BATCH_ROWS, Column, Lifted, Texts, as_text
from vintool.columns.seen import SeenVins
from vintool.columns.tables import as_table, find_mapping
from vintool.columns.vins import Descriptors, Keys, Reader, VinColumn, VinKey, row_problems
from vintool.facts import Facts, VinFacts, unreadable_vin_facts
from vintool.identity import Identity, identify, proposals
from vintool.law import DEFAULT_REGIME, Regime
from vintool.law import regime as load_regime
from vintool.verdict import Decision, decide
from vintool.vpic import MODEL
from vintool.words import CheckDigit, Reason


def date_field(mapping: Mapping[str, str]) -> str:
    """The field whose column gives each row its date; empty if none is mapped."""
    return next((field for field in ("declaration_date", "export_date") if field in mapping), "")


class Screener:
    """Batches of a manifest -> the answers, row by row.

    One screener serves one run: it keeps every answer that it has looked up, and the VINs seen.

    Args:
        mapping: field -> column name; ``vin`` is needed, the fields of ``declared.FIELDS`` and
            ``declaration_date`` or ``export_date`` are read where present.
        on: the declaration date of all rows; None to read it from the mapped column.
        regime: code of the regime.
        joined: give lists as texts joined by ``;``, for formats without lists.
        seen: the VINs of earlier sheets of the same run.

    Raises:
        ValueError: no VIN column is mapped, or neither a date nor a date column is given.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        on: date | None,
        regime: str = DEFAULT_REGIME,
        *,
        joined: bool = False,
        seen: SeenVins | None = None,
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
        self._reader = Reader()
        self._descriptors = Descriptors()
        self._texts = {field: Texts() for field in (*lexicon.FIELDS, self.date_field)}
        self._meanings = {field: Lifted(partial(_meaning, field)) for field in lexicon.FIELDS}
        self._keys = Keys()
        self._facts = Lifted(_row_facts)
        self._problems = Lifted(row_problems)
        self._declared = Lifted(lexicon.together)
        self._when = Lifted(self._read_when)
        self._decision = Lifted(self._decide)
        self._mendable = Lifted(lambda key: key is None or key.status is CheckDigit.FAILS)
        self._proposal = Lifted(
            lambda text: next((proposal.vin for proposal in proposals(identify(text))), None)
        )
        self._reasons = Lifted(
            lambda decision, again: (*decision.reasons, *([Reason.DUPLICATE_VIN] if again else []))
        )
        self._odd_texts = Texts()
        self._seen = SeenVins() if seen is None else seen

    def _read_when(self, text: str) -> tuple[bool | None, int | None]:
        on = self._on or lexicon.read_date(text)
        return (None, None) if on is None else (self.rule.in_force(on), on.year)

    def _decide(
        self,
        facts: VinFacts,
        declared: tuple[lexicon.Meaning, ...],
        when: tuple[bool | None, int | None],
    ) -> Decision:
        return decide(Facts(*when, declared, facts), self.rule)

    def __call__(self, batch: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> pa.RecordBatch:
        """The answers for one batch.

        Args:
            batch: the user's columns.
            rows: the number of each row as the user sees it.

        Returns:
            The added columns alone, row by row; ``beside`` puts them to the user's.
        """
        vins = self._reader(as_text(batch.column(self._mapping["vin"])))
        keys = self._keys(vins, self._descriptors(vins.characters))
        declared = self._declared(*(self._meaning(batch, field) for field in lexicon.FIELDS))
        decisions = self._decision(
            self._facts(keys, vins.identity), declared, self._when(self._dates(batch))
        )
        again = Column(
            [False, True], self._seen(vins.characters, vins.well_formed).astype(np.int64)
        )
        added = self._columns(vins, keys, decisions, again)
        return pa.RecordBatch.from_arrays(
            [pa.array(rows), *added.values()], names=["vin_row", *added]
        )

    def _meaning(self, batch: pa.RecordBatch, field: str) -> Column:
        name = self._mapping.get(field)
        if name is None:
            return Column([None], np.zeros(batch.num_rows, dtype=np.int64))
        return self._meanings[field](self._texts[field](as_text(batch.column(name))))

    def _dates(self, batch: pa.RecordBatch) -> Column:
        if not self.date_field:
            return Column([""], np.zeros(batch.num_rows, dtype=np.int64))
        return self._texts[self.date_field](as_text(batch.column(self._mapping[self.date_field])))

    def _columns(
        self, vins: VinColumn, keys: Column, decisions: Column, again: Column
    ) -> dict[str, pa.Array]:
        text = pa.string()
        many = text if self._joined else pa.list_(text)

        def told(of: Callable[[VinKey], Any], kind: pa.DataType = text) -> pa.Array:
            return keys.take(lambda key: None if key is None else of(key), kind)

        def decided(of: Callable[[Decision], Any], kind: pa.DataType = text) -> pa.Array:
            return decisions.take(of, kind)

        def listed(values: Iterable[object]) -> list[str] | str:
            texts = [str(value) for value in values]
            return ";".join(texts) if self._joined else texts

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
            "vin_reasons": self._reasons(decisions, again).take(listed, many),
            "vin_evidence": decided(lambda decision: listed(decision.evidence), many),
            "vin_other_regimes": decided(lambda decision: listed(decision.other_regimes), many),
        }

    def _suggestions(self, vins: VinColumn, keys: Column) -> pa.Array:
        """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
        mendable = self._mendable(keys).take(bool, pa.bool_())
        texts = self._odd_texts(vins.texts.filter(mendable))
        found = self._proposal(texts).take(lambda vin: vin, pa.string())
        return pc.replace_with_mask(pa.nulls(len(mendable), pa.string()), mendable, found)


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
    """Screen a stream of batches; memory does not grow with rows but for 8 bytes a distinct VIN.

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
