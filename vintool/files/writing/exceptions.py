"""``exceptions.csv``: the rows that a person must look at, with columns to decide in."""

from pathlib import Path

import pyarrow as pa

from vintool.columns import FACTS
from vintool.desk.reviews import Reviews, key_of, standing
from vintool.files.run import FILE
from vintool.files.writing.delimited import STRANGE, ListWriter

_REVIEW = ("decision", "decision_reason", "reviewer", "decision_date")
_COLUMNS = (
    "vin_sheet", "vin_row", "vin_text", "vin", "vin_manufacturer", "vin_brand", "vin_powertrain", "vin_verdict",
    "vin_reasons", "vin_problems", "vin_evidence", "vin_suggestion", "vin_regime", FACTS, *_REVIEW,
)  # fmt: skip


class ExceptionWriter(ListWriter):
    """The columns to decide in are empty, but where a review of an earlier run stands: the file goes from run to run.

    Args:
        path: where to write.
        regime: the code of the regime.
        reviews: those of earlier runs, if there are any.
        several: whether the rows come from several files, and name theirs.
    """

    def __init__(self, path: Path, regime: str, reviews: Reviews | None, *, several: bool) -> None:
        self._columns = (*([FILE] if several else []), *_COLUMNS)
        super().__init__(path, self._columns, STRANGE | set(_REVIEW) | {FILE})
        self._regime, self._reviews = regime, reviews

    def write(self, sheet: str, answers: pa.RecordBatch) -> None:
        """Add the answers of rows that a person must look at."""
        blank = pa.repeat("", answers.num_rows)
        cells = {
            **dict(zip(answers.schema.names, answers.columns, strict=True)),
            "vin_sheet": pa.repeat(sheet, answers.num_rows),
            "vin_regime": pa.repeat(self._regime, answers.num_rows),
            **self._review_cells(answers),
        }
        self.add(cells.get(name, blank) for name in self._columns)

    def _review_cells(self, answers: pa.RecordBatch) -> dict[str, pa.Array]:
        """The cells of the reviews that stand."""
        if self._reviews is None:
            return {}
        cells: dict[str, list[str]] = {name: [] for name in _REVIEW}
        rows = (answers.column(name).to_pylist() for name in ("vin", "vin_text", FACTS))
        for vin, text, facts in zip(*rows, strict=True):
            review = standing(self._reviews.of(key_of(vin, text or "")), facts)
            record = review.as_record() if review else {}
            for name in _REVIEW:
                cells[name].append(record.get(name, ""))
        return {name: pa.array(texts, pa.string()) for name, texts in cells.items()}
