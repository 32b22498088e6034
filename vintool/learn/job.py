"""The whole job: labelled lists in, a file of rules out, and what there is to say of it."""

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vintool.errors import ManifestError
from vintool.escaping import spreadsheet_cell
from vintool.files.run import paths_of
from vintool.learn.approvals import Cited, read_batches, with_sources
from vintool.learn.labels import Labels
from vintool.learn.mine import Mined, mine
from vintool.learn.packaged import disagreements
from vintool.learn.presets import APPROVALS, Preset
from vintool.learn.report import Lesson
from vintool.learn.rules import Criteria, as_row
from vintool.learn.sources import Columns, read_lists
from vintool.learn.trial import trials
from vintool.registry import user_rules


def learn_file(  # noqa: PLR0913 - the options of a main job
    path: Path | str | Sequence[Path | str],
    columns: Columns | None = None,
    criteria: Criteria | None = None,
    *,
    preset: Preset | None = None,
    label_map: Path | None = None,
    cite: str = "",
    encoding: str | None = None,
    sheet: str | None = None,
) -> Lesson:
    """Learn rules from labelled lists, all of them joined; nothing is written.

    A million rows of whole VINs with 20,000 starts take 4 s on one core: reading 1.5 s, rules 0.6 s, starts
    left out 2 s. A trial by date, and each source left out, add 1 s.

    Args:
        path: of one list or several, in any format of a manifest; of type approvals (the preset ``miit``) saved pages too.
        columns: columns by name; those not named are the preset's, or what the header dictionary says.
        criteria: what it takes to make a rule. A type approval is full support by itself, and bears no other beside it.
        preset: the public register that the lists come from.
        label_map: the user's map of labels.
        cite: the source that the rules cite; by default the preset's address or the file's name. A rule of type approvals
            cites those that it rests on.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet of a workbook to read.

    Raises:
        ManifestError: a file cannot be read, or no row of it can be used.
        MappingError: a column is not there.
        ValueError: columns or a map of labels are given for type approvals.
    """
    started = time.monotonic()
    columns, criteria = columns or Columns(), criteria or Criteria()
    files = paths_of(path)
    cited: Cited | None = None
    if preset and preset.code == APPROVALS:
        if columns != Columns() or label_map:
            raise ValueError("type approvals have columns and labels of their own: name none")
        criteria = replace(criteria, support=1, tolerate=0, register=True, approvals=True)
        reading, cited = read_batches(files, encoding=encoding, sheet=sheet)
    else:
        reading = read_lists(
            files,
            _with_preset(columns, preset) if preset else columns,
            Labels(preset.code if preset else "", label_map),
            without=preset.without if preset else (),
            encoding=encoding,
            sheet=sheet,
        )
    name = files[0].name if len(files) == 1 else f"{len(files)} files"
    if not len(reading.rows.start):
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in reading.unused.most_common())
        raise ManifestError(
            f"none of {reading.total:,} rows can be used ({reasons or 'there are none'})",
            file=name,
            next_step="check --vin and --label, and map the labels with --labels",
        )
    mined = mine(reading.rows, criteria)
    if cited is not None:
        mined = with_sources(mined, cited)
    results = tuple(trials(reading.rows, reading.sources, criteria))
    source = cite or (f"{preset.note}, {preset.url}" if preset else f"learned from {name}")
    against = tuple(disagreements(mined.rules, reading.rows))
    seconds = round(time.monotonic() - started, 3)
    return Lesson(name, source, reading, criteria, mined, results, seconds, against)


def _with_preset(columns: Columns, preset: Preset) -> Columns:
    """The columns that are named, else those of a register."""
    return Columns(
        columns.vin or preset.vin,
        columns.label or preset.label,
        columns.date,
        columns.source,
        preset.date,
        preset.source,
    )


def rules_csv(mined: Mined, source: str) -> bytes:
    r"""Rules as a file that ``--evidence`` and the user's folder of rules read.

    >>> rules_csv(Mined((), (), {}), "my list").decode()
    'wmi,vds,year_codes,plant_codes,powertrain,make,models,kind,vehicles,sources,grade,source,note\n'
    """
    out = io.StringIO()
    table = csv.DictWriter(out, user_rules.RULE_COLUMNS, lineterminator="\n")
    table.writeheader()
    for rule in mined.rules:
        row = as_row(rule, source)
        table.writerow({**row, "source": spreadsheet_cell(row["source"])})
    return out.getvalue().encode()


def installed(name: str, where: str) -> Path:
    """Where a file of rules stands in the user's folder: ``above`` or ``below`` the packaged ones."""
    home = user_rules.evidence_folder()
    return (home if where == "above" else home / where) / name
