"""What a user should know of how the tables were read: in sentences, after the rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from vintool.codes import Verdict
from vintool.declaration.headers import (
    GOODS_NAME,
    VIN,
    further_of,
    label,
    labels,
    meaning,
    normalise,
)
from vintool.declaration.lexicon import FIELDS
from vintool.declaration.lexicon.remarks import speaks
from vintool.declaration.mapping import text_with_vins, vin_fields
from vintool.declaration.row_kinds import RowKind
from vintool.declaration.shapes import vin_among_words
from vintool.files.open_sheets import OpenSheet
from vintool.files.reading.sheets import Manifest, Sheet
from vintool.files.set_apart import SetApart
from vintool.registry.reference import RANKS, VPIC, reference_in_use
from vintool.report.display import ranked
from vintool.report.summary import SheetInfo

_NAMED = 10  # rows that a note names
_MOST = 5  # rules of the user's own, and texts beside rows
_LONGEST = 80  # characters of such a text
_NUMBERS = re.compile(r"[A-Z0-9]{11,}")  # which may be of a vehicle


def sheet_info(sheet: Sheet, mapping: Mapping[str, str], rows: int, apart: SetApart) -> SheetInfo:
    """What became of a sheet that was read, by its rows and columns."""
    used = set(mapping.values())
    return SheetInfo(
        name=sheet.name,
        rows=rows,
        blank_rows=sheet.blank_rows(),
        header_rows=sheet.header_rows,
        title_rows=len(sheet.title_rows),
        repeated_titles=apart.counts[RowKind.REPEATED_TITLE],
        repeated_headers=apart.counts[RowKind.REPEATED_HEADER],
        totals=apart.counts[RowKind.TOTAL],
        carried_forward=apart.counts[RowKind.CARRIED_FORWARD],
        rulers=apart.counts[RowKind.RULER],
        page_numbers=apart.counts[RowKind.PAGE_NUMBER],
        signatures=apart.counts[RowKind.SIGNATURE],
        remarks=apart.counts[RowKind.REMARK],
        pivots=apart.counts[RowKind.PIVOT],
        apart_rows={str(kind): tuple(numbers) for kind, numbers in apart.rows.items()},
        hidden_rows=apart.hidden,
        hidden_columns=sheet.hidden_columns,
        mapping=dict(mapping),
        columns_unused=tuple(name for name in sheet.columns if name not in used),
    )


def reading_notes(
    manifest: Manifest, mappings: Sequence[Mapping[str, str]], infos: Sequence[SheetInfo]
) -> Iterator[str]:
    """The notes on all sheets that were read, each with the name of its sheet if it has one."""
    for sheet, mapping, info in zip(manifest.sheets, mappings, infos, strict=False):
        place = f"Sheet {sheet.name!r}: " if sheet.name else ""
        for note in (
            *_text_column(sheet, mapping),
            *_further(sheet, mapping),
            *_unread(sheet, mapping),
            *_apart(info),
            *_hidden(sheet, info),
        ):
            yield place + note


def _text_column(sheet: Sheet, mapping: Mapping[str, str]) -> list[str]:
    """Whether the VINs were taken out of the texts of a column."""
    notes = list[str]()
    position = sheet.columns.index(mapping["vin"])
    found = text_with_vins(sheet, position)
    if found.vins and any(vin_among_words(row[position]) for row in sheet.sample):
        name = label(sheet.columns[position], position + 1)
        notes.append(
            f"The VINs were taken out of the texts of column {name!r}: of its first {found.filled} texts {found.with_vins} hold one."
        )
    return notes


def _further(sheet: Sheet, mapping: Mapping[str, str]) -> list[str]:
    """The columns that were heard beside the one of their field."""
    notes = list[str]()
    for field, name in mapping.items():
        like = further_of(field)
        if like in {"", GOODS_NAME}:
            continue
        position = sheet.columns.index(name)
        shown = label(name, position + 1)
        if meaning(sheet.headers[position]):
            notes.append(
                f"Column {shown!r} is one of {like} too: it was read beside the other, and where they disagree nothing is cleared."
            )
        else:
            notes.append(
                f"Column {shown!r} is filled as one of {like} is, though its heading is not known: it was read as such, and where it disagrees nothing is cleared."
            )
    return notes


def _unread(sheet: Sheet, mapping: Mapping[str, str]) -> list[str]:
    """The columns of fields that a verdict reads which were not read."""
    notes, used = list[str](), set(mapping.values())
    for position, (name, header) in enumerate(zip(sheet.columns, sheet.headers, strict=True)):
        named = meaning(header)
        if name not in used and named and (named[0] in FIELDS or named[0] == "vin"):
            notes.append(
                f"Column {label(name, position + 1)!r} is headed as {named[0]} and was not read: no row was held against it."
            )
    return notes


def _apart(info: SheetInfo) -> Iterator[str]:
    """The rows that are no vehicles, by kind and with their numbers."""
    for kind in RowKind:
        if numbers := info.apart_rows.get(kind):
            yield _of_kind(kind, f"{getattr(info, kind):,}", _numbers(numbers))


def _of_kind(kind: RowKind, many: str, rows: str) -> str:
    """What became of the rows of one kind."""
    notes = {
        RowKind.REPEATED_TITLE: f"{many} row(s) repeat a title and are no vehicles: row {rows}.",
        RowKind.REPEATED_HEADER: f"{many} row(s) repeat the header and are no vehicles: row {rows}.",
        RowKind.TOTAL: f"{many} row(s) hold totals and are no vehicles: row {rows}.",
        RowKind.CARRIED_FORWARD: f"{many} row(s) carry a sum forward and are no vehicles: row {rows}.",
        RowKind.RULER: f"{many} row(s) are lines drawn with signs and no vehicles: row {rows}.",
        RowKind.PAGE_NUMBER: f"{many} row(s) hold page numbers and are no vehicles: row {rows}.",
        RowKind.SIGNATURE: f"{many} row(s) are for signatures and are no vehicles: row {rows}.",
        RowKind.REMARK: f"{many} row(s) hold remarks and are no vehicles: row {rows}.",
        RowKind.PIVOT: f"{many} row(s) are of a pivot table and no further vehicles: the VINs in it all stand in its list; its other labels and its figures were not compared: row {rows}.",
    }
    return notes[kind]


def _hidden(sheet: Sheet, info: SheetInfo) -> list[str]:
    """What the workbook does not show, and was read all the same."""
    notes = list[str]()
    if info.hidden_rows:
        notes.append(
            f"{info.hidden_rows:,} of {info.rows:,} rows are hidden in the file; they were judged too."
        )
    if hidden := sheet.hidden_columns:
        notes.append(
            f"{len(hidden):,} column(s) are hidden in the file and were read too: {labels(hidden)}."
        )
    return notes


def _numbers(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:_NAMED])) + ", ..." * (len(rows) > _NAMED)


def doubt_notes(controlled: Mapping[str, int]) -> Iterator[str]:
    """The rows for review that need a licence under one rule, while another one doubts: by that rule."""
    for regime, count in ranked(controlled):
        if count:
            yield (
                f"{count:,} row is for review, but needs a licence in any case ({regime}); see vin_other_regimes."
                if count == 1
                else f"{count:,} rows are for review, but need a licence in any case ({regime}); see vin_other_regimes."
            )


def repeated_notes(rows: Mapping[str, int], repeated: Mapping[str, int]) -> Iterator[str]:
    """The sheets of which each vehicle stands on an earlier row, as those of a packing list behind an invoice do.

    Args:
        rows: of each sheet.
        repeated: those of them whose VIN stands on an earlier row.
    """
    for sheet, count in rows.items():
        if len(rows) > 1 and count == repeated.get(sheet, 0) > 1:
            place = f"Sheet {sheet!r}: "
            yield (
                place
                + f"each of its {count:,} vehicles stands on an earlier row, too; the numbers of this run count both rows."
            )


def own_rules(disagreeing: Mapping[str, int]) -> Iterator[str]:
    """What a user must know of his own rules that were heard."""
    if disagreeing:
        rows = "; ".join(f"{rule}: {count:,} rows" for rule, count in ranked(disagreeing)[:_MOST])
        more = f"; and {len(disagreeing) - _MOST:,} more" if len(disagreeing) > _MOST else ""
        yield f"Rules of your own stand against other evidence, and clear no row: {rows}{more}."
    files = reference_in_use().files
    if own := ", ".join(file.path.name for file in files if file.what in RANKS):
        yield f"Rules of your own were heard: {own}."
    for file in files:
        if file.what == VPIC:
            yield f"In place of the packaged vPIC the one in {file.path.parent} was read."


def spoken_notes(
    sheets: Iterable[OpenSheet], verdicts: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:
    """What stands beside the rows of a sheet and speaks of electric cars, where some of its rows are out of scope.

    Args:
        sheets: that were read.
        verdicts: of the rows of each.
    """
    for one in sheets:
        cleared = verdicts.get(one.sheet.name, {}).get(Verdict.OUT_OF_SCOPE, 0)
        if not cleared:
            continue
        place = f"Sheet {one.sheet.name!r}: " if one.sheet.name else ""
        titles = [*sorted(one.apart.titles), one.name, PurePath(one.file.name).stem]
        beside = {text: "" for text in titles if speaks(text.replace("_", " "))}
        beside |= {text: f" (row {row})" for row, text in one.apart.speaking.items()}
        for text, where in list(beside.items())[:_MOST]:
            yield (
                place
                + f"{_NUMBERS.sub('...', text.strip())[:_LONGEST]!r}{where} stands beside the rows and speaks of electric cars, and {cleared:,} row(s) are out of scope: look whether it is said of them."
            )


def vin_notes(
    mappings: Iterable[Mapping[str, str]], overrides: Mapping[str, str | Sequence[str]]
) -> tuple[str, ...]:
    """What the user must know of the columns of VINs of some sheets: that there are several, and which was read though another one was named."""
    given = overrides.get(VIN, ())
    named = {normalise(one) for one in ([given] if isinstance(given, str) else given)}
    notes = dict[str, None]()
    for mapping in mappings:
        columns = [mapping[field] for field in vin_fields(mapping)]
        unnamed = [column for column in columns if normalise(column) not in named]
        if len(columns) > 1:
            what = f"Columns {labels(columns)} hold VINs: all of them are read, and each VIN of a row is judged."
            notes[what] = None
        if named and unnamed:
            what = f"Columns {labels(unnamed)} were not named for vin, and read all the same: they hold VINs."
            notes[what] = None
    return tuple(notes)
