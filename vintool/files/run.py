"""The main job: a file in, every row judged, a folder of answers out."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date
from importlib.metadata import version
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vintool import registry, vpic
from vintool.columns import BATCH_ROWS, Screener, SeenVins, date_field
from vintool.errors import ManifestError, MappingError
from vintool.files.manifest import open_manifest
from vintool.files.outputs import Answers, staged
from vintool.files.sheet import Manifest, Sheet
from vintool.headers import map_columns
from vintool.law import DEFAULT_REGIME, Regime
from vintool.law import regime as load_regime
from vintool.report import BrandCount, Citation, ReportContext, Row, SheetInfo, Summary, report_html
from vintool.words import Reason, Verdict

SHOWN = 2000  # exceptions on the page; exceptions.csv has all

#: Called after each batch: bytes read so far, bytes in all, rows so far, rows by verdict.
Progress = Callable[[int, int, int, Mapping[str, int]], None]


class Tally:
    """What is counted while the rows go by."""

    def __init__(self) -> None:
        self.rows = 0
        self.sheet_rows: dict[str, int] = {}
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.powertrains: Counter[str] = Counter()
        self.brands: Counter[tuple[str, str, str]] = Counter()
        self.shown: list[Row] = []
        self.exceptions = 0

    def add(self, sheet: str, batch: pa.RecordBatch) -> None:
        """Count a screened batch."""
        self.rows += batch.num_rows
        self.sheet_rows[sheet] += batch.num_rows
        reasons = batch.column("vin_reasons")
        told = pc.list_flatten(reasons) if pa.types.is_list(reasons.type) else reasons
        for counted in told.value_counts().to_pylist():
            for reason in _listed(counted["values"]):
                self.reasons[reason] += counted["counts"]
        brand = pc.coalesce(
            batch.column("vin_brand"), batch.column("vin_manufacturer"), pa.scalar("")
        )
        verdict = batch.column("vin_verdict")
        powertrain = pc.fill_null(batch.column("vin_powertrain"), "unknown")
        groups = pa.table([brand, verdict, powertrain], names=["brand", "verdict", "powertrain"])
        for row in groups.group_by(groups.column_names).aggregate([([], "count_all")]).to_pylist():
            count = row["count_all"]
            self.brands[row["brand"], row["verdict"], row["powertrain"]] += count
            self.verdicts[row["verdict"]] += count
            self.powertrains[row["powertrain"]] += count

    def show(self, sheet: str, exceptions: pa.RecordBatch) -> None:
        """Keep the first exceptions for the page."""
        self.exceptions += exceptions.num_rows
        for row in exceptions.slice(0, max(0, SHOWN - len(self.shown))).to_pylist():
            self.shown.append(
                Row(
                    row=row["vin_row"], sheet=sheet, vin_text=row["vin_text"] or "", vin=row["vin"],
                    brand=row["vin_brand"] or row["vin_manufacturer"], powertrain=row["vin_powertrain"], verdict=row["vin_verdict"],
                    reasons=_listed(row["vin_reasons"]), evidence=_listed(row["vin_evidence"]), suggestion=row["vin_suggestion"],
                )
            )  # fmt: skip

    def by_brand(self) -> tuple[BrandCount, ...]:
        """Rows and verdicts of each brand, most rows first."""
        rows: Counter[str] = Counter()
        verdicts: dict[str, Counter[str]] = {}
        for (brand, verdict, _), count in self.brands.items():
            rows[brand] += count
            verdicts.setdefault(brand, Counter())[verdict] += count
        ranked = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            BrandCount(brand=brand, rows=count, verdicts=dict(verdicts[brand]))
            for brand, count in ranked
        )

    def brand_powertrain(self) -> dict[str, dict[str, int]]:
        """Powertrains of each brand."""
        told: dict[str, Counter[str]] = {}
        for (brand, _, powertrain), count in self.brands.items():
            told.setdefault(brand, Counter())[powertrain] += count
        return {brand: dict(counts) for brand, counts in told.items()}


def _listed(value: list[str] | str | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part for part in value.split(";") if part)
    return tuple(value or ())


def needs_a_look(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows for a person: review, invalid, and whatever else carries a contradiction or doubt."""
    verdict = batch.column("vin_verdict")
    reasons = batch.column("vin_reasons")
    joined = pc.binary_join(reasons, ";") if pa.types.is_list(reasons.type) else reasons
    flagged = pc.match_substring_regex(
        joined,
        f"contradiction|{Reason.DUPLICATE_VIN}|{Reason.CHECK_DIGIT_FAILS}|{Reason.DAMAGED_VIN}",
    )
    unsettled = pc.is_in(verdict, value_set=pa.array([Verdict.REVIEW.value, Verdict.INVALID.value]))
    settled_by_date = pc.match_substring(joined, Reason.BEFORE_RULE.value)
    return batch.filter(pc.or_(unsettled, pc.and_not(flagged, settled_by_date)))


def screen_file(
    path: Path | str,
    on: date | None = None,
    out: Path | str | None = None,
    mapping: Mapping[str, str] | None = None,
    regime: str = DEFAULT_REGIME,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Screen a manifest; the engine behind ``vintool screen``.

    Args:
        path: CSV, TSV, XLSX or Parquet.
        on: the declaration date of all rows; None to read the manifest's own date column.
        out: folder for ``annotated.*``, ``exceptions.csv``, ``report.html`` and ``run.json``; they
            appear together when all are written. None to write nothing.
        mapping: field -> column name, where the header dictionary should not decide.
        regime: code of the regime.
        encoding: of the text, where it should not be detected.
        sheet: the only sheet to read.
        today: the date that counts where neither ``on`` nor a date column gives one.
        progress: called after each batch.

    Raises:
        ManifestError: the file cannot be read, or a row was lost.
        MappingError: which column means what must be told.
        ValueError: no date is given, and the manifest has none.
        OSError: the outputs cannot be written; nothing is left behind then.
    """
    started = time.monotonic()
    path, rule = Path(path), load_regime(regime)
    manifest = open_manifest(path, encoding=encoding, sheet=sheet)
    mappings = _mappings(manifest, mapping or {})
    if on is None and not any(map(date_field, mappings)):
        if today is None:
            raise ValueError("the manifest has no date column: give on=")
        on = today
    tally, seen = Tally(), SeenVins()
    screeners = [
        Screener(
            found,
            on if on or date_field(found) else today,
            regime,
            joined=manifest.format != "parquet",
            seen=seen,
        )
        for found in mappings
    ]

    def job(answers: Answers | None) -> None:
        for part, screener in zip(manifest.sheets, screeners, strict=True):
            _screen_sheet(part, screener, manifest.size, tally, answers, progress)

    def summary() -> Summary:
        return _summary(manifest, mappings, rule, tally, on, out, time.monotonic() - started)

    if out is None:
        job(None)
        return summary()
    with staged(Path(out)) as stage:
        with closing(Answers(stage, manifest.format, manifest.delimiter)) as answers:
            job(answers)
        told = summary()
        _write_report(stage, told, rule, tally)
        _write_run(
            stage,
            path,
            told,
            {"on": on, "mapping": mapping, "regime": regime, "encoding": encoding, "sheet": sheet},
        )
    return told


def _screen_sheet(
    part: Sheet,
    screener: Screener,
    size: int,
    tally: Tally,
    answers: Answers | None,
    progress: Progress | None,
) -> None:
    tally.sheet_rows[part.name] = 0
    for data, told, position in _screened(part, screener):
        tally.add(part.name, told)
        exceptions = needs_a_look(told)
        tally.show(part.name, exceptions)
        if answers:
            answers.write(part.name, data, told, exceptions)
        if progress:
            progress(position, size, tally.rows, tally.verdicts)


def _summary(
    manifest: Manifest,
    mappings: list[dict[str, str]],
    rule: Regime,
    tally: Tally,
    on: date | None,
    out: Path | str | None,
    seconds: float,
) -> Summary:
    sheets = [
        SheetInfo(
            name=part.name,
            rows=tally.sheet_rows[part.name],
            blank_rows=part.blank_rows(),
            mapping=found,
        )
        for part, found in zip(manifest.sheets, mappings, strict=True)
    ]
    sheets += [
        SheetInfo(name=name, rows=0, mapping={}, skipped=why) for name, why in manifest.skipped
    ]
    columns = sorted({found[field] for found in mappings if (field := date_field(found))})
    files_written = (f"annotated.{manifest.format}", "exceptions.csv", "report.html", "run.json")
    return Summary(
        file=manifest.path.name,
        rows_read=tally.rows,
        rows_out=sum(tally.verdicts.values()),
        blank_rows=sum(item.blank_rows for item in sheets),
        verdicts=dict(tally.verdicts),
        reasons=dict(sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))),
        powertrains=dict(sorted(tally.powertrains.items())),
        by_brand=tally.by_brand(),
        mapping=mappings[0] if mappings else {},
        encoding=manifest.encoding,
        sheets=tuple(sheets),
        regime=rule.code,
        on=on.isoformat() if on else f"per row: {', '.join(columns)}",
        data_release=vpic.data_release(),
        rule_version=rule.rule_version,
        seconds=round(seconds, 3),
        outputs=tuple(str(Path(out) / name) for name in files_written) if out else (),
        notes=manifest.notes,
    )


def _mappings(manifest: Manifest, overrides: Mapping[str, str]) -> list[dict[str, str]]:
    """The mapping of every sheet; an override holds for each sheet that has its column."""
    if len(manifest.sheets) == 1:
        return [map_columns(manifest.sheets[0], overrides)]
    for field, column in overrides.items():
        if not any(column in part.columns for part in manifest.sheets):
            raise MappingError(
                f"no sheet has the column given for {field}",
                file=manifest.path.name,
                next_step="name a column of one of them",
            )
    return [
        map_columns(
            part, {field: column for field, column in overrides.items() if column in part.columns}
        )
        for part in manifest.sheets
    ]


def _screened(
    part: Sheet, screener: Screener
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch, int]]:
    """The batches of a sheet, each with its answers; an empty one if there are no rows."""
    batch = None
    for batch in part.batches():
        for start in range(0, batch.data.num_rows, BATCH_ROWS):
            data = batch.data.slice(start, BATCH_ROWS)
            answers = screener(data, batch.rows[start : start + BATCH_ROWS])
            if answers.num_rows != data.num_rows:
                raise ManifestError(
                    "rows were lost",
                    file=part.file,
                    sheet=part.name,
                    next_step="please report this",
                )
            yield data, answers, batch.position
    if batch is None:
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], pa.string()) for _ in part.columns], names=list(part.columns)
        )
        yield empty, screener(empty, np.zeros(0, dtype=np.int64)), 0


def _write_report(stage: Path, summary: Summary, rule: Regime, tally: Tally) -> None:
    context = ReportContext(
        title=rule.title,
        goods=rule.goods,
        goods_original=rule.goods_original,
        in_force_from=rule.period[0].start,
        citations=tuple(
            Citation(text=citation.text, url=citation.url) for citation in rule.citation
        ),
        tool_version=version("vintool"),
        reason_sentences={str(reason): reason.sentence for reason in Reason},
        other_rules=tuple(f"{item.code}: {item.title}" for item in rule.other_regime),
        brand_powertrain=tally.brand_powertrain(),
    )
    unseen: Iterator[Any] = repeat(None, tally.exceptions - len(tally.shown))  # only counted
    page = report_html(summary, context, chain(tally.shown, unseen), shown=SHOWN)
    (stage / "report.html").write_text(page, encoding="utf-8")


def _write_run(
    stage: Path, source: Path, summary: Summary, parameters: Mapping[str, object]
) -> None:
    """``run.json``: all that it takes to do the run again and to see that it is the same."""
    told = {
        "tool": {"name": "vintool", "version": version("vintool")},
        "input": {
            "file": source.name,
            "bytes": source.stat().st_size,
            "sha256": _file_hash(source),
        },
        "data": {
            "release": vpic.data_release(),
            "sha256": data_hash(),
            "evidence": [
                {
                    "file": path.name,
                    "above_packaged": rank == registry.ABOVE,
                    "sha256": _file_hash(path),
                }
                for path, rank in registry.evidence_files()
            ],
        },
        "rules": {
            "version": summary.rule_version,
            "sha256": _text_hash(registry.read_text(f"regimes/{summary.regime}.toml")),
        },
        "parameters": {
            key: str(value) if isinstance(value, date) else value
            for key, value in parameters.items()
        },
        "summary": summary.model_dump(mode="json"),
        "outputs": {file.name: _file_hash(file) for file in sorted(stage.iterdir())},
    }
    (stage / "run.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )


def data_hash() -> str:
    """One SHA-256 over every table, by name; for vPIC's its manifest stands, which holds their own."""
    digest = hashlib.sha256()
    for file in (*sorted(registry.DATA.glob("*.csv")), vpic.folder() / vpic.MANIFEST):
        digest.update(f"{file.name}\n{_file_hash(file)}\n".encode())
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
