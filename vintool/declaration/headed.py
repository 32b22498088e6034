"""A table as its header and its first rows: what is looked at to tell which column is what."""

from typing import NamedTuple, Protocol


class Headed(Protocol):
    """A table as far as its columns are concerned: what ``Sheet`` has, and any Arrow table."""

    @property
    def name(self) -> str:
        """The name of the sheet, for messages."""

    @property
    def file(self) -> str:
        """The name of the file, for messages."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, all different."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers as written."""

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first rows, as text."""


class Sample(NamedTuple):
    """A ``Headed`` in plain form."""

    name: str
    file: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
