"""The pictures of the README and of the pages, made from the real thing: `python docs/pictures.py`.

`explain.svg` is what the command prints, with its colours, cut at the edge of the terminal.
`report.png` is the first screen of the demo's report as a browser shows it, `report-zh.png` the same in Chinese,
`report-dark.png` at night and `report-phone.png` on a phone; they take Chromium.
"""

import re
import shutil
import sys
import tempfile
from io import StringIO
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from vintool.cli.main import cli

PICTURES = Path(__file__).parent / "pictures"
EXPLAIN = ("explain", "LRW3E7FA1LC000001", "--on", "2026-03-01")
WIDTH = 118  # columns of the terminal
WINDOW = {"viewport": {"width": 1000, "height": 1165}}  # pixels of the browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
VIEWS = (
    ("report", "en", WINDOW),
    ("report-zh", "zh", WINDOW),
    ("report-dark", "en", WINDOW | {"color_scheme": "dark"}),
    ("report-phone", "zh", PHONE),
)
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


def reports(into: Path) -> None:
    """The first screen of the demo's report in each view."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser found: {', '.join(BROWSERS)}")
    pages = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for lang in sorted({lang for _, lang, _ in VIEWS}):
            run("demo", "--out", f"{folder}/{lang}", "--lang", lang)
            pages[lang] = next(Path(folder, lang).rglob("report.html")).as_uri()
        started = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, lang, view in VIEWS:
            page = started.new_page(**view)
            page.goto(pages[lang])
            page.screenshot(path=into / f"{name}.png")
            page.close()
        started.close()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "explain.svg").write_text(explain(), encoding="utf-8", newline="\n")
    reports(PICTURES)
