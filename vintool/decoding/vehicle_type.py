"""The kind of vehicle: as filed in North America, by the maker's own signs, by labelled vehicles, or by the WMI.

``kind_of_vehicle`` is a rule of a short key: the columns (``columns.decoding.fields``) ask it too.
"""

from enum import Enum
from typing import NamedTuple

from vintool.codes import Basis, Market
from vintool.decoding.facts import basis_of
from vintool.registry.makers import Maker
from vintool.registry.rule import Rule
from vintool.registry.series import BodySeries
from vintool.vpic.elements import MODEL, VEHICLE_TYPE, DecodedElement
from vintool.vpic.passes import Pass

#: The closed list of kinds.
KINDS = (
    *("car", "suv", "van", "truck", "bus", "motorcycle", "trailer", "low_speed", "quadricycle"),
    *("off_road", "special", "incomplete"),
)
_LABELS = frozenset({"car", "truck"})


class KindBy(Enum):
    """What a kind rests on."""

    FILING = "filing"
    SERIES = "series"
    RULES = "rules"
    WMI = "wmi"


class VehicleType(NamedTuple):
    """The kind of a vehicle, what it follows from, and the row that tells it."""

    name: str
    basis: Basis
    row: BodySeries | DecodedElement | Rule | Maker


def kind_of_vehicle(  # noqa: PLR0913 - what decides
    market: Market,
    filed: str,
    series: str,
    built: tuple[str, ...],
    labelled: tuple[str, ...],
    *,
    has_model: bool,
) -> tuple[str, KindBy | None]:
    """The kind of a vehicle; empty where it cannot be told.

    A WMI is filed in North America under one kind, whatever else its maker builds: where other registers know
    several, the filing counts for vehicles made for that market, and for those whose model it names.

    Args:
        market: whose rules the VIN follows.
        filed: the kind under which the WMI is filed, where the filing speaks for the VIN.
        series: the kind of the maker's series.
        built: the kinds that the maker builds under the WMI.
        labelled: the kinds of labelled vehicles with this start of the VIN.
        has_model: the filing names the model.

    >>> kind_of_vehicle(Market.CN, "bus", "", ("car", "suv", "bus"), ("car",), has_model=False)
    ('car', <KindBy.RULES: 'rules'>)
    >>> kind_of_vehicle(Market.EU, "", "van", ("car",), (), has_model=False)
    ('van', <KindBy.SERIES: 'series'>)
    """
    if filed and (has_model or market is Market.US):
        return filed, KindBy.FILING
    if series:
        return series, KindBy.SERIES
    kinds = [kind for kind in built if kind != "unknown"]
    if filed and len(kinds) < 2:
        return filed, KindBy.FILING
    if len(kinds) == 1:  # labels call lorries and motorcycles cars as well
        return kinds[0], KindBy.WMI
    seen = {kind for kind in labelled if kind in _LABELS}
    return (seen.pop(), KindBy.RULES) if len(seen) == 1 else ("", None)


def vehicle_type_of(  # noqa: PLR0913, PLR0917 - what decides
    market: Market,
    filed: str | None,
    vpic_pass: Pass | None,
    series: BodySeries | None,
    maker: Maker | None,
    rules: tuple[Rule, ...],
) -> VehicleType | None:
    """The kind of a vehicle, and what it rests on; None where it cannot be told.

    Args:
        market: whose rules the VIN follows.
        filed: the kind under which the WMI is filed.
        vpic_pass: the filing that speaks for the VIN, if any does.
        series: the maker's series.
        maker: who holds the WMI.
        rules: of the powertrain, which say of what kind the labelled vehicles were.
    """
    name, by = kind_of_vehicle(
        market,
        (vpic_pass is not None and filed) or "",
        series.kind if series is not None else "",
        maker.kinds if maker is not None else (),
        tuple(rule.kind for rule in rules),
        has_model=vpic_pass is not None and MODEL in vpic_pass.read,
    )
    if by is KindBy.FILING and vpic_pass is not None and VEHICLE_TYPE in vpic_pass.attributes:
        item = vpic_pass.attributes[VEHICLE_TYPE][0]
        return VehicleType(name, basis_of(item, vpic_pass), item)
    if by is KindBy.SERIES and series is not None:
        return VehicleType(name, Basis.ENCODED, series)
    if by is KindBy.RULES:
        return VehicleType(name, Basis.ENCODED, next(rule for rule in rules if rule.kind == name))
    return (
        VehicleType(name, Basis.REGISTRY, maker) if by is not None and maker is not None else None
    )
