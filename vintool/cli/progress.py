"""How far a run is: a bar for a person, lines of JSON for a program. All of it goes to stderr."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from vintool.cli.terminal import COLOURS, URGENCY, note
from vintool.codes import Verdict

if TYPE_CHECKING:
    from rich.console import RenderableType

    from vintool.files.run import Progress

KINDS = ("auto", "json", "none")
_PAUSE = 0.25  # seconds between two lines of JSON


class Shown(NamedTuple):
    """What to call after each batch, and with a note in between."""

    step: "Progress"
    say: Callable[[str], None]


@contextmanager
def progress_of(kind: str) -> Iterator[Shown]:
    """Show how far a run is.

    Args:
        kind: one of ``KINDS``; ``auto`` is a bar on a terminal and nothing elsewhere.
    """
    if kind == "json":
        yield from _lines()
    elif kind == "auto" and sys.stderr.isatty():
        yield from _bar()
    else:
        yield Shown(lambda _position, _size, _rows, _verdicts: None, note)


def _lines() -> Iterator[Shown]:
    """One JSON object a line, a few a second at most; the last one, of a run that ended well, is done."""
    import json  # noqa: PLC0415 - start-up time

    start = last = time.monotonic()
    told: dict[str, object] = {"bytes": 0, "bytes_total": 0, "rows": 0, "verdicts": {}}

    def tell(*, done: bool) -> None:
        seconds = time.monotonic() - start
        share = position / size if size else 0.0
        times = {
            "seconds": round(seconds, 3),
            "seconds_left": 0.0
            if done
            else round(seconds * (1 - share) / share, 1)
            if share
            else None,
            "rows_per_second": round(rows / seconds) if seconds else None,
        }
        note(json.dumps({**told, **times, "done": done}))

    position = size = rows = 0

    def step(at: int, whole: int, count: int, verdicts: Mapping[str, int]) -> None:
        nonlocal last, position, size, rows
        position, size, rows = at, whole, count
        told.update(
            bytes=at,
            bytes_total=whole,
            rows=count,
            verdicts={str(v): verdicts.get(v, 0) for v in Verdict},
        )
        if (now := time.monotonic()) - last >= _PAUSE:
            last = now
            tell(done=False)

    yield Shown(step, note)
    tell(done=True)


def _bar() -> Iterator[Shown]:
    """A bar with bytes, rate and time left, and below it what was found so far."""
    from rich.console import Console  # noqa: PLC0415 - start-up time
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text  # noqa: PLC0415

    found = Text()

    class Bar(Progress):
        def get_renderables(self) -> "Iterator[RenderableType]":
            yield from super().get_renderables()
            yield found

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    start = time.monotonic()
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None, rate="")

        def step(position: int, size: int, rows: int, verdicts: Mapping[str, int]) -> None:
            seconds = time.monotonic() - start
            counts = Text(f"{rows:,} rows")
            for sign, verdict in zip(":,,,", (*URGENCY, Verdict.OUT_OF_SCOPE), strict=True):
                counts.append(f"{sign} ").append(
                    f"{verdicts.get(verdict, 0):,} {verdict}", COLOURS[verdict]
                )
            found.plain, found.spans = counts.plain, counts.spans
            bar.update(
                task,
                description="screening" if position < size else "finishing",
                completed=position,
                total=size,
                rate=f"{rows / seconds:,.0f} rows/s",
            )

        def tell(text: str) -> None:  # above the bar
            bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

        yield Shown(step, tell)
