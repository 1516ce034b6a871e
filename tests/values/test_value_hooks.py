"""`register_hasher`, `__memofp__()` and what is not called."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pair_tables import TABLES, pairs
from value_tools import Cell, of

from memofp._errors import ConfigurationError, UnhashableArgumentError
from memofp._values import File, _entry, _small, _walk, digest_arguments, register_hasher


class Locked:
    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = threading.Lock()


class LockedChild(Locked):
    pass


class Own:
    def __init__(self, name: str, noise: object = None) -> None:
        self.name = name
        self.noise = noise

    def __memofp__(self) -> object:
        return self.name


class OwnChild(Own):
    pass


class Loud:
    """Fails at every method that need not be called."""

    __slots__ = ("__dict__", "a")

    def __init__(self, a: object) -> None:
        object.__setattr__(self, "a", a)
        object.__setattr__(self, "b", a)

    def _loud(self, *args: object, **kwargs: object) -> Any:
        raise AssertionError("user code was called")

    __eq__ = __hash__ = __repr__ = __str__ = __getattr__ = __getattribute__ = _loud
    __reduce__ = __reduce_ex__ = __getstate__ = __iter__ = __len__ = __bool__ = __copy__ = _loud
    __setattr__ = __dir__ = __sizeof__ = __format__ = __deepcopy__ = _loud
    prop = property(_loud)


armed: list[bool] = []


class LoudMeta(type):
    def __getattribute__(cls, name: str) -> Any:
        if armed and name in ("__dict__", "__mro__", "__module__", "__qualname__"):
            raise AssertionError("the metaclass was asked")
        return super().__getattribute__(name)


class WithLoudMeta(metaclass=LoudMeta):
    def __init__(self, a: object) -> None:
        self.a = a


class LoudList(list):
    __iter__ = __len__ = __getitem__ = __eq__ = __reduce_ex__ = Loud._loud


class LoudDict(dict):
    __iter__ = __len__ = __getitem__ = __eq__ = items = keys = values = __reduce_ex__ = Loud._loud


class LoudInt(int):
    __int__ = __index__ = __eq__ = __hash__ = __repr__ = __add__ = __reduce_ex__ = Loud._loud


class LoudStr(str):
    __str__ = __eq__ = __hash__ = __repr__ = encode = __iter__ = __reduce_ex__ = Loud._loud


@pytest.mark.usefixtures("no_hashers")
class TestRegisteredHashers:
    def test_the_result_stands_for_the_value(self) -> None:
        with pytest.raises(UnhashableArgumentError):
            of(Locked("a"))
        register_hasher(Locked, lambda value: value.name)
        assert of(Locked("a")) == of(Locked("a"))
        assert of(Locked("a")) != of(Locked("b"))
        assert of(Locked("a")) != of("a")

    def test_subclasses_are_included_and_differ(self) -> None:
        register_hasher(Locked, lambda value: value.name)
        assert of(LockedChild("a")) == of(LockedChild("a"))
        assert of(LockedChild("a")) != of(Locked("a"))

    def test_the_nearest_base_wins(self) -> None:
        register_hasher(Locked, lambda value: value.name)
        register_hasher(LockedChild, lambda value: 1)
        assert of(LockedChild("a")) == of(LockedChild("b"))
        assert of(Locked("a")) != of(Locked("b"))

    def test_a_dotted_name_waits_for_the_class(self) -> None:
        register_hasher(f"{Locked.__module__}.Locked", lambda value: value.name)
        assert of(Locked("a")) != of(Locked("b"))
        assert of(LockedChild("a")) == of(LockedChild("a"))

    def test_a_hasher_may_return_the_same_type(self) -> None:
        register_hasher(OrderedDict, lambda value: OrderedDict(sorted(value.items())))
        assert of(OrderedDict(a=1, b=2)) == of(OrderedDict(b=2, a=1))
        register_hasher(Own, lambda value: value)
        assert of(Own("a", 1)) != of(Own("a", 2))

    def test_it_holds_inside_containers(self) -> None:
        register_hasher(Locked, lambda value: value.name)
        assert of({"x": [Locked("a")]}) == of({"x": [Locked("a")]})

    def test_an_error_becomes_a_refusal(self) -> None:
        register_hasher(Locked, lambda value: value.missing)
        with pytest.raises(UnhashableArgumentError, match="AttributeError"):
            of([Locked("a")])

    @pytest.mark.parametrize("kind", [int, dict, "list", 3])
    def test_builtins_and_nonsense_are_refused(self, kind: Any) -> None:
        with pytest.raises(ConfigurationError):
            register_hasher(kind, repr)


def test_own_method_stands_for_the_state() -> None:
    assert of(Own("a", 1)) == of(Own("a", threading.Lock()))
    assert of(Own("a")) != of(Own("b"))
    assert of(Own("a")) != of(OwnChild("a"))
    assert of(Own("a")) != of("a")


def test_own_method_that_fails_is_a_refusal() -> None:
    value = Own("a")
    del value.name
    with pytest.raises(UnhashableArgumentError, match="__memofp__"):
        of(value)


@pytest.mark.parametrize("number", [0, 1])
def test_no_method_of_a_plain_class_is_called(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = (Loud, WithLoudMeta)[number]
    monkeypatch.setattr("memofp._values._headers._code_hasher", lambda code: b"0" * 16)
    a, b, c = kind(1), kind(1), kind(2)
    armed.append(True)
    try:
        assert of(a) == of(b)
        assert of([a]) != of([c])
    finally:
        armed.clear()


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [(LoudList, [1], [2]), (LoudDict, {"a": 1}, {"a": 2}), (LoudInt, 1, 2), (LoudStr, "a", "b")],
)
def test_no_method_of_a_builtin_subclass_is_called(kind: type, one: object, two: object) -> None:
    assert of(kind(one)) != of(kind(two))
    assert of(kind(one)) == of(kind(one))


class OddMeta(type):
    """Defines `__eq__` alone, so that its classes have no hash."""

    def __eq__(cls, other: object) -> bool:
        return True


class Odd(metaclass=OddMeta):
    def __init__(self, a: object) -> None:
        self.a = a


def test_classes_without_a_hash() -> None:
    assert of([Odd(1), 2]) == of([Odd(1), 2])
    assert of([Odd(1), 2]) != of([Odd(2), 2])
    assert of(Odd(Odd(1))) != of(Odd(1))
    assert digest_arguments(("x",), (Odd(1),), "f") != digest_arguments(("x",), (Odd(2),), "f")


def test_parameter_names_count() -> None:
    assert digest_arguments(("x",), (1,), "f") != digest_arguments(("y",), (1,), "f")


def test_arguments_share_across_parameters() -> None:
    x = [1]
    names = ("a", "b")
    assert digest_arguments(names, (x, x), "f") != digest_arguments(names, (x, [1]), "f")
    assert digest_arguments(names, ([1], [1]), "f") == digest_arguments(names, (x, [1]), "f")


def test_a_file_counts_by_content(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"x")
    b.write_bytes(b"x")
    assert of(File(a)) == of(File(str(b)))
    assert of(File(a)) != of(str(a))
    b.write_bytes(b"y")
    assert of(File(a)) != of(File(b))
    assert of(File(tmp_path / "c")) == of(File(tmp_path / "d")) != of(File(a))
    with pytest.raises(UnhashableArgumentError, match="cannot be read"):
        of(File(tmp_path))


def test_functions_need_a_hasher_of_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memofp._values._headers._code_hasher", None)
    with pytest.raises(UnhashableArgumentError, match="is a function"):
        of([of])


def _calls_that_share() -> list[tuple[object, ...]]:
    one: list[object] = [1]
    outer = [one]
    held = (one,)
    table: dict[object, object] = {"a": one}
    empty: dict[object, object] = {}
    deep: object = 1
    for _ in range(40):
        deep = [deep]
    text, data, long = "x" * 70_000, b"x" * 70_000, "x" * 60_000
    nested: list[object] = [(1,)]
    for _ in range(12):
        nested.append((nested[-1],))
    return [
        (one, one), (one, [1]), (outer, one), (one, outer), (held, held), (held, one), (table, one),
        (one, table), (table, table), (empty, empty), (empty, {}), ([empty], empty), (empty, [empty]),
        ((), ()), (outer, outer), ([one, one],), ((one, one),), ({"a": one, "b": one},), (deep,),
        (deep, deep), ([deep], one), (text, [text]), (data, (data,)), ([data], data),
        (float("nan"), [float("nan")]), (-0.0, [-0.0, 0.0]), ({1, 2}, {1, 2}),
        ({frozenset({1}): [one]}, {2}), (10**40, [10**40]), ((1, (2, (3, [4]))), {"k": {"k": {"k": 1}}}),
        (tuple(range(300_000)), 1), ([tuple(range(300_000))], 1), (True, [True], (1, True)),
        ([], [], (), {}), *((deep, [deep]) for deep in nested), *(([deep, {"k": deep}],) for deep in nested),
        *((set(range(n)), frozenset(map(str, range(n))), [set(range(n))]) for n in (0, 62, 63, 64, 300)),
        *((list(range(n)), (1, [[]], tuple(range(n)))) for n in (62, 63, 64, 65)),
        *((tuple([long + str(i) for i in range(n)]), [1, [2]]) for n in (1, 2, 17, 18, 60)),
        ({1.0, 2}, [{True, 0.5}]), ({"a", 1, b"b"}, [frozenset({1, "x"})]), ({(1, 2)}, [[{1}], {1}]),
        ({(1, (2,)): [3], "k": {"k": ()}}, [()]), (one, [2, [one]]), ([2, [one]], one), ([[one], [one]], 1),
    ]  # fmt: skip


def refuse(*_: object) -> bytes:
    """Stand in for `SmallEncoder.encode_all`: leave everything to the walk."""
    raise _small.NotSmallError


def test_shortcuts_see_what_is_shared_as_the_walk_does(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _calls_that_share()
    names = ("a", "b", "c", "d")
    quick = [digest_arguments(names[: len(values)], values, "f") for values in calls]
    monkeypatch.setattr(_entry, "_are_flat", lambda values: False)
    monkeypatch.setattr(_small.SmallEncoder, "encode_all", refuse)
    assert quick == [digest_arguments(names[: len(values)], values, "f") for values in calls]


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Row(NamedTuple):
    a: int
    b: str


@dataclasses.dataclass(frozen=True)
class Fixed:
    a: object
    b: object


atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=3),
    st.binary(max_size=3),
)
instances = st.one_of(
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, dt.UTC])),
    st.decimals(),
    st.sampled_from(Level),
    st.builds(Row, st.integers(), st.text(max_size=2)),
    st.builds(Cell, st.integers(), st.lists(st.integers(), max_size=3)),
    st.builds(Fixed, st.floats(), st.tuples(st.text(max_size=2))),
    st.binary(max_size=3).map(bytearray),
    st.integers(60, 70).map(lambda n: set(range(n))),
    st.integers(60, 70).map(lambda n: frozenset(map(str, range(n)))),
)
trees = st.recursive(
    st.one_of(atoms, instances, st.frozensets(st.one_of(st.integers(), st.text(max_size=2)), max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=2), st.tuples(st.integers())), inner, max_size=4),
        st.builds(Cell, inner, inner),
        st.builds(Fixed, inner, inner),
        inner.map(lambda item: [item, item]),
        inner.map(lambda item: (item, [item])),
    ),
    max_leaves=40,
)


@given(a=trees, b=trees)
@settings(max_examples=400, deadline=None)
def test_shortcuts_give_the_walks_digest_of_any_tree(a: object, b: object) -> None:
    names = ("x", "y", "z")
    for values in ((a, b, a), (b, [a], (a, b)), (a, (), {})):
        quick = digest_arguments(names, values, "f")
        assert quick == _walk.Walk("f").digest(values, names, _entry.ArgumentDigester(names, "f").prefix)


@pytest.mark.parametrize("table", TABLES)
def test_shortcuts_for_calls_give_the_walks_digest(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    names = ("x", "y", "z")
    for _, a, b in pairs(table, "differ"):
        calls += [((a,), names[:1]), ((a, 1, b), names), ((a, a), names[:2])]
        calls += [
            ((a, {}, ()), names),
            (([a], {"k": b}, b), names),
            (([a, [b]], (a, (1,)), {"k": []}), names),
        ]
    quick = [digest_arguments(names, values, "f") for values, names in calls]
    monkeypatch.setattr(_entry, "_are_flat", lambda values: False)
    monkeypatch.setattr(_small.SmallEncoder, "encode_all", refuse)
    assert quick == [digest_arguments(names, values, "f") for values, names in calls]
