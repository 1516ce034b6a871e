"""Collections and classes' namespaces that are unpacked show the changes that the checks in C loops show."""

from __future__ import annotations

import enum
import gc
import warnings
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memofp._fingerprint._checks import Items, items_check
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._unpacked import unpacked_checks

Hold = Callable[[], bool]


class Touchy:
    """A value that nobody may ask anything."""

    def fail(self, *_: object) -> Any:
        raise AssertionError("asked")

    __eq__ = __bool__ = __len__ = __get__ = __getattribute__ = fail
    __hash__ = None  # type: ignore[assignment] # as Python does


class Name(str):
    __slots__ = ()


def loops_of(guarded: Items) -> Hold:
    check = items_check(guarded)
    return lambda: check is None or check()


def unpacked_of(guarded: Items) -> Hold:
    checks = unpacked_checks(guarded)
    return lambda: all(check() for check in checks)


# ---- collections -------------------------------------------------------------------------------------


def make_dict(items: list[Any]) -> dict[Any, int]:
    return dict.fromkeys(items, 1)


@pytest.mark.parametrize("size", [0, 1, 2, 63, 64, 65, 300])
@pytest.mark.parametrize("kind", [list, deque, make_dict])
def test_each_item_counts(kind: Callable[[Any], Any], size: int) -> None:
    items = [object() for _ in range(size)]
    for i in {0, size // 2, size}:
        for others in (
            [*items[:i], object(), *items[i + 1 :]],
            [*items[:i], object(), *items[i:]],
            [*items[:i], *items[i + 1 :]],
        ):
            source = kind(items)
            hold = unpacked_of([([], []), (source, list(source)), ([1], [1])])
            assert hold()
            source.clear()
            add = source.update if isinstance(source, dict) else source.extend
            add(kind(others))
            assert hold() == (others == items)


@pytest.mark.parametrize("make", [Touchy, lambda: 1, lambda: None, lambda: float("nan")])
def test_items_are_compared_by_identity_alone(make: Callable[[], object]) -> None:
    source = [make(), 1]
    hold = unpacked_of([(source, list(source))])
    assert hold()
    source[1] = True
    assert not hold()
    source[1] = Touchy()  # type: ignore[call-overload]
    assert not hold()


@pytest.mark.parametrize("calls_before", [1, 600])
@pytest.mark.parametrize("size", [2, 9, 100])
@pytest.mark.parametrize("make", [str, int, lambda i: Name(str(i))])
def test_keys_of_a_mapping_count(make: Callable[[int], Any], size: int, calls_before: int) -> None:
    source = dict.fromkeys([make(i) for i in range(size)], len)
    last = list(source)[-1]
    other: Any = float(last) if isinstance(last, int) else str(last) if type(last) is Name else Name(last)
    guards = Guards()
    guards.mapping(source)
    assert all(guards.hold() for _ in range(calls_before))
    del source[last]
    assert not guards.hold()
    source[other] = len
    assert other == last
    assert not guards.hold()
    del source[other]
    source[last] = len
    assert guards.hold()
    source[make(0)] = source.pop(make(0))
    assert not guards.hold()


values = st.sampled_from([0, 1, True, 1.0, None, "a", (), Touchy])
contents = st.lists(st.tuples(st.sampled_from([list, deque, dict]), st.lists(values, max_size=4)), max_size=5)
changes = st.tuples(st.integers(0, 4), st.sampled_from(["append", "pop", "clear", "set"]), values)


@given(contents, st.lists(changes, max_size=5))
def test_unpacked_collections_agree_with_the_loops(made: list[Any], edits: list[Any]) -> None:
    sources = [dict(enumerate(items)) if kind is dict else kind(items) for kind, items in made]
    guarded: Items = []
    for source in sources:
        guarded.append((source, list(source)))
        if isinstance(source, dict):
            guarded.append((source.values(), list(source.values())))
    loops, unpacked = loops_of(guarded), unpacked_of(guarded)
    assert loops()
    assert unpacked()
    for index, change, value in edits:
        if index < len(sources):
            change_collection(sources[index], change, value)
        assert loops() == unpacked()


def change_collection(source: Any, change: str, value: object) -> None:
    if change == "clear":
        source.clear()
    elif change == "pop":
        if source:
            source.popitem() if isinstance(source, dict) else source.pop()
    elif isinstance(source, dict):
        source[len(source) if change == "append" else 0] = value
    elif change == "append" or not source:
        source.append(value)
    else:
        source[0] = value


def test_what_is_compared_is_collected_with_its_checks() -> None:
    class Value:
        pass

    value = Value()
    source = [value]
    source.append(unpacked_checks([(source, [value])]))  # type: ignore[arg-type]
    seen = weakref.ref(value)
    del value, source
    gc.collect()
    assert seen() is None


# ---- classes -----------------------------------------------------------------------------------------


class Meta(type):
    armed = False

    def __getattribute__(cls, name: str) -> Any:
        assert not Meta.armed, "asked"
        return super().__getattribute__(name)


def make_plain() -> type:
    class Plain:
        """A class."""

        a = 1
        b = "b"

        def method(self) -> int:
            return 1

        @property
        def c(self) -> int:
            raise AssertionError("asked")

        @classmethod
        def d(cls) -> None: ...

    return Plain


def make_slots() -> type:
    class Slots:
        __slots__ = ("x", "y")
        a = 1

    return Slots


def make_enum() -> type:
    class Colour(enum.Enum):
        a = 1
        b = 2

    return Colour


def make_dataclass() -> type:
    @dataclass
    class Data:
        a: int
        b: int = 2

    return Data


def make_abstract() -> type:
    class Abstract(ABC):
        b = 1

        @abstractmethod
        def a(self) -> None: ...

    return Abstract


def make_meta() -> type:
    class WithMeta(metaclass=Meta):
        a = 1
        b = Touchy()

    return WithMeta


def make_odd() -> type:
    with warnings.catch_warnings(action="ignore"):  # Python 3.13 warns of such keys
        return type("Odd", (), {"a": 1, 5: 6})  # type: ignore[dict-item]


def make_named() -> type:
    return type("Named", (), {"a": 1, Name("b"): 7})


def make_bare() -> type:
    return type("Bare", (), {})


MAKE = [
    make_plain,
    make_slots,
    make_enum,
    make_dataclass,
    make_abstract,
    make_meta,
    make_odd,
    make_named,
    make_bare,
]
NAMES = ("a", "b", "c", "d", "x", "method", "__doc__", "__module__", "__init__", "__eq__", "__slots__", "é")
make_values: list[Callable[[], Any]] = [
    lambda: 1,
    lambda: True,
    lambda: 1.0,
    lambda: "b",
    lambda: None,
    lambda: lambda self: 1,
    lambda: property(Touchy.fail),
    lambda: staticmethod(len),
    Touchy,
]
class_changes = st.one_of(
    st.tuples(st.just("set"), st.sampled_from(NAMES), st.integers(0, len(make_values) - 1)),
    st.tuples(st.just("subclass"), st.sampled_from(NAMES), st.integers(0, len(make_values) - 1)),
    st.tuples(
        st.sampled_from(["delete", "again", "last", "other name", "meta", "bases"]), st.sampled_from(NAMES)
    ),
)


def space_of(cls: type) -> Any:
    return type.__dict__["__dict__"].__get__(cls)


def is_as_before(space: Any) -> Hold:
    names, values = list(space), list(space.values())

    def hold() -> bool:
        pairs = zip(space.items(), zip(names, values, strict=True), strict=False)
        return len(space) == len(names) and all(a is b and x is y for (a, x), (b, y) in pairs)

    return hold


def change_class(cls: type, change: str, name: str, value: int = 0) -> None:
    space = space_of(cls)
    if change == "set":
        type.__setattr__(cls, name, make_values[value]())
    elif change == "subclass":
        type.__setattr__(cls, Name(name), make_values[value]())
    elif change == "meta":
        if type(cls) is Meta and not name.startswith("_"):
            setattr(Meta, name, property(Touchy.fail))
    elif change == "bases":
        if cls.__name__ == "Plain":
            cls.__bases__ = (make_abstract(),)
    else:
        if change == "last":  # which then comes back to where it was
            name = next((one for one in reversed(space) if type(one) is str), name)
        if name in space:
            kept = space[name]
            type.__delattr__(cls, name)
            if change != "delete":
                type.__setattr__(cls, name + "_" if change == "other name" else name, kept)


def agree(make: Callable[[], type], edits: list[Any], calls_before: int) -> int:
    """Fail unless guards of a class say what a look at each entry says; return how often they hold."""
    cls = make()
    space = space_of(cls)
    guards = Guards()
    guards.namespace(space)
    reference = is_as_before(space)
    count = 0
    for _ in range(calls_before):
        assert guards.hold()
    for edit in edits:
        try:
            change_class(cls, *edit)
        except (TypeError, AttributeError):
            continue  # this class does not allow it
        Meta.armed = True
        try:
            holds = guards.hold()
        finally:
            Meta.armed = False
        assert holds == reference()
        count += holds
    return count


@pytest.fixture(autouse=True)
def same_metaclass() -> Iterator[None]:
    yield
    restore_meta()


def restore_meta() -> None:
    for name in NAMES:
        if name in vars(Meta) and not name.startswith("_"):
            delattr(Meta, name)


@given(st.sampled_from(MAKE), st.lists(class_changes, max_size=5), st.sampled_from([0, 1, 20, 600]))
def test_guards_of_a_class_agree_with_a_look_at_each_entry(
    make: Callable[[], type], edits: list[Any], calls_before: int
) -> None:
    try:
        agree(make, edits, calls_before)
    finally:
        restore_meta()


@pytest.mark.parametrize("calls_before", [0, 1, 20, 600])
@pytest.mark.parametrize("make", MAKE)
def test_change_of_a_class_is_seen(make: Callable[[], type], calls_before: int) -> None:
    for i in range(len(make_values)):
        for name in NAMES:
            agree(make, [("set", name, i)], calls_before)
            agree(make, [("subclass", name, i)], calls_before)
    for name in NAMES:
        assert agree(make, [("other name", name)], calls_before) == (name not in space_of(make()))
        agree(make, [("again", name)], calls_before)


@pytest.mark.parametrize("calls_before", [0, 1, 20, 600])
def test_entry_that_goes_and_comes_back_to_its_place_is_no_change(calls_before: int) -> None:
    def make() -> type:
        cls = make_plain()
        cls.last = 1  # type: ignore[attr-defined]
        return cls

    assert agree(make, [("last", "last")], calls_before) == 1
    assert agree(make, [("again", "a")], calls_before) == 0


@pytest.mark.parametrize("calls_before", [1, 600])
def test_attribute_of_the_metaclass_is_not_asked(calls_before: int) -> None:
    assert agree(make_meta, [("meta", "a"), ("meta", "b"), ("set", "a", 1)], calls_before) == 2


@pytest.mark.parametrize("calls_before", [1, 600])
def test_order_of_names_counts_where_their_values_are_one(calls_before: int) -> None:
    def make() -> type:
        cls = make_bare()
        cls.a = cls.b = len  # type: ignore[attr-defined]
        return cls

    assert agree(make, [("again", "a"), ("again", "b")], calls_before) == 1


@pytest.mark.parametrize("calls_before", [1, 600])
def test_name_of_a_type_of_its_own_is_another_name(calls_before: int) -> None:
    def make() -> type:
        return type("Some", (), {"__module__": "m", "__doc__": None, "__slots__": (), Name("a"): len})

    assert agree(make, [("again", "a")], calls_before) == (type(list(space_of(make()))[-1]) is str)


@pytest.mark.parametrize("calls_before", [1, 600])
def test_same_name_as_another_string_is_no_change(calls_before: int) -> None:
    name = str(b"some name", "ascii")
    cls = type("Some", (), {"__module__": "m", "__doc__": None, "__slots__": (), name: len})
    space = space_of(cls)
    assert list(space)[-1] == name
    guards = Guards()
    guards.namespace(space)
    assert all(guards.hold() for _ in range(calls_before))
    delattr(cls, name)
    assert not guards.hold()
    setattr(cls, str(b"some name", "ascii"), len)
    assert guards.hold()
