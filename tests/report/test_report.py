"""The page about a cache, as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from memofp._report import gather, page
from memofp._report._times import MOST, choose_bars
from memofp._store import ResultStore, open_store


class Elements(HTMLParser):
    """The elements of a page, with what stands in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in self.texts:
            self.texts[self._open][-1] += data


@pytest.fixture(scope="module")
def text(store: ResultStore) -> str:
    return page(gather(store))


def test_nothing_of_the_cache_becomes_an_element(text: str) -> None:
    tags = [tag for tag, _ in Elements(text).tags]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert "b" not in tags


def test_page_needs_no_network_and_runs_one_script(text: str) -> None:
    elements = Elements(text)
    assert not [attributes for _, attributes in elements.tags if {"src", "href"} & attributes.keys()]
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    policy = next(
        a["content"] for tag, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    for kind, found in (("script", elements.texts["script"][-1]), ("style", elements.texts["style"][0])):
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_data_is_what_the_store_knows(text: str, store: ResultStore) -> None:
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert data["directory"] == store.where
    by_name = {f["name"]: f for f in data["functions"]}
    load = by_name["shop.load"]
    assert (load["entries"], load["uses"], len(load["versions"])) == (60, 11, 2)
    assert sum(load["chart"]["computed"].values()) == 60
    assert sum(load["chart"]["saved"].values()) == pytest.approx(22.0)
    newest, oldest = load["versions"]
    assert [cause["label"] for cause in newest["causes"]] == ["func:shop.load.helper"]
    assert newest["causes"][0]["diff"] == ["-return x * 2", "+return x * 3 # shop.load"]
    assert [n["name"] for n in newest["graph"]["nodes"] if n["changed"]] == ["shop.load.helper"]
    assert oldest["causes"] == []


def test_script_writes_text_only() -> None:
    script = (Path(gather.__code__.co_filename).parent / "report.js").read_text("utf-8")
    for door in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "import(",
    ):
        assert door not in script


def test_empty_cache_has_a_page(tmp_path: Path) -> None:
    data: dict[str, Any] = gather(open_store(tmp_path / "none"))
    assert data["functions"] == []
    assert "</html>" in page(data)


def test_numbers_that_json_does_not_know_are_none(tmp_path: Path) -> None:
    data = gather(open_store(tmp_path / "none"))
    data["bars"]["start"] = float("nan")
    assert '"start":null' in page(data)


@pytest.mark.parametrize("span_s", [0, 0.5, 59, 60, 3600, 86400 * 40, 86400 * 365 * 30, 86400 * 365 * 3000])
def test_bars_cover_every_span(span_s: float) -> None:
    bars = choose_bars(1e9 + 17, 1e9 + 17 + span_s)
    assert 1 <= bars.count <= MOST
    assert bars.start <= 1e9 + 17
    assert 1e9 + 17 + span_s < bars.start + bars.width_s * bars.count
    assert bars.bar_of(1e9 + 17) == 0
    assert bars.bar_of(1e9 + 17 + span_s) == bars.count - 1
    assert bars.bar_of(0) == 0
