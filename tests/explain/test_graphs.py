"""Dependency graphs: their layout and their formats."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from memofp._explain._graphs import FORMATS, graph_svg, graph_text
from memofp._explain._layout import HEIGHT, lay_out
from memofp._manifest import Dependency, Manifest

HOSTILE = "</svg><script>alert(1)</script>\"'\\\n]{}-->"


def node(name: str, *uses: str, kind: str = "func") -> Dependency:
    return Dependency(kind, name, name, name, uses=uses)


def chain(length: int) -> Manifest:
    rest = (node(f"f{i}", f"func:f{i + 1}" if i + 1 < length else "func:f0") for i in range(length))
    return Manifest((node("root", "func:f0", kind="self"), *rest))


def fan(width: int) -> Manifest:
    leaves = [node(f"leaf{i}") for i in range(width)]
    return Manifest((node("root", *(d.label for d in leaves), kind="self"), *leaves))


def test_who_uses_stands_left_of_what_is_used() -> None:
    boxes = lay_out(Manifest((node("a", "func:b", kind="self"), node("b", "func:c"), node("c")))).boxes
    assert boxes["self:a"].x < boxes["func:b"].x < boxes["func:c"].x


def test_boxes_do_not_overlap() -> None:
    layout = lay_out(fan(60))
    boxes = sorted(layout.boxes.values(), key=lambda box: (box.x, box.y))
    assert all(a.x != b.x or a.y + HEIGHT < b.y for a, b in pairwise(boxes))
    assert all(box.x >= 0 and box.x + box.width <= layout.width for box in boxes)


def test_what_changed_is_drawn_however_far_away() -> None:
    layout = lay_out(chain(500), 50, {"func:f400"})
    assert "func:f400" in layout.boxes
    assert "func:f200" in layout.boxes  # on the way
    assert "func:f450" not in layout.boxes


@pytest.mark.parametrize("manifest", [chain(5000), fan(5000), Manifest(())], ids=["chain", "fan", "nothing"])
def test_big_graphs_are_cut_and_quick(manifest: Manifest) -> None:
    started = time.perf_counter()
    layout = lay_out(manifest, 300)
    assert time.perf_counter() - started < 10
    assert len(layout.boxes) == min(len(manifest), 300)
    assert layout.left_out == len(manifest) - len(layout.boxes)


def test_cycles_and_names_that_are_not_there_are_drawn() -> None:
    manifest = Manifest((node("a", "func:b", kind="self"), node("b", "self:a", "func:b", "func:gone")))
    assert len(lay_out(manifest).lines) == 3


def test_the_python_is_not_drawn() -> None:
    manifest = Manifest((node("a", kind="self"), Dependency("python", "3.13", "d")))
    assert list(lay_out(manifest).boxes) == ["self:a"]


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_whole_whatever_the_names(form: str) -> None:
    manifest = Manifest((node(HOSTILE, f"func:{HOSTILE}", kind="self"), node(HOSTILE)))
    text = graph_text(manifest, form, {f"func:{HOSTILE}"})
    assert "<script>" not in text or form in ("json", "dot")  # which nobody reads as HTML
    if form == "json":
        assert json.loads(text)["changed"] == [f"func:{HOSTILE}"]
    if form == "mermaid":
        assert len(text.splitlines()) == 6
    if form == "dot" and shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg"], input=text, text=True, check=True, capture_output=True)


def test_svg_is_well_formed_and_marks_what_changed() -> None:
    manifest = Manifest((node(HOSTILE, "func:b", kind="self"), node("b")))
    root = ElementTree.fromstring(graph_svg(manifest, {"func:b"}))
    assert [g.get("class") for g in root.iter("g")] == ["box k-self", "box k-func changed"]
    assert len(list(root.iter("path"))) == 1
