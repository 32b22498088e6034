"""What a start of a VIN says of the model: the makers' type codes, and the models that were seen behind it.

NHTSA's filings stand above both where they speak for a VIN; see ``fields``. A model is told where one alone
is left: where a code and the labels of exactly this start disagree, or where they name several, they are
candidates. ``models_of`` is a rule of what fits: the columns (``columns.decoding.fields``) ask it too.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from vintool.codes import Market
from vintool.registry.makers import maker
from vintool.registry.models import ModelRow, fitting_models, known_models, line_of, spelled_models
from vintool.registry.patterns import ANY
from vintool.registry.powertrain_rules import MANUAL
from vintool.registry.rule import PACKAGED, Rule
from vintool.vin.positions import UNKNOWN_CHARACTER

_ASIDE = re.compile(r"\s*\([^()]*\)$")
#: Fields that the makers' codes tell beside the model; each is a column of ``models.csv``.
BESIDE = ("series", "body_class", "drive_type")
#: The fields that are told here where no filing speaks for a VIN.
FIELDS = ("model", *BESIDE)


class Known(NamedTuple):
    """A value, and the row that it rests on; None and None where it is not told."""

    value: str | None
    row: ModelRow | Rule | None


class Models(NamedTuple):
    """The model, every model that it can be, and what else the codes of the maker say of it."""

    model: Known
    candidates: tuple[str, ...]
    series: Known
    body_class: Known
    drive_type: Known

    def of(self, field: str) -> Known:
        """One of ``FIELDS``."""
        return Known(*getattr(self, field))


NOTHING = Known(None, None)
UNKNOWN = Models(NOTHING, (), NOTHING, NOTHING, NOTHING)


def has_filed_model(vin_market: Market, *, sure: bool, has_model: bool) -> bool:
    """Whether NHTSA's filings alone say what the model is: they name it, or surely speak of a car of theirs."""
    return has_model or (sure and vin_market is Market.US)


def models_behind(descriptor: str, seen: tuple[Rule, ...]) -> Models:
    """What the makers' codes and the labelled vehicles say of a start.

    Args:
        descriptor: positions 1-8, 10 and 11. Where one of 4-8 is not known, labels say nothing.
        seen: the rules of the powertrain that fit.
    """
    whole = UNKNOWN_CHARACTER not in descriptor[3:8]
    return models_of(fitting_models(descriptor), seen if whole else ())


def models_of(rows: tuple[ModelRow, ...], rules: tuple[Rule, ...]) -> Models:
    """What the makers' codes and the labelled vehicles say together.

    Args:
        rows: of ``models.csv``, those that fit.
        rules: those of the powertrain that fit. What labelled lists have is read first, then rules by hand that name
            one model; a user's own lists lend no names.
    """
    rules = tuple(rule for rule in rules if rule.rank == PACKAGED)
    return _models_of(rows, rules) if rows or rules else UNKNOWN


@lru_cache(maxsize=1 << 14)
def _models_of(rows: tuple[ModelRow, ...], rules: tuple[Rule, ...]) -> Models:
    coded = [row for row in rows if row.models]
    seen = [rule for rule in rules if rule.file != MANUAL and _names(rule)]
    if not coded and not seen:
        seen = [rule for rule in rules if rule.file == MANUAL and len(_names(rule)) == 1]
    model, candidates = _by_both(coded, seen) if coded and seen else _by_one(coded, seen)
    beside = [_agreed(rows, field) for field in BESIDE]
    return Models(model, tuple(candidates), *beside)


def _by_one(coded: Sequence[ModelRow], seen: Sequence[Rule]) -> tuple[Known, list[str]]:
    """The model by the one that there is: codes, or labels."""
    if coded:
        models = _distinct(name for row in coded for name in row.models)
        every = _distinct((*models, *(name for row in coded for name in row.versions)))
        return (Known(models[0], coded[0]) if len(models) == 1 else NOTHING), every
    names = _distinct(name for rule in seen for name in _names(rule))
    name = _common(seen)
    return (Known(name, _most_specific(seen)) if name else NOTHING), names


def _by_both(coded: Sequence[ModelRow], seen: Sequence[Rule]) -> tuple[Known, list[str]]:
    """The model by codes and labels: the finer of the two chooses among what the other one names."""
    by_code, every = _by_one(coded, [])
    by_label, names = _by_one([], seen)
    fits = _distinct(
        name for rule in seen for name in _names(rule) if _is_one_of(name, rule.make, every)
    )
    if not fits:
        return NOTHING, _distinct((*every, *names))
    if max(map(_fixed, seen)) <= max(row.fixed for row in coded) or fits == [by_code.value]:
        return by_code, every
    name = fits[0] if len(fits) == 1 else by_label.value if fits == names else None
    return (Known(name, _most_specific(seen)) if name else NOTHING), fits


def _names(rule: Rule) -> list[str]:
    """The models that a labelled start, or a rule by hand, names."""
    if rule.file == MANUAL:
        return list(_named_by_hand("".join(rule.pattern[:3]), rule.models))
    labels = filter(None, rule.models.split(";"))
    return [name for label in labels for name in spelled_models(rule.make, label)]


@lru_cache(maxsize=1 << 10)
def _named_by_hand(wmi: str, text: str) -> tuple[str, ...]:
    """The models that a rule by hand names, where it names no more than one: a brand of the WMI with or without its name.

    >>> _named_by_hand("JN1", "Nissan Leaf (Japan)"), _named_by_hand("5YJ", "Tesla cars")
    (('Leaf',), ())
    """
    label = _ASIDE.sub("", text)
    holder = maker(wmi)
    names = _distinct(
        name
        for brand in (holder.brands if holder else ())
        for name in known_models(brand, label.removeprefix(f"{brand} "))
    )
    return tuple(names) if len(names) == 1 else ()


def _common(seen: Sequence[Rule]) -> str | None:
    """The one name, or the model that all names are versions of."""
    names = _distinct(name for rule in seen for name in _names(rule))
    if len(names) == 1:
        return names[0]
    lines = _distinct(line_of(rule.make, name) for rule in seen for name in _names(rule))
    return lines[0] if len(lines) == 1 else None


def _is_one_of(name: str, make: str, models: Sequence[str]) -> bool:
    return name in models or line_of(make, name) in models


def _fixed(rule: Rule) -> int:
    """How many of positions 4-8 a rule fixes."""
    return sum(allowed != ANY for allowed in rule.pattern[3:8])


def _most_specific(seen: Sequence[Rule]) -> Rule:
    return max(seen, key=_fixed)


def _agreed(rows: Sequence[ModelRow], field: str) -> Known:
    """What the rows that speak of a field say of it, if they agree."""
    spoken = [(getattr(row, field), row) for row in rows if getattr(row, field)]
    values = {value for value, _ in spoken}
    return Known(*spoken[0]) if len(values) == 1 else NOTHING


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
