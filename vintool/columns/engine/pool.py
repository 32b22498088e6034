"""What calls have looked up, kept for calls to come: one has it at a time, and it is given up in whole where it is too much."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from vintool.columns.engine.locks import ProcessLock, forget_in_child

T = TypeVar("T")


class Pool(Generic[T]):
    """Lookups of the process by what they hold for: the reference, and whatever else their answers turn on.

    Who takes some has them alone, so that they need no lock; calls side by side have some each. Who meets an error does not
    give them back, as they may be half done.

    >>> pool = Pool(most=3)
    >>> for word in ("one", "two", "one"):
    ...     seen = pool.take("of words") or set()
    ...     seen.add(word)
    ...     pool.give("of words", seen, len(seen))
    >>> pool.give("of numbers", {1, 2}, 2)
    >>> pool.take("of words"), pool.take("of numbers")
    (None, {1, 2})

    Args:
        most: how much may lie here together, in keys or in bytes; of more that goes first which was used longest ago.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._free: list[tuple[Hashable, T, int]] = []  # the last one was used last
        self._lock = ProcessLock()
        forget_in_child(self.cache_clear)

    def take(self, key: Hashable) -> T | None:
        """Some that hold for a key; None where there are none."""
        with self._lock:
            for at in reversed(range(len(self._free))):
                if self._free[at][0] == key:
                    return self._free.pop(at)[1]
        return None

    def give(self, key: Hashable, lookups: T, kept: int) -> None:
        """Let others have them, which hold so much; they are forgotten if that is more than there is room for."""
        if kept > self._most:
            return
        with self._lock:
            self._free.append((key, lookups, kept))
            while sum(one[2] for one in self._free) > self._most:
                del self._free[0]

    def cache_clear(self) -> None:
        """Forget all that lies here."""
        self._free.clear()
