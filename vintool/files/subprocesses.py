"""Work in a process of its own: for what holds the interpreter's lock, such as a workbook's library."""

import os
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pyarrow as pa

_START = "from vintool.files.subprocesses import serve; serve()"
_KILLED = -9  # as subprocess tells it; Windows has no such signal
_PICKLE = 5  # the version that copies the bytes of arrays once


def possible() -> bool:
    """Whether there is an interpreter to start: a program that was frozen into one file has none."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


class Ended(RuntimeError):  # noqa: N818 - names the finding
    """The process has ended before it gave an answer."""


class Apart:
    """A process that answers requests one after another, in their order.

    It is a fresh interpreter: a forked one would lack Arrow's threads, and ``multiprocessing`` would run
    the program that calls this once more, if that has no main guard. It ends with this object, or
    when this process ends, however that is.

    Args:
        make: a function of a module, called in the other process; what it returns is called with
            each request, and its answer comes back.
        given: what ``make`` is called with.

    Raises:
        OSError: there is no interpreter to be started.
    """

    def __init__(self, make: Callable[..., Callable[..., Any]], *given: object) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.end = weakref.finalize(self, _end, self._process)
        _LIVE.add(self)
        self.ask(make, *given)

    def ask(self, *request: object) -> None:
        """Send a request; it is worked on while this process goes on. ``answer`` must follow."""
        with suppress(BrokenPipeError):  # the answer tells why
            pickle.dump(request, self._input, _PICKLE)
            self._input.flush()

    def answer(self) -> Any:
        """The answer to the request that was sent first.

        Raises:
            MemoryError: the process was killed, as the system does where memory is short.
            Ended: it has ended in another way.
            Exception: what the work has raised.
        """
        try:
            done, told = pickle.load(self._output)  # noqa: S301 - of our own process
        except (EOFError, pickle.UnpicklingError):
            code = self._process.wait()
            if code == _KILLED:
                raise MemoryError from None
            raise Ended(f"a process of this run has ended with {code}") from None
        if done:
            return told
        raise told

    @property
    def _input(self) -> Any:
        return self._process.stdin

    @property
    def _output(self) -> Any:
        return self._process.stdout


_LIVE: weakref.WeakSet[Apart] = weakref.WeakSet()


def end_all() -> None:
    """End what is still there, where the process ends in no orderly way."""
    for one in _LIVE:
        one.end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def serve() -> None:
    """The other process: answers until there is no one who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is told too, and ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may come between answers
    work: Callable[..., Any] | None = None
    with suppress(EOFError, BrokenPipeError):
        while True:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
            try:
                if work is None:
                    make, *given = request
                    work, told = make(*given), None
                else:
                    told = work(*request)
                answer = True, told
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
                answer = False, _portable(error)
            pickle.dump(answer, out, _PICKLE)
            out.flush()
    os._exit(0)  # there is no one to tell that closing a pipe fails


def _portable(error: Exception) -> Exception:
    """An error that can be sent, without what led to it."""
    error = error.with_traceback(None)
    error.__context__ = error.__cause__ = None
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - errors of libraries may refuse in any way
        return RuntimeError(type(error).__name__)
    return error


def packed(batch: pa.RecordBatch) -> pa.Buffer:
    """A batch as bytes: of a slice no more than its rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def unpacked(data: pa.Buffer) -> pa.RecordBatch:
    """The batch of ``packed``."""
    with pa.ipc.open_stream(data) as stream:
        return stream.read_next_batch()
