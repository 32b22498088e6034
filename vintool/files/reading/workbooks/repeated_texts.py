"""Long texts that stand once in a workbook and in many cells: the libraries give each cell a copy of its own."""

from vintool.files.reading import limits

_LONG = 1 << 12  # characters; shorter ones are no more than some hundred times what points to them


class RepeatedTexts:
    """Counts what cells stand for beyond what is written.

    Args:
        file: its name, for the refusal.
    """

    def __init__(self, file: str) -> None:
        self._file, self._total = file, 0
        self._lengths = dict[int, int]()

    def __bool__(self) -> bool:
        """Whether any shared text is long."""
        return bool(self._lengths)

    def shared(self, position: int, length: int) -> None:
        """Note the length of a shared text."""
        if length > _LONG:
            self._lengths[position] = length

    def pointed_to(self, position: int) -> None:
        """Count a cell that points to a shared text."""
        if position in self._lengths:
            self.repeated(self._lengths[position])

    def repeated(self, length: int) -> None:
        """Count characters that are not written where they stand.

        Raises:
            ManifestError: they are too many.
        """
        self._total += length
        if self._total > limits.UNPACKED:
            raise limits.beyond(
                "texts that stand in many cells have in all of them more",
                limits.UNPACKED,
                "characters",
                file=self._file,
                next_step="save the table as CSV and pass that",
            )
