"""References: which names a function takes from outside, through every kind of scope."""

from __future__ import annotations

import pytest
from code_tools import fact_of_text

CASES = [
    ("def f(x): return g(x)", {"g"}),
    ("def f(x): return a.b.c(x)", {"a.b.c"}),
    ("def f(x): return x.g", set()),
    ("def f(x, g): return g(x)", set()),
    ("def f(x):\n    g = 1\n    return g", set()),
    ("def f(x): return [g(y) for y in x]", {"g"}),
    ("def f(x): return [y for y in g]", {"g"}),
    ("def f(y): return [y for x in y for y in x]", set()),
    ("def f(): return (lambda a: g(a))", {"g"}),
    ("def f(): return (lambda g: g(1))", set()),
    ("def f():\n    def inner(): return g\n    return inner", {"g"}),
    ("def f():\n    def inner(a=g): return a\n    return inner", {"g"}),
    ("def f():\n    @g\n    def inner(): pass\n    return inner", {"g"}),
    ("def f():\n    class A(g): b = h\n    return A", {"g", "h"}),
    ("def f():\n    class A:\n        b = 1\n        def m(self): return b\n    return A", {"b"}),
    ("def f():\n    class A:\n        b = b\n    return A", {"b"}),
    ("def f():\n    global g\n    g = 1\n    return g", {"g"}),
    ("def f(x):\n    if (y := g(x)): return y", {"g"}),
    ("def f(x): return [y := g(i) for i in x], y", {"g"}),
    ("def f(x):\n    try: pass\n    except E as e: return e", {"E"}),
    ("def f(x):\n    match x:\n        case K(a=b): return b\n        case m.C: return c", {"K", "m.C", "c"}),
    ("def f(x):\n    for g in x: pass\n    return g", set()),
    ("def f(x):\n    with h as g: return g", {"h"}),
    ("def f(x):\n    del g", set()),
    ("def f(x: A) -> B: return x", set()),
    ("def f(x):\n    y: A = x\n    return y", set()),
    ("def f(x): return f'{g(x):{h}}'", {"g", "h"}),
    ("def f(x):\n    g += 1", set()),
    ("def f(x):\n    g.n = x", {"g"}),
    ("def f(x):\n    g[1] = x", {"g"}),
    ("async def f(x):\n    async with g as h: return [i async for i in h]", {"g"}),
]


@pytest.mark.parametrize(("text", "names"), CASES)
def test_names_from_outside(text: str, names: set[str]) -> None:
    found = {".".join((r.root, *r.attrs)) for r in fact_of_text(text).refs if r.loads}
    assert found == names


def test_private_names_are_those_of_the_class() -> None:
    fact = fact_of_text("def f(self): return self.__a + __b", class_name="_K")
    assert "_K__a" in fact.seen
    assert [r.root for r in fact.refs] == ["_K__b"]


@pytest.mark.parametrize(
    ("text", "level", "module", "item"),
    [
        ("def f():\n    import a.b\n    return a.b.c", 0, "a.b", None),
        ("def f():\n    import a.b as c\n    return c", 0, "a.b", None),
        ("def f():\n    from a import b\n    return b", 0, "a", "b"),
        ("def f():\n    from ..a import b as c\n    return c", 2, "a", "b"),
        ("def f():\n    from . import b\n    return b", 1, "", "b"),
        ("def f():\n    return import_module('a.b')", 0, "a.b", None),
        ("def f():\n    import a", 0, "a", None),
    ],
)
def test_imports_in_bodies(text: str, level: int, module: str, item: str | None) -> None:
    specs = [s for r in fact_of_text(text).refs for s in r.imports]
    assert (level, module, item) in [(s.level, s.module, s.item) for s in specs]


@pytest.mark.parametrize(
    ("expression", "kind", "keys"),
    [
        ("D['a']", "keys", ("a",)),
        ("D['a'] + D[1]", "keys", (1, "a")),
        ("D[x]", "lookup", ()),
        ("D['a'], D[x]", "lookup", ()),
        ("x in D", "member", ()),
        ("list(D), D['a']", "any", ()),
        ("D[1:2]", "any", ()),
    ],
)
def test_uses_of_a_mapping(expression: str, kind: str, keys: tuple[object, ...]) -> None:
    (use,) = [r.use for r in fact_of_text(f"def f(x): return {expression}").refs if r.root == "D"]
    assert (use.kind, use.keys) == (kind, keys)


@pytest.mark.parametrize(
    ("body", "spot"),
    [
        ("return getattr(x, name)", "getattr with a computed name"),
        ("return eval(x)", "eval of built text"),
        ("return import_module(x)", "import_module of a computed name"),
        ("return x.__globals__['a']", "namespace read from __globals__"),
    ],
)
def test_blind_spots_have_lines(body: str, spot: str) -> None:
    (found,) = fact_of_text(f"def f(x, name=1):\n    {body}").spots
    assert (found.what, found.line) == (spot, 2)


def test_each_mention_of_a_telling_name_is_looked_at() -> None:
    harmless, other = "getattr(x, 'a')", "map(getattr, x, n)"
    assert fact_of_text(f"def f(x, n): return {harmless}, {harmless}").reach == ""
    assert fact_of_text(f"def f(x, n): return {harmless}, {other}").reach == "any"
    assert fact_of_text(f"def f(x, n): return {other}, {harmless}").reach == "any"


def test_uses_of_one_name_add_up() -> None:
    for text in ("D['a'], D", "D, D['a']", "D, k in D", "D['a'], [D for _ in x]"):
        (ref,) = fact_of_text(f"def f(x, k): return {text}").refs
        assert ref.use.kind == "any"
    (ref,) = fact_of_text("def f(): return D['a'], D['b']").refs
    assert ref.use.keys == ("a", "b")


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("def f(self, n): return self.a", ""),
        ("def f(self, n): return getattr(self, 'a')", ""),
        ("def f(self, n): return getattr(self, n)", "self"),
        ("def f(self, n): return getattr(self, f'visit_{n}')", ""),
        ("def f(self, n): return getattr(n, self)", "any"),
        ("def f(self, n):\n    self = n\n    return getattr(self, n)", "any"),
        ("def f(self, n): return map(getattr, n)", "any"),
        ("def f(self, n): return vars(self)", "own"),
        ("def f(self, n): return vars(n)", "any"),
        ("def f(self, n): return n.__dict__", "any"),
        ("def f(self, n): return self.__dict__ == n.__dict__", ""),
        ("def f(self, n): return self.__dict__[n]", "own"),
        ("def f(cls, n): return vars(cls)", "shown"),
        ("def f(cls, n): return cls.__dict__[n]", "shown"),
        ("def f(cls, n): return str(getattr(cls, n)).upper()", "shown"),
        ("def f(cls, n): return repr(getattr(cls, n))", "self"),
        ("def f(cls, n, str): return str(getattr(cls, n))", "self"),
        ("def f(cls, n): setattr(cls, n, 1)", "shown"),
        ("def f(cls, n): return setattr(cls, n, 1), getattr(cls, n)", "self"),
        ("def f(self, n): return super().__getattr__(n)", "self"),
        ("def f(self, n): return super().__getattribute__(n)", "self"),
        ("def f(self, n): return super(K, self).__getattribute__(n)", "any"),
        ("def f(self, n): return lambda: super().__getattribute__(n)", "any"),
        ("def f(self, n): return '{0.a}'.format(n)", ""),
        ("def f(self, n): return TEXT.format(n)", ""),
        ("def f(self, n): return n.format(self)", "any"),
        ("def f(self, n): return str.format(n, self)", "any"),
        ("def f(self, n): return attrgetter('a')(n)", ""),
        ("def f(self, n): return attrgetter(n)(self)", "any"),
        ("def f(self, n): return eval(n)", "any"),
    ],
)
def test_reach_of_computed_names(text: str, reach: str) -> None:
    assert fact_of_text(text, class_name="K").reach == reach


def test_first_parameter_of_a_plain_function_is_no_receiver() -> None:
    assert fact_of_text("def f(self, n): return getattr(self, n)").reach == "any"
