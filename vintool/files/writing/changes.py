"""``changes.csv``: what is different from an earlier run of the same list."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from vintool.errors import ManifestError
from vintool.escaping import spreadsheet_cell
from vintool.files.run import CHANGES_CSV, ROWS_PARQUET, RUN_JSON
from vintool.files.writing.digests import SCHEMA
from vintool.files.writing.hashing import file_hash
from vintool.report.changes import KINDS, Change, Changes
from vintool.report.page import CHANGES
from vintool.report.summary import Summary

_arrow: Any = pyarrow.compute
COLUMNS = (
    "change",
    "vin_sheet",
    "vin_row",
    "vin_text",
    "verdict_before",
    "vin_verdict",
    "row_before",
)
_SAME = "same"


class EarlierRun:
    """An earlier run, by its ``run.json`` or its folder: read before anything takes its place.

    Raises:
        ManifestError: it is no run, or one of a version that kept no digests, or its files were changed since.
    """

    def __init__(self, path: Path) -> None:
        record = path / RUN_JSON if path.is_dir() else path
        self.name = record.parent.name or record.name
        try:
            self._record = json.loads(record.read_text(encoding="utf-8"))
            digest = self._record["outputs"].get(ROWS_PARQUET)
            self.summary: dict[str, Any] = self._record["summary"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _refused(path, f"this is no {RUN_JSON} of a run, nor a folder with one") from None
        rows = record.parent / ROWS_PARQUET
        if digest is None or not rows.is_file():
            raise _refused(path, f"beside its {RUN_JSON} there is no {ROWS_PARQUET}")
        if file_hash(rows) != digest:
            raise _refused(path, f"its {ROWS_PARQUET} is not as the run has written it")
        self.sha256 = file_hash(record)
        self.rows = pq.read_table(rows, schema=SCHEMA)

    def notes(self, summary: Summary) -> Iterator[str]:
        """What else is different, and may have changed verdicts."""
        for field, sentence in (
            ("regime", "The earlier run asked another regime: {before}, now {now}."),
            ("on", "The earlier run used another date: {before}, now {now}."),
            ("rule_version", "The rules have changed since: {before}, now {now}."),
            ("data_release", "The reference data has changed since: {before}, now {now}."),
        ):
            before, now = self.summary.get(field), getattr(summary, field)
            if before != now:
                yield sentence.format(before=before, now=now)


def _refused(path: Path, what: str) -> ManifestError:
    return ManifestError(
        what, file=path.name, next_step="name the --out folder of a run of this version"
    )


def _numbered(table: pa.Table) -> pa.Table:
    """The vehicles with a number among those of one key, so that doubles are held against each other in their order.

    Rows that are none, titles and totals, have no verdict, and no verdict says below that a list has not a row.
    """
    table = table.filter(_arrow.is_valid(table["vin_verdict"]))
    keys = table["key"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else order
    sizes = np.diff(np.r_[starts, len(ordered)])
    places = np.empty(len(keys), np.int64)
    places[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    # What has no text is known by its cells alone.
    blank = _arrow.equal(table["key"], "")
    key = _arrow.if_else(
        blank,
        _arrow.binary_join_element_wise("cells", _arrow.cast(table["cells"], pa.string()), " "),
        table["key"],
    )
    return table.append_column("place", pa.array(places)).append_column("of", key)


def write_changes(stage: Path, earlier: EarlierRun, summary: Summary) -> Changes:
    """Write ``changes.csv`` of a finished run; what did not change is counted.

    Args:
        stage: the folder of the outputs, with its ``rows.parquet``.
        earlier: the run to hold them against.
        summary: of this run.
    """
    now = _numbered(pq.read_table(stage / ROWS_PARQUET, schema=SCHEMA))
    before = _numbered(earlier.rows)
    joined = now.join(
        before, keys=["of", "place"], join_type="full outer", left_suffix="", right_suffix="_before"
    )
    verdict, verdict_before = joined["vin_verdict"], joined["vin_verdict_before"]
    kinds = _arrow.case_when(
        _arrow.make_struct(
            _arrow.is_null(verdict_before),
            _arrow.is_null(verdict),
            _arrow.fill_null(_arrow.not_equal(verdict, verdict_before), False),  # noqa: FBT003
            _arrow.fill_null(_arrow.not_equal(joined["cells"], joined["cells_before"]), False),  # noqa: FBT003
        ),
        *("new", "gone", "verdict", "cells", _SAME),
    )
    joined = joined.append_column("change", kinds)
    counts = Counter(
        dict(zip(*(column.to_pylist() for column in kinds.value_counts().flatten()), strict=True))
    )
    moves = (
        joined.filter(_arrow.equal(kinds, "verdict"))
        .group_by(["vin_verdict_before", "vin_verdict"])
        .aggregate([([], "count_all")])
    )
    different = joined.filter(_arrow.not_equal(kinds, _SAME))
    order = _arrow.index_in(different["change"], pa.array(list(KINDS)))
    different = different.append_column("order", order).sort_by(
        [
            (name, "ascending")
            for name in ("order", "vin_sheet", "vin_row", "vin_sheet_before", "vin_row_before")
        ]
    )
    first: list[Change] = []
    with (stage / CHANGES_CSV).open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for batch in different.to_batches():
            for row in batch.to_pylist():
                change = _change(row)
                if len(first) < CHANGES:
                    first.append(change)
                texts = (
                    change.kind,
                    change.sheet,
                    change.row,
                    change.text,
                    change.verdict_before,
                    change.verdict,
                    row["vin_row_before"],
                )
                lines.writerow(
                    ""
                    if text is None
                    else spreadsheet_cell(text)
                    if isinstance(text, str)
                    else text
                    for text in texts
                )
    return Changes(
        since=earlier.name,
        sha256=earlier.sha256,
        rows={kind: counts[kind] for kind in KINDS},
        same=counts[_SAME],
        verdicts={
            f"{row['vin_verdict_before']} -> {row['vin_verdict']}": row["count_all"]
            for row in moves.sort_by(
                [("vin_verdict_before", "ascending"), ("vin_verdict", "ascending")]
            ).to_pylist()
        },
        first=tuple(first),
        notes=tuple(earlier.notes(summary)),
    )


def _change(row: dict[str, Any]) -> Change:
    gone = row["change"] == "gone"
    return Change(
        kind=row["change"],
        sheet=row["vin_sheet_before" if gone else "vin_sheet"] or "",
        row=None if gone else row["vin_row"],
        text=row["key_before" if gone else "key"] or "",
        verdict_before=row["vin_verdict_before"] or "",
        verdict=row["vin_verdict"] or "",
    )
