"""A run: what it is asked to do, who hears how far it is, and the files that it writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from vintool.codes import ALL_REGIMES

EXCEPTIONS_CSV: Final = "exceptions.csv"
EXCEPTIONS_XLSX: Final = "exceptions.xlsx"
CLEARED_CSV: Final = "cleared_by_date.csv"
LEDGER_CSV: Final = "ledger.csv"
STATISTICS_CSV: Final = "statistics.csv"
ROWS_PARQUET: Final = "rows.parquet"
CHANGES_CSV: Final = "changes.csv"
DECISIONS_JSONL: Final = "decisions.jsonl"
REPORT_HTML: Final = "report.html"
RUN_JSON: Final = "run.json"
FILE: Final = "vin_file"
"""The column that names the file of a row, where there are several."""

Progress = Callable[[int, int, int, Mapping[str, int]], None]
"""Called after each batch: bytes read so far, bytes in all, rows so far, rows by verdict."""


def paths_of(given: Path | str | Sequence[Path | str]) -> tuple[Path, ...]:
    """The paths, where one or several may be given.

    >>> [path.name for path in paths_of("a.csv")], [path.name for path in paths_of(["a.csv", "b.csv"])]
    (['a.csv'], ['a.csv', 'b.csv'])
    """
    return tuple(map(Path, [given] if isinstance(given, Path | str) else given))


def columns_given(mapping: Mapping[str, str | Sequence[str]] | None) -> dict[str, list[str]]:
    """The columns that a user names for each field, where one or several may be given.

    >>> columns_given({"vin": ["Unit 1", "Unit 2"], "fuel": "Fuel"})
    {'vin': ['Unit 1', 'Unit 2'], 'fuel': ['Fuel']}
    """
    columns = mapping or {}
    return {field: [one] if isinstance(one, str) else list(one) for field, one in columns.items()}


def ignore(*_: object) -> None:
    """Hear of nothing."""


class Listener(NamedTuple):
    """Who hears of a run before its end: how far it is, and what the user should know by then."""

    progress: Progress
    say: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Run:
    """The options of a run; ``screen_file`` says what each of them means.

    >>> run = Run(path=Path("list.csv"), decisions=(Path("filled.csv"),))
    >>> [(what, path.name) for what, path in run.with_record(Path("out/decisions.jsonl")).lists]
    [('decisions', 'decisions.jsonl'), ('decisions', 'filled.csv')]
    """

    path: Path
    others: tuple[Path, ...] = ()
    on: date | None = None
    out: Path | None = None
    mapping: Mapping[str, str | Sequence[str]] | None = None
    regime: str = ALL_REGIMES
    encoding: str | None = None
    sheet: str | None = None
    today: date | None = None
    exporters: Path | None = None
    licences: Path | None = None
    confirmations: Path | None = None
    decisions: tuple[Path, ...] = ()
    catalogue: tuple[Path, ...] = ()
    since: Path | None = None
    single_window: bool = False
    lang: str = "en"
    annotated_as: str | None = None
    raw: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """All that is to be screened: files, folders and patterns."""
        return (self.path, *self.others)

    @property
    def lists(self) -> tuple[tuple[str, Path], ...]:
        """The files of the lists that the rows are held against, each with what it is."""
        named = (
            ("exporters", self.exporters),
            ("licences", self.licences),
            ("confirmations", self.confirmations),
            *(("catalogue", path) for path in self.catalogue),
            *(("decisions", path) for path in self.decisions),
        )
        return tuple((what, path) for what, path in named if path is not None)

    @property
    def parameters(self) -> dict[str, object]:
        """What ``run.json`` records of the options; files stand in it with their hashes."""
        files = {
            "path",
            "others",
            "exporters",
            "licences",
            "confirmations",
            "decisions",
            "catalogue",
            "since",
        }
        elsewhere = {*files, "out", "today"}
        names = (field.name for field in fields(self))
        return {name: getattr(self, name) for name in names if name not in elsewhere}

    def with_record(self, record: Path) -> "Run":
        """With the record of decisions of a folder, read before the other decisions."""
        others = (path for path in self.decisions if path.resolve() != record.resolve())
        return replace(self, decisions=(record, *others))
