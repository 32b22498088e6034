"""What of the reference data stands against itself: both sides, for people to look at."""

from collections.abc import Iterable, Iterator
from itertools import combinations, groupby
from typing import NamedTuple

from vintool import vpic
from vintool.powertrain.against_itself import filed_models
from vintool.registry import outliers
from vintool.registry.makers import all_makers
from vintool.registry.plants import COLUMNS, filed_places
from vintool.registry.rows import read_rows

_SAME_KIND = {"incomplete": "truck", "off_road": "unknown"}


class Conflict(NamedTuple):
    """Two statements of one thing.

    Attributes:
        about: ``filing``, ``filed``, ``place``, ``plant``, ``kind`` or ``brand``.
        key: of the row: make and model with the years, a place, or a WMI, and for a plant the character at
            position 11.
        one, other: what each says.
        where: the files that say it.
        reason: why the one is not believed; empty where both are left to stand.
    """

    about: str
    key: str
    one: str
    other: str
    where: str
    reason: str = ""


def all_conflicts() -> Iterator[Conflict]:
    """Every conflict that is known, by what it is about and its key."""
    for rows in outliers.outliers().values():
        for row in rows:
            key = f"{row.make} {row.model} {row.first}-{row.last}"
            other = row.answer or row.others
            where = f"vpic, {outliers.FILE}"
            yield Conflict("filing", key, row.filed, other, where, f"{row.reason}; {row.source}")
    for filed, right in filed_places().items():
        where = "vpic, plants.places.csv"
        yield Conflict("place", filed[0], _place(filed), _place(right), where)
    yield from _plants()
    yield from _registrations()


def compared_filings() -> Iterator[Conflict]:
    """Filings of vPIC against each other: each model that was filed as electric and as something else, with its years."""
    for model in filed_models():
        if model.both_sides:
            said = [
                f"{powertrain} {' '.join(f'{first}-{last}' for first, last in spans)}"
                for powertrain, spans in model.years.items()
            ]
            key = f"{model.make} {model.model}"
            where = f"vpic{f', {outliers.FILE}' if model.listed else ''}"
            yield Conflict("filed", key, said[0], "; ".join(said[1:]), where)


def _plants() -> Iterator[Conflict]:
    """Codes of plants that stand for places in two countries in the same model years."""
    for (wmi, code), group in groupby(read_rows("plants.csv", COLUMNS), lambda row: row[:2]):
        listed = [row for row in group if row[5] and "group_table" not in row[10].split(";")]
        for one, other in combinations(listed, 2):
            first = max(int(one[6] or 0), int(other[6] or 0))
            last = min(int(one[7] or 9999), int(other[7] or 9999))
            if one[5] != other[5] and first <= last:
                places = _place(one[3:6]), _place(other[3:6])
                yield Conflict("plant", f"{wmi} {code}", *places, "plants.csv")


def _registrations() -> Iterator[Conflict]:
    """WMIs of which the registry and vPIC's register name no kind, or no brand, in common."""
    for maker in all_makers():
        registration = vpic.registration(maker.wmi)
        if registration is None:
            continue
        where = f"{maker.file}, vpic/wmi.csv"
        kind = _SAME_KIND.get(registration.kind or "", registration.kind or "")
        if kind and kind != "unknown" and not {kind, "unknown"} & set(maker.kinds):
            yield Conflict("kind", maker.wmi, ";".join(maker.kinds), kind, where)
        brands = {brand.strip().casefold() for brand in maker.brands}
        makes = {make.strip().casefold() for make in registration.makes}
        if brands and makes and not brands & makes:
            names = ";".join(maker.brands), ";".join(registration.makes)
            yield Conflict("brand", maker.wmi, *names, where)


def _place(parts: Iterable[str]) -> str:
    return ", ".join(filter(None, parts))
