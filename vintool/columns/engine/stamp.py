"""What the answers of a table rest on, in the metadata of its schema."""

from typing import TypeVar

import pyarrow as pa

from vintool.vpic.files import rests_on

_Data = TypeVar("_Data", pa.Table, pa.RecordBatch)


def stamp() -> dict[bytes, bytes]:
    """Release and hash of the reference in use."""
    return {f"vintool.{name}".encode(): value.encode() for name, value in rests_on().items()}


def stamped(answers: _Data, named: dict[bytes, bytes]) -> _Data:
    """The same with release and hash beside what else its schema says of itself."""
    return answers.replace_schema_metadata({**(answers.schema.metadata or {}), **named})
