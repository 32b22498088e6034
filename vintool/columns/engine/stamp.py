"""What the answers of a table rest on, in the metadata of its schema."""

from typing import TypeVar

import pyarrow as pa

from vintool.registry.reference import reference_in_use
from vintool.vpic.files import data_release

_Data = TypeVar("_Data", pa.Table, pa.RecordBatch)
#: The keys of the release of the reference data, and of the hash of all that the answers rest on.
RELEASE, SHA256 = b"vintool.data_release", b"vintool.reference_sha256"


def stamp() -> dict[bytes, bytes]:
    """Release and hash of the reference in use."""
    return {RELEASE: data_release().encode(), SHA256: reference_in_use().sha256.encode()}


def stamped(answers: _Data, named: dict[bytes, bytes]) -> _Data:
    """The same with release and hash beside what else its schema says of itself."""
    return answers.replace_schema_metadata({**(answers.schema.metadata or {}), **named})
