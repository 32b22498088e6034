"""The user's lists: files in any format of a manifest -> entries with their row numbers."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from vintool import headers
from vintool.columns.lifted import as_text
from vintool.desk import confirmations, decisions, exporters, licences
from vintool.desk.book import Desk
from vintool.desk.confirmations import Confirmations
from vintool.desk.decisions import Decisions, record_entries
from vintool.desk.exporters import Exporters
from vintool.desk.licences import Ledger, Licences
from vintool.desk.lists import HEADERS, Entry, map_fields
from vintool.errors import ManifestError, MappingError
from vintool.files.manifest import open_manifest
from vintool.headers import Headed

RECORD = "decisions.jsonl"


def open_desk(
    regime: str,
    *,
    exporter_list: Path | None = None,
    licence_list: Path | None = None,
    confirmation_list: Path | None = None,
    decision_files: Sequence[Path] = (),
) -> Desk:
    """Read the lists that are given.

    Raises:
        ManifestError: a list cannot be read, or a cell of it cannot be used as it stands.
        MappingError: which column of a list means what must be told.
    """

    def listed(path: Path, fields: Sequence[str], needed: Iterable[Sequence[str]]) -> list[Entry]:
        return read_entries(path, lambda columns: map_fields(path.name, columns, fields, needed))

    qualified = ledger = letters = decided = None
    if exporter_list is not None:
        qualified = Exporters(listed(exporter_list, exporters.FIELDS, exporters.NEEDED))
    if licence_list is not None:
        ledger = Ledger(Licences(listed(licence_list, licences.FIELDS, licences.NEEDED)))
    if confirmation_list is not None:
        letters = Confirmations(
            listed(confirmation_list, confirmations.FIELDS, confirmations.NEEDED)
        )
    if decision_files:
        entries = [entry for path in decision_files for entry in _decided(path)]
        decided = Decisions(entries, regime)
    return Desk(qualified, ledger, letters, decided)


def read_entries(path: Path, mapped: Callable[[Sequence[str]], Mapping[str, str]]) -> list[Entry]:
    """The rows of a list.

    Args:
        path: the file, in any format of a manifest.
        mapped: the columns of a sheet -> field to column.
    """
    entries = []
    for sheet in open_manifest(path, holds=_is_list).sheets:
        columns = mapped(sheet.columns)
        for batch in sheet.batches():
            texts = [as_text(batch.data.column(column)).to_pylist() for column in columns.values()]
            for row, *cells in zip(batch.rows.tolist(), *texts, strict=True):
                told = {field: cell for field, cell in zip(columns, cells, strict=True) if cell}
                if any(cell.strip() for cell in told.values()):
                    entries.append(Entry(path.name, row, told, columns))
    return entries


def _is_list(sheet: Headed) -> bool:
    return any(headers.meaning(header, HEADERS) for header in sheet.headers)


def _decided(path: Path) -> Sequence[Entry]:
    """The rows of a filled exceptions.csv, or the lines of a record."""
    if path.suffix.lower() == ".jsonl":
        return record_entries(path.name, read_record(path))

    def mapped(columns: Sequence[str]) -> dict[str, str]:
        if missing := [name for name in decisions.COLUMNS if name not in columns]:
            raise MappingError(
                f"there is no column {', '.join(missing)}",
                file=path.name,
                next_step="give it an exceptions.csv of an earlier run, with its columns",
            )
        return {name: name for name in decisions.COLUMNS}

    return read_entries(path, mapped)


def read_record(path: Path) -> list[dict[str, str]]:
    """The lines of a record of decisions.

    Raises:
        ManifestError: it cannot be read, or a line is no JSON object.
    """
    records: list[dict[str, str]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ManifestError(
            f"the record cannot be read ({reason})", file=path.name, next_step="check the path"
        ) from None
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise ManifestError(
                "the line is no JSON object",
                file=path.name,
                row=number,
                next_step="restore the record from a copy; it is only ever added to",
            )
        records.append(told)
    return records


def extended_record(old: Path, known: Decisions) -> str:
    """The record with the decisions that it does not hold yet; what it holds stays as it is."""
    kept = old.read_text(encoding="utf-8") if old.exists() else ""
    held = [tuple(sorted(line.items())) for line in read_record(old)] if kept else []
    fresh = (told.as_record() for told in known.all)
    lines = [
        json.dumps(line, ensure_ascii=False)
        for line in fresh
        if tuple(sorted(line.items())) not in held
    ]
    separator = "" if not kept or kept.endswith("\n") else "\n"
    return kept + separator + "".join(f"{line}\n" for line in lines)
