"""A row that a person should see."""

from pydantic import Field

from vintool.report.summary import Frozen


class Row(Frozen):
    """One row that a person should see: its place, its text, its finding."""

    row: int
    sheet: str
    vin_text: str
    vin: str | None
    brand: str | None
    powertrain: str | None
    verdict: str
    reasons: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    suggestion: str | None = None
    regime: str = ""
    declared: dict[str, str] = Field(default_factory=dict)
