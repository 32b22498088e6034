"""The batches of a sheet with the answers of their vehicles: no row is lost on the way."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from vintool.columns import BATCH_ROWS, Screened, Screener
from vintool.errors import ManifestError
from vintool.files.reading.sheets import Batch, Sheet, check_texts, evened
from vintool.files.set_apart import Parted, SetApart


def answered(
    sheet: Sheet, mapping: Mapping[str, str], apart: SetApart, screener: Screener
) -> Iterator[tuple[Parted, Screened]]:
    """The batches of a sheet, each with the answers of its vehicles; an empty one if there are no rows.

    Raises:
        ManifestError: a row was lost.
    """
    batch = None
    for batch in _checked(sheet, mapping):
        for start, part in screener.parts(batch.data):
            numbers = batch.rows[start : start + part.num_rows]
            parted = apart(Batch(part, numbers, batch.position))
            screened = screener.screened(parted.batch.data, parted.batch.rows)
            if screened.answers.num_rows == parted.batch.data.num_rows:
                yield parted, screened
                continue
            raise ManifestError(
                "rows were lost",
                file=sheet.file,
                sheet=sheet.name,
                next_step="please report this",
            )
    if batch is None:
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], pa.string()) for _ in sheet.columns], names=list(sheet.columns)
        )
        nothing = Batch(empty, np.zeros(0, dtype=np.int64), 0)
        yield Parted(nothing, nothing, None), screener.screened(empty, nothing.rows)


def _checked(sheet: Sheet, mapping: Mapping[str, str]) -> Iterator[Batch]:
    """The batches of a sheet, of even size."""
    for batch in evened(sheet.batches(), BATCH_ROWS):
        check_texts(sheet, batch, mapping)
        yield batch
