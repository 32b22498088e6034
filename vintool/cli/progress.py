"""How far a run is: a bar for a person, lines of JSON for a program. All of it goes to stderr."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vintool.cli.terminal import COLOURS, URGENCY, note
from vintool.codes import Verdict
from vintool.escaping import visible
from vintool.report.language import ENGLISH, Language
from vintool.report.wrapping import wrapped

if TYPE_CHECKING:
    from rich.console import RenderableType

    from vintool.files.run import Listener

KINDS = ("auto", "json", "none")
_PAUSE = 0.25  # seconds between two lines of JSON


@contextmanager
def progress_listener(kind: str, words: Language = ENGLISH) -> Iterator["Listener"]:
    """Show how far a run is.

    Args:
        kind: one of ``KINDS``; ``auto`` is a bar on a terminal and nothing elsewhere.
        words: the language of what a person reads.
    """
    from vintool.files.run import Listener, ignore  # noqa: PLC0415 - start-up time

    if kind == "json":
        yield from _json_lines()
    elif kind == "auto" and sys.stderr.isatty():
        yield from _bar(words)
    else:
        yield Listener(ignore, lambda text: note(words.translate(text)))


def _json_lines() -> Iterator["Listener"]:
    """One JSON object a line, a few a second at most; the last one, of a run that ended well, is done."""
    import json  # noqa: PLC0415 - start-up time

    from vintool.files.run import Listener  # noqa: PLC0415

    start = last = time.monotonic()
    counts: dict[str, object] = {"bytes": 0, "bytes_total": 0, "rows": 0, "verdicts": {}}

    def write(*, done: bool) -> None:
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
        note(json.dumps({**counts, **times, "done": done}), whole=True)

    position = size = rows = 0

    def progress(at: int, whole: int, count: int, verdicts: Mapping[str, int]) -> None:
        nonlocal last, position, size, rows
        position, size, rows = at, whole, count
        counts.update(
            bytes=at,
            bytes_total=whole,
            rows=count,
            verdicts={str(v): verdicts.get(v, 0) for v in Verdict},
        )
        if (now := time.monotonic()) - last >= _PAUSE:
            last = now
            write(done=False)

    yield Listener(progress, note)
    write(done=True)


def _bar(words: Language) -> Iterator["Listener"]:
    """A bar with bytes, rate and time left, and below it the verdicts so far."""
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

    from vintool.files.run import Listener  # noqa: PLC0415

    verdict_line = Text()

    class Bar(Progress):
        def get_renderables(self) -> "Iterator[RenderableType]":
            yield from super().get_renderables()
            yield verdict_line

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
        task = bar.add_task(words.gettext("reading"), total=None, rate="")

        def progress(position: int, size: int, rows: int, verdicts: Mapping[str, int]) -> None:
            seconds = time.monotonic() - start
            counts = Text(f"{rows:,} {words.gettext('rows')}")
            for sign, verdict in zip(":,,,", (*URGENCY, Verdict.OUT_OF_SCOPE), strict=True):
                counts.append(f"{sign} ").append(
                    f"{verdicts.get(verdict, 0):,} {verdict}", COLOURS[verdict]
                )
            verdict_line.plain, verdict_line.spans = counts.plain, counts.spans
            bar.update(
                task,
                description=words.gettext("screening" if position < size else "finishing"),
                completed=position,
                total=size,
                rate=f"{rows / seconds:,.0f} {words.gettext('rows/s')}",
            )

        def print_above(text: str) -> None:
            for line in wrapped(visible(words.translate(text)), bar.console.width):
                bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield Listener(progress, print_above)
