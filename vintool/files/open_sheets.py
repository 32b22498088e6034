"""The sheets of a run, each with its file and its columns; of several files one that cannot be read is left out, and named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from vintool.errors import ManifestError
from vintool.files.inputs import Input, Inputs, find_files, open_inputs
from vintool.files.listed_vins import ListedVins
from vintool.files.reading.sheets import Manifest, Sheet
from vintool.files.run import Run
from vintool.files.set_apart import SetApart

T = TypeVar("T")


class _UnreadableFileError(Exception):
    """One of several files turns out to be unreadable while its rows are read.

    Attributes:
        path: the file.
        why: what is wrong with it.
    """

    def __init__(self, path: Path, why: ManifestError) -> None:
        self.path, self.why = path, why
        super().__init__(str(why))


class OpenSheet(NamedTuple):
    """A sheet of a run.

    Attributes:
        sheet: the sheet, under its name in the whole run.
        file: in which it is.
        name: its own there.
        mapping: field -> column.
        apart: its rows that are no vehicles.
    """

    sheet: Sheet
    file: Input
    name: str
    mapping: dict[str, str]
    apart: SetApart


def open_sheets(inputs: Inputs, manifest: Manifest) -> list[OpenSheet]:
    """The sheets of all files, in their order.

    Args:
        inputs: the files.
        manifest: all of them as one.
    """
    opened, whole = list[OpenSheet](), iter(manifest.sheets)
    for file in inputs.opened:
        listed = ListedVins(file.manifest.sheets, file.mappings)
        for own, mapping in zip(file.manifest.sheets, file.mappings, strict=True):
            # The VINs of a list are known by the sheet as it is in its file.
            apart = SetApart(own, mapping, listed)
            opened.append(OpenSheet(next(whole), file, own.name, mapping, apart))
    return opened


@contextmanager
def reading(inputs: Inputs, file: Input) -> Iterator[None]:
    """While rows of a file are read, which must not change meanwhile; see ``of_readable``.

    Raises:
        ManifestError: it cannot be read, or was changed.
    """
    try:
        with file.watch.unchanged():
            yield
    except ManifestError as error:
        if inputs.several and error.file == file.source.name:
            raise _UnreadableFileError(file.path, error) from None
        raise


def of_readable(run: Run, make: Callable[[Inputs], T]) -> T:
    """What is made of the files of a run; it is begun anew without a file that turns out to be unreadable.

    Args:
        run: names them.
        make: reads them, within ``reading``.

    Raises:
        ManifestError: none can be read.
        MappingError: the same, for its columns.
    """
    found, refused = find_files(run), dict[Path, ManifestError]()
    while True:
        try:
            return make(open_inputs(run, found, refused))
        except _UnreadableFileError as error:
            refused[error.path] = error.why
