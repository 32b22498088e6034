"""Which sheets of a workbook are read, and why the others are not."""

from collections.abc import Callable, Sequence
from pathlib import Path

from vintool.declaration import headers
from vintool.declaration.headed import Headed
from vintool.declaration.mapping import has_vins, has_vins_in_text, text_with_vins
from vintool.errors import ManifestError, NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.sheets import COUNT_HEADINGS, NEEDS_HEADINGS, Sheet
from vintool.report.language import LANGUAGES, language

ADDED = "added by vintool to an annotated workbook"
"""Why a sheet of an earlier run is not read."""


def sorted_out(
    path: Path, opened: Sequence[Sheet], holds: Callable[[Headed], bool]
) -> tuple[list[Sheet], list[tuple[str, str]]]:
    """The sheets to read, and the others with the reason why not.

    Raises:
        NoVinColumn: several sheets, and none of them holds what is looked for.
    """
    added = _added(opened)
    opened = [one for one in opened if one not in added]
    kept = [one for one in opened if holds(one) or (holds is has_vins and has_vins_in_text(one))]
    if len(opened) == 1:
        kept = [*opened]
    if not kept:
        named = "; ".join(f"{one.name!r} has {headers.labels(one.columns)}" for one in opened)
        raise NoVinColumn(
            f"no sheet has a column that looks like it holds VINs: {named}",
            file=path.name,
            next_step='pass --sheet and --map vin="..."',
            in_python='pass sheet= and mapping={"vin": "..."}',
        )
    skipped = [(one.name, ADDED) for one in added]
    for one in opened:
        if one in kept:
            continue
        vins = sum(text_with_vins(one, position).vins for position in range(len(one.columns)))
        if vins:
            skipped.append(
                (
                    one.name,
                    f"no column looks like VINs; {vins} VIN(s) stand in its texts: pass --sheet to read it",
                )
            )
        else:
            skipped.append((one.name, "no column looks like VINs"))
    return kept, skipped


def _added(opened: Sequence[Sheet]) -> list[Sheet]:
    """The sheets that an annotated workbook ends with: they repeat vehicles of the others."""
    languages = [language(lang) for lang in LANGUAGES]
    ours = [
        [one.translate(name) for name in headings]
        for one in languages
        for headings in (NEEDS_HEADINGS, COUNT_HEADINGS)
    ]
    answered = any("vin_verdict" in one.columns for one in opened)
    return [
        one
        for one in opened
        if answered
        and "vin_verdict" not in one.columns
        and any(_is_added(one, headings) for headings in ours)
    ]


def _is_added(sheet: Sheet, headings: Sequence[str]) -> bool:
    """Whether a sheet has our headings in our order: the first three and the last, of the others those that had anything.

    A sheet that the user has added, with a VIN and a brand, has not.
    """
    headers, rest = sheet.headers, iter(headings)
    return (
        tuple(headers[:3]) == tuple(headings[:3])
        and (headers[-1] == headings[-1] or not sheet.sample)
        and all(header in rest for header in headers)
    )


def check_names(path: Path, names: Sequence[str], wanted: str | None) -> None:
    """Refuse too many sheets, two of one name, and a name that no sheet has.

    Raises:
        ManifestError: one of these.
    """
    if len(names) > limits.SHEETS:
        raise limits.beyond(
            f"its {len(names):,} sheets are more",
            limits.SHEETS,
            "sheets",
            file=path.name,
            next_step="save the sheet that is meant as .xlsx or CSV",
        )
    if len(set(names)) < len(names):
        raise ManifestError(
            "two sheets have the same name",
            file=path.name,
            next_step="rename one of them and save the file again",
        )
    if wanted is not None and wanted not in names:
        raise ManifestError(
            f"there is no sheet {wanted!r}",
            file=path.name,
            next_step=f"use one of {', '.join(map(repr, names))}",
        )
