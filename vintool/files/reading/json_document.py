"""JSON documents: an array of records, or an object with one in it; each record a row.

They are written out as JSON lines first, whose reader proves that no line is lost. Records in records are laid flat, and
what stands around an array stands in each of its rows: a bill of lading with its vehicles, say. A record with a VIN of its
own is one row, whatever lists stand in it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vintool.declaration.headed import Headed
from vintool.declaration.headers import labels, meaning
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.compressed import LaidOut
from vintool.files.reading.encoding import decide, likely
from vintool.files.reading.jsonl import read_jsonl
from vintool.files.reading.sheets import Manifest, holding
from vintool.files.reading.workbooks.workbook import sheet_of_rows
from vintool.vin.scan import vin_places

_WHITE = " \t\r\n"
_NEXT = "have it written as JSON lines, one object a line"
_ITEMS = "; "  # between the texts of a list in a cell
_STEP = "\x1f"  # between the keys of a way; none of JSON's own signs

Way = tuple[str, ...]
"""The keys that lead to a value."""

Cells = dict[str, object]
Table = dict[str, list[str]]


def is_document(path: Path) -> bool:
    """Whether a file that begins as JSON is one document, and not an object a line."""
    with path.open("rb") as start:
        wide = b"\0" in start.read(64)
    encoding = decide(path, None)[0] if wide else likely(path)
    with path.open(encoding=encoding, errors="replace") as file:
        first = next(filter(None, map(str.strip, _lines(file))), "")
        if first.startswith("["):
            return True
        try:
            record = json.loads(first)
        except (ValueError, RecursionError):
            return not first.endswith("}")
        several = any(map(str.strip, _lines(file)))
    return isinstance(record, dict) and not several and any(map(_holds_records, record.values()))


def _lines(file: Any) -> Iterator[str]:
    return iter(lambda: file.readline(limits.LINE), "")


def read_json_document(  # noqa: PLR0913 - how a manifest is opened
    path: Path,
    size: int,
    *,
    encoding: str | None,
    sheet: str | None,
    holds: Callable[[Headed], bool],
    words: str,
) -> Manifest:
    """Open a JSON document.

    Args:
        path: the file.
        size: its size in bytes.
        encoding: of its text, where it should not be detected.
        sheet: the only list to read, where it holds several.
        holds: whether a list holds what is looked for.
        words: the dictionary of headers, for an array of arrays.

    Raises:
        ManifestError: it is damaged, too large, or holds no records.
        NoVinColumn: several lists, and none of them holds VINs.
    """
    limits.refuse_larger(path, limits.DOCUMENT, "the document", next_step=_NEXT)
    encoding, _, notes = decide(path, encoding)
    values = list(_values(path, path.read_bytes().decode(encoding).lstrip("\ufeff")))
    if values and all(isinstance(value, list) for value in values):
        rows = [[_cell(item) for item in value] for value in values]
        one, more = sheet_of_rows(path, size, "", rows, (), words)
        return Manifest(path, "json", encoding, (one,), (), (*notes, *more), size)
    tables = _tables(path, size, values)
    manifests = {
        ".".join(way) or "records": _read_table(path, table) for way, table in tables.items()
    }
    wanted = {name: one for name, one in manifests.items() if (sheet or name) == name}
    if not wanted:
        raise ManifestError(
            f"there is no list {sheet!r}" if sheet else "the document holds no records",
            file=path.name,
            next_step=f"use one of {', '.join(map(repr, manifests))}" if manifests else _NEXT,
        )
    kept = {name: one for name, one in wanted.items() if len(wanted) == 1 or holds(one.sheets[0])}
    if not kept:
        named = "; ".join(
            f"{name!r} has {labels(one.sheets[0].columns)}" for name, one in wanted.items()
        )
        raise NoVinColumn(
            f"none of its lists has a key that looks like it holds VINs: {named}",
            file=path.name,
            next_step='pass --sheet and --map vin="..."',
            in_python='pass sheet= and mapping={"vin": "..."}',
        )
    several = len(kept) > 1
    return Manifest(
        path,
        "json",
        encoding,
        tuple(replace(one.sheets[0], name=name * several) for name, one in kept.items()),
        tuple((name, "no key looks like VINs") for name in wanted if name not in kept),
        (*notes, *(note for one in kept.values() for note in one.notes)),
        size,
    )


def _read_table(path: Path, table: list[str]) -> Manifest:
    """A list as its JSON lines are read."""
    laid_out = LaidOut(path, iter(f"{line}\n".encode() for line in table))
    manifest = read_jsonl(
        laid_out.path, laid_out.path.stat().st_size, encoding="utf-8", names=_names
    )
    return replace(manifest, sheets=tuple(holding(one, laid_out) for one in manifest.sheets))


def _names(keys: Sequence[str]) -> list[str]:
    r"""The names of columns: the last key of a way where that is alone, else the whole way.

    >>> _names(["bl", "vehicle\x1fvin", "buyer\x1fname", "seller\x1fname"])
    ['bl', 'vin', 'buyer.name', 'seller.name']
    """
    last = Counter(key.rpartition(_STEP)[2] for key in keys)
    return [
        end if last[end := key.rpartition(_STEP)[2]] == 1 else key.replace(_STEP, ".")
        for key in keys
    ]


def _values(path: Path, text: str) -> Iterator[Any]:
    """The items of an array, or the object.

    Raises:
        ManifestError: it is damaged or cut short, or an object names a key twice.
    """
    at = _skipped(text, 0)
    array = text.startswith("[", at)
    at, number = _skipped(text, at + array), 0
    first = True
    while True:
        if array and text.startswith("]", at) and first:
            at = _skipped(text, at + 1)
            break
        number += 1
        try:
            value, at = _DECODER.raw_decode(text, at)
        except _TwiceError:
            raise _wrong(path, number, "a record names a key twice") from None
        except (ValueError, RecursionError):
            raise _wrong(path, number, "the JSON is damaged or cut short") from None
        yield value
        first = False
        at = _skipped(text, at)
        if not array:
            break
        sign, at = text[at : at + 1], _skipped(text, at + 1)
        if sign == "]":
            break
        if sign != ",":
            raise _wrong(path, number + 1, "the JSON is damaged or cut short")
    if at < len(text):
        raise _wrong(path, number + 1, "something stands behind the JSON document")


def _skipped(text: str, at: int) -> int:
    """Where the next sign is that is no white space."""
    while at < len(text) and text[at] in _WHITE:
        at += 1
    return at


class _TwiceError(Exception):
    """An object names a key twice: one of its values would be lost."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise _TwiceError
    return record


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=str,  # as it was written
    parse_float=lambda text: text.removesuffix(".0"),
    parse_constant=lambda _: None,
)


def _is_records(value: object) -> bool:
    """Whether a value is a list of objects."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _holds_records(value: object) -> bool:
    """Whether a list of objects stands in a value, however deep."""
    if isinstance(value, dict):
        return any(map(_holds_records, value.values()))
    return _is_records(value)


def _tables(path: Path, size: int, values: Sequence[Any]) -> dict[Way, list[str]]:
    """The lists of a document, each as JSON lines, by the ways that lead to them.

    Raises:
        ManifestError: an item is no object, or what stands around lists is far longer than they are.
    """
    tables: dict[Way, list[str]] = {}
    written, allowed = 0, max(limits.UNPACKED, limits.RATIO * size)
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise _wrong(path, number, "an item of the array is no object")
        try:
            for way, cells in _rows(value, (), {}):
                line = json.dumps(cells)
                written += len(line)
                if written > allowed:
                    raise limits.beyond(
                        "laid flat it is larger", allowed, "bytes", file=path.name, next_step=_NEXT
                    )
                tables.setdefault(way, []).append(line)
        except RecursionError:
            raise _wrong(path, number, "its records lie in records without end") from None
    return tables


def _rows(record: Mapping[str, Any], way: Way, around: Cells) -> Iterator[tuple[Way, Cells]]:
    """The rows of a record: itself, or those of the lists in it, each with what stands around it."""
    own, lists = dict[str, object](), dict[Way, list[Any]]()
    _lay_flat(record, way, own, lists)
    of_vehicles = {at for at, items in lists.items() if _holds_vin(items)}
    alone = any(_is_vin(key.rpartition(_STEP)[2], cell) for key, cell in own.items())
    opened = of_vehicles if alone or of_vehicles else lists.keys()
    for at, items in lists.items():
        if at not in opened:
            own[_STEP.join(at)] = json.dumps(items, ensure_ascii=False)
    cells = around | own
    if alone or not opened:
        yield way, cells
    for at in lists:
        for item in lists[at] if at in opened else ():
            yield from _rows(
                item if isinstance(item, dict) else {at[-1]: item}, at, {} if alone else cells
            )


def _lay_flat(record: Mapping[str, Any], way: Way, own: Cells, lists: dict[Way, list[Any]]) -> None:
    """Gather the cells of a record and of the records in it, and the lists of records."""
    for key, value in record.items():
        here = (*way, key)
        if isinstance(value, dict):
            _lay_flat(value, here, own, lists)
        elif _is_records(value):
            lists[here] = value
        else:
            own[_STEP.join(here)] = _cell(value)


def _cell(value: Any) -> object:
    """A value as a cell; a list of texts is one text."""
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return _ITEMS.join(value)
        return json.dumps(value, ensure_ascii=False)
    return value


def _holds_vin(value: Any, key: str = "") -> bool:
    """Whether a VIN stands anywhere in a value."""
    if isinstance(value, dict):
        return any(_holds_vin(item, name) for name, item in value.items())
    if isinstance(value, list):
        return any(_holds_vin(item, key) for item in value)
    return _is_vin(key, value)


def _is_vin(key: str, value: object) -> bool:
    """Whether a value holds a VIN, or stands under a key that says so."""
    if not isinstance(value, str) or not value.strip():
        return False
    named = meaning(key)
    return (named is not None and named[0] == "vin") or any(vin_places(value))


def _wrong(path: Path, row: int, what: str) -> ManifestError:
    return ManifestError(what, file=path.name, row=row, next_step=_NEXT)
