"""The page in a browser: it can be read by everyone, on a phone as well, and finds a row among twenty thousand.

The browser is the one that the machine has; it is kept off the network.
"""

import csv
import io
import shutil

import pytest
from support import ON
from support.commands import run
from support.desk import decision
from support.needed import missing, needed
from support.pages import context, need_group, row, summary

from vintool.cli.screen import SAMPLES
from vintool.report.needed import Needed
from vintool.report.page import BILLS_AT_ONCE, ROWS_AT_ONCE, report_html

playwright = needed("playwright.sync_api")
axe = needed("axe_playwright_python.sync_playwright")
pdfplumber = needed("pdfplumber")
pytestmark = pytest.mark.slow
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)  # fmt: skip
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"]
CLIPBOARD = ["clipboard-read", "clipboard-write"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
VIEWS = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": PHONE}
SMALL = """Array.from(document.querySelectorAll("a, button, summary, input, select"))
    .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44 && !one.closest("dd"))
    .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser():
    # Chrome of macOS and Windows is in no path: playwright knows where it lies.
    of_machine = {"executable_path": BROWSER} if BROWSER else {"channel": "chrome"}
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(args=FLAGS, **of_machine)
        except playwright.Error:
            if BROWSER:
                raise
            missing("browser")
        with browser:
            yield browser


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, tmp_path_factory):
    """A page that has every section: of two files with lists, decisions and an earlier run."""
    folder = tmp_path_factory.mktemp("run")
    header, *lines = (SAMPLES / "manifest.csv").read_bytes().splitlines(keepends=True)[1:]
    for name, of_file in (("a.csv", lines[::8]), ("b.csv", lines[3::24])):
        (folder / name).write_bytes(header + b"".join(of_file))
    lists = [part for name in ("exporters", "licences") for part in (f"--{name}", SAMPLES / f"{name}.csv")]  # fmt: skip
    command = ("screen", folder / "a.csv", "--on", ON, *lists, "--lang", request.param)
    assert run(*command, "--out", folder / "before").exit_code == 0
    with (folder / "before" / "exceptions.csv").open(encoding="utf-8-sig", newline="") as file:
        open_rows = [*csv.DictReader(file)]
    with (folder / "decided.csv").open("w", encoding="utf-8", newline="") as file:
        decided = csv.DictWriter(file, open_rows[0])
        decided.writeheader()
        decided.writerows(one | decision("controlled") for one in open_rows[:3])
    earlier = ("--since", folder / "before", "--decisions", folder / "decided.csv")
    result = run(*command, folder / "b.csv", *earlier, "--out", folder / "out")
    assert result.exit_code == 0, result.output
    return (folder / "out" / "report.html").as_uri()


@pytest.mark.parametrize("view", VIEWS)
def test_the_accessibility_engine_finds_nothing(browser, report, view):
    with browser.new_context(**VIEWS[view]) as of_view:
        page = of_view.new_page()
        errors, asked = [], []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report)
        assert errors == []
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        if view == "phone":
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert page.evaluate(SMALL) == []


def test_vins_are_copied_at_one_click(browser, report):
    with browser.new_context(permissions=CLIPBOARD) as allowed:
        page = allowed.new_page()
        page.goto(report)
        page.click("button[data-copy=vins-1]")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.text_content("#vins-1").strip()
        assert {len(line) for line in copied.split("\n")} == {17}


def test_a_print_is_a_pack_of_few_pages(browser, report):
    with browser.new_context() as of_print:
        page = of_print.new_page()
        page.goto(report)
        with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pack:
            assert len(pack.pages) <= 10


def test_twenty_thousand_rows_and_bills_are_never_all_drawn(browser, tmp_path):
    said = {"reasons": ("powertrain_unknown",)}  # codes are a closed list
    rows = [row(f"text {n}", number=n).model_copy(update=said) for n in range(20_000)]
    groups = [need_group(bl_no=f"bill {n}", vins=(f"LRW3E7FA1LC{n:06}",)) for n in range(10_000)]
    wanted = Needed(rows=10_000, listed=10_000, groups=groups)
    path = tmp_path / "report.html"
    of_page = context().model_copy(update={"needed": wanted})
    path.write_text(report_html(summary(), of_page, rows), encoding="utf-8")
    assert path.stat().st_size < 5e6
    with browser.new_context(permissions=CLIPBOARD) as wide:
        page = wide.new_page()
        page.goto(path.as_uri())
        assert page.locator("#rows tbody tr").count() == ROWS_AT_ONCE
        assert page.locator(".bill").count() == BILLS_AT_ONCE
        assert page.locator("*").count() < 5_000
        page.fill("#f-text", "text 19999")
        playwright.expect(page.locator("#rows tbody tr")).to_have_count(1)
        page.click("#f-clear")
        page.click("#p-next")
        assert page.locator("#rows tbody tr td").first.text_content() == str(ROWS_AT_ONCE)
        page.click("#b-next")
        page.click("#b-next")
        assert page.locator(".bill").count() == 3 * BILLS_AT_ONCE
        assert "bill 299" in page.locator(".bill").last.text_content()
        page.click("button[data-copy=act]")
        copied = page.evaluate("navigator.clipboard.readText()").split("\n")
        assert copied == [vin for group in groups for vin in group.vins]
