"""Work in a subprocess: for what holds the interpreter's lock or may end the interpreter, as a workbook's library does."""

import os
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from vintool.errors import VintoolError

# The path comes first, so that nothing but the standard library is imported before it is there.
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer);"
    " from vintool.files.subprocesses import serve; serve()"
)
_KILLED = -9  # as subprocess tells it; Windows has no such signal
_PICKLE = 5  # the version that copies the bytes of arrays once


def available() -> bool:
    """Whether there is an interpreter to start: a program that was frozen into one file has none."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def import_path() -> list[str]:
    """Where a subprocess imports from: where this process does, without the working folder.

    That stands on the path of a program that was started by ``-c`` or ``-m`` and of a session, and whatever lies in it is not
    this program's. It stays where the program itself lies in it, or ``PYTHONPATH`` names it in full. A program that is found
    in another way, as a tool for editable installs may do it, is found by its folder, last of all.
    """
    home = str(Path(__file__).resolve().parents[2])
    chosen = {os.path.realpath(one) for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if Path(one).is_absolute()}  # fmt: skip
    trusted = {home, *chosen}
    here = _working_folder()
    path = [
        entry
        for entry in sys.path
        if Path(entry).is_absolute()
        and ((real := os.path.realpath(entry)) != here or real in trusted)
    ]
    return path if home in map(os.path.realpath, path) else [*path, home]


def _working_folder() -> str:
    """Where this process works; empty if that folder is gone."""
    try:
        return os.path.realpath(Path.cwd())
    except OSError:
        return ""


def _options() -> list[str]:
    """What an isolated interpreter would not be told by the environment, and must know: how names of files are encoded."""
    return [
        "-I",
        *["-B"] * sys.flags.dont_write_bytecode,
        "-X",
        f"utf8={sys.flags.utf8_mode}",
    ]


class SubprocessEndedError(VintoolError, RuntimeError):
    """The subprocess has ended before it answered."""


class Subprocess:
    """A process that answers requests one after another, in their order.

    It is a fresh interpreter: a forked one would lack Arrow's threads, and ``multiprocessing`` would run
    the program that calls this once more, if that has no main guard. It ends with this object, or
    when this process ends, however that is.

    It is isolated (``-I``): the folder in which the work is done may be a sender's, and neither a module in it nor
    variables of the environment may run there. What it imports comes from where this process imports from.

    Args:
        make: a function of a module, called in the subprocess; what it returns is called with
            each request, and its result comes back.
        arguments: what ``make`` is called with.

    Raises:
        OSError: there is no interpreter to be started.
    """

    def __init__(self, make: Callable[..., Callable[..., Any]], *arguments: object) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, *_options(), "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.end = weakref.finalize(self, _end, self._process)
        _LIVE.add(self)
        self._send(import_path())
        self.request(make, *arguments)

    def request(self, *arguments: object) -> None:
        """Send a request; it is worked on while this process goes on. ``result`` must follow."""
        self._send(arguments)

    def _send(self, message: object) -> None:
        with suppress(BrokenPipeError):  # the result tells why
            pickle.dump(message, self._input, _PICKLE)
            self._input.flush()

    def result(self) -> Any:
        """The result of the request that was sent first.

        Raises:
            MemoryError: the subprocess was killed, as the system does where memory is short.
            SubprocessEndedError: it has ended in another way.
            Exception: what the work has raised.
        """
        try:
            done, result = pickle.load(self._output)  # noqa: S301 - of our own process
        except (EOFError, pickle.UnpicklingError):
            code = self._process.wait()
            if code == _KILLED:
                raise MemoryError from None
            raise SubprocessEndedError(f"a process of this run has ended with {code}") from None
        if done:
            return result
        raise result

    @property
    def _input(self) -> Any:
        return self._process.stdin

    @property
    def _output(self) -> Any:
        return self._process.stdout


_LIVE: weakref.WeakSet[Subprocess] = weakref.WeakSet()


def end_all() -> None:
    """End what is still there, where the process ends in no orderly way."""
    for child in _LIVE:
        child.end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def serve() -> None:
    """Run as the subprocess: answer requests until the other process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may come between results
    work: Callable[..., Any] | None = None
    with suppress(EOFError, BrokenPipeError):
        while True:
            arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
            try:
                if work is None:
                    make, *rest = arguments
                    work = make(*rest)
                    message: tuple[bool, Any] = True, None
                else:
                    message = True, work(*arguments)
            except Exception as error:  # noqa: BLE001 - it is raised in the parent
                message = False, _portable(error)
            pickle.dump(message, out, _PICKLE)
            out.flush()
    os._exit(0)  # closing a pipe may fail, and no one is left to know


def _portable(error: Exception) -> Exception:
    """An error that can be sent, without what led to it."""
    error = error.with_traceback(None)
    error.__context__ = error.__cause__ = None
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - errors of libraries may refuse in any way
        return RuntimeError(type(error).__name__)
    return error


def serialize(batch: pa.RecordBatch) -> pa.Buffer:
    """A batch as bytes: of a slice no more than its rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def deserialize(data: pa.Buffer) -> pa.RecordBatch:
    """The batch of ``serialize``."""
    with pa.ipc.open_stream(data) as stream:
        return stream.read_next_batch()
