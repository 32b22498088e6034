"""What is known of one row when it is judged: from the VIN, and from what the manifest declares.

``Facts`` is the short key that ``verdict.decide`` reads; a column is decided once per distinct one.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from vintool import declared as lexicon
from vintool import headers
from vintool.declared import Meaning
from vintool.identity import Identity
from vintool.law import Regime
from vintool.powertrain import UNKNOWN, Classification, classify, one_character_from_electric
from vintool.profile import Profile, profile
from vintool.vin import position_9
from vintool.words import Basis, CheckDigit, Powertrain, Problem, Weight


class Facts(NamedTuple):
    """All that ``decide`` reads.

    ``in_force`` and ``year`` come from the declaration date; None where it cannot be read.
    """

    in_force: bool | None
    year: int | None
    declared: tuple[Meaning, ...]
    vin: "VinFacts"


class VinFacts(NamedTuple):
    """What the VIN contributes. Only an encoded model year counts; an assumed one is no evidence."""

    status: CheckDigit
    problems: frozenset[Problem]
    kinds: tuple[str, ...]
    register: bool
    model_year: int | None
    classification: Classification
    neighbour: bool


def vin_facts(
    told: Profile, problems: tuple[Problem, ...], status: CheckDigit, descriptor: str
) -> VinFacts:
    """What a well-formed VIN contributes to the verdict."""
    electric = told.classification.powertrain is Powertrain.BEV
    return VinFacts(
        status=status,
        problems=_weighing(problems),
        kinds=told.maker.kinds if told.maker else (),
        register=told.maker is not None and told.maker.confidence == "high",
        model_year=told.year.year if told.year.basis is Basis.ENCODED else None,
        classification=told.classification,
        neighbour=not electric
        and (
            one_character_from_electric(descriptor, unnoticed=status is CheckDigit.HOLDS)
            or told.near_electric
        ),
    )


def unreadable_vin_facts(identity: Identity) -> VinFacts:
    """What a text contributes that is no well-formed VIN: an electric start of it still counts."""
    starts = [text[:8] for text in (identity.reading.found or (identity.reading.text,))]
    told = [classify(start + "??") for start in starts if len(start) == 8]
    electric = [
        classification for classification in told if classification.powertrain is Powertrain.BEV
    ]
    return VinFacts(
        CheckDigit.CANNOT_TELL,
        _weighing(identity.problems),
        kinds=(),
        register=False,
        model_year=None,
        classification=(electric or [UNKNOWN])[0],
        neighbour=False,
    )


def _weighing(problems: tuple[Problem, ...]) -> frozenset[Problem]:
    return frozenset(problem for problem in problems if problem.weight is not Weight.NOTE)


def declared_meanings(declared: Mapping[str, object] | None) -> tuple[Meaning, ...]:
    """What the entries of a row mean together; what the lexicon does not know is left out.

    Args:
        declared: field -> cell, the fields being those of the header dictionary; a verdict reads
            those of ``vintool.declared.FIELDS``.

    Raises:
        ValueError: there is no such field, so that a slip in a name is not taken for silence.
    """
    given = declared or {}
    if unknown := sorted(set(given) - set(headers.fields())):
        raise ValueError(
            f"unknown declared field(s) {', '.join(unknown)}; known: {', '.join(headers.fields())}"
        )
    return lexicon.together(
        *(
            lexicon.meaning(field, str(given[field]))
            for field in lexicon.FIELDS
            if given.get(field) not in {None, ""}
        )
    )


def row_facts(
    identity: Identity, on: date | None, meanings: tuple[Meaning, ...], rule: Regime
) -> Facts:
    """What ``decide`` reads of one row."""
    vin = identity.vin
    if vin is None:
        part = unreadable_vin_facts(identity)
    else:
        part = vin_facts(
            profile(vin, position_9(vin), vin_market=identity.market),
            identity.problems,
            identity.status,
            vin.descriptor,
        )
    return Facts(None if on is None else rule.in_force(on), on.year if on else None, meanings, part)
