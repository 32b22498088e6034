"""Columns that an earlier run has added to a list: they are not read, and the new answers take their place.

Known by names and order that only we write, all of them there: a column of the user's own that is called ``vin_model`` stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from vintool.declaration.answers import ANSWERS, answer_columns, plain_name
from vintool.files.own_files import refuse_own_file
from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.sheets import Batch, Manifest, Sheet, Tally
from vintool.files.writing.looks import in_order

_OF_PLACE = frozenset({"vin_sheet", "vin_file"})  # where several sheets or files became one table


def open_without_earlier(path: Path, *, encoding: str | None, sheet: str | None) -> Manifest:
    """``open_manifest`` without the columns of earlier answers, and a note on each sheet that had some.

    Raises:
        ManifestError: the file cannot be read, or an earlier run has written it and it is no list.
    """
    manifest = open_manifest(path, encoding=encoding, sheet=sheet)
    refuse_own_file(path, manifest)
    sheets, notes = list[Sheet](), list[str]()
    for one in manifest.sheets:
        ours = earlier_columns(one.headers)
        if len(ours) == len(one.columns):
            ours = frozenset()  # nothing else is left to read
        place = f"Sheet {one.name!r}: " if one.name else ""
        if ours:
            notes.append(
                f"{place}{len(ours)} columns of an earlier run were not read, and the answers of this run stand in their place."
            )
        sheets.append(_without(one, ours) if ours else one)
        likely = likely_answers([header for at, header in enumerate(one.headers) if at not in ours])
        if likely:
            notes.append(place + likely)
    return replace(manifest, sheets=tuple(sheets), notes=(*manifest.notes, *notes))


def earlier_columns(headers: Sequence[str]) -> frozenset[int]:
    """The positions of the columns that earlier runs have added.

    >>> sorted(earlier_columns(["VIN", *ANSWERS])) == list(range(1, len(ANSWERS) + 1))
    True
    >>> earlier_columns(["VIN", "vin_verdict", "vin_row", *ANSWERS[1:5]])
    frozenset()
    """
    found = set[int]()
    names = [*map(plain_name, headers)]
    likely = [at for at, name in enumerate(names) if name in _OF_PLACE or name in ANSWERS]
    for at in likely:
        if at in found or names[at] not in {ANSWERS[0], in_order(ANSWERS)[0]}:
            continue
        run = list[int]()
        while at + len(run) < len(names) and len(_answers(names, run)) < len(ANSWERS):
            run.append(at + len(run))
        if tuple(_answers(names, run)) in {ANSWERS, tuple(in_order(ANSWERS))}:
            found.update(run)
            while at and names[at - 1] in _OF_PLACE and _is_renamed(headers, at - 1):
                at -= 1  # noqa: PLW2901
                found.add(at)
    return frozenset(found)


def likely_answers(names: Sequence[str]) -> str:
    """A note where columns that count as the user's are called as answers are; empty if there are none such.

    >>> likely_answers(["VIN", "vin", "vin_verdict", "vin_model"]), likely_answers(["VIN", "vin_model"])
    ('3 columns that are called as answers are, such as vin_verdict, stay as yours; they may be answers of an earlier run: those of this run stand in columns with one vin_ more.', '')
    """
    likely = answer_columns(names)
    if not likely:
        return ""
    many = len({plain_name(names[at]) for at in likely})
    return f"{many} columns that are called as answers are, such as vin_verdict, stay as yours; they may be answers of an earlier run: those of this run stand in columns with one vin_ more."


def _is_renamed(headers: Sequence[str], at: int) -> bool:
    """Whether a column before our answers has got ``vin_`` once more, as the user has one of its name.

    One with the plain name may be the user's own, and stays: if it is ours, it says where the row came from.
    """
    return headers[at].strip().removeprefix("vin_") in map(str.strip, headers[:at])


def _answers(names: Sequence[str], run: Sequence[int]) -> list[str]:
    return [names[at] for at in run if names[at] not in _OF_PLACE]


def _without(sheet: Sheet, ours: frozenset[int]) -> Sheet:
    kept = [at for at in range(len(sheet.columns)) if at not in ours]
    columns = tuple(sheet.columns[at] for at in kept)
    reopen = sheet.reopen
    return replace(
        sheet,
        columns=columns,
        headers=tuple(sheet.headers[at] for at in kept),
        sample=tuple(tuple(row[at] for at in kept) for row in sheet.sample),
        read=partial(_read, sheet, columns),
        hidden_columns=tuple(name for name in sheet.hidden_columns if name in columns),
        earlier=tuple(sheet.headers[at] for at in sorted(ours)),
        reopen=reopen and (lambda: _without(reopen(), ours)),
    )


def _read(sheet: Sheet, columns: Sequence[str], tally: Tally) -> Iterator[Batch]:
    for batch in sheet.read(tally):
        yield replace(batch, data=batch.data.select(columns))
