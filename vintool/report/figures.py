"""The figures of a run: what is exported at which price, by whom, and where to."""

from functools import cache

from vintool.report.language import LANGUAGES
from vintool.report.summary import Count, Frozen


class TariffFigure(Frozen):
    """The vehicles of one tariff line, with a VIN or without, priced in one currency.

    Attributes:
        code: the digits of the code; empty if the rows state none.
        with_vin: whether their rows have a VIN.
        currency: as ISO 4217 has it; empty if nothing tells it.
        rows: how many.
        units: vehicles.
        priced: those of them that have a price.
        value: of those.
        no_price: rows without a price.
        unread: rows whose price or quantity cannot be read.
    """

    code: str
    with_vin: bool
    currency: str
    rows: Count
    units: Count
    priced: Count
    value: float
    no_price: Count
    unread: Count

    @property
    def mean(self) -> float | None:
        """The mean price of a vehicle."""
        return self.value / self.priced if self.priced else None


class TradeFigure(Frozen):
    """The vehicles that one exporter sends to one destination: all of them, or those of one model."""

    exporter: str
    model: str
    country: str
    destination: str
    rows: Count
    units: Count


class SpreadFigure(Frozen):
    """The prices of one model in one market and currency."""

    model: str
    country: str
    destination: str
    currency: str
    units: Count
    low: float
    mean: float
    high: float


class Figures(Frozen):
    """The figures of a run, each kind with the most vehicles first; ``notes`` say what they do not tell."""

    tariff: tuple[TariffFigure, ...] = ()
    destinations: tuple[TradeFigure, ...] = ()
    models: tuple[TradeFigure, ...] = ()
    spreads: tuple[SpreadFigure, ...] = ()
    notes: tuple[str, ...] = ()


@cache
def country_names(lang: str) -> dict[str, str]:
    """The names of countries in a language, by their ISO 3166 codes.

    >>> country_names("zh")["BR"], country_names("en")["BR"]
    ('巴西', 'Brazil')
    """
    from babel import Locale  # noqa: PLC0415 - start-up time

    return dict(Locale.parse(LANGUAGES[lang], sep="-").territories)
