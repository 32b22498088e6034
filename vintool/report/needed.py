"""The rows that need a licence, as the page lists them."""

from vintool.report.summary import Count, Frozen


class NeedGroup(Frozen):
    """Rows that need a licence under one bill of lading and exporter.

    Attributes:
        regime: which regime says so; empty if only one was asked.
        bl_no: of the bill, as the manifest writes it.
        exporter: likewise.
        rows: how many.
        vins: of their vehicles.
        without_vin: where the rows stand that have no VIN.
        models: rows by brand and model.
    """

    regime: str
    bl_no: str
    exporter: str
    rows: Count
    vins: tuple[str, ...]
    without_vin: tuple[str, ...]
    models: dict[str, Count]


class Needed(Frozen):
    """The rows that need a licence: how many, and the groups of those that are listed."""

    rows: Count
    listed: Count
    groups: tuple[NeedGroup, ...]

    @property
    def several_regimes(self) -> bool:
        """Whether more than one regime says so."""
        return len({group.regime for group in self.groups}) > 1
