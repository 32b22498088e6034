"""The numbers of one screening run: exactly what ``screen --format json`` prints."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LABELS: Final = {
    "controlled": "Needs an export licence",
    "review": "A person must look",
    "out_of_scope": "Outside this rule",
    "invalid": "No usable VIN",
}
"""Each verdict in plain words, in the order in which they are always shown."""


def _all_verdicts(counts: dict[str, int]) -> dict[str, int]:
    """The counts with all four verdicts, in their order; a name that is none of them is refused."""
    if unknown := counts.keys() - LABELS.keys():
        raise ValueError(f"not a verdict: {', '.join(sorted(unknown))}")
    return {name: counts.get(name, 0) for name in LABELS}


# Not negative, or a negative count could hide a lost row in the sum.
Count = Annotated[int, Field(ge=0)]
Verdicts = Annotated[dict[str, Count], AfterValidator(_all_verdicts)]


class Frozen(BaseModel):
    """What every number of a run is: unchangeable, and without unknown fields.

    ``decoding.model`` has one of its own, whose models are built when first used: the report stands below
    it and knows nothing of vehicles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class BrandCount(Frozen):
    """The rows of one brand."""

    brand: str
    rows: Count
    verdicts: Verdicts


class SheetInfo(Frozen):
    """One sheet of the input, read or not; ``skipped`` says why not, ``unread`` that vehicles may stand in it.

    Every row of it that is not blank is one of ``rows``, of the header, or a title above it.
    """

    name: str
    rows: Count
    blank_rows: Count = 0
    header_rows: Count = 0
    title_rows: Count = 0
    mapping: dict[str, str]
    skipped: str = ""
    unread: bool = False


class FileInfo(Frozen):
    """One file of the input, read or not; ``skipped`` says why not, ``unread`` that vehicles may stand in it."""

    name: str
    rows: Count = 0
    verdicts: Verdicts = Field(default_factory=dict, validate_default=True)
    bytes: Count = 0
    sha256: str = ""
    output: str = ""
    skipped: str = ""
    unread: bool = False


class LicenceLine(Frozen):
    """What became of one licence; without a place in the list an unknown number, or none."""

    licence_no: str
    state: str
    exporter: str
    hs_code: str
    destination: str
    valid_from: date | None
    valid_until: date | None
    quantity: Count | None
    drawn: Count
    left: Count | None
    rows_named: Count
    rows_in_review: Count
    counted_before: Count
    findings: dict[str, Count]
    place: str


class DecisionCounts(Frozen):
    """What became of the decisions that a run was given."""

    given: Count
    applied: Count
    asked_again: Count
    undecided: Count
    of_other_regimes: Count
    without_vehicle: Count
    not_met: Count


class Summary(Frozen):
    """One screening run in numbers: exactly what ``screen --format json`` prints."""

    file: str
    rows_read: Count
    rows_out: Count
    blank_rows: Count
    rows_cleared_by_date: Count = 0
    verdicts: Verdicts
    reasons: dict[str, Count]
    powertrains: dict[str, Count]
    by_brand: tuple[BrandCount, ...]
    mapping: dict[str, str]
    encoding: str
    sheets: tuple[SheetInfo, ...]
    files: tuple[FileInfo, ...] = ()
    regime: str
    on: str
    data_release: str
    rule_version: str
    seconds: float
    outputs: tuple[str, ...]
    notes: tuple[str, ...]
    licences: tuple[LicenceLine, ...] = ()
    rules_disagree: dict[str, Count] = {}
    decisions: DecisionCounts | None = None

    @model_validator(mode="after")
    def _no_row_lost(self) -> Self:
        if (verdicts := sum(self.verdicts.values())) != self.rows_out:
            raise ValueError(f"{verdicts} verdicts for {self.rows_out} rows")
        return self

    @property
    def balanced(self) -> bool:
        """Whether every row read came out; readers may or may not count blank ones as read."""
        return self.rows_read - self.rows_out in {0, self.blank_rows}

    @property
    def balance(self) -> str:
        """What became of the rows read, in one sentence; it says so if some are missing."""
        blank = f", {self.blank_rows:,} blank skipped" if self.blank_rows else ""
        line = f"{self.rows_read:,} rows read, {self.rows_out:,} rows out{blank}"
        return line if self.balanced else f"{line}: THE NUMBERS DO NOT AGREE"
