"""The canonical form: what must show in it, and what must not."""

from __future__ import annotations

import sys

import pytest
from code_tools import fact_of_text

SAME = [
    ("def f(x): return x + 1", "def f(x):\n    # why\n    return (x\n        + 1)"),
    ("def f(x): return x", "def g(x): return x"),
    ("def f(x): return x", 'def f(x):\n    "Say."\n    pass\n    3\n    return x'),
    ("def f(x): return x", "@deco\ndef f(x: int, /) -> int: return x".replace(", /", "")),
    ("def f(x):\n    y = x\n    return y", "def f(x):\n    z = x\n    return z"),
    ("def f(x):\n    y: int = x\n    return y", "def f(x):\n    y = x\n    return y"),
    ("def f(x): return g(x) + h(x)", "def f(x): return a(x) + b(x)"),
    ("def f(x): return m.g(x)", "def f(x): return n.h(x)"),
    ("def f(): return 'ab'", "def f(): return 'a' 'b'"),
    ("def f(x): return f'a{x}b' 'c'", "def f(x): return f'a{x}bc'"),
    ("def f(): return {'a', 'b'}", "def f(): return {'b', 'a'}"),
    ("def f(x=1): return x", "def f(x=2): return x"),
    (
        "def f():\n    def g(a): return a\n    return g",
        "def f():\n    def h(a: int) -> int: return a\n    return h",
    ),
    (
        "def f(x):\n    try: pass\n    except E as e: print(e)",
        "def f(x):\n    try: pass\n    except E as q: print(q)",
    ),
    ("def f(x): return [y for y in x]", "def f(x): return [z for z in x]"),
    ("def f():\n    import a.b as c\n    return c", "def f():\n    import a.b as d\n    return d"),
    (
        "def f(x):\n    match x:\n        case [a, *b]: return a, b",
        "def f(x):\n    match x:\n        case [c, *d]: return c, d",
    ),
    ("lambda x: x + 1", "lambda x : (x + 1)"),
    (
        "def f():\n    while True:\n        global g\n        g = 1",
        "def f():\n    global g\n    while True:\n        g = 1",
    ),
]
DIFFERENT = [
    ("def f(x): return x + 1", "def f(x): return x - 1"),
    ("def f(x): return x", "def f(y): return y"),
    ("def f(x): return x", "def f(x, /): return x"),
    ("def f(x): return x", "def f(*x): return x"),
    ("def f(x): return x", "def f(*, x): return x"),
    ("def f(x): return x", "def f(x=1): return x"),
    ("def f(*, x): return x", "def f(*, x=1): return x"),
    ("def f(x): return 1", "def f(x): return True"),
    ("def f(x): return 0.0", "def f(x): return -0.0"),
    ("def f(x): return 1", "def f(x): return 1.0"),
    ("def f(x): return '1'", "def f(x): return b'1'"),
    ("def f(x): return (1, 23)", "def f(x): return (12, 3)"),
    ("def f(x): return g(g(x))", "def f(x): return g(h(x))"),
    ("def f(x): return m.g(x) + m.h(x)", "def f(x): return m.g(x) + n.h(x)"),
    ("def f(x): return x.a", "def f(x): return x.b"),
    ("def f(x): return f'{x}'", "def f(x): return f'{x!r}'"),
    ("def f(x): return f'{x:>3}'", "def f(x): return f'{x:>4}'"),
    ("def f(x): return f'{x=}'", "def f(x): return f'x={x}'"),
    ("def f(x): return [x, 1]", "def f(x): return (x, 1)"),
    ("def f(x): return {1: 2, 3: 4}", "def f(x): return {3: 4, 1: 2}"),
    ("def f(): return {1, True}", "def f(): return {True, 1}"),
    ("def f(x): return a < b < c", "def f(x): return a < b > c"),
    ("def f(x):\n    y = 1\n    z = 2\n    return y", "def f(x):\n    y = 1\n    z = 2\n    return z"),
    ("def f(x):\n    y = 1\n    return locals()", "def f(x):\n    z = 1\n    return locals()"),
    ("def f(x): yield x", "def f(x): return x"),
    ("async def f(x): return x", "def f(x): return x"),
    ("def f(x):\n    for i in x: pass\n    else: g()", "def f(x):\n    for i in x: pass\n    g()"),
    ("def f(x):\n    with a as b, c as d: pass", "def f(x):\n    with a as b: pass"),
    ("def f(x): return [y for y in x if y]", "def f(x): return [y for y in x]"),
    ("def f(x): return k(a=x)", "def f(x): return k(b=x)"),
    ("def f(x): return k(*x)", "def f(x): return k(x)"),
    ("def f(x): return {**x}", "def f(x): return {'a': x}"),
    ("def f():\n    class A: x = 1", "def f():\n    class A: y = 1"),
    ("def f():\n    class A: pass", "def f():\n    class B: pass"),
    ("def f():\n    def g(a=1): return a\n    return g", "def f():\n    def g(a=2): return a\n    return g"),
    ("def f():\n    try: a()\n    except* E: b()", "def f():\n    try: a()\n    except E: b()"),
    ("def f(x): return x if a else b", "def f(x): return x if b else b"),
    ("def f(x):\n    global y\n    y = 1", "def f(x):\n    y = 1"),
    ("def f(x): return 0x1%s" % ("0" * 5000), "def f(x): return 0x2%s" % ("0" * 5000)),
    ("def f(x):\n    del x[0]", "def f(x):\n    x[0]"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equal_meanings_have_one_form(one: str, other: str) -> None:
    assert fact_of_text(one).body == fact_of_text(other).body


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_meanings_have_two_forms(one: str, other: str) -> None:
    first, second = fact_of_text(one), fact_of_text(other)
    assert (first.body, first.refs) != (second.body, second.refs)


def test_docstrings_annotations_and_names_are_digests_of_their_own() -> None:
    plain = fact_of_text("def f(x):\n    y = x\n    return y")
    told = fact_of_text("def f(x: int):\n    'Say.'\n    z = x\n    return z")
    assert plain.body == told.body
    assert plain.docs != told.docs
    assert plain.annotations != told.annotations
    assert plain.names != told.names


def test_closure_variables_are_told_from_globals() -> None:
    one, other = fact_of_text("lambda: k"), fact_of_text("lambda: k", freevars=("k",))
    assert [r.kind for r in one.refs] == ["global"]
    assert [r.kind for r in other.refs] == ["free"]


def test_neutral_calls_are_left_out() -> None:
    import ast

    from memofp._code._emit import build_fact

    def fact(text: str) -> bytes:
        node = ast.parse(text).body[0]
        assert isinstance(node, ast.FunctionDef)
        return build_fact(node, (), None, "", frozenset({("log", "debug")})).body

    assert fact("def f(x):\n    log.debug(x)\n    return x") == fact("def f(x):\n    return x")
    assert fact("def f(x):\n    y = log.debug(x)\n    return x") != fact("def f(x):\n    return x")
    assert fact("def f(x, log):\n    log.debug(x)\n    return x") != fact("def f(x, log):\n    return x")


def test_deep_trees_do_not_overflow() -> None:
    deep = 2000 if sys.version_info >= (3, 13) else 700  # before, it depended on the caller's depth
    terms = "+".join(["x"] * 2000)
    branches = "if x == 0: y = 0\n" + "".join(f"    elif x == {i}: y = {i}\n" for i in range(1, deep))
    assert fact_of_text(f"def f(x):\n    {branches}    return y").body
    nested = "x" + ".a" * deep
    assert fact_of_text(f"def f(x): return {nested}").body
    import ast

    from memofp._code._emit import build_fact

    node: ast.expr = ast.Name("x", ast.Load(), lineno=1)
    for _ in terms:
        node = ast.BinOp(node, ast.Add(), ast.Name("y", ast.Load(), lineno=1))
    function = ast.parse("def f(x): return 1").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert isinstance(function.body[0], ast.Return)
    function.body[0].value = node
    assert build_fact(function, (), None).body
