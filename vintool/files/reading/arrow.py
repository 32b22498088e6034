"""Arrow IPC, file and stream: the batches as they are, their rows counted in their own headers.

The same messages stand in both; the file has a mark before them and a table of contents behind. All messages are
first walked through by hand: that counts the rows apart from Arrow, which would otherwise reserve whatever length a
damaged message claims. The table of contents is not needed, so it cannot leave out a batch.
"""

from collections.abc import Iterator
from pathlib import Path
from struct import error as struct_error
from struct import unpack_from

import numpy as np
import pyarrow as pa

from vintool.errors import ManifestError
from vintool.files.reading.arrow_columns import named_columns, plain_columns, sample_of
from vintool.files.reading.sheets import Batch, Manifest, Sheet, Tally

FILE, STREAM = b"ARROW1\0\0", b"\xff\xff\xff\xff"

_MARK = b"ARROW1"
_BATCH = 3  # a record batch, among the kinds of messages
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
        expected = _rows(path, size)
        with pa.OSFile(str(path), "rb") as source:
            schema, batches = _open(source)
            columns, headers = named_columns(schema, path.name)
            sample = sample_of(next((data for data in batches if data.num_rows), None))
    except ManifestError:
        raise
    except _BROKEN:
        raise damaged() from None

    def read(_tally: Tally) -> Iterator[Batch]:
        done = 0
        try:
            with pa.OSFile(str(path), "rb") as source:
                for data in _open(source)[1]:
                    rows = np.arange(done + 1, done + data.num_rows + 1, dtype=np.int64)
                    done += data.num_rows
                    yield Batch(plain_columns(data, columns), rows, source.tell())
        except _BROKEN:
            raise damaged() from None
        if done != expected:
            raise ManifestError(
                f"{done} rows read where the headers declare {expected}",
                file=path.name,
                next_step="have it written again",
            )

    sheet = Sheet("", columns, headers, sample, file=path.name, read=read)
    notes = () if expected else ("The file holds no rows.",)
    return Manifest(path, "arrow", "", (sheet,), (), notes, size)


def _open(source: pa.NativeFile) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """The schema, and the batches one by one."""
    source.seek(len(FILE) if source.read(len(FILE)) == FILE else 0)
    stream = pa.ipc.open_stream(source)
    return stream.schema, map(_sound, stream)


def _sound(data: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose offsets lie within its buffers; Arrow itself believes them, and would read beyond."""
    data.validate(full=True)
    return data


def _rows(path: Path, size: int) -> int:
    """The rows of all batches, by the headers of their messages (Message.fbs)."""
    rows = 0
    with path.open("rb") as file:
        in_file = file.read(len(FILE)) == FILE
        if in_file:
            file.seek(size - len(_MARK))
            if file.read() != _MARK:
                raise pa.ArrowInvalid
            file.seek(len(FILE))
        else:
            file.seek(0)
        while True:
            start = file.read(4)
            (length,) = unpack_from("<I", file.read(4) if start == STREAM else start)
            if not length:
                if not in_file and file.tell() < size:
                    raise pa.ArrowInvalid  # another stream behind this one would not be read
                return rows
            if length > size - file.tell():  # else as much memory would be taken as it says
                raise pa.ArrowInvalid
            header = file.read(length)
            message = unpack_from("<I", header)[0]
            body = _number(header, message, 3, "<q")
            if len(header) < length or not 0 <= body <= size - file.tell():
                raise pa.ArrowInvalid
            if _number(header, message, 1, "<B") == _BATCH and (at := _field(header, message, 2)):
                rows += _number(header, at + unpack_from("<I", header, at)[0], 0, "<q")
            file.seek(body, 1)


def _number(data: bytes, table: int, number: int, kind: str) -> int:
    """A number in a FlatBuffers table; 0 if it is left out."""
    at = _field(data, table, number)
    return int(unpack_from(kind, data, at)[0]) if at is not None else 0


def _field(data: bytes, table: int, number: int) -> int | None:
    """Where a field of a FlatBuffers table stands; None if it is left out."""
    offsets = table - unpack_from("<i", data, table)[0]
    entry = 4 + 2 * number
    if entry >= unpack_from("<H", data, offsets)[0]:
        return None
    offset = unpack_from("<H", data, offsets + entry)[0]
    return table + offset if offset else None
