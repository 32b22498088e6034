"""The last sheets of an annotated workbook: counts, and what needs a licence by bill of lading and exporter."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import REGIMES, Reason, Verdict
from vintool.columns.engine.categorical import as_text
from vintool.files.reading.sheets import ADDED_SHEETS, COUNT_HEADINGS, NEEDS_HEADINGS
from vintool.files.writing.cells import texts
from vintool.files.writing.looks import width_for
from vintool.report.display import ranked
from vintool.report.language import Language, language
from vintool.report.summary import BY_OTHER_RULES, KINDS, LABELS

NEEDS_ROWS: Final = 20_000
"""Vehicles on the sheet of what needs a licence; the sheets before it have all of them."""
_FIELDS: Final = ("bl_no", "exporter", "model", "destination", "licence_no")
_STAND_INS: Final = {"exporter": "exporter_code", "destination": "pod"}
_MEASURED: Final = 500  # rows
_WIDEST: Final = 80  # characters
_COUNTED_GROUPS: Final = 100_000  # beyond, they are a list rather than groups


_Names = TypeVar("_Names", bound=tuple[str, ...])
_HEARD: Final = (
    *("vin_verdict", "vin_regime", "vin_reasons", "vin", "vin_text", "vin_brand"),
    *("vin_model", "vin_row", "vin_file"),
)


class _Group(NamedTuple):
    """What stands under one bill of lading and needs a licence by one rule."""

    regime: str
    bl_no: str
    exporter: str


class Page(NamedTuple):
    """A sheet of ours: its name, headers and rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def widths(self) -> list[int]:
        """How many characters wide each column is."""
        columns = zip(self.header, *self.rows[:_MEASURED], strict=True)
        return [width_for(map(str, column), _WIDEST) for column in columns]


class Overview:
    """Hears of every batch, and has the sheets at the end.

    Args:
        first: code of the regime whose licences are the first figure; those by others are counted apart.
        lang: of the words, ``en`` or ``zh``.
    """

    def __init__(self, first: str, lang: str = "en") -> None:
        self._first, self._language = first, language(lang)
        self._sheets: Counter[tuple[str, str]] = Counter()  # sheet, kind
        self._regimes: Counter[tuple[str, str]] = Counter()  # regime, verdict
        self._reasons: Counter[str] = Counter()
        self._groups: Counter[_Group] = Counter()
        self._needs: list[tuple[Any, ...]] = []
        self._vehicles = 0

    def add(self, sheet: str, answers: pa.RecordBatch) -> None:
        """Count the rows of a batch by their answers; those without a verdict are no vehicles."""
        names = ("vin_verdict", "vin_regime", "vin_reasons")
        columns = (texts(answers.column(name)).to_pylist() for name in names)
        for verdict, regime, reasons in zip(*columns, strict=True):
            if verdict:
                other = verdict == Verdict.CONTROLLED and regime != self._first
                self._sheets[sheet, BY_OTHER_RULES if other else verdict] += 1
                self._regimes[regime, verdict] += 1
                self._reasons.update(filter(None, (reasons or "").split(";")))

    def add_vehicles(
        self,
        sheet: str,
        mapping: Mapping[str, str],
        data: pa.RecordBatch,
        answers: pa.RecordBatch,
    ) -> None:
        """Keep the vehicles of a batch that need a licence: field -> column name, the user's columns, the answers."""
        needing = pc.equal(answers.column("vin_verdict"), pa.scalar(Verdict.CONTROLLED.value))
        answers = answers.filter(needing)
        columns: dict[str, list[str]] = {
            name: [cell or "" for cell in texts(answers.column(name)).to_pylist()]
            for name in _HEARD
            if name in answers.schema.names
        }
        if answers.num_rows:
            self._add_needs(sheet, mapping, data.filter(needing), columns)

    def _add_needs(
        self,
        sheet: str,
        mapping: Mapping[str, str],
        data: pa.RecordBatch,
        columns: Mapping[str, list[str]],
    ) -> None:
        cells = dict.fromkeys(_FIELDS, [""] * data.num_rows)
        for field in _FIELDS:
            if column := mapping.get(field) or mapping.get(_STAND_INS.get(field, "")):
                cells[field] = [(text or "").strip() for text in as_text(data.column(column)).to_pylist()]  # fmt: skip
        none = [""] * data.num_rows
        answers = [
            columns.get(name, none)
            for name in (
                *("vin", "vin_text", "vin_brand", "vin_model", "vin_regime"),
                *("vin_reasons", "vin_row", "vin_file"),
            )
        ]
        rows = zip(*(cells[field] for field in _FIELDS), *answers, strict=True)
        for bl_no, exporter, model, to, licence, *row in rows:
            vin, text, brand, of_vin, regime, reasons, number, file = row
            self._vehicles += 1
            group = _Group(regime, bl_no, exporter)
            if group in self._groups or len(self._groups) < _COUNTED_GROUPS:
                self._groups[group] += 1
            if len(self._needs) < NEEDS_ROWS:
                line = (bl_no, exporter, vin or text, brand, of_vin or model, to, licence)
                self._needs.append((*line, regime, reasons, file, sheet, int(number or 0)))

    def pages(self) -> tuple[Page, ...]:
        """The sheets: what needs a licence, and the counts."""
        say = self._language.translate
        needs = sorted(self._needs, key=lambda line: (line[0], line[1], *line[-3:]))
        used = [
            at for at in range(len(NEEDS_HEADINGS)) if at < 3 or any(line[at] for line in needs)
        ]
        return (
            Page(
                say(ADDED_SHEETS[0]),
                tuple(say(NEEDS_HEADINGS[at]) for at in used),
                tuple(tuple(line[at] for at in used) for line in needs),
            ),
            Page(
                say(ADDED_SHEETS[1]),
                tuple(map(say, COUNT_HEADINGS)),
                tuple(self._count_lines(self._language)),
            ),
        )

    def _count_lines(self, words: Language) -> Iterator[tuple[Any, ...]]:
        say = words.translate
        several = len({regime for regime, _ in self._regimes} - {""}) > 1
        verdict, reason = (
            say(f"{what} (rows of all regimes)" if several else what)
            for what in ("verdict", "reason")
        )
        kinds: Counter[str] = Counter()
        for (_, kind), count in self._sheets.items():
            kinds[kind] += count
        for kind, label in KINDS.items():
            if kinds[kind] or kind != BY_OTHER_RULES:
                yield verdict, kind, say(label), kinds[kind]
        yield verdict, say("all rows"), "", sum(kinds.values())
        for (regime, verdict), count in ranked_groups(self._regimes):
            yield say("rule"), f"{regime} {verdict}".strip(), say(LABELS.get(verdict, "")), count
        if len({sheet for sheet, _ in self._sheets}) > 1:
            for (sheet, kind), count in self._sheets.items():
                yield say("sheet"), f"{sheet}: {kind}", say(KINDS.get(kind, "")), count
        of_rules = sorted(
            ranked_groups(self._groups), key=lambda item: REGIMES.index(item[0].regime)
        )
        for group, count in of_rules:
            rule = "" if group.regime == self._first else f", {group.regime}"
            what = f"{say('vehicles that need a licence')}{rule}"
            yield what, group.bl_no or "-", group.exporter or "-", count
        sentences = {str(reason): reason.sentence for reason in Reason}
        for code, count in ranked(self._reasons):
            yield reason, code, say(sentences.get(code, "")), count

    def notes(self) -> tuple[str, ...]:
        """What the sheets leave out."""
        notes = (
            f"The sheet of what needs a licence has the first {NEEDS_ROWS:,} of {self._vehicles:,} vehicles; the column vin_verdict has all.",
        )
        return notes if self._vehicles > NEEDS_ROWS else ()


def ranked_groups(counts: Mapping[_Names, int]) -> list[tuple[_Names, int]]:
    """Most rows first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
