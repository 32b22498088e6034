"""The pictures of the README, made from the real thing: `python docs/pictures.py`.

`explain.svg` is what the command prints, with its colours, cut at the edge of the terminal.
`report.png` is the report of the demo as a browser shows it, which takes Chromium.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from click.testing import CliRunner
from rich.console import Console
from rich.text import Text

from vintool.cli.main import cli

PICTURES = Path(__file__).parent / "pictures"
EXPLAIN = ("explain", "LRW3E7FA1LC000001", "--on", "2026-03-01")
WIDTH = 118  # columns of the terminal
WINDOW = "1000,1165"  # pixels of the browser
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def run(*command: str) -> str:
    """What a command of vintool prints to a terminal, colours and all, its lines whole."""
    runner = CliRunner(env={"COLUMNS": None})
    return runner.invoke(cli, command, color=True, catch_exceptions=False).stdout


def explain() -> str:
    """The verdict and its steps as a picture of a terminal, without fonts from elsewhere."""
    lines = Text.from_ansi(run(*EXPLAIN)).split("\n")
    first = next(n for n, line in enumerate(lines) if line.plain.startswith("VERDICT"))
    last = next(n for n, line in enumerate(lines) if line.plain.startswith(" 1  2  3 |"))
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "dim"), (" ".join(("vintool", *EXPLAIN)), "bold")))
    for line in lines[first : last - 1]:
        line.truncate(WIDTH, overflow="ellipsis")
        console.print(line, no_wrap=True)
    console.print(Text("... (what the VIN tells)", "dim"))
    picture = console.export_svg(title="vintool explain", unique_id="explain")
    picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in picture.splitlines() if line.strip()) + "\n"


def report(into: Path) -> None:
    """The first screen of the demo's report."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser found: {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        run("demo", "--out", folder)
        subprocess.run(  # noqa: S603
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/browser",
                f"--window-size={WINDOW}",
                f"--screenshot={into}",
                next(Path(folder).rglob("report.html")).as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "explain.svg").write_text(explain(), encoding="utf-8", newline="\n")
    report(PICTURES / "report.png")
