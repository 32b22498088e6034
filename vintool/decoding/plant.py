"""Position 11 -> where a vehicle was built: by vPIC's patterns where they fit, or by the registry.

``filed_plant`` and ``country_built_in`` are rules of a short key: the columns (``columns.decoding.fields``)
ask them too.
"""

from dataclasses import dataclass

from vintool import registry, vpic
from vintool.codes import Market
from vintool.decoding.kinds import Kind, Part
from vintool.registry.assembly import BuiltInRow
from vintool.registry.makers import Maker
from vintool.registry.plants import PlantRow
from vintool.registry.reference import by_vpic
from vintool.vpic.elements import DecodedElement
from vintool.vpic.passes import Pass

#: The parts of ``Plant``, in its order.
PARTS = (
    Part("company", Kind.TEXT, 76),
    Part("city", Kind.TEXT, 31),
    Part("state", Kind.TEXT, 77),
    Part("country", Kind.TEXT, 75),
)
_MADE_AT_HOME = "CN"


@dataclass(frozen=True, slots=True)
class Plant:
    """Where position 11 says that the vehicle was built; empty where the registry does not say."""

    company: str
    city: str
    state: str
    country: str

    def __str__(self) -> str:
        """City, state and country as one text."""
        return ", ".join(part for part in (self.city, self.state, self.country) if part)


def plant_of(
    wmi: str, code: str, year: int | None, vpic_pass: Pass | None, market: Market
) -> tuple[Plant, PlantRow | DecodedElement] | tuple[None, None]:
    """The plant and the row that tells it: as filed where vPIC's patterns fit, or as registered."""
    if vpic_pass is not None and vpic_pass.matched:
        return _plant_of_pass(vpic_pass, market)
    row = registry.plant(wmi, code, year)
    return (registered_plant(row), row) if row is not None else (None, None)


def built_in_of(
    vin: str, plant: Plant | None, plant_row: PlantRow | DecodedElement | None, maker: Maker | None
) -> tuple[str, PlantRow | DecodedElement | BuiltInRow | Maker] | tuple[None, None]:
    """The country that a vehicle was built in, and the row that tells it."""
    by_plant = plant.country if plant is not None else ""
    by_model = registry.built_in(vin)
    by_maker = maker.country if maker is not None else ""
    country = country_built_in(by_plant, by_model.country if by_model else "", by_maker)
    row = by_model or (plant_row if by_plant else maker)
    return (country, row) if country and row is not None else (None, None)


def country_built_in(by_plant: str, by_model: str, by_maker: str) -> str:
    """The country that a vehicle was built in, by what tells one; empty if it cannot be told.

    A WMI says who answers for a vehicle, not where it was built: of a maker in China alone the one is
    taken for the other, since makers there have a WMI for what they build there.

    Args:
        by_plant: of the plant that position 11 tells.
        by_model: of a model that ``built_in.csv`` lists.
        by_maker: whom the WMI belongs to.

    >>> country_built_in("", "CN", "RO"), country_built_in("DE", "CN", "DE"), country_built_in("", "", "RO")
    ('CN', '', '')
    """
    named = {by_plant, by_model} - {""}
    if named:
        return named.pop() if len(named) == 1 else ""
    return by_maker if by_maker == _MADE_AT_HOME else ""


def registered_plant(row: PlantRow) -> Plant:
    """A plant as the registry has it."""
    return Plant(row.company, row.city, row.state, row.country)


def _plant_of_pass(
    vpic_pass: Pass, market: Market
) -> tuple[Plant, DecodedElement] | tuple[None, None]:
    """The plant as vPIC's patterns tell it, and the element of the widest part that is told."""
    read = vpic_pass.read
    items = [read[part.element][0] for part in reversed(PARTS) if part.element in read]
    if not items:
        return None, None
    texts = (vpic_pass.read_value(part.element) or "" for part in PARTS)
    return filed_plant(*texts, market=market), items[0]


@by_vpic(1 << 14)
def filed_plant(company: str, city: str, state: str, country: str, *, market: Market) -> Plant:
    """A plant by vPIC's texts for its parts.

    Of a vehicle for North America it is what NHTSA was told; elsewhere a place that cannot be is put right.

    >>> print(filed_plant("", "CHENGDU", "ZHEJIANG", "CHINA", market=Market.CN))
    Chengdu, Sichuan, CN
    """
    parts = company, plant_part("city", city), plant_part("state", state)
    place = *parts, plant_part("country", country)
    return Plant(*(place if market is Market.US else registry.put_right(*place)))


@by_vpic(1 << 14)
def plant_part(part: str, text: str) -> str:
    """A part of a plant as vPIC tells it, as one reads it: the country by its code.

    >>> plant_part("city", "FREMONT"), plant_part("country", "UNITED STATES (USA)")
    ('Fremont', 'US')
    """
    if part == "country":
        return vpic.country_code(text)
    return text if part == "company" else _title(text)


def _title(text: str) -> str:
    """A name in capitals as one reads it; other spellings stay."""
    if text != text.upper():
        return text
    return "-".join(
        " ".join(word.capitalize() for word in part.split(" ")) for part in text.split("-")
    )
