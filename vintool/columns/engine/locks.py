"""Locks of this process that a forked child does not wait for: the thread that holds one is not in the child."""

import os
import sys
from collections.abc import Callable
from functools import cached_property
from threading import RLock
from types import TracebackType

_forgetting: list[Callable[[], object]] = []


class ProcessLock:
    """A lock for a ``with`` block, anew in a forked child where another thread held it.

    What was being changed may be half done there: the child forgets what the process shares, see
    ``forget_in_child``. One thread may enter it again.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def __enter__(self) -> None:
        """Wait for it."""
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of it."""
        self._lock.release()

    def _after_fork(self) -> None:
        if self._lock.acquire(blocking=False):
            self._lock.release()
            return
        self._lock = RLock()
        for forget in _forgetting:
            forget()


def forget_in_child(forget: Callable[[], object]) -> None:
    """Have a forked child forget what another thread may have been changing."""
    _forgetting.append(forget)


def _unlock_properties() -> None:
    """Python 3.11 locks each ``cached_property`` of a class while it is worked out; 3.12 does not."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "vintool":
            for kind in list(vars(module).values()):
                for attribute in list(vars(kind).values()) if isinstance(kind, type) else ():
                    if isinstance(attribute, cached_property):
                        vars(attribute)["lock"] = RLock()


if sys.version_info < (3, 12) and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock_properties)
