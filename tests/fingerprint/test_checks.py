"""Checks in C loops and checks in written code see the same changes."""

from __future__ import annotations

from collections.abc import Callable
from types import CellType
from typing import Any

import pytest

from memofp._fingerprint._checks import ABSENT, items_check, plain_checks
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._written import is_writable, written_checks


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment] # as Python does


class Name(str):
    """Equal to a string, and another key to who asks for its type."""

    __slots__ = ()


def make_world() -> dict[str, Any]:
    def function(x: int, y: int = 1, *, z: int = 2) -> int:
        return x + y + z

    def plain(x: int) -> int:
        return x

    return {
        "space": {"a": 1, "it's": plain, "b": AlwaysEqual()},
        "alone": {"only": function},
        "function": function,
        "plain": plain,
        "full": CellType(5),
        "bare": CellType(),
        "pair": {"a": 1, "b": AlwaysEqual()},
        "one": {"it's": 1},
        "none": {},
    }


def set_item(where: str, name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda world: world[where].__setitem__(name, value)


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "name bound anew": set_item("space", "a", 2),
    "equal value of another type": set_item("space", "a", True),
    "always equal value": set_item("space", "b", AlwaysEqual()),
    "name with a quote": set_item("space", "it's", 2),
    "name removed": lambda world: world["space"].pop("a"),
    "only name of its space": set_item("alone", "only", 2),
    "absent name bound": set_item("space", "missing", 1),
    "code swapped": lambda world: setattr(world["plain"], "__code__", (lambda x: x + 1).__code__),
    "defaults swapped": lambda world: setattr(world["function"], "__defaults__", (2,)),
    "defaults given": lambda world: setattr(world["plain"], "__defaults__", (2,)),
    "keyword defaults swapped": lambda world: setattr(world["function"], "__kwdefaults__", {"z": 2}),
    "attribute given": lambda world: setattr(world["plain"], "note", 1),
    "cell changed": lambda world: setattr(world["full"], "cell_contents", 6),
    "cell emptied": lambda world: delattr(world["full"], "cell_contents"),
    "cell filled": lambda world: setattr(world["bare"], "cell_contents", 6),
    "item bound anew": set_item("pair", "a", 2),
    "item to an equal value of another type": set_item("pair", "a", 1.0),
    "item added": set_item("pair", "c", 1),
    "item removed": lambda world: world["pair"].pop("b"),
    "items in another order": lambda world: world["pair"].update(a=world["pair"].pop("a")),
    "item under another name": lambda world: world["pair"].update(z=world["pair"].pop("b")),
    "only item removed": lambda world: world["one"].clear(),
    "only item bound anew": set_item("one", "it's", 2),
    "only item under an equal key": lambda world: (
        world["one"].clear(),
        world["one"].update({Name("it's"): 1}),
    ),
    "item moved to the next": lambda world: world["one"].update(b=world["pair"].pop("b")),
    "item of what was empty": set_item("none", "a", 1),
}


def items_of(mappings: list[Any]) -> list[tuple[Any, list[Any]]]:
    return [
        entry for mapping, keys, values in mappings for entry in ((mapping, keys), (mapping.values(), values))
    ]


def holds_of(world: dict[str, Any], many_empty: int = 0) -> list[Callable[[], bool]]:
    names = [
        (world["space"], {**world["space"], "missing": ABSENT}),
        (world["alone"], dict(world["alone"])),
    ]
    functions = [
        (f, (f.__code__, f.__defaults__, f.__kwdefaults__)) for f in (world["function"], world["plain"])
    ]
    empty = [world["plain"].__dict__, *({} for _ in range(many_empty))]
    cells = [(world["full"], 5), (world["bare"], ABSENT)]
    mappings = [
        (mapping, list(mapping), list(mapping.values()))
        for mapping in (world["pair"], world["one"], world["none"])
    ]
    assert all(is_writable(mapping, keys) for mapping, keys, _ in mappings)
    made = (*plain_checks(names, functions, empty, cells), items_check(items_of(mappings)))
    plain = [check for check in made if check is not None]
    written = written_checks(names, [], [], functions, empty, cells, 1000, mappings)
    assert written is not None

    def guarded(check: Callable[[], bool]) -> bool:
        try:
            return check()
        except (KeyError, ValueError):
            return False

    return [lambda: all(guarded(check) for check in plain), lambda: all(guarded(check) for check in written)]


def test_nothing_changed_holds() -> None:
    assert [hold() for hold in holds_of(make_world())] == [True, True]


@pytest.mark.parametrize("many_empty", [0, 20])
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_seen_by_both(change: str, many_empty: int) -> None:
    world = make_world()
    holds = holds_of(world, many_empty)
    CHANGES[change](world)
    assert [hold() for hold in holds] == [False, False]


def test_many_terms_are_left_to_the_loops() -> None:
    space = {f"n{i}": i for i in range(1000)}
    guarded = ([(space, dict(space))], [], [], [], [], [])
    assert written_checks(*guarded, 999, []) is None
    several = written_checks(*guarded, 1000, [])
    assert several is not None
    assert len(several) > 1
    assert all(check() for check in several)
    space["n999"] = -1
    assert not all(check() for check in several)


@pytest.mark.parametrize("calls_before", [0, 1, 40, 600])
def test_guards_see_a_change_however_often_they_were_asked(calls_before: int) -> None:
    space: dict[str, Any] = {"a": 1, "b": [1]}
    guards = Guards()
    guards.name(space, "a", space["a"])
    guards.name(space, "c", ABSENT)
    guards.sequence(space["b"])
    assert all(guards.hold() for _ in range(calls_before))
    space["b"].append(2)
    assert not guards.hold()
    space["b"].pop()
    assert guards.hold()
    space["c"] = 1
    assert not guards.hold()


@pytest.mark.parametrize("calls_before", [1, 600])
def test_error_in_the_only_check_is_a_change(calls_before: int) -> None:
    class Some:
        pass

    some = Some()
    some.a = 1  # type: ignore[attr-defined]
    guards = Guards()
    guards.attribute(some, "a", 1)
    assert all(guards.hold() for _ in range(calls_before))
    del some.a  # type: ignore[attr-defined]
    assert not guards.hold()
