"""Odd objects: a key or a declared blind spot, never a crash, and no code of theirs runs."""

from __future__ import annotations

import dataclasses
import enum
import functools
import gc
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import memofp


def fail(*args: object, **kwargs: object) -> Any:
    raise RuntimeError("code of an odd object ran")


NAMES = (
    "getattr getattribute setattr delattr repr str hash eq ne lt bool len iter next contains "
    "getitem call get reduce reduce_ex getstate setstate sizeof dir format index int float "
    "fspath copy deepcopy enter exit missing reversed"
)
HOOKS = {f"__{name}__": fail for name in NAMES.split()}


def digest(function: Callable[..., Any]) -> str:
    """Return the digest after everything that a call and its explanations read has been read."""
    found = memofp.fingerprint(function)
    found.manifest.to_json()
    assert found.guards.hold()
    assert memofp.fingerprint(function).digest == found.digest
    return found.digest


def odd_object(**more: Any) -> Any:
    return object.__new__(type("Odd", (), {**HOOKS, **more}))


@pytest.mark.parametrize(
    "hold",
    [
        lambda odd: lambda x: odd,
        lambda odd: lambda x, y=odd: y,
        lambda odd: lambda x, *, y=odd: y,
        lambda odd: lambda x: [odd, {"a": odd}, (odd, {"b": [odd]})],
        lambda odd: functools.partial(print, odd, sep=odd),
        lambda odd: lambda x, held=[odd, {1: odd}]: held,
        lambda odd: lambda x, held=types.SimpleNamespace(a=odd): held,
        lambda odd: (lambda cls: lambda x: cls)(type("Holder", (), {"odd": odd})),
        lambda odd: lambda x, held=functools.lru_cache(lambda: odd): held,
    ],
)
def test_objects_whose_every_hook_raises(hold: Callable[[Any], Any]) -> None:
    digest(hold(odd_object()))


LIES = [
    type, types.FunctionType, types.ModuleType, types.MethodType, property, functools.partial, dict, str, int,
    staticmethod, enum.EnumMeta, weakref.ref, property(fail),
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_objects_that_lie_about_their_class(lie: object) -> None:
    odd = type("Liar", (), {"__class__": lie, "v": 1})()
    other = type("Liar", (), {"__class__": lie, "v": 2})()
    assert digest(lambda x: odd.v) != digest(lambda x: other.v)


def test_metaclass_that_answers_nothing() -> None:
    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError(name)

    class Odd(metaclass=Meta):
        def go(self) -> int:
            return 1

    odd = Odd()
    digest(lambda x: Odd)
    digest(lambda x: odd)
    digest(lambda x: isinstance(x, Odd))


def test_metaclass_that_compares_alone() -> None:
    class Meta(type):
        __eq__ = fail

    class Odd(metaclass=Meta):
        pass

    odd = Odd()
    digest(lambda x: (Odd, odd))


def test_metaclass_whose_hash_raises() -> None:
    class Meta(type):
        __hash__ = fail  # type: ignore[assignment] # that is what is odd

    class Odd(metaclass=Meta):
        pass

    odd = Odd()
    digest(lambda x: (Odd, odd))


@pytest.mark.parametrize("module", [None, 3, [1], "no.such.module"])
def test_class_with_an_odd_module(module: object) -> None:
    kind = type("Odd", (), {"__module__": module, "go": lambda self: 1})
    odd = kind()
    digest(lambda x: (kind, odd))


def test_class_without_a_module() -> None:
    class Odd:
        go = 1
        del __module__  # noqa: F821 -- the class body has it

    odd = Odd()
    digest(lambda x: (Odd, odd))


def test_unset_slots_and_slots_of_an_iterator() -> None:
    class Slots:
        __slots__ = iter(["a", "b"])

    one, other = Slots(), Slots()
    other.b = 1
    assert digest(lambda x: one) != digest(lambda x: other)


def test_globals_without_a_name() -> None:
    for kept in ({}, {"__builtins__": {}}, {"__name__": 3}, {"__name__": None, "__package__": 3}):
        space: dict[str, Any] = dict(kept)
        exec("def h(x): return x\ndef f(x):\n    from . import k\n    return h(x), missing(x)", space)
        if "__name__" not in kept:
            space.pop("__name__", None)
        function = space["f"]
        digest(function)
        space.clear()
        digest(function)


def test_function_with_odd_names() -> None:
    def odd(x: int) -> int:
        return x

    odd.__name__ = "a\ud800"
    odd.__qualname__ = "a\ud800.b"
    odd.__module__ = None  # type: ignore[assignment] # that is what is odd
    odd.__dict__[1] = 2  # type: ignore[index] # likewise
    digest(odd)


def test_functions_made_by_hand() -> None:
    code = compile("lambda x: g(x)", "nowhere.py", "eval").co_consts[0]
    made = types.FunctionType(code, {"g": lambda x: x + 1})
    other = types.FunctionType(code, {"g": lambda x: x + 2})
    assert digest(made) != digest(other)
    assert digest(eval("lambda x: x + 1")) != digest(eval("lambda x: x + 2"))
    assert digest(eval("lambda x: x + 1")) == digest(eval("lambda x: x + 1", {}))


def test_code_replaced_in_place() -> None:
    def function(x: int) -> int:
        return x + 1

    before = memofp.fingerprint(function)
    function.__code__ = function.__code__.replace(co_consts=(None, 2))
    assert not before.guards.hold()
    assert digest(function) != before.digest


class Loops:
    def __getattr__(self, name: str) -> Any:
        return getattr(self, name + "x")


class Endless:
    def __getattr__(self, name: str) -> Any:
        return Endless()


ODD = {"loops": Loops(), "endless": Endless(), "mock": mock.Mock(), "magic": mock.MagicMock(spec=dict)}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_attributes_without_end(odd: Any) -> None:
    digest(lambda x: (odd.a.b, odd.c(x), odd))


@pytest.mark.parametrize(
    "hook",
    [
        "def __getattr__(name): raise RuntimeError('no')",
        "def __getattr__(name): return __getattr__(name)",
        "def __getattr__(name): raise SystemError('no')",
        "__getattr__ = 3",
    ],
)
def test_module_hooks_that_fail(hook: str, make: Any) -> None:
    odd = make(hook, "odd_module")
    space: dict[str, Any] = {"odd_module": odd}
    exec("def f(x): return odd_module.thing(x), odd_module.sub.thing", space)
    digest(space["f"])


@pytest.mark.parametrize("text", ["1 / 0", "raise SystemExit(3)", "def f(:", "import no_such_thing", "\0"])
def test_lazy_import_of_a_module_that_fails(
    text: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fails_to_load.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    space: dict[str, Any] = {"__name__": "here"}
    exec("def f(x):\n    import fails_to_load as m\n    return m.f(x)", space)
    found = memofp.fingerprint(space["f"])
    assert any("fails_to_load" in spot.what for spot in found.manifest.blind_spots)


def test_junk_among_the_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "junk_none", None)  # type: ignore[arg-type] # as `import` leaves it
    monkeypatch.setitem(sys.modules, "junk_number", 3)  # type: ignore[arg-type] # anything may stand there
    space: dict[str, Any] = {"__name__": "here"}
    exec(
        "def f(x):\n    import junk_none\n    from junk_number import q\n    import junk_number as n\n"
        "    return n.f(q)",
        space,
    )
    digest(space["f"])


@pytest.mark.parametrize("base", [dict, list, set, tuple, str, int, float, frozenset, bytes])
def test_builtins_with_every_hook_overridden(base: type) -> None:
    hooks = {n: h for n, h in HOOKS.items() if n not in ("__reduce__", "__reduce_ex__", "__getstate__")}
    odd = base.__new__(type("Odd", (base,), hooks))  # type: ignore[call-overload] # each takes no arguments
    digest(lambda x: odd)


def test_odd_members_of_classes() -> None:
    class Raises:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    class Holder:
        member = Raises()

        def go(self) -> Any:
            return self.member

    @dataclasses.dataclass
    class Data:
        value: Raises = dataclasses.field(default_factory=Raises)
        __hidden__ = Raises()

    def annotated(x: Any, y: Raises() = 3) -> Raises():  # type: ignore[valid-type] # that is what is odd
        return Holder.__annotations__

    digest(lambda x: Holder().go())
    digest(lambda x: Data())
    digest(annotated)


def test_namespaces_with_keys_that_are_no_texts() -> None:
    space: dict[Any, Any] = {"__name__": "here"}
    exec("def f(x): return globals()[1]", space)
    space[1] = 2
    before = digest(space["f"])
    space[1] = 3
    assert digest(space["f"]) != before
    one, other = types.SimpleNamespace(), types.SimpleNamespace()
    one.__dict__[1], other.__dict__[1] = 2, 3  # type: ignore[index] # likewise
    assert digest(lambda x: one) != digest(lambda x: other)


def test_dead_weak_reference_and_proxy() -> None:
    class Kept:
        n = 1

    kept = Kept()
    proxy, reference = weakref.proxy(kept), weakref.ref(kept)
    before = digest(lambda x: (reference, Kept))
    digest(lambda x: proxy)
    del kept
    gc.collect()  # of the graphs, whose nodes refer to each other
    assert digest(lambda x: (reference, Kept)) != before
    digest(lambda x: proxy)


def test_empty_cell() -> None:
    def outer() -> Any:
        def inner(x: int) -> Any:
            return later(x)

        if not inner:
            later = abs
        return inner

    digest(outer())


def test_neutral_runs_no_property() -> None:
    class Odd:
        @property
        def log(self) -> Any:
            raise RuntimeError("the property ran")

    space: dict[str, Any] = {"odd": Odd()}
    exec("def f(x):\n    odd.log.debug(x)\n    return x", space)
    memofp.fingerprint(space["f"], neutral=[print])


def test_values_that_cannot_be_read_are_blind_spots() -> None:
    stream = (i for i in range(3))
    with open(__file__, encoding="utf-8") as file:
        found = memofp.fingerprint(lambda x: (stream, file))
    assert [d.kind for d in found.manifest.dependencies].count("opaque") == 2
    assert len(found.manifest.blind_spots) == 2
