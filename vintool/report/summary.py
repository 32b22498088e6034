"""The numbers of one screening run: exactly what ``screen --format json`` prints."""

from collections.abc import Mapping
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

BY_OTHER_RULES: Final = "controlled_by_other_rules"
KINDS: Final = {
    "controlled": LABELS["controlled"],
    BY_OTHER_RULES: "Needs a licence by another rule",
    **LABELS,
}
"""The same where several rules were asked: no number holds rows that need licences of different kinds."""


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
    """The rows of one brand; ``controlled_by_other_rules`` are those of ``controlled`` that are not by the first rule."""

    brand: str
    rows: Count
    verdicts: Verdicts
    controlled_by_other_rules: Count = 0


class SheetInfo(Frozen):
    """One sheet of the input, read or not; ``skipped`` says why not, ``unread`` that vehicles may stand in it.

    Every row of it that is not blank is one of ``rows``, of the header, a title above it, or one of the rows that are
    no vehicles, which ``apart_rows`` names by kind: the first thousand of each.
    """

    name: str
    rows: Count
    blank_rows: Count = 0
    header_rows: Count = 0
    title_rows: Count = 0
    repeated_titles: Count = 0
    repeated_headers: Count = 0
    totals: Count = 0
    carried_forward: Count = 0
    rulers: Count = 0
    page_numbers: Count = 0
    signatures: Count = 0
    remarks: Count = 0
    pivots: Count = 0
    apart_rows: dict[str, tuple[int, ...]] = {}
    hidden_rows: Count = 0
    hidden_columns: tuple[str, ...] = ()
    mapping: dict[str, str]
    columns_unused: tuple[str, ...] = ()
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
    """What became of one licence; without a place in the list an unknown number, or none, on rows of ``regime``."""

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
    declarations: Count = 0
    ports: Count = 0
    findings: dict[str, Count]
    regime: str = ""
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


class ChangeCounts(Frozen):
    """The rows that are different from an earlier run.

    Attributes:
        since: the folder of that run.
        sha256: of its ``run.json``.
        rows: by what is different: ``verdict``, ``new``, ``gone``, ``cells``.
        same: the others.
        verdicts: those whose verdict has changed, by ``BEFORE -> NOW``.
        notes: what else has changed between the runs.
    """

    since: str
    sha256: str
    rows: dict[str, Count]
    same: Count
    verdicts: dict[str, Count]
    notes: tuple[str, ...] = ()


class Summary(Frozen):
    """One screening run in numbers: exactly what ``screen --format json`` prints."""

    file: str
    rows_read: Count
    rows_out: Count
    blank_rows: Count
    rows_apart: Count = 0
    rows_cleared_by_date: Count = 0
    verdicts: Verdicts
    regimes: dict[str, Verdicts] = {}
    controlled_in_review: dict[str, Count] = {}
    reasons: dict[str, Count]
    powertrains: dict[str, Count]
    by_brand: tuple[BrandCount, ...]
    mapping: dict[str, str]
    columns_unused: tuple[str, ...] = ()
    encoding: str
    sheets: tuple[SheetInfo, ...]
    files: tuple[FileInfo, ...] = ()
    regime: str
    on: str
    data_release: str
    reference_sha256: str = ""
    rule_version: str
    seconds: float
    outputs: tuple[str, ...]
    notes: tuple[str, ...]
    licences: tuple[LicenceLine, ...] = ()
    rules_disagree: dict[str, Count] = {}
    decisions: DecisionCounts | None = None
    changes: ChangeCounts | None = None

    @model_validator(mode="after")
    def _no_row_lost(self) -> Self:
        if (verdicts := sum(self.verdicts.values())) != self.rows_out:
            raise ValueError(f"{verdicts} verdicts for {self.rows_out} rows")
        return self

    @property
    def first_verdicts(self) -> dict[str, int]:
        """The rows by verdict that are the first figure: of all regimes that were asked those of the first, of pure electric cars."""
        return next(iter(self.regimes.values()), self.verdicts)

    @property
    def first_regime(self) -> str:
        """The code of that regime."""
        return next(iter(self.regimes), self.regime)

    @property
    def other_licences(self) -> dict[str, int]:
        """The rows that need a licence by each of the others that asks one for any."""
        return {code: n for code, rows in self.other_regimes.items() if (n := rows["controlled"])}

    @property
    def other_regimes(self) -> dict[str, dict[str, int]]:
        """The rows by verdict of the other regimes that any row has its verdict from."""
        return {code: rows for code, rows in [*self.regimes.items()][1:] if any(rows.values())}

    @property
    def kinds(self) -> dict[str, int]:
        """The rows by what they need: by verdict, those that need a licence by another rule than the first apart."""
        return by_kind(
            self.verdicts, self.verdicts["controlled"] - self.first_verdicts["controlled"]
        )

    @property
    def brand_kinds(self) -> list[tuple[str, dict[str, int]]]:
        """The same of each brand."""
        return [
            (one.brand, by_kind(one.verdicts, one.controlled_by_other_rules))
            for one in self.by_brand
        ]

    @property
    def balanced(self) -> bool:
        """Whether every row read came out; readers may or may not count blank ones as read."""
        return self.rows_read - self.rows_out in {0, self.blank_rows}

    @property
    def balance(self) -> str:
        """What became of the rows read, in one sentence; it says so if some are missing."""
        blank = f", {self.blank_rows:,} blank skipped" if self.blank_rows else ""
        apart = f", {self.rows_apart:,} set apart" if self.rows_apart else ""
        line = f"{self.rows_read:,} rows read, {self.rows_out:,} rows out{blank}{apart}"
        return line if self.balanced else f"{line}: THE NUMBERS DO NOT AGREE"


def by_kind(verdicts: Mapping[str, int], by_other_rules: int) -> dict[str, int]:
    """Counts by verdict with the rows apart that need a licence by other rules than the first.

    >>> by_kind({"controlled": 5, "review": 1}, 2)
    {'controlled': 3, 'controlled_by_other_rules': 2, 'review': 1}
    """
    first = verdicts["controlled"] - by_other_rules
    return {"controlled": first, BY_OTHER_RULES: by_other_rules} | {
        name: n for name, n in verdicts.items() if name != "controlled"
    }
