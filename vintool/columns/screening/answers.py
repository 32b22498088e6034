"""Decided rows -> the columns that are added to the user's."""

from collections.abc import Iterable, Mapping
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import CheckDigit
from vintool.columns.engine.categorical import Categorical
from vintool.columns.engine.output import OutputColumn
from vintool.columns.engine.per_distinct import PerDistinct
from vintool.columns.screening.row_rules import DecidedRows
from vintool.columns.vins import VinColumn, row_problems
from vintool.decoding.identity import judge_reading, proposals
from vintool.desk.licences import drawn_at
from vintool.vin import read
from vintool.vpic import MODEL

FACTS = "vin_facts"
"""The fingerprint of the facts that a reviewer decides on, on the rows that a person must look at."""

LICENCE = "vin_licence"
"""Where the licence stands that a row has drawn on."""


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
            "vin_manufacturer": column(
                lambda one: one.profile.maker and one.profile.maker.name, text
            ),
            "vin_brand": column(lambda one: one.profile.brand and one.profile.brand.name, text),
            "vin_country": column(lambda one: one.profile.country_code, text),
            "vin_model_year": column(lambda one: one.profile.year.year, pa.int32()),
            "vin_plant": column(lambda one: one.profile.plant and str(one.profile.plant), text),
            "vin_model": column(lambda one: one.profile.attribute(MODEL), text),
        }
        # The lists add reasons and evidence alone, and make many answers of few decisions.
        self._of_decision = {
            "vin_powertrain": column(lambda decision: decision.powertrain, text),
            "vin_powertrain_basis": column(lambda decision: decision.basis, text),
            "vin_powertrain_grade": column(lambda decision: decision.grade, text),
            "vin_verdict": column(lambda decision: decision.verdict.value, text),
        }
        self._other_regimes = column(lambda one: listed(one.other_regimes), many)
        self._reasons = column(lambda decision: listed(decision.reasons), many)
        self._evidence = column(lambda decision: listed(decision.evidence), many)
        self._licence = column(lambda one: drawn_at(one.evidence), text) if with_licence else None
        self._fingerprint = column(lambda fingerprint: fingerprint, text)

    def __call__(
        self,
        rows: DecidedRows,
        with_reviews: Categorical,
        with_licences: Categorical,
        more: Mapping[int, list[str]],
    ) -> dict[str, pa.Array]:
        """The columns of one batch of n rows.

        Args:
            rows: the rows.
            with_reviews: their decisions, before the lists of exporters and licences.
            with_licences: the same behind them.
            more: lines of evidence that stand behind those of some rows.
        """
        vins, profiles = rows.vins, rows.profiles
        columns = {
            "vin_text": vins.texts,
            "vin": vins.vin,
            "vin_problems": self._problems(self._row_problems(profiles, vins.unclean)),
            "vin_check_digit": self._check_digit(profiles),
            "vin_suggestion": _suggestions(vins, profiles),
            **{name: column(profiles) for name, column in self._of_profile.items()},
            **{name: column(with_reviews) for name, column in self._of_decision.items()},
            "vin_reasons": self._reasons(with_licences),
            "vin_evidence": self._evidence.with_more(with_licences, more),
            "vin_other_regimes": self._other_regimes(with_reviews),
        }
        return columns | ({LICENCE: self._licence(with_licences)} if self._licence else {})

    def facts(self, fingerprints: Categorical) -> pa.Array:
        """The column ``FACTS``."""
        return self._fingerprint(fingerprints)


def _suggestions(vins: VinColumn, profiles: Categorical) -> pa.Array:
    """The likeliest meant VIN, for texts that are no VIN and for check digits that fail."""
    mendable = profiles.mask(lambda one: one is None or one.status is CheckDigit.FAILS)
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
        next((one.vin for one in proposals(identity, at_most=1)), None) for identity in identities
    ]
    of_rows = pa.array(likeliest, pa.string()).take(encoded.indices)
    return pc.replace_with_mask(suggested, rows, of_rows)
