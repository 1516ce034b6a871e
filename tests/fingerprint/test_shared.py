"""A graph that begins with another one's nodes is the graph that it would have been without them."""

from __future__ import annotations

import gc
import random
import types
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from memofp._fingerprint import Fingerprint, _build, _shared, fingerprint

COUNT = 12


@pytest.fixture(autouse=True)
def greedy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every graph be a base, however little of it is reached."""
    monkeypatch.setattr(_build, "_LEAST_NODES", 1)
    monkeypatch.setattr(_shared, "_LEAST_SHARE", 0.0)
    monkeypatch.setattr(_shared, "_MOST_NEW", 1_000_000)
    _shared.forget()
    yield
    _shared.forget()


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the functions that are looked into from here on."""
    names: list[str] = []
    expand = _build.expand

    def count(graph: Any, index: int) -> None:
        expand(graph, index)
        if graph.nodes[index].kind == "func":
            names.append(graph.nodes[index].name)

    monkeypatch.setattr(_build, "expand", count)
    return names


def module_of(text: str) -> types.ModuleType:
    module = types.ModuleType("shared_code")
    exec(compile(text, "<shared code>", "exec"), module.__dict__)
    return module


def alone(function: Any) -> Fingerprint:
    """Return the fingerprint that a function has in a process of its own."""
    kept, last = list(_shared.recent), list(_shared._last)
    _shared.forget()
    try:
        return fingerprint(function)
    finally:
        _shared.recent.clear()
        _shared.recent.extend(kept)
        _shared._last[:] = last


CHAIN = """
def low(x): return len(x)
def mid(x): return low(x)
def first(x): return mid(x)
def second(x): return mid(x) + 1
"""


def test_what_two_functions_reach_is_looked_into_once(expanded: list[str]) -> None:
    module = module_of(CHAIN)
    first = fingerprint(module.first)
    assert sorted(expanded) == ["shared_code.first", "shared_code.low", "shared_code.mid"]
    expanded.clear()
    second = fingerprint(module.second)
    assert expanded == ["shared_code.second"]
    assert second.digest != first.digest
    assert second.digest == alone(module.second).digest
    assert second.manifest == alone(module.second).manifest
    assert "func:shared_code.low" in second.manifest
    assert "func:shared_code.first" not in second.manifest


def test_a_function_of_the_base_is_the_root(expanded: list[str]) -> None:
    module = module_of(CHAIN)
    fingerprint(module.first)
    expanded.clear()
    assert fingerprint(module.mid) == alone(module.mid)
    assert fingerprint(module.mid).manifest == alone(module.mid).manifest
    assert expanded.count("shared_code.mid") == 2  # by `alone`, both times


def test_a_change_in_the_base_is_seen() -> None:
    module = module_of(CHAIN)
    fingerprint(module.first)
    before = fingerprint(module.second)
    assert before.guards.hold()
    module.low = lambda x: 0
    assert not before.guards.hold()
    after = fingerprint(module.second)
    assert after.digest != before.digest
    assert after.digest == alone(module.second).digest


def test_a_small_part_of_a_base_brings_no_guards_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_shared, "_LEAST_SHARE", 0.5)
    wide = "".join(f"def w{i}(x): return {i}\n" for i in range(20))
    calls = " + ".join(f"w{i}(x)" for i in range(20))
    module = module_of(f"{wide}def first(x): return {calls}\ndef second(x): return w3(x)")
    fingerprint(module.first)
    second = fingerprint(module.second)
    module.w4 = None
    assert second.guards.hold()
    module.w3 = None
    assert not second.guards.hold()


def test_options_part_bases(expanded: list[str]) -> None:
    module = module_of("import json\ndef low(x): return json.dumps(x)\ndef first(x): return low(x)")
    fingerprint(module.first, packages={"nothing": None})
    expanded.clear()
    fingerprint(module.low)
    assert "shared_code.low" in expanded


def test_blind_spots_are_those_of_the_code_that_is_reached() -> None:
    module = module_of(
        "def spot(x): return eval(x)\ndef low(x): return x\n"
        "def first(x): return low(spot(x))\ndef second(x): return low(x)"
    )
    assert fingerprint(module.first).manifest.blind_spots
    assert not fingerprint(module.second).manifest.blind_spots


def test_captured_values_of_a_closure_are_let_go() -> None:
    class Big:
        pass

    def make(big: Big) -> Any:
        return lambda: big

    big = Big()
    gone = weakref.ref(big)
    fingerprint(make(big))
    del big
    gc.collect()
    assert gone() is None


# What `second` reaches says less than what `first` reaches, or says it only because `first` has said it.
LESS = {
    "a name": """
class C:
    def qrest(self): return 1
def first(x): return C(), x.qrest
def second(x): return C()
""",
    "a name in a text": """
class C:
    def qrest(self): return 1
WORD = "qrest"
def first(x): return C(), WORD
def second(x): return C()
""",
    "a method that names itself": """
class C:
    def qrest(self): return self.qrest()
def first(x): return low(x), x.qrest
def low(x): return C()
def second(x): return low(x)
""",
    "methods that name each other": """
class C:
    def qrest(self): return self.qmore()
    def qmore(self): return self.qrest()
def first(x): return mid(x)
def mid(x): return low(x), x.qrest
def low(x): return C()
def second(x): return low(x)
""",
    "a method that leads to its own name": """
def low(x): return x.qvia
class F:
    def qvia(self): return low(self)
def first(x): return low(x)
def second(x): return F()
""",
    "a mention": """
def low(x): 'text'
def first(x): return low.__doc__
def second(x): return low(x)
""",
    "a mention that is there for its own sake": """
class K:
    def __init__(self): self.__annotations__
def low(x) -> K: return x
def first(x): return low(x), x.__annotations__
def second(x): return low(x)
""",
    "an opener": """
class C:
    def qrest(self): return 1
def first(x): return C(), getattr(x, x)
def second(x): return C()
""",
    "an opener that is there for its own sake": """
class C:
    def qrest(self, name): return getattr(name, name)
def low(x): return C()
def first(x): return low(x), getattr(x, x)
def second(x): return low(x)
""",
    "a module to import": """
import importlib
PLACE = "test_shared.random_module"
def low(x): return importlib.import_module(x)
def first(x): return low(x), PLACE
def second(x): return low(x)
""",
    "a second place of data": """
L = [1]
PAIR = (L, [2])
OTHER = (L, [3])
def low(x): return PAIR
def first(x): return low(x), OTHER
def second(x): return low(x)
""",
}


@pytest.mark.parametrize("name", LESS)
@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_what_counts_because_the_base_said_so_does_not(name: str, order: tuple[str, str]) -> None:
    module = module_of(LESS[name])
    one, other = (getattr(module, function) for function in order)
    kept = fingerprint(one)
    found, expected = fingerprint(other), alone(other)
    assert found.manifest == expected.manifest
    assert found.digest == expected.digest
    assert kept.digest == alone(one).digest


@pytest.mark.parametrize("name", LESS)
def test_what_the_base_said_would_have_counted(name: str) -> None:
    """Else the test above shows nothing: what both read differs with who reads it."""
    module = module_of(LESS[name])
    whole, part = (dict(alone(function).manifest) for function in (module.first, module.second))
    assert any(whole.get(k) != v for k, v in part.items() if not k.startswith("self:"))


CLASSES = """
class C:
    def qtotal(self): return self.qrest()
    def qrest(self): return 1
    def qother(self): return 2
class D(C):
    def qrest(self): return [C().qtotal()]
def low(x): return D().qtotal()
def first(x): return low(x)
def second(x): return low(x), x.qtotal
def third(x): return D(), low
def fourth(x): return low(x).qother
"""


def test_classes_of_a_closed_world_are_shared(expanded: list[str]) -> None:
    module = module_of(CLASSES)
    kept = fingerprint(module.first)
    assert not kept._graph.visibility.everything
    for name in ("second", "third", "fourth"):
        expanded.clear()
        found = fingerprint(getattr(module, name))
        expected = ["shared_code.fourth"] if name == "fourth" else [f"shared_code.{name}"]
        assert (expanded == expected) == (name != "fourth")
        assert found == alone(getattr(module, name))
        assert ("func:shared_code.C.qother" in found.manifest) == (name == "fourth")


# Parts whose meaning depends on what else a graph holds, or that make that of others depend on them.
PARTS = [
    "def f{n}(x): return {calls}",
    """
class C{n}:
    def __init__(self): self.a = 1
    def qtotal(self): return {calls}
    def qother(self): return 2
def f{n}(x): return C{n}()
""",
    "def f{n}(x): return x.qtotal() + {calls}",
    "def f{n}(x): return ('qother', {calls})",
    "def f{n}(x): return getattr(x, str(x)), {calls}",
    "L{n} = [1, [2]]\nPAIR{n} = (L{n}, [L{n}])\ndef f{n}(x): return PAIR{n}, {calls}",
    "def f{n}(x): return L.append(x), SHARED, {calls}",
    "def f{n}(x): return SHARED['b'], {calls}",
    "A{n} = L\ndef f{n}(x): return A{n}, {calls}",
    "def f{n}(x): return L, {calls}",
    "T{n} = repr(OBJECT)\ndef f{n}(x): return T{n}, {calls}",
    "def f{n}(x): return OBJECT, {calls}",
    "def f{n}(x): return f0.__name__, {calls}",
    "def f{n}(x: C) -> L:\n    'text'\n    return {calls}",
    "def f{n}(x): return C.__subclasses__(), {calls}",
    "def f{n}(x, y=L): return (lambda: {calls})",
    "import functools\n@functools.lru_cache\ndef f{n}(x): return {calls}",
    "def f{n}(x): return eval(x), {calls}",
    "TABLE{n} = {{'a': C, 'b': len}}\ndef f{n}(x): return TABLE{n}[x], {calls}",
    "def f{n}(x): return C().qrest() + {calls}",
    "def f{n}(x): return D().qrest() + {calls}",
    """
class E{n}(D):
    def qtotal(self): return self.qfar() + {calls}
    def qfar(self): return super().qtotal()
def f{n}(x): return E{n}()
""",
    "def f{n}(x): return x.qfar, {calls}",
    "WORDS{n} = ('qfar', 'near')\ndef f{n}(x): return WORDS{n}, {calls}",
    "def f{n}(x): return getattr(x, 'qto' + x), {calls}",
    "def f{n}(x): return [getattr(x, k) for k in ('qfar', 'qtotal')], {calls}",
    "def f{n}(x): return isinstance(x, Far), {calls}",
    "def f{n}(x): return importlib.import_module(x), {calls}",
    "PLACE{n} = 'test_shared.random_module'\ndef f{n}(x): return PLACE{n}, {calls}",
    "def f{n}(x) -> D:\n    return x.__annotations__, {calls}",
]
HEAD = """
import importlib
import typing
class C:
    def qtotal(self): return 1
    def qrest(self): return 2
class D(C):
    def qfar(self): return self.qrest()
    def qtotal(self): return [].sort()
@typing.runtime_checkable
class Far(typing.Protocol):
    def qfar(self): ...
OBJECT = C()
L = [1]
SHARED = {'a': L, 'b': [L, L]}
"""


def random_module(seed: int) -> types.ModuleType:
    chance = random.Random(seed)
    kinds = chance.sample(PARTS, 5)
    texts = [HEAD]
    for n in range(COUNT):
        called = [f"f{chance.randrange(COUNT)}(x)" for _ in range(chance.randrange(3))]
        texts.append(chance.choice([PARTS[0], *kinds]).format(n=n, calls=" + ".join(called) or "x"))
    return module_of("\n".join(texts))


@pytest.mark.parametrize("seed", range(60))
def test_nothing_depends_on_what_was_fingerprinted_before(seed: int) -> None:
    module = random_module(seed)
    order = list(range(COUNT)) * 2
    random.Random(seed + 1000).shuffle(order)
    kept = []
    for n in order:
        function = getattr(module, f"f{n}")
        found, expected = fingerprint(function), alone(function)
        assert found.digest == expected.digest, f"f{n}"
        assert found.manifest == expected.manifest, f"f{n}"
        assert found.open_digest == expected.open_digest, f"f{n}"
        kept = [found, *kept[:2]]


def test_random_modules_do_share(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    begin = _shared.begin_with
    monkeypatch.setattr(
        _shared, "begin_with", lambda *a: begun.append((found := begin(*a)) is not None) or found
    )
    for seed in range(60):
        test_nothing_depends_on_what_was_fingerprinted_before(seed)
    assert begun.count(True) > 100
