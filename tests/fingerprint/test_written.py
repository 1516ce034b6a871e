"""Written checks compare what code gets for its global names, and see what the checks in C loops see."""

from __future__ import annotations

import builtins
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from types import CellType, FunctionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memofp._fingerprint import Watch
from memofp._fingerprint._checks import ABSENT, items_check, plain_checks
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._written import written_checks

BUILTINS = vars(builtins)
Space = dict[str, Any]
Change = Callable[[Space], object]


class Value:
    pass


@pytest.fixture(autouse=True)
def same_builtins() -> Iterator[None]:
    before = dict(BUILTINS)
    yield
    restore(before)


def restore(before: Space) -> None:
    for name in BUILTINS.keys() - before.keys():
        del BUILTINS[name]
    BUILTINS.update(before)


def guards_of(space: Space, *names: str) -> Guards:
    """Guard names as for code with these globals."""
    guards = Guards()
    for name in names:
        guards.global_names(space)[name] = space.get(name, ABSENT)
        if name not in space:
            own = space.get("__builtins__", BUILTINS)
            own = vars(own) if own is builtins else own
            guards.builtin_name(own, name, own.get(name, ABSENT))
    return guards


def make_space() -> Space:
    names = (
        "a",
        "b",
        "None",
        "class",
        "__debug__",
        "_00",
        "it's",
        "é",
        "\u017f",
        "none",
    )  # a long s is another s
    return {"__builtins__": builtins, **{name: Value() for name in names}, "none": None}


READ = (*make_space(), "sum", "len", "nowhere")[1:]
CHANGES: dict[str, Change] = {
    **{f"{name} bound anew": lambda space, n=name: space.update({n: Value()}) for name in READ},
    **{f"{name} deleted": lambda space, n=name: space.pop(n) for name in make_space() if name[:2] != "__"},
    "builtin bound anew": lambda space: BUILTINS.update(sum=len),
    "builtin deleted": lambda space: BUILTINS.pop("sum"),
    "unknown name becomes a builtin": lambda space: BUILTINS.update(nowhere=1),
    "builtin in place of a global": lambda space: BUILTINS.update(a=space.pop("a") and Value()),
    "globals swap values": lambda space: space.update(a=space["b"], b=space["a"]),
}


@pytest.mark.parametrize("calls_before", [1, 15, 16, 100, 600])  # code is written at the 16th
@pytest.mark.parametrize("change", CHANGES)
def test_change_of_what_code_gets_is_seen(change: str, calls_before: int) -> None:
    space = make_space()
    guards = guards_of(space, *READ)
    assert all(guards.hold() for _ in range(calls_before))
    CHANGES[change](space)
    assert not guards.hold()


def test_change_taken_back_is_forgotten() -> None:
    space = make_space()
    guards = guards_of(space, *READ)
    for _ in range(30):
        assert guards.hold()
        value = space.pop("a")
        assert not guards.hold()
        space["a"] = value
        assert guards.hold()
        space["sum"] = 1
        assert not guards.hold()
        del space["sum"]


def test_other_names_that_come_and_go_change_nothing() -> None:
    space = make_space()
    guards = guards_of(space, *READ)
    for i in range(500):
        space[f"new{i}"] = i
        BUILTINS[f"new{i}"] = i
        space.pop(f"new{i - 3}", None)
        space["counter"] = i
        assert guards.hold()
    space["b"] = 1
    assert not guards.hold()


@pytest.mark.parametrize("calls_before", [1, 600])
def test_builtins_of_a_namespace_of_its_own(calls_before: int) -> None:
    own = {"sum": max, "len": min, "any": all}
    space = {"__builtins__": own, "a": 1, "b": 2, "c": 3}
    guards = guards_of(space, "a", "b", "c", "sum", "len", "any")
    assert all(guards.hold() for _ in range(calls_before))
    own["sum"] = min
    assert not guards.hold()


def test_builtin_is_compared_for_those_who_look_it_up_by_key() -> None:
    guards = Guards()
    for space in ({"a": 1, "b": 2}, {"c": 3}):  # one with a function of its own and one without
        for name in (*space, "sum"):
            guards.global_names(space)[name] = space.get(name, ABSENT)
        guards.builtin_name(BUILTINS, "sum", sum)
    assert all(guards.hold() for _ in range(40))
    BUILTINS["sum"] = max
    assert not guards.hold()


@pytest.mark.parametrize("calls_before", [1, 600])
def test_no_code_of_a_namespace_runs_in_a_look_up(calls_before: int) -> None:
    class Odd(dict[str, Any]):
        def __missing__(self, key: str) -> object:
            raise AssertionError("asked")

    space = {"__builtins__": Odd(BUILTINS), "a": 1, "b": 2, "c": 3}
    guards = guards_of(space, "a", "b", "c", "nowhere")
    assert all(guards.hold() for _ in range(calls_before))
    del space["a"]
    assert not guards.hold()


@pytest.mark.parametrize("wrong", [None, 5, "builtins"])
def test_builtins_that_are_none(wrong: object) -> None:
    space: Space = {"a": 1, "b": 2, "c": 3}
    guards = guards_of(space, *space)
    space["__builtins__"] = wrong
    assert all(guards.hold() for _ in range(600))
    space["c"] = 4
    assert not guards.hold()


def test_namespace_is_left_as_it_was() -> None:
    space: Space = {"a": 1, "b": 2, "c": 3}
    guards = guards_of(space, "a", "b", "c", "sum")
    assert all(guards.hold() for _ in range(600))
    assert space == {"a": 1, "b": 2, "c": 3}


def test_namespace_and_its_guards_are_collected_together() -> None:
    def function() -> None: ...

    space: Space = {"a": Value(), "f": FunctionType(function.__code__, {}), "b": 1}
    space["guards"] = guards_of(space, "a", "b", "f", "sum")
    space["guards"].function(space["f"])
    assert all(space["guards"].hold() for _ in range(600))
    seen = [weakref.ref(space["a"]), weakref.ref(space["f"]), weakref.ref(space["guards"])]
    del space
    gc.collect()
    assert [one() for one in seen] == [None, None, None]


@pytest.mark.parametrize("name", ["sum", "a"])
def test_one_object_in_the_module_or_in_the_builtins_is_the_same_to_code(name: str) -> None:
    space: Space = {"a": Value(), "b": 1, "c": 2}
    guards = guards_of(space, "a", "b", "c", "sum")
    assert all(guards.hold() for _ in range(20))
    there, here = (space, BUILTINS) if name in space else (BUILTINS, space)
    here[name] = there[name]
    assert guards.hold()
    if name == "a":
        del space["a"]
        assert guards.hold()
        del BUILTINS["a"]
        assert not guards.hold()


@pytest.mark.parametrize("is_first", [True, False])
def test_name_that_is_also_asked_for_elsewhere_has_to_stay_where_it_is(is_first: bool) -> None:
    space: Space = {"a": 1, "b": 2}
    guards = Guards()
    if is_first:
        guards.name(space, "sum", ABSENT)
    guards.global_names(space).update(a=1, b=2, sum=ABSENT)
    guards.builtin_name(BUILTINS, "sum", sum)
    if not is_first:
        guards.name(space, "sum", ABSENT)
    assert all(guards.hold() for _ in range(40))
    space["sum"] = sum
    assert not guards.hold()


def test_code_whose_globals_are_the_builtins_gets_what_they_say() -> None:
    space: Space = {"a": 1, "b": 2}
    guards = guards_of(space, "a", "b", "sum")
    guards.global_names(BUILTINS)["sum"] = sum
    assert all(guards.hold() for _ in range(40))
    space["sum"] = sum
    BUILTINS["sum"] = max
    assert not guards.hold()


@pytest.mark.parametrize("calls_before", [1, 600])
def test_attribute_of_a_module_does_not_come_from_the_builtins(calls_before: int, make: Any) -> None:
    """A builtin that a module gets as its attribute is a change to code that asks the module."""
    used = make("a = b = c = 1\ndef f(): return len, sum", "used")
    user = make(
        """
        import used
        def f():
            try:
                return used.sum
            except AttributeError:
                return used.len, used.f(), used.a, used.b
        """,
        "user",
    )
    used.len = len
    watch = Watch(user.f)
    first = watch.current()
    assert all(watch.current() is first for _ in range(calls_before))
    used.sum = sum
    second = watch.current()
    assert second is not first
    assert all(watch.current() is second for _ in range(calls_before))
    del used.len
    assert watch.current() is not second


def test_threads_see_a_change_while_names_come_and_go() -> None:
    space = make_space()
    guards = guards_of(space, *READ)
    done, failures, late = threading.Event(), [], []
    barrier = threading.Barrier(5)

    def ask() -> None:
        barrier.wait()
        while not done.is_set():
            if not guards.hold():
                failures.append(True)
                return
        late.append(guards.hold())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    barrier.wait()
    for i in range(3000):
        space["counter"] = i
        space[f"new{i % 50}"] = i
        space.pop(f"new{(i + 25) % 50}", None)
    assert guards.hold()
    assert not failures
    value, space["a"] = space["a"], Value()
    done.set()
    for thread in threads:
        thread.join()
    # Who asked between the two statements saw the change in the loop.
    assert len(failures) + late.count(False) == 4
    space["a"] = value
    assert guards.hold()


# ---- random worlds -------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "sum", "memofp_x", "memofp_y", "class", "_00", "it's", "\u017f")
SHARED = ("memofp_x", "memofp_y", "a")  # names that tests bind in the builtins
FUNCTIONS = ("code", "defaults", "kwdefaults", "attribute")


def make_values() -> list[Any]:
    def f(x: int, y: int = 1, *, z: int = 2) -> int:
        return x

    return [1, True, 1.0, None, sum, f, lambda: None, Value()]


indices = st.integers(0, len(make_values()) - 1)
places = st.sampled_from(["space", "other", "builtins"])
edits = st.one_of(
    st.tuples(places, st.sampled_from(NAMES), st.none() | indices),
    st.tuples(st.just("function"), st.sampled_from(FUNCTIONS), indices),
    st.tuples(st.just("cell"), st.just(""), st.none() | indices),
    st.tuples(st.just("mapping"), st.sampled_from("ab"), st.none() | indices),
)


@given(
    st.lists(st.tuples(places, st.sampled_from(NAMES), indices), max_size=12),
    st.lists(st.tuples(st.sampled_from(["space", "other"]), st.sampled_from(NAMES), st.booleans())),
    st.lists(edits, max_size=4),
    st.sampled_from([0, 3, 40]),
)
def test_written_checks_agree_with_the_loops(
    bound: list[Any], read: list[Any], changes: list[Any], calls_before: int
) -> None:
    """They hold where the loops hold, and else only if code gets for each name what it got."""
    before = dict(BUILTINS)
    try:
        agree(bound, read, changes, calls_before)
    finally:
        restore(before)


def agree(bound: list[Any], read: list[Any], changes: list[Any], calls_before: int) -> None:
    values = make_values()
    cell, mapping = CellType(), {"a": values[0]}
    spaces: dict[str, Space] = {"space": {}, "other": {}, "builtins": BUILTINS}

    def bind(place: str, name: str, index: int | None) -> None:
        if place == "function":
            change_function(values[5], name, values[index or 0])
        elif place == "cell" and index is None:
            del cell.cell_contents
        elif place == "cell":
            cell.cell_contents = values[index or 0]
        elif place == "builtins" and name not in SHARED:
            return
        elif index is None:
            spaces.get(place, mapping).pop(name, None)
        else:
            spaces.get(place, mapping)[name] = values[index]

    for entry in bound:
        bind(*entry)
    names: dict[str, Space] = {"space": {}, "other": {}}
    global_names: dict[str, Space] = {"space": {}, "other": {}}
    builtin_names: Space = {}
    for place, name, is_global in read:
        value = spaces[place].get(name, ABSENT)
        (global_names if is_global else names)[place][name] = value
        if is_global and value is ABSENT:
            builtin_names[name] = BUILTINS.get(name, ABSENT)
    kept = [(spaces[place], found) for place, found in names.items()]
    code = [(spaces[place], found) for place, found in global_names.items()]
    left = [(BUILTINS, builtin_names)]
    functions = [(f, (f.__code__, f.__defaults__, f.__kwdefaults__)) for f in values[5:7]]
    others = (functions, [f.__dict__ for f, _ in functions], [(cell, ABSENT)])
    small = [(mapping, list(mapping), list(mapping.values()))]

    def got() -> list[Any]:
        return [
            spaces[place].get(name, BUILTINS.get(name, ABSENT))
            for place, found in global_names.items()
            for name in found
        ]

    before = got()
    loops = holds((*plain_checks([*kept, *code, *left], *others), items_check(items_of(small))))
    apart = holds((*plain_checks(kept, *others), items_check(items_of(small))))
    written = holds(written_checks(kept, code, left, *others, 1000, small) or ())
    for _ in range(calls_before + 1):
        assert loops()
        assert written()
    for change in changes:
        bind(*change)
        is_same = all(a is b for a, b in zip(got(), before, strict=True))
        assert written() >= loops()
        assert written() <= (apart() and is_same)


def items_of(mappings: list[Any]) -> list[tuple[Any, list[Any]]]:
    return [
        entry for mapping, keys, values in mappings for entry in ((mapping, keys), (mapping.values(), values))
    ]


class Key(str):
    """A key that nobody may compare."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")


keys = st.sampled_from(["a", "b", "c", "it's", "\ud800", "class"])
dicts = st.lists(st.dictionaries(keys, st.none() | st.integers(0, 3), max_size=3), max_size=5)


@given(dicts, st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["set", "pop", "odd", "shift"]), keys)))
def test_small_dictionaries_agree_with_the_loops(small: list[Space], changes: list[Any]) -> None:
    """Also where keys come that would run code, and where an item goes from one dictionary to the next."""
    mappings = [(one, list(one), list(one.values())) for one in small]
    loops = holds([items_check(items_of(mappings))])
    written = holds(written_checks([], [], [], [], [], [], 1000, mappings) or ())
    assert written()
    odd: set[int] = set()  # dictionaries in which our own look-ups would fail, too
    for index, change, key in changes:
        if index >= len(small) or {index, index + 1} & odd:
            continue
        change_small(small, index, change, key)
        if change == "odd":
            odd.add(index)
        assert written() == loops()


def test_item_that_goes_to_the_next_dictionary_is_seen() -> None:
    small: list[Space] = [{"a": 1, "b": None}, {"c": None}]
    written = holds(
        written_checks([], [], [], [], [], [], 9, [(one, [*one], [*one.values()]) for one in small]) or ()
    )
    assert written()
    change_small(small, 0, "shift", "")
    assert small == [{"a": 1}, {"b": None, "c": None}]
    assert not written()


def change_small(small: list[Space], index: int, change: str, key: str) -> None:
    one = small[index]
    if change == "set":
        one[key] = True
    elif change == "pop":
        one.pop(key, None)
    elif change == "odd":
        one.pop(key, None)
        one[Key(key)] = 1
    elif one and index + 1 < len(small):
        last, value = one.popitem()
        after = dict(small[index + 1])
        small[index + 1].clear()
        small[index + 1].update({last: value, **after})


def holds(checks: Any) -> Callable[[], bool]:
    def hold() -> bool:
        try:
            return all(check() for check in checks if check is not None)
        except (KeyError, ValueError):
            return False

    return hold


def change_function(function: Any, what: str, value: object) -> None:
    if what == "code":
        function.__code__ = (lambda x, y, *, z: 5).__code__
    elif what == "defaults":
        function.__defaults__ = (value,)
    elif what == "kwdefaults":
        function.__kwdefaults__ = {"z": value}
    else:
        function.note = value
