"""What can be wrong with a file as a whole: where, what, and what to do next."""

from errno import EAGAIN, ENOMEM
from functools import partial

from vintool.escaping import visible


class VintoolError(Exception):
    """What every error of vintool is; each keeps the base that its kind has elsewhere, such as ``ValueError``."""


class _Located(VintoolError):  # noqa: N818 - never raised itself
    """An error that says where, what and what to do next, in one sentence that a terminal can show.

    What to do next names the options of the command (``next_step``), or, where that is not the same, the arguments of a call
    (``in_python``). The error's own text is for who called; ``for_command`` is for who typed.
    """

    def __init__(  # noqa: PLR0913 - the parts of its sentence
        self,
        what: str,
        *,
        file: str,
        next_step: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        in_python: str = "",
    ) -> None:
        self.what, self.file, self.next_step, self.in_python = what, file, next_step, in_python
        self.sheet, self.row, self.column = sheet, row, column
        super().__init__(self._sentence(in_python or next_step))

    @property
    def for_command(self) -> str:
        """The sentence with the options of the command.

        >>> error = ManifestError("several sheets", file="a.xlsx", next_step="pass --sheet", in_python="pass sheet=")
        >>> str(error), error.for_command
        ('a.xlsx: several sheets; pass sheet=.', 'a.xlsx: several sheets; pass --sheet.')
        """
        return self._sentence(self.next_step)

    def _sentence(self, next_step: str) -> str:
        places = (
            self.file,
            f"sheet {self.sheet!r}" if self.sheet else "",
            f"row {self.row}" if self.row is not None else "",
            f"column {self.column!r}" if self.column else "",
        )
        where = ", ".join(place for place in places if place)
        what = f"{self.what}; {next_step}."
        return visible(f"{where}: {what}" if where else what)

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
