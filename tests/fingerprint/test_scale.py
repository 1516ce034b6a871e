"""Size: nothing overflows the stack, and time grows with the size alone."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

import memofp


def run(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), space)
    return space


def digest_in(function: Any, limit_s: float) -> str:
    start = time.perf_counter()
    found = memofp.fingerprint(function)
    assert found.guards.hold()
    assert time.perf_counter() - start < limit_s
    return found.digest


def test_chain_of_5000_helpers() -> None:
    lines = [f"def f{i}(x): return f{i + 1}(x)" for i in range(5000)]
    one = run("\n".join([*lines, "def f5000(x): return x + 1"]))
    other = run("\n".join([*lines, "def f5000(x): return x + 2"]))
    assert digest_in(one["f0"], 60) != digest_in(other["f0"], 60)
    assert len(memofp.fingerprint(one["f0"]).manifest.dependencies) >= 5001


@pytest.mark.parametrize("size", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_nested_values(size: int) -> None:
    nested: Any = 1
    other: Any = 2
    for _ in range(size):
        nested, other = [nested], [other]
    mapping: Any = {}
    for _ in range(size):
        mapping = {"a": mapping}
    assert digest_in(lambda x: nested, 90) != digest_in(lambda x: other, 90)
    assert digest_in(lambda x: mapping, 90)


class Link:
    def __init__(self, value: int, following: Any) -> None:
        self.value = value
        self.following = following


def chain_of(size: int, last: int) -> Link:
    found = Link(last, None)
    for i in range(size):
        found = Link(i, found)
    return found


@pytest.mark.parametrize("size", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_linked_objects(size: int) -> None:
    one, other = chain_of(size, 1), chain_of(size, 2)
    assert digest_in(lambda x: one, 90) != digest_in(lambda x: other, 90)


def test_long_expressions_and_branches() -> None:
    # What Python could compile before 3.13 depends on how deep its caller stands.
    deep = 3000 if sys.version_info >= (3, 13) else 700
    terms = " + ".join(["x"] * deep)
    branches = "".join(f"    elif x == {i}: y = {i}\n" for i in range(1, min(deep, 1500)))
    space = run(f"def f(x): return {terms}\ndef g(x):\n    if x == 0: y = 0\n{branches}    return y\n")
    assert digest_in(space["f"], 20)
    assert digest_in(space["g"], 20)


def test_long_expressions_are_read_from_source(tmp_path: Path) -> None:
    terms = " + ".join(["x"] * 2000)
    digests = set()
    for name, comment in (("m.py", ""), ("n.py", "    # why")):
        path = tmp_path / name
        path.write_text(f"def f(x):\n{comment}\n    return {terms}\n")
        space: dict[str, Any] = {"__name__": "generated"}
        exec(compile(path.read_bytes(), str(path), "exec"), space)
        found = memofp.fingerprint(space["f"])
        assert found.manifest.dependencies[0].source
        digests.add(found.digest)
    assert len(digests) == 1
