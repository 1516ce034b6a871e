"""One edit each, and what `explain` names for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Write = Callable[[str], Any]

PROGRAM = """
import dataclasses, enum, functools

LIMIT = 10
TABLE = {"a": 1, "b": [1, 2]}

class Base:
    def hook(self): return 1

class Kind(enum.Enum):
    A = 1

@dataclasses.dataclass
class Conf:
    depth: int = 3

CONF = Conf()

class Model(Base):
    rate = 2
    def __init__(self, k): self.k = k
    def run(self, x): return self.rate * x + self.hook()
    @property
    def size(self): return 3

def make(n):
    def inner(x): return x + n
    return inner

add = make(5)
half = functools.partial(pow, 2)

def deco(fn):
    @functools.wraps(fn)
    def around(*a): return fn(*a)
    return around

@deco
def wrapped(x): return x

def helper(x, y=2): return x * y

HANDLERS = {"h": helper, "w": wrapped}

def rec(n): return other(n) if n else 0

def other(n): return rec(n - 1)

def limited(x): return min(x, LIMIT) + TABLE["a"] + CONF.depth

@memofp.memoize
def f(x):
    m = Model(x)
    total = m.run(x) + m.size + add(x) + half(3) + wrapped(x) + Kind.A.value
    return total + HANDLERS["h"](x) + rec(2) + limited(x)
"""
CODE, VALUE = "code changed", "captured value changed"


@pytest.mark.parametrize(
    ("old", "new", "reason", "labels"),
    [
        ("LIMIT = 10", "LIMIT = 11", VALUE, ["const:sample.LIMIT"]),
        ('{"a": 1', '{"a": 7', VALUE, ["const:sample.TABLE['a']"]),
        ("self): return 1", "self): return 2", CODE, ["func:sample.Base.hook"]),
        ("A = 1", "A = 3", CODE, ["class:sample.Kind"]),
        ("depth: int = 3", "depth: int = 4", VALUE, ["const:sample.Conf.depth"]),
        ("rate = 2", "rate = 5", VALUE, ["const:sample.Model.rate"]),
        ("self.rate * x", "x * self.rate", CODE, ["func:sample.Model.run"]),
        ("return 3", "return 4", CODE, ["func:sample.Model.size"]),
        ("self.k = k", "self.k = k + 1", CODE, ["func:sample.Model.__init__"]),
        ("make(5)", "make(6)", VALUE, ["const:sample.make.<locals>.inner.n"]),
        ("return x + n", "return n + x", CODE, ["func:sample.make.<locals>.inner"]),
        ("partial(pow, 2)", "partial(pow, 3)", VALUE, ["partial:sample.half.args[0]"]),
        ("*a): return", "*a): print(a); return", CODE, ["func:sample.wrapped"]),
        ("def wrapped(x): return x", "def wrapped(x): return -x", CODE, ["func:sample.wrapped#2"]),
        ("y=2", "y=3", VALUE, ["const:sample.helper.<default 0>"]),
        ('{"h": helper', '{"h": wrapped', VALUE, ["const:sample.HANDLERS['h']"]),
        ("rec(n - 1)", "rec(n - 2)", CODE, ["func:sample.other"]),
        ("@deco\n", "", CODE, ["func:sample.wrapped"]),
        ("class Model(Base)", "class Model(Base, Conf)", CODE, None),
        (" + rec(2)", "", CODE, ["self:sample.f"]),
        ("rate = 2", "rate = 2\n    def hook(self): return 9", CODE, ["func:sample.Model.hook"]),
        ("return x * y", "return extra(x) * y\ndef extra(x): return x", CODE, ["func:sample.helper"]),
        ("limited", "renamed", "hit", []),
        ("import dataclasses", "import json, dataclasses", "hit", []),
        ("[1, 2]", "[1, 3]", "hit", []),
        ("LIMIT = 10", "LIMIT = 10  # ten", "hit", []),
    ],
)
def test_edit_is_named(write: Write, old: str, new: str, reason: str, labels: list[str] | None) -> None:
    write(PROGRAM).f(1)
    assert old in PROGRAM
    found = write(PROGRAM.replace(old, new)).f.explain(1)
    assert found.reason == reason, str(found)
    if labels is not None:
        assert [cause.label for cause in found.causes] == labels
    for cause in found.causes:
        assert cause.path[0] == "self:sample.f"
        assert cause.path[-1] == cause.label
        assert cause.file is None or cause.file.endswith("sample.py")


def test_values_are_shown_old_and_new(write: Write) -> None:
    write(PROGRAM).f(1)
    text = str(
        write(PROGRAM.replace('{"a": 1', '{"a": 7').replace('{"h": helper', '{"h": wrapped')).f.explain(1)
    )
    assert "const:sample.TABLE['a']: {'a': 1} -> {'a': 7} read at" in text
    assert "const:sample.HANDLERS['h']: func:sample.helper -> func:sample.wrapped read at" in text
