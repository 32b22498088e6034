"""A dirty manifest -> a table of its vehicles, as a person reads them."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from vintool.codes import MappingKey
from vintool.columns import BATCH_ROWS, DateCells
from vintool.columns.engine.categorical import as_text
from vintool.columns.engine.tables import beside, check_given
from vintool.columns.screening.manifest_table import PLACES, as_manifest
from vintool.declaration.headers import VIN
from vintool.declaration.mapping import vin_fields
from vintool.declaration.row_kinds import RowKind
from vintool.files.inputs import Inputs
from vintool.files.notes import reading_notes, sheet_info, vin_notes
from vintool.files.open_sheets import OpenSheet, of_readable, open_sheets, reading
from vintool.files.reading.sheets import check_texts, evened
from vintool.files.run import Run, paths_of
from vintool.report.summary import SheetInfo

_VINS_SEEN = " VIN(s) "  # in the reason why a sheet was left out


class ManifestWarning(UserWarning):
    """Something of a manifest was not read, and vehicles may stand in it."""


def read_manifest(
    path: Path | str | Sequence[Path | str],
    mapping: "Mapping[MappingKey, str | Sequence[str]] | None" = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    say: Callable[[str], None] | None = None,
) -> pa.Table:
    """Read a manifest as ``screen_file`` does: sheets and headers found, rows that are no vehicles left out.

    Args:
        path: as ``screen_file`` takes it: a file, a folder or a pattern, or several of them.
        mapping: field -> column name, where the header dictionary should not decide.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet to read.
        say: called with each sentence on what became of the manifest, such as rows that were left out. Without it
            only what could not be read is told, by a ``ManifestWarning``.

    Returns:
        A row a vehicle: the columns of all sheets, one of a name in one place, of the file's own types where it has
        such and they agree, else text; then the texts ``vin_file`` and ``vin_sheet``, and ``vin_row``, the number of the row
        as a person sees it. The metadata ``vintool.manifest`` of the schema is JSON: ``notes``, the same
        sentences, and ``sheets``, each with its mapping, the rows set apart by kind, and what was left out.
        ``screen_table`` reads it, too: the table gets the verdicts of its file, whatever rows you take from it.

    Raises:
        ManifestError: the file cannot be read, or a row was lost.
        MappingError: which column means what must be told.
        TypeError: the mapping is none.
    """
    check_given(mapping or {})
    first, *others = paths_of(path)
    run = Run(
        path=first,
        others=tuple(others),
        mapping=cast("Any", mapping),
        encoding=encoding,
        sheet=sheet,
    )
    return of_readable(run, lambda inputs: _read(run, inputs, say))


def _read(run: Run, inputs: Inputs, say: Callable[[str], None] | None) -> pa.Table:
    manifest = inputs.manifest()
    opened = open_sheets(inputs, manifest)
    mappings = [one.mapping for one in opened]
    tables, infos, notes = list[pa.Table](), list[SheetInfo](), list[str]()
    for one in opened:
        dates = DateCells(one.mapping)
        with reading(inputs, one.file):
            tables.append(_rows_of(one, dates))
        infos.append(sheet_info(one.sheet, one.mapping, tables[-1].num_rows, one.apart))
        notes += dates.notes()
    left_out = [*manifest.skipped, *manifest.unread]
    unread = [
        f"{name}: {why}"
        for name, why in left_out
        if _VINS_SEEN in why or (name, why) in manifest.unread
    ]
    notes = [
        *inputs.notes(manifest),
        *notes,
        *reading_notes(manifest, mappings, infos),
        *vin_notes(mappings, run.mapping or {}),
        *manifest.notes,
        *(f"Sheet {name!r} was left out: {why}." for name, why in manifest.skipped),
    ]
    _tell(notes, unread, say)
    sheets = [_known(one, info, run.mapping or {}) for one, info in zip(opened, infos, strict=True)]
    sheets += [{"file": name, "sheet": "", "skipped": why} for name, why in left_out]
    table = _united(tables)
    return as_manifest(table, table.column_names[-len(PLACES) :], sheets, notes)


def _known(
    one: OpenSheet, info: SheetInfo, said: Mapping[str, str | Sequence[str]]
) -> dict[str, Any]:
    """What is to be known of a sheet; ``given`` is what was said of its columns, by the user or by its format."""
    mapping = one.mapping
    given: dict[str, str | list[str]] = {
        field: mapping[field] for field in {**one.sheet.fixed, **said} if field in mapping
    }
    if VIN in given:
        given[VIN] = [mapping[field] for field in vin_fields(mapping)]
    place = {
        "file": one.file.name,
        "sheet": one.name,
        "columns": one.sheet.columns,
        "given": given,
        "apart": sum(getattr(info, kind) for kind in RowKind),
    }
    return info.model_dump(mode="json", exclude={"name"}) | place


def _tell(notes: Sequence[str], unread: Sequence[str], say: Callable[[str], None] | None) -> None:
    if say is None:
        for one in unread:
            text = f"NOT READ, and vehicles may stand in it: {one}"
            warnings.warn(text, ManifestWarning, stacklevel=6)
    else:
        for note in notes:
            say(note)


def _rows_of(one: OpenSheet, dates: DateCells) -> pa.Table:
    """The vehicles of a sheet, with their places."""
    sheet, place = one.sheet, (one.file.name, one.name)

    def parts() -> Iterator[pa.Table]:
        for batch in evened(sheet.batches(), BATCH_ROWS):
            check_texts(sheet, batch, one.mapping)
            kept = one.apart(batch).batch
            dates.add(kept.data, pa.array(kept.rows))
            yield _with_places(pa.Table.from_batches([kept.data]), kept.rows, place)

    read = list(parts())
    if read:
        return pa.concat_tables(read, promote_options="permissive")
    names = list(sheet.columns)
    empty = pa.Table.from_arrays([pa.array([], pa.string()) for _ in names], names)
    return _with_places(empty, np.zeros(0, dtype=np.int64), place)


def _with_places(table: pa.Table, rows: np.ndarray, place: tuple[str, str]) -> pa.Table:
    names = [pa.repeat(pa.scalar(name), len(rows)) for name in place]
    return beside(table, pa.Table.from_arrays([*names, pa.array(rows)], list(PLACES)))


def _united(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all sheets; a column whose types differ from sheet to sheet is text."""
    width = len(PLACES)
    data = [one.select(range(one.num_columns - width)) for one in tables]
    kinds = dict[str, set[pa.DataType]]()
    for one in data:
        for field in one.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    differ = {name for name, some in kinds.items() if len(some) > 1}
    alike = [
        pa.Table.from_arrays(
            [as_text(one[name]) if name in differ else one[name] for name in one.column_names],
            one.column_names,
        )
        for one in data
    ]
    places = [one.select(range(one.num_columns - width, one.num_columns)) for one in tables]
    named = [one.rename_columns(list(PLACES)) for one in places]
    return beside(
        pa.concat_tables(alike, promote_options="default"), pa.concat_tables(named)
    ).combine_chunks()
