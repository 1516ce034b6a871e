"""Facts from bytecode tell the same references as facts from source."""

from __future__ import annotations

import pytest
from code_tools import fact_of_text

from memofp._code._bytecode import fact_from_bytecode

TEXTS = [
    "def f(x): return g(x) + a.b.c(x)",
    "def f(x): return [g(y) for y in x if h(y)]",
    "def f(x):\n    def inner(): return g\n    return inner()",
    "def f(x):\n    class A(g):\n        b = h\n    return A",
    "def f(x): return (lambda: g)()",
    "def f(x):\n    try: return g(x)\n    except E: return h.i",
    "def f(x):\n    with g(x) as y: return y",
    "def f(x): return f'{g(x)}'",
]


@pytest.mark.parametrize("text", TEXTS)
def test_same_globals_as_from_source(text: str) -> None:
    space: dict[str, object] = {}
    exec(text, space)
    fact = fact_from_bytecode(space["f"].__code__)  # type: ignore[attr-defined] # a function
    names = {".".join((r.root, *r.attrs)) for r in fact.refs if r.kind == "global"}
    assert names - {"__name__"} == {".".join((r.root, *r.attrs)) for r in fact_of_text(text).refs}


def test_imports_and_closures() -> None:
    space: dict[str, object] = {}
    exec(
        "def make(k):\n    def f(x):\n        import a.b as c\n        from ..d import e as g\n"
        "        return c, g, k\n    return f\nf = make(1)",
        space,
    )
    fact = fact_from_bytecode(space["f"].__code__)  # type: ignore[attr-defined] # a function
    assert {(s.level, s.module, s.item) for r in fact.refs for s in r.imports} >= {
        (0, "a.b", None),
        (2, "d", "e"),
    }
    assert [r.root for r in fact.refs if r.kind == "free"] == ["k"]


@pytest.mark.parametrize("body", ["getattr(x, y)", "eval(x)", "vars(x)", "x.format(y)", "x.__dict__"])
def test_computed_names_open_the_world(body: str) -> None:
    fact = fact_from_bytecode(eval(f"lambda x, y: {body}").__code__)
    assert fact.reach == "any"


def test_names_in_texts_and_patterns_are_seen() -> None:
    space: dict[str, object] = {}
    exec("def f(x):\n    match x:\n        case K(deep=1): return '{0.other}', ('more', ('most',))", space)
    assert fact_from_bytecode(space["f"].__code__).seen >= {"deep", "other", "more", "most"}  # type: ignore[attr-defined] # a function
