"""The report, the ledger of licences and the record of a run."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from vintool import registry, vpic
from vintool.atomic import write_file
from vintool.codes import SETTLED_BY, Reason
from vintool.desk.ledger import Ledger
from vintool.desk.licences import COUNTED
from vintool.files.reading.sheets import parquet_files
from vintool.files.writing.cells import inert_cell
from vintool.files.writing.hashing import file_hash
from vintool.files.writing.staging import RUN
from vintool.files.writing.tally import Tally
from vintool.report.language import language
from vintool.report.page import Citation, ReportContext, report_html
from vintool.report.summary import LicenceLine, Summary
from vintool.screening.regimes import Regime

LEDGER = "ledger.csv"


class Lists(NamedTuple):
    """The files of the lists that a run is held against."""

    exporters: Path | None = None
    licences: Path | None = None
    confirmations: Path | None = None
    decisions: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        exporters: Path | str | None,
        licences: Path | str | None,
        confirmations: Path | str | None,
        decisions: Sequence[Path | str],
    ) -> "Lists":
        """The paths of the lists."""
        one, two, three = (
            Path(item) if item else None for item in (exporters, licences, confirmations)
        )
        return cls(one, two, three, tuple(map(Path, decisions)))

    def with_record(self, record: Path) -> "Lists":
        """With the record of a folder, read before the other decisions."""
        others = (path for path in self.decisions if path.resolve() != record.resolve())
        return self._replace(decisions=(record, *others))

    @property
    def files(self) -> tuple[tuple[str, Path], ...]:
        """Each file with what it is."""
        named = (
            ("exporters", self.exporters),
            ("licences", self.licences),
            ("confirmations", self.confirmations),
            *(("decisions", path) for path in self.decisions),
        )
        return tuple((what, path) for what, path in named if path is not None)

    def not_checked(self, regime: Regime) -> tuple[str, ...]:
        """What a run with these lists does not tell."""
        open_ends = (
            ""
            if self.exporters
            else "whether the exporter is qualified and the brand its own (--exporters)",
            ""
            if self.licences
            else "whether a licence that a row names exists, is valid and covers the vehicle (--licences)",
            ""
            if self.confirmations or regime.condition != "used"
            else "whether a maker's confirmation lists the vehicle (--confirmations)",
            "whether the vehicle exists, and is the one that its VIN tells",
            "other rules: those that may apply are named beside a row",
        )
        return tuple(filter(None, open_ends))


def licence_lines(ledger: Ledger | None) -> tuple[LicenceLine, ...]:
    """The ledger, a line for each licence, each unknown number, and the rows without one."""
    if ledger is None:
        return ()
    return tuple(
        LicenceLine(
            licence_no=account.number,
            state=account.state,
            exporter=one.exporter or one.exporter_code if (one := account.licence) else "",
            hs_code=", ".join(one.codes) if one else "",
            destination=one.destination if one else "",
            valid_from=one.start if one else None,
            valid_until=one.until if one else None,
            quantity=one.quantity if one else None,
            drawn=account.drawn,
            left=account.left,
            rows_named=account.named,
            rows_in_review=account.in_review,
            counted_before=account.counted_before,
            findings={str(reason): count for reason, count in sorted(account.findings.items())},
            place=one.place if one else "",
        )
        for account in ledger.lines()
    )


def write_ledger(stage: Path, lines: Sequence[LicenceLine]) -> None:
    """``ledger.csv``: what was drawn, what is left, and what did not fit, licence by licence."""
    counted = {str(reason): reason.value.removeprefix("licence_") for reason in COUNTED}
    plain = [name for name in LicenceLine.model_fields if name not in {"findings", "place"}]
    with (stage / LEDGER).open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*plain, *counted.values(), "other_findings", "place"])
        for line in lines:
            told = line.model_dump(mode="json")
            others = (f"{code} {n}" for code, n in line.findings.items() if code not in counted)
            cells = [
                *(told[name] for name in plain),
                *(line.findings.get(code, 0) for code in counted),
                ";".join(others),
                line.place,
            ]
            out.writerow(map(inert_cell, cells))


def report_context(regime: Regime, tally: Tally, lists: Lists, lang: str) -> ReportContext:
    """What ``report.html`` says besides the numbers, in the language of the page."""
    told = language(lang).translate
    return ReportContext(
        title=told(regime.title),
        goods="; ".join(told(goods.says) for goods in regime.goods),
        goods_original="; ".join(goods.original for goods in regime.goods if goods.original),
        in_force_from=regime.start,
        citations=tuple(
            Citation(text=told(citation.text), url=citation.url) for citation in regime.citation
        ),
        tool_version=version("vintool"),
        reason_sentences={str(reason): told(reason.sentence) for reason in Reason},
        settled_by={str(reason): told(text) for reason, text in SETTLED_BY.items()},
        review_reasons=dict(tally.review_reasons),
        unlicensed=tally.unlicensed() if lists.licences else None,
        fields=tally.by_field(),
        other_rules=tuple(f"{item.code}: {told(item.title)}" for item in regime.other_regime),
        brand_powertrain=tally.brand_powertrain(),
        lists=tuple(f"{told(what)}: {path.name}" for what, path in lists.files),
        not_checked=tuple(map(told, (*lists.not_checked(regime), *regime.not_established))),
    )


def write_report(
    stage: Path, summary: Summary, context: ReportContext, tally: Tally, lang: str
) -> None:
    """``report.html``."""
    omitted = tally.exceptions - len(tally.first_exceptions)
    page = report_html(summary, context, tally.first_exceptions, omitted=omitted, lang=lang)
    (stage / "report.html").write_text(page, encoding="utf-8")


def write_run(  # noqa: PLR0913, PLR0917 - what the record is made of
    stage: Path,
    source: Path,
    source_hash: str,
    summary: Summary,
    parameters: Mapping[str, object],
    lists: Lists,
    known: Mapping[str, str],
) -> None:
    """``run.json``: all that it takes to do the run again and to see that it is the same.

    Args:
        stage: the folder of the outputs.
        source: the manifest.
        source_hash: its SHA-256.
        summary: what was found.
        parameters: what was asked for.
        lists: what the rows were held against.
        known: the hashes of outputs that need not be read for it.
    """
    outputs = sorted(stage.iterdir())
    told = {
        "tool": {"name": "vintool", "version": version("vintool")},
        "input": {
            "file": source.name,
            "bytes": sum(
                file.stat().st_size
                for file in (parquet_files(source)[0] if source.is_dir() else [source])
            ),
            "sha256": source_hash,
        },
        "lists": [
            {"what": what, "file": path.name, "sha256": file_hash(path)}
            for what, path in lists.files
        ],
        "data": {
            "release": vpic.data_release(),
            "sha256": data_hash(),
            "evidence": [
                {
                    "file": path.name,
                    "above_packaged": rank == registry.ABOVE,
                    "sha256": file_hash(path),
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
        "outputs": {file.name: known.get(file.name) or file_hash(file) for file in outputs},
    }
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    write_file(stage / RUN, text.encode())  # when it is there, all is there


def data_hash() -> str:
    """One SHA-256 over every table, by name; for vPIC's its manifest stands, which holds their own."""
    digest = hashlib.sha256()
    for file in (*sorted(registry.DATA.glob("*.csv")), vpic.folder() / vpic.MANIFEST):
        digest.update(f"{file.name}\n{file_hash(file)}\n".encode())
    return digest.hexdigest()


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
