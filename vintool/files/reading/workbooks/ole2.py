"""OLE2 compound files: a small file system of sectors, and a table that chains them ([MS-CFB]).

Every number in one says how much there is to come. None is believed: a chain that bites its own tail, or a
stream larger than its file, is damage.
"""

from struct import unpack_from

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST = 0xFFFFFFFA  # sector numbers from here on have a meaning of their own
_END_OF_CHAIN = 0xFFFFFFFE
_SMALL = 4096  # streams below this size lie in the small sectors
_SMALL_SECTOR = 64


class DamagedError(ValueError):
    """The file contradicts itself."""


class Compound:
    """The streams of a compound file.

    Args:
        whole: its bytes.

    Raises:
        DamagedError: it contradicts itself; so do ``struct.error`` and ``IndexError``.
    """

    def __init__(self, whole: bytes) -> None:
        shift, small_shift = unpack_from("<HH", whole, 30)
        if shift not in {9, 12} or small_shift != 6 or not whole.startswith(OLE2):
            raise DamagedError
        self._whole, self._size = whole, 1 << shift
        self._sectors = len(whole) // self._size + 1
        folders, tables, folder = unpack_from("<III", whole, 40)
        small_first, small_tables, more_first, more = unpack_from("<IIII", whole, 60)
        if max(folders, tables, small_tables, more) > self._sectors:
            raise DamagedError
        self._table = self._tables(more_first if more else _END_OF_CHAIN)
        self._found = self._entries(self._chain(folder))
        root, root_length = self._found[""]
        self._small = self._chain(root)[:root_length] if root < _LAST and root_length else b""
        self._small_table = self._chain(small_first) if small_first < _LAST else b""

    def __contains__(self, name: str) -> bool:
        """Whether there is a stream of this name."""
        return name in self._found

    def _sector(self, number: int) -> bytes:
        data = self._whole[(number + 1) * self._size : (number + 2) * self._size]
        if number >= _LAST or len(data) < 4:
            raise DamagedError
        return data

    def _numbers(self, number: int) -> tuple[int, ...]:
        """A sector of the table."""
        whole = self._sector(number).ljust(self._size, b"\xff")
        return unpack_from(f"<{self._size // 4}I", whole)

    def _tables(self, more: int) -> list[int]:
        """For each sector the one that follows it."""
        listed = list(unpack_from("<109I", self._whole, 76))
        while more < _LAST:
            *numbers, more = self._numbers(more)
            listed += numbers
            if len(listed) > self._sectors + 109 + self._size:
                raise DamagedError
        return [after for one in listed if one < _LAST for after in self._numbers(one)]

    def _chain(self, start: int) -> bytes:
        """The sectors from one on."""
        pieces, number = list[bytes](), start
        while number != _END_OF_CHAIN:
            pieces.append(self._sector(number))
            if len(pieces) > self._sectors:
                raise DamagedError
            number = self._table[number]
        return b"".join(pieces)

    def _entries(self, folder: bytes) -> dict[str, tuple[int, int]]:
        """Start and length of every stream by its name; of the root under an empty one."""
        found: dict[str, tuple[int, int]] = {}
        for at in range(0, len(folder) - 127, 128):
            name = folder[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0]
            start, low, high = unpack_from("<III", folder, at + 116)
            length = low if self._size == 512 else low + (high << 32)
            if length > len(self._whole) and folder[at + 66] in {2, 5}:
                raise DamagedError
            found.setdefault(name if at else "", (start, length))
        return found

    def stream(self, name: str) -> bytes:
        """A stream, whole."""
        start, length = self._found[name]
        if length >= _SMALL:
            return self._chain(start)[:length]
        pieces, number = list[bytes](), start
        while number != _END_OF_CHAIN:
            at = number * _SMALL_SECTOR
            pieces.append(self._small[at : at + _SMALL_SECTOR])
            if not pieces[-1] or len(pieces) > len(self._small):
                raise DamagedError
            (number,) = unpack_from("<I", self._small_table, number * 4)
        return b"".join(pieces)[:length]
