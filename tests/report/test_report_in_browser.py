"""The page about a cache in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_browser import Browser, find_chromium

from memofp._report import gather, page
from memofp._store import ResultStore

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium is installed (Debian: chromium), so the report is not opened in one"
)
NAMES = "[...document.querySelectorAll('#functions tbody tr')].map(row => row.dataset.name)"


@pytest.fixture(scope="module")
def address(store: ResultStore, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(
        page(gather(store, lambda _, version: "current" if version[0] == "1" else "stale")), "utf-8"
    )
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMIUM is not None
    profile = tmp_path_factory.mktemp("profile")
    browser = Browser(CHROMIUM, profile)
    yield browser
    browser.close()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def browser(chromium: Browser, address: str) -> Iterator[Browser]:
    """Return a browser that has opened the page; afterwards nothing must have gone wrong in it."""
    chromium.open(address)
    chromium.wait("document.querySelector('#functions') !== null")
    yield chromium
    assert chromium.run("document.title").startswith("memofp: ")
    assert chromium.errors == []
    assert {request.split(":")[0] for request in chromium.requests} <= {"file", "about"}
    assert len({request.split("#")[0] for request in chromium.requests}) <= 2


def test_sorts_by_each_column(browser: Browser) -> None:
    assert browser.run(NAMES)[0] == "shop.load"  # what saved most
    head = "[...document.querySelectorAll('#functions th button')]"
    for column in range(browser.run(f"{head}.length")):
        for _ in range(2):
            browser.run(f"{head}[{column}].click()")
            assert browser.run("document.querySelectorAll('#functions th[aria-sort]').length") == 1
    browser.run(f"{head}.find(b => b.textContent.startsWith('function')).click()")
    if browser.run("document.querySelector('th[aria-sort]').getAttribute('aria-sort')") == "descending":
        browser.run(f"{head}[0].click()")
    assert [name[:5] for name in browser.run(NAMES)] == ["evil.", "shop.", "shop."]
    assert browser.run(NAMES)[1:] == ["shop.count", "shop.load"]
    browser.run(f"{head}.find(b => b.textContent.startsWith('entries')).click()")
    assert browser.run(NAMES)[0] == "shop.count"


def test_searches_and_filters(browser: Browser) -> None:
    browser.run("document.getElementById('search').focus()")
    browser.type("shop.co")
    browser.wait(f"{NAMES}.length === 1")
    assert browser.run(NAMES) == ["shop.count"]
    assert browser.run("document.activeElement.id") == "search"
    browser.run(
        "(() => { const s = document.getElementById('search'); s.value = 'nobody'; "
        "s.dispatchEvent(new Event('input')); })()"
    )
    assert "No function fits" in browser.run("document.body.textContent")
    browser.run(
        "(() => { const s = document.getElementById('search'); s.value = ''; "
        "s.dispatchEvent(new Event('input')); })()"
    )
    for text, count in (
        ("never hit", 2),
        ("hit at least once", 1),
        ("blind spots", 1),
        ("stale versions", 3),
        ("all", 3),
    ):
        browser.run(f"[...document.querySelectorAll('.pill')].find(p => p.textContent === '{text}').click()")
        assert browser.run(f"{NAMES}.length") == count, text


def test_opens_a_function_with_its_changes_and_graph(browser: Browser) -> None:
    browser.run("document.querySelector('tr[data-name=\"shop.load\"]').click()")
    browser.wait("document.getElementById('name')?.textContent === 'shop.load'")
    assert "+return x * 3 # shop.load" in browser.run("document.getElementById('changes').textContent")
    assert browser.run("document.querySelectorAll('#graph g').length") == 3
    assert (
        browser.run("document.querySelector('#graph g.changed text:last-child').textContent")
        == "shop.load.helper"
    )
    browser.run("document.querySelector('#graph g.changed').dispatchEvent(new MouseEvent('click'))")
    assert "return x * 3" in browser.run("document.querySelector('.node pre').textContent")
    assert browser.run("document.querySelectorAll('#entries tbody tr').length") == 60
    assert browser.run("document.querySelectorAll('#versions .tag.warn').length") == 1
    browser.run("document.querySelectorAll('#versions tbody tr')[1].click()")
    browser.wait("location.hash.includes('v=0000')")
    assert browser.run("document.getElementById('changes')") is None
    browser.run("document.querySelector('.back').click()")
    browser.wait("document.querySelector('#functions') !== null")


def test_hostile_names_are_shown_as_they_are(browser: Browser) -> None:
    browser.run("document.querySelector('tr[data-name^=evil]').click()")
    browser.wait("document.getElementById('name') !== null")
    assert browser.run("document.getElementById('name').textContent").startswith("evil.</script><script>")
    browser.run(
        "document.querySelectorAll('#graph g').forEach(g => g.dispatchEvent(new MouseEvent('click')))"
    )
    assert (
        browser.run("document.querySelectorAll('main img, main script, main b:not(.figure b)').length") == 0
    )
    assert "</script>" in browser.run("document.querySelector('#entries tbody').textContent")
    assert "exec of built text" in browser.run("document.body.textContent")


def test_chart_shows_calls_or_seconds(browser: Browser) -> None:
    calls = browser.run("document.querySelector('.chart').textContent")
    browser.run("[...document.querySelectorAll('.pill')].find(p => p.textContent === 'seconds').click()")
    seconds = browser.run("document.querySelector('.chart').textContent")
    assert "11 hits" in calls
    assert "22.00 s saved" in seconds


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_follows_the_preferred_scheme_and_the_button(
    browser: Browser, address: str, scheme: str, dark: bool
) -> None:
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
    browser.open(address, scheme=scheme)
    assert (browser.run(brightness) < 128) is dark
    browser.run("document.getElementById('theme').click()")
    assert (browser.run(brightness) < 128) is not dark


@pytest.mark.parametrize("width", [380, 800, 1600])
def test_fits_every_width(browser: Browser, address: str, width: int) -> None:
    for place in ("", "#f=shop.load"):
        browser.open(address + place, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width


def test_works_by_keyboard(browser: Browser) -> None:
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', { key: '/' }))")
    assert browser.run("document.activeElement.id") == "search"
    row = "document.querySelector('tr[data-name=\"shop.count\"]')"
    browser.run(f"{row}.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter' }}))")
    browser.wait("document.getElementById('name')?.textContent === 'shop.count'")
    browser.run("document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))")
    browser.wait("document.querySelector('#functions') !== null")


def test_picture_can_be_taken(browser: Browser, tmp_path: Path) -> None:
    browser.picture(tmp_path / "report.png")
    assert (tmp_path / "report.png").stat().st_size > 10_000
