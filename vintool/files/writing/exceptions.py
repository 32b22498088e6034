"""``exceptions.csv`` and ``exceptions.xlsx``: the rows that a person must look at, with columns to decide in."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from vintool.codes import SETTLED_BY
from vintool.columns import FACTS
from vintool.desk.reviews import EARLIEST, Reviews, choices, key_of, standing
from vintool.escaping import spreadsheet_cell
from vintool.files.writing import looks
from vintool.files.writing.cells import texts
from vintool.files.writing.delimited import STRANGE, ListWriter
from vintool.files.writing.workbook import Book, finish
from vintool.report.language import language

BOOK_ROWS: Final = 20_000
"""Exceptions in the workbook, a minute's work of a program and weeks of a person's; the CSV has all."""
_BOOK_CELLS: Final = 2_000_000
_BOOK_COLUMNS: Final = 16_384
_REVIEW = ("decision", "decision_reason", "reviewer", "decision_date")
_COLUMNS = (
    "vin_file", "vin_sheet", "vin_row", "vin_text", "vin", "vin_others", "vin_manufacturer", "vin_brand", "vin_powertrain",
    "vin_verdict", "vin_reasons", "vin_problems", "vin_evidence", "vin_suggestion", "vin_regime", "vin_other_regimes", FACTS, *_REVIEW,
)  # fmt: skip
# In the workbook what one decides by stands beside the decision, what is long and what is for the program behind the user's columns.
_BEFORE = ("vin_file", "vin_sheet", "vin_row", "vin", "vin_verdict", "vin_reasons", *_REVIEW)
_BEHIND = ("vin_evidence", FACTS)
_IN_VIEW: Final = "vin"  # what stands left of it, and itself, stays in view
_WIDTHS: Final = {
    "what_settles_it": 50,
    "decision": 18,
    "decision_reason": 34,
    "reviewer": 14,
    "decision_date": 14,
}
_LINE: Final = 15  # points
_DAY = "decision_date"
# Read again without the apostrophes that keep a spreadsheet from running a cell; so they are written with them.
_PLAIN: Final = frozenset({"vin_text", "decision_reason", "reviewer"})
_SETTLED, _WORDS = (
    "what_settles_it",
    -1,
)  # in the workbook alone: the reasons in words; in place of a place


class ExceptionWriter:
    """The columns to decide in are empty, but where a review of an earlier run stands: the files go from run to run.

    Args:
        csv: where to write all of them.
        book: where to write the first of them.
        reviews: those of earlier runs, if there are any.
        users: the user's columns, of all sheets.
        delimiter: of the CSV.
        lang: of the words in the workbook, ``en`` or ``zh``.
    """

    def __init__(  # noqa: PLR0913 - what two files are made of
        self,
        csv: Path,
        book: Path,
        reviews: Reviews | None,
        *,
        users: Sequence[str] = (),
        delimiter: str = ",",
        lang: str = "en",
    ) -> None:
        self._path, self._delimiter = csv, delimiter
        self._reviews, self._users = reviews, tuple(users)
        self._list: ListWriter | None = None  # its header is that of the first answers
        self._book = ExceptionBook(book, lang)
        self._columns: tuple[str, ...] = ()

    def write(self, sheet: str, data: pa.RecordBatch, answers: pa.RecordBatch) -> None:
        """Add rows that a person must look at.

        Args:
            sheet: where they stand.
            data: the user's columns.
            answers: ours, with the facts that a reviewer decides on.
        """
        rows, given = answers.num_rows, {"vin_sheet", "vin_regime", *_REVIEW}
        if self._list is None:
            given |= set(answers.schema.names)
            self._columns = tuple(name for name in _COLUMNS if name in given)
            users = users_names(self._users, self._columns)
            self._list = ListWriter(
                self._path,
                (*users, *self._columns),
                {*STRANGE, *_REVIEW, *users},
                self._delimiter,
            )
            self._book.begin(self._columns, users, several=bool(sheet))
        blank = pa.repeat("", rows)
        cells = {
            **dict(zip(answers.schema.names, answers.columns, strict=True)),
            "vin_sheet": pa.repeat(sheet, rows),
            **self._review_cells(answers),
        }
        ours = [cells.get(name, blank) for name in self._columns]
        users_cells = dict(zip(data.schema.names, data.columns, strict=True))
        theirs = [users_cells.get(name, blank) for name in self._users]
        self._list.add([*theirs, *ours])
        self._book.add(ours, theirs, rows)

    def _review_cells(self, answers: pa.RecordBatch) -> dict[str, pa.Array]:
        """The cells of the reviews that stand."""
        if self._reviews is None:
            return {}
        cells: dict[str, list[str]] = {name: [] for name in _REVIEW}
        rows = (answers.column(name).to_pylist() for name in ("vin", "vin_text", FACTS))
        for vin, text, facts in zip(*rows, strict=True):
            review = standing(self._reviews.of(key_of(vin, text or "")), facts)
            record = review.as_record() if review else {}
            for name in _REVIEW:
                cells[name].append(record.get(name, ""))
        return {name: pa.array(column, pa.string()) for name, column in cells.items()}

    @property
    def digest(self) -> str:
        """The SHA-256 of the finished CSV."""
        return self._list.digest if self._list else ""

    def close(self) -> None:
        """Finish the files."""
        if self._list:
            self._list.close()
        self._book.close()

    def abandon(self) -> None:
        """Let go of the files."""
        if self._list:
            self._list.abandon()
        self._book.abandon()

    def notes(self) -> tuple[str, ...]:
        """What the workbook leaves out."""
        return self._book.notes()


class ExceptionBook:
    """The workbook: decisions are chosen from a list, the rows are filtered, the header stays in view.

    Args:
        path: where to write.
        lang: of the words to choose from, and of the hints.
    """

    def __init__(self, path: Path, lang: str) -> None:
        self._book, self._language = Book(path), language(lang)
        self._choices = choices(lang)
        self._sheet = self._book.sheet("exceptions")
        self._names: tuple[str, ...] = ()
        self._order: list[int] = []
        self._row, self._most, self._reasons, self._words = 1, 0, 0, 0
        self._settling: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        self._rows_left_out = self._columns_left_out = 0

    def begin(self, ours: Sequence[str], users: Sequence[str], *, several: bool) -> None:
        """Write the header.

        Args:
            ours: the names of our columns, in the order in which they come.
            users: those of the user, which come behind them.
            several: whether there may be several sheets, which have names then.
        """
        names = (*ours, *users)
        before = [name for name in _BEFORE if name in ours and (several or name != "vin_sheet")]
        behind = [name for name in _BEHIND if name in ours]
        between = [name for name in ours if name not in {*_BEFORE, *behind}]
        places = {name: at for at, name in enumerate(ours)}
        room = _BOOK_COLUMNS - len(ours) - 1
        theirs = range(len(ours), len(ours) + min(len(users), room))
        self._columns_left_out = len(users) - len(theirs)
        self._reasons = places["vin_reasons"]
        self._order = [
            *(places[name] for name in (*before, *between)),
            *theirs,
            *(places[name] for name in behind),
        ]
        behind_reasons = self._order.index(self._reasons) + 1
        self._order.insert(behind_reasons, _WORDS)
        self._words = behind_reasons
        self._names = tuple(_SETTLED if at == _WORDS else names[at] for at in self._order)
        self._most = min(BOOK_ROWS, _BOOK_CELLS // len(self._names))
        for at, (place, name) in enumerate(zip(self._order, self._names, strict=True)):
            is_ours = place < len(ours)
            self._book.put(self._sheet, 0, at, name, self._book.header if is_ours else self._book.bold)  # fmt: skip
            width = _WIDTHS.get(name) or (looks.width_of(name) if is_ours else looks.width_for([name, "x" * 14]))  # fmt: skip
            self._sheet.set_column(at, at, width, self._book.day if name == _DAY else None)

    def add(self, ours: Sequence[pa.Array], theirs: Sequence[pa.Array], rows: int) -> None:
        """Add rows, column by column, as long as there is room."""
        taken = min(rows, max(0, self._most + 1 - self._row))
        self._rows_left_out += rows - taken
        if not taken:
            return
        columns = [*ours, *theirs]
        cells = [
            texts(columns[self._reasons if place == _WORDS else place].slice(0, taken)).to_pylist()
            for place in self._order
        ]
        for line in zip(*cells, strict=True):
            lines = self._lines_of(line[self._words - 1])
            if lines > 1:  # before its cells; not every program makes room for them by itself
                self._sheet.set_row(self._row, _LINE * lines, self._book.top)
            for at, (name, text) in enumerate(zip(self._names, line, strict=True)):
                if text:
                    self._fill(at, name, text)
            self._row += 1

    def _fill(self, at: int, name: str, text: str) -> None:
        if name == "vin_row" and text.isdecimal():
            self._sheet.write_number(self._row, at, int(text))
        elif name == _DAY and (day := _day(text)):
            self._sheet.write_datetime(self._row, at, day, self._book.day)
        elif name == _SETTLED:
            self._book.put(self._sheet, self._row, at, self._settled_by(text), self._book.wrapped)
        elif name == "vin_reasons":
            self._book.put(self._sheet, self._row, at, _spaced(text), self._book.wrapped)
        elif name == "decision":
            self._book.put(self._sheet, self._row, at, self._choices.get(text, text))
        else:
            look = self._book.verdicts.get(text) if name == "vin_verdict" else None
            text = spreadsheet_cell(text) if name in _PLAIN else text
            self._book.put(self._sheet, self._row, at, text, look)

    def _settled_by(self, reasons: str) -> str:
        """What would settle a row of these reasons, in words."""
        if reasons not in self._settling:
            codes = set(reasons.split(";"))
            ways = (way for reason, way in SETTLED_BY.items() if reason in codes)
            words = dict.fromkeys(map(self._language.translate, ways))
            self._settling[reasons] = " ".join(words)
        return self._settling[reasons]

    def _lines_of(self, reasons: str) -> int:
        """How many lines a row of these reasons takes."""
        if reasons not in self._lines:
            self._lines[reasons] = max(
                looks.lines_of(self._settled_by(reasons), _WIDTHS[_SETTLED]),
                looks.lines_of(_spaced(reasons), looks.width_of("vin_reasons")),
            )
        return self._lines[reasons]

    def close(self) -> None:
        """Finish the file."""
        last, say = max(self._row - 1, 1), self._language.translate
        for at, name in enumerate(self._names):
            if name == "decision":
                self._sheet.data_validation(1, at, last, at, {
                    "validate": "list", "source": list(self._choices.values()),
                    "input_title": say("Decision"), "input_message": say("Choose one; reason, reviewer and date belong to it."),
                    "error_title": say("Decision"), "error_message": say("Choose a word of the list."),
                })  # fmt: skip
            elif name == "decision_reason":
                self._sheet.data_validation(1, at, last, at, {
                    "validate": "any", "input_title": say("Note"), "input_message": say("Why you decide so: the paper that you have seen."),
                })  # fmt: skip
            elif name == _DAY:
                self._sheet.data_validation(1, at, last, at, {
                    "validate": "date", "criteria": ">=", "value": EARLIEST,
                    "input_title": say("Date"), "input_message": say("The day of the decision, as 2026-03-01."),
                    "error_title": say("Date"), "error_message": say("The day of the decision, as 2026-03-01."),
                })  # fmt: skip
        printed = self._names.index(_DAY) + 1 if _DAY in self._names else None
        finish(self._sheet, self._row - 1, len(self._names), printed)
        if _IN_VIEW in self._names:
            self._sheet.freeze_panes(1, self._names.index(_IN_VIEW) + 1)
        self._book.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._book.abandon()

    def notes(self) -> tuple[str, ...]:
        """What is left out."""
        notes = []
        if self._rows_left_out:
            rows = self._row - 1
            notes.append(f"exceptions.xlsx has the first {rows:,} of {rows + self._rows_left_out:,} exceptions; exceptions.csv has all.")  # fmt: skip
        if self._columns_left_out:
            notes.append(f"exceptions.xlsx has not the last {self._columns_left_out:,} column(s), which a workbook does not hold; exceptions.csv has all.")  # fmt: skip
        return tuple(notes)


def _spaced(reasons: str) -> str:
    """Codes that a cell can be broken between."""
    return reasons.replace(";", "; ")


def users_names(users: Sequence[str], ours: Sequence[str]) -> tuple[str, ...]:
    """The user's columns under names that none of ours has: a decision is read from our columns alone.

    >>> users_names(["VIN", "vin", "vin (yours)", "Fuel"], ["vin", "decision"])
    ('VIN', 'vin (yours)', 'vin (yours) (yours)', 'Fuel')
    """
    taken, names = set(ours), list[str]()
    for user in users:
        name = user
        while name.strip() in taken:
            name = f"{name} (yours)"
        taken.add(name.strip())
        names.append(name)
    return tuple(names)


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - of a cell, which has no zone
