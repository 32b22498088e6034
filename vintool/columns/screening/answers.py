"""Decided rows -> the columns that are added to the user's."""

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import CheckDigit, Reason
from vintool.columns.engine.arrays import Places
from vintool.columns.engine.arrow_types import arrow_type
from vintool.columns.engine.categorical import NOTHING, Categorical
from vintool.columns.engine.output import OutputColumn
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.desk import ListRemarks
from vintool.columns.screening.row_rules import DecidedRows
from vintool.columns.vins import CheckedProfile, row_problems
from vintool.decoding.fields import FIELDS, Field
from vintool.decoding.identity import identify_reading, read_cell
from vintool.decoding.kinds import Kind
from vintool.decoding.suggestions import is_mendable, suggestions
from vintool.desk.licences import drawn_at
from vintool.screening.evidence import EvidenceItem, Remark
from vintool.vin.cleanup import Reading

FACTS = "vin_facts"
"""The fingerprint of the facts that a reviewer decides on, on the rows that a person must look at."""

LICENCE = "vin_licence"
"""Where the licence stands that a row has drawn on."""

#: The fields of a vehicle that a row displays as its VIN's profile tells them, in their order. Those of
#: the powertrain are the decision's: it reads the start of a text that is no VIN, too.
OF_PROFILE = ("manufacturer", "brand", "country", "model_year", "plant", "model", "built_in")


class FoldedRows(NamedTuple):
    """What n rows say that may hold several vehicles each.

    Attributes:
        texts: the cells of the VINs.
        problems: those of all vehicles.
        decisions: on them.
        with_lists: the same; where a row holds several vehicles, with what the lists say of each.
        remarks: what they say of the other rows.
        more: lines of evidence that stand behind those of some rows.
        others: by row its vehicles but the first, each with its verdict.
    """

    texts: pa.StringArray
    problems: Categorical
    decisions: Categorical
    with_lists: Categorical
    remarks: ListRemarks | None
    more: Mapping[int, list[str]]
    others: Mapping[int, tuple[str, ...]]


class AnswerColumns:
    """The columns of the answer, in their order; what values are displayed as is kept over the run.

    Args:
        joined: give lists as texts joined by ``;``, for formats without lists.
        encoded: give texts as dictionary arrays.
        with_licence: add the column ``LICENCE``.
    """

    def __init__(self, *, joined: bool, encoded: bool, with_licence: bool) -> None:
        text = pa.string()
        many = text if joined else pa.list_(text)
        column = partial(OutputColumn, encoded=encoded)

        def listed(values: Iterable[object]) -> tuple[str, ...] | str:
            texts = tuple(map(str, values))
            return ";".join(texts) if joined else texts

        self._row_problems = PerDistinct(row_problems)
        self._problems = column(listed, many)
        self._check_digit = column(
            lambda one: one.status.value, text, none=CheckDigit.CANNOT_TELL.value
        )
        self._of_profile = {
            "vin_wmi": column(lambda one: one.profile.wmi, text),
            **{
                f"vin_{name}": column(partial(_display, FIELDS[name]), _display_type(FIELDS[name]))
                for name in OF_PROFILE
            },
        }
        # The lists add reasons and evidence alone: what they say stands beside the decision to the end, as there are many more
        # combinations of both than of either.
        self._of_decision = {
            "vin_powertrain": column(lambda decision: decision.powertrain, text),
            "vin_powertrain_basis": column(lambda decision: decision.basis, text),
            "vin_powertrain_grade": column(lambda decision: decision.grade, text),
            "vin_verdict": column(lambda decision: decision.verdict.value, text),
            "vin_regime": column(lambda decision: decision.regime, text),
        }
        self._other_regimes = column(lambda one: listed(one.other_regimes), many)
        self._reasons_of = PerDistinct(lambda decision: decision.reasons)
        self._reasons_in = PerDistinct(_reasons_in)
        self._each_once = PerDistinct(_each_once)
        self._reasons = column(listed, many)
        self._evidence_of = PerDistinct(lambda decision: decision.evidence)
        self._evidence_in = PerDistinct(_evidence_in)
        self._evidence = column(listed, many)
        self._others = column(listed, many)
        self._no_others = ((),)
        self._with_licence = with_licence
        self._licence = column(lambda remarks: drawn_at(_evidence_in(remarks)), text)

    def __call__(
        self,
        rows: DecidedRows,
        decisions: Categorical,
        remarks: ListRemarks | None,
        more: Mapping[int, list[str]],
    ) -> dict[str, pa.Array]:
        """The columns of one batch of n rows.

        Args:
            rows: the rows.
            decisions: on them.
            remarks: what the lists of exporters and licences say.
            more: lines of evidence that stand behind those of some rows.
        """
        of_vins = self.of_vins(rows)
        texts, problems = rows.vins.texts, self.problems(rows)
        folded = FoldedRows(texts, problems, decisions, decisions, remarks, more, {})
        columns = self.of_rows(of_vins, folded)
        if self._with_licence:
            nothing = Categorical.constant(len(texts), NOTHING)
            columns[LICENCE] = self._licence(remarks.licences if remarks else nothing)
        return columns

    def of_vins(self, rows: DecidedRows, some: Places | None = None) -> dict[str, pa.Array]:
        """The columns of what is read of the VINs; of ``some`` rows alone where these are given."""
        vin, texts, profiles = rows.vins.vin, rows.vins.texts, rows.profiles
        if some is not None:
            vin, texts, profiles = vin.take(some), texts.take(some), profiles.take(some)
        return {
            "vin": vin,
            "vin_check_digit": self._check_digit(profiles),
            "vin_suggestion": _suggestions(texts, rows.vins.readings, profiles),
            **{name: column(profiles) for name, column in self._of_profile.items()},
        }

    def problems(self, rows: DecidedRows) -> Categorical:
        """The problems of each row."""
        return self._row_problems(rows.profiles, rows.vins.unclean)

    def of_rows(self, of_vins: Mapping[str, pa.Array], rows: FoldedRows) -> dict[str, pa.Array]:
        """The columns of one batch of n rows, which may hold several vehicles each.

        Args:
            of_vins: ``of_vins`` of the first vehicle of each.
            rows: what is said of all vehicles of a row.
        """
        of_vins = dict(of_vins)
        reasons, evidence = self._reasons_of(rows.with_lists), [self._evidence_of(rows.with_lists)]
        if rows.remarks:
            reasons = self._each_once(reasons, *map(self._reasons_in, rows.remarks))
            evidence += map(self._evidence_in, rows.remarks)
        return {
            "vin_text": rows.texts,
            "vin": of_vins.pop("vin"),
            "vin_others": self._beside_first(len(rows.texts), rows.others),
            "vin_problems": self._problems(rows.problems),
            **of_vins,
            **{name: column(rows.decisions) for name, column in self._of_decision.items()},
            "vin_reasons": self._reasons(reasons),
            "vin_evidence": self._evidence(*evidence, more=rows.more),
            "vin_other_regimes": self._other_regimes(rows.decisions),
        }

    def _beside_first(self, rows: int, others: Mapping[int, tuple[str, ...]]) -> pa.Array:
        return self._others(Categorical.constant(rows, self._no_others), more=others)


def _reasons_in(remarks: tuple[Remark, ...] | None) -> tuple[Reason, ...]:
    return tuple(one.reason for one in remarks or () if one.reason)


def _evidence_in(remarks: tuple[Remark, ...] | None) -> tuple[EvidenceItem, ...]:
    return tuple(one.item for one in remarks or () if one.item)


def _each_once(*lists: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(lists)))


def _display(field: Field, vin: CheckedProfile) -> Any:
    value = field.value and field.value(vin.profile)
    return str(value) if value is not None and field.kind is Kind.STRUCT else value


def _display_type(field: Field) -> pa.DataType:
    return pa.string() if field.kind is Kind.STRUCT else arrow_type(field)


def _may_be_meant_otherwise(one: CheckedProfile | None) -> bool:
    """Whether another VIN may be meant: by a text that is none, a part of one, or one with such a problem."""
    return one is None or one.status is CheckDigit.CANNOT_TELL or is_mendable(one.problems)


def _suggestions(
    texts: pa.StringArray, readings: Mapping[str, Reading], profiles: Categorical
) -> pa.Array:
    """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
    mendable = profiles.mask(_may_be_meant_otherwise)
    suggested = pa.nulls(len(mendable), pa.string())
    if not mendable.any():
        return suggested
    rows = pa.array(mendable)
    encoded: Any = texts.filter(rows).fill_null("").dictionary_encode()
    identities = (
        identify_reading(readings[text] if text in readings else read_cell(text))
        for text in encoded.dictionary.to_pylist()
    )
    likeliest = [
        next((one.vin for one in suggestions(identity, at_most=1)), None) for identity in identities
    ]
    of_rows = pa.array(likeliest, pa.string()).take(encoded.indices)
    return cast("pa.Array", pc.replace_with_mask(suggested, rows, of_rows))
