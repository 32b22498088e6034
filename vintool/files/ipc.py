"""Arrow IPC, file and stream: the batches as they are, their rows counted in their own headers.

The same messages stand in both; the file adds a table of contents. The length of each batch is read from
its header by hand, so that what the reader gives can be checked against something that is not the reader.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import error as struct_error
from struct import unpack_from

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.parquet import cell_text, named_columns
from vintool.files.sheet import Batch, Manifest, Sheet, Tally

FILE, STREAM = b"ARROW1\0\0", b"\xff\xff\xff\xff"

_END = STREAM + bytes(4)
_SAMPLE = 500
_BROKEN = (pa.ArrowException, OSError, struct_error, UnicodeDecodeError, ValueError)


def read_arrow(path: Path, size: int) -> Manifest:
    """Open an Arrow IPC file or stream.

    Raises:
        ManifestError: it is damaged or cut short.
    """

    def damaged() -> ManifestError:
        return ManifestError(
            "the Arrow file is damaged or cut short",
            file=path.name,
            next_step="have it written again",
        )

    try:
        expected = _rows(path)
        with pa.OSFile(str(path)) as source:
            schema, batches = _open(source)
            columns, headers = named_columns(schema.names)
            first = next((data for data in batches if data.num_rows), None)
            shown = [
                list(map(cell_text, column.slice(0, _SAMPLE).to_pylist())) for column in first or ()
            ]
    except _BROKEN:
        raise damaged() from None

    def read(_tally: Tally) -> Iterator[Batch]:
        done = 0
        try:
            with pa.OSFile(str(path)) as source:
                for data in _open(source)[1]:
                    rows = np.arange(done + 1, done + data.num_rows + 1, dtype=np.int64)
                    done += data.num_rows
                    named = pa.RecordBatch.from_arrays(data.columns, names=list(columns))
                    yield Batch(named, rows, source.tell())
        except _BROKEN:
            raise damaged() from None
        if done != expected:
            raise ManifestError(
                f"{done} rows read where the headers declare {expected}",
                file=path.name,
                next_step="have it written again",
            )

    sheet = Sheet("", columns, headers, tuple(zip(*shown, strict=True)), file=path.name, read=read)
    notes = () if expected else ("The file holds no rows.",)
    return Manifest(path, "arrow", "", (sheet,), (), notes, size)


def _open(source: pa.NativeFile) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The schema, and the batches one by one."""
    begins = source.read(len(FILE))
    source.seek(0)
    if begins != FILE:
        stream = pa.ipc.open_stream(source)
        return stream.schema, map(_sound, stream)
    file = pa.ipc.open_file(source)
    batches = map(file.get_batch, range(file.num_record_batches))
    return file.schema, map(_sound, batches)


def _sound(data: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose offsets lie within its buffers; Arrow itself believes them, and would read beyond."""
    data.validate(full=True)
    return data


def _rows(path: Path) -> int:
    """The rows of all batches, by their headers."""
    rows = 0
    with pa.OSFile(str(path)) as source:
        if source.read(len(FILE)) != FILE:
            source.seek(source.size() - len(_END))
            if source.read() != _END:  # a writer that was stopped leaves none
                raise pa.ArrowInvalid
            source.seek(0)
        messages = pa.ipc.MessageReader.open_stream(source)
        while (message := _next(messages)) is not None:
            if message.type == "record batch":
                rows += _length(message.metadata.to_pybytes())
    return rows


def _next(messages: pa.ipc.MessageReader) -> pa.ipc.Message | None:
    try:
        return messages.read_next_message()
    except StopIteration:
        return None


def _length(header: bytes) -> int:
    """How many rows a batch has: the first field of the header in a message (Message.fbs)."""
    message = unpack_from("<I", header)[0]
    batch = _field(header, message, 2)
    if batch is None:
        return 0
    batch += unpack_from("<I", header, batch)[0]
    length = _field(header, batch, 0)
    return unpack_from("<q", header, length)[0] if length is not None else 0


def _field(data: bytes, table: int, number: int) -> int | None:
    """Where a field of a FlatBuffers table stands; None if it is left out."""
    offsets = table - unpack_from("<i", data, table)[0]
    entry = 4 + 2 * number
    if entry >= unpack_from("<H", data, offsets)[0]:
        return None
    offset = unpack_from("<H", data, offsets + entry)[0]
    return table + offset if offset else None
