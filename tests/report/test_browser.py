"""The page in a browser: it can be read by everyone, on a phone as well, and finds a row among twenty thousand."""

import shutil

import pytest
from support import ON
from support.pages import context, row, summary

from vintool.files.screen import screen_file
from vintool.report.page import report_html

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)  # fmt: skip
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no browser is installed"),
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SMALL = """Array.from(document.querySelectorAll("a, button, summary, input, select"))
    .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44 && !one.closest("dd"))
    .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        yield started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    from vintool.cli.screen import SAMPLES

    lists = {name: SAMPLES / f"{name}.csv" for name in ("exporters", "licences")}
    screen_file(SAMPLES / "manifest.csv", out=out / "out", today=ON, lang=request.param, **lists)
    return (out / "out" / "report.html").as_uri()


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])  # fmt: skip
def test_the_accessibility_engine_finds_nothing(browser, report, options):
    page = browser.new_context(**options).new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(report)
    assert errors == []
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if "is_mobile" in options:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate(SMALL) == []


def test_vins_are_copied_at_one_click(browser, report):
    page = browser.new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto(report)
    page.click("button[data-copy=vins-1]")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.text_content("#vins-1").strip()
    assert {len(line) for line in copied.split("\n")} == {17}


def test_twenty_thousand_rows_are_filtered_at_once(browser, tmp_path):
    rows = [row(f"text {n}", number=n) for n in range(20_000)]
    path = tmp_path / "report.html"
    path.write_text(report_html(summary(), context(), rows), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("#rows tbody tr").count() == 50
    page.fill("#f-text", "text 19999")
    page.wait_for_function("document.querySelectorAll('#rows tbody tr').length === 1", timeout=5000)
    page.click("#f-clear")
    page.click("#p-next")
    assert page.locator("#rows tbody tr td").first.text_content() == "50"
