"""What can be wrong with a file as a whole: where, what, and what to do next."""

from errno import EAGAIN, ENOMEM
from functools import partial

from vintool.escaping import visible


class VintoolError(Exception):
    """What every error of vintool is; each keeps the base that its kind has elsewhere, such as ``ValueError``."""


class _Located(VintoolError):  # noqa: N818 - never raised itself
    """An error that says where, what and what to do next, in one sentence that a terminal can show."""

    def __init__(  # noqa: PLR0913 - the parts of its sentence
        self,
        what: str,
        *,
        file: str,
        next_step: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> None:
        self.what, self.file, self.next_step = what, file, next_step
        self.sheet, self.row, self.column = sheet, row, column
        places = (
            file,
            f"sheet {sheet!r}" if sheet else "",
            f"row {row}" if row is not None else "",
            f"column {column!r}" if column else "",
        )
        where = ", ".join(place for place in places if place)
        sentence = f"{where}: {what}; {next_step}." if where else f"{what}; {next_step}."
        super().__init__(visible(sentence))

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes from one process to another: made again of its parts."""
        return partial(type(self), **vars(self)), ()


class ManifestError(_Located):
    """The input cannot be read, or not all of it.

    The sentence never repeats the content of a cell: it may be a VIN, and errors end up in logs.
    """


class NoVinColumn(ManifestError):  # noqa: N818 - names the finding
    """No column looks like it holds VINs."""


class MappingError(_Located, ValueError):
    """Which column means what cannot be decided without the user, or what the user says of it cannot be."""


class DataError(VintoolError, RuntimeError):
    """A reference table, or a file of a user's own rules, is not what its reader expects: never a defect of the manifest."""


class DataSourceError(VintoolError, ValueError):
    """A file that reference data was to be built from cannot serve."""


def short_of_memory(error: BaseException) -> bool:
    """Whether an error of a library says that memory was not to be had, or a thread, which needs some."""
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) in {EAGAIN, ENOMEM}
        or any(text in str(error) for text in ("launch worker thread", "start new thread"))
    )
