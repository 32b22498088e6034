"""The day that a run judges its rows by: given, read from the manifest, or the clock's; and what to know of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from vintool.files.reading.sheets import Manifest
from vintool.files.run import Run
from vintool.screening.dates import LAST_KNOWN_YEAR, RELEASED, day_field
from vintool.screening.regimes import regimes_asked

Mappings = Sequence[Mapping[str, str]]


def with_day(run: Run, manifest: Manifest, mappings: Mappings) -> Run:
    """The run with the clock's day for all rows, if none is given and no sheet has a column of dates.

    Raises:
        ValueError: a sheet has no dates and none is given; or the clock's day lies before the data of this
            release and before the regime, which would clear its rows.
    """
    undated = _undated(manifest, mappings)
    if run.on is not None or (mappings and not undated):
        return run
    if run.today is None:
        sheet = f"sheet {undated[0]!r}" if any(undated) else "the manifest"
        raise ValueError(f"{sheet} has no date column: give on=")
    if run.today < RELEASED and (later := _not_in_force(run, run.today)):
        raise ValueError(
            f"the clock says {run.today}, before the data of this release and before {later} is in force,"
            " which would clear every row that has no date: set the clock or give on="
        )
    return run if len(undated) < len(mappings) else replace(run, on=run.today)


def day_notes(run: Run, manifest: Manifest, mappings: Mappings) -> Iterator[str]:
    """What is worth knowing of the day."""
    if run.on is None:
        if undated := _undated(manifest, mappings):
            sheets = ", ".join(map(repr, undated))
            yield f"Sheet {sheets} has no column of dates: its rows were judged for today, {run.today}."
        return
    if run.on.year > LAST_KNOWN_YEAR:
        yield f"the law in this release is that of {LAST_KNOWN_YEAR}: on {run.on} it may be another; look for a newer release"
    columns = {mapping["declaration_date"] for mapping in mappings if "declaration_date" in mapping}
    if columns and (later := _not_in_force(run, run.on)):
        names = ", ".join(map(repr, sorted(columns)))
        yield f"The date given, {run.on}, stands for the column {names}, which was not read: it lies before {later}, and clears every row of it."


def _not_in_force(run: Run, on: date) -> str:
    """The regimes asked that are not in force on a day."""
    return ", ".join(one.code for one in regimes_asked(run.regime) if not one.in_force(on))


def _undated(manifest: Manifest, mappings: Mappings) -> list[str]:
    """The sheets whose rows no column gives a day."""
    pairs = zip(manifest.sheets, mappings, strict=True)
    return [sheet.name for sheet, mapping in pairs if not day_field(mapping)]
