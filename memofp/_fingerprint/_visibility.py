"""Count only the members of a class that somebody can name.

A member runs only if its name is seen by somebody: by code of the user's that is reachable, as an
attribute or within a text; by the interpreter, as a double-underscore method; or by the standard
library, which calls `read`, `keys` and the like on whatever it is given (`protocol_names.txt`).  A member
that nobody can name is left out until somebody does, so nothing depends on the order of discovery.

The world is open, and every member of every class counts, as soon as reachable code computes a name that
it gives to `getattr` or its kin, or names a third-party package, which may call anything on what it is given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from types import FunctionType
from typing import Any

from memofp._code import LOCAL_CLASS, SUPER_HOOK, identifiers, matches
from memofp._fingerprint._raw import class_dict, module_of, mro_of

__all__ = ["NotShareableError", "Visibility", "tokens"]

_FIELD = r"\{[^{}]*\."  # a pattern: a replacement field that takes an attribute
_GETS_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
_GETTERS = frozenset({"fget", "fset", "fdel", "func"})
_HOOKS = frozenset({"__getattr__", "__getattribute__"})
_LONGEST_TEXT = 1 << 16  # characters; a longer text is data


def tokens(text: str) -> list[str]:
    """Return the identifiers in a text: `"{0.total}"` and `"a.b"` name attributes."""
    return identifiers(text) if len(text) <= _LONGEST_TEXT else []


@functools.lru_cache(maxsize=1)
def protocol_names() -> frozenset[str]:
    """Return the names that the standard library and the interpreter use as attributes.

    The file is the union, over CPython 3.11 to 3.13, of all attribute names in the modules of `Lib` (tests
    and graphical programs apart) and of all identifiers among the constants of the interpreter and its
    extension modules.  It is one file for all versions, because fingerprints agree between them.
    """
    import os

    path = os.path.join(os.path.dirname(__file__), "protocol_names.txt")
    with open(path, encoding="ascii") as file:
        return frozenset(file.read().split())


def _binds_itself(function: FunctionType) -> bool:
    """Tell whether a method is one that the interpreter calls, with an object of its own class."""
    name = function.__name__
    return name.startswith("__") and name.endswith("__") and name not in _GETS_CLASS


def _hands_out(cls: type, own: set[int]) -> bool:
    """Tell whether objects of a class have attributes that can name those of other objects.

    A text has `format`; a class has what its objects have, to be called with any; a foreign base may
    have a `__getattr__` that asks another object.
    """
    return any(
        base is str
        or base is type
        or (id(base) not in own and module_of(base) not in ("builtins", "abc", "typing", "collections.abc"))
        for base in mro_of(cls)
    )


def _may_add_bases(cls: type) -> bool:
    """Tell whether a class decides which bases a class statement gets that mentions it."""
    return type in mro_of(cls) or "__mro_entries__" in class_dict(cls)


class NotShareableError(Exception):
    """This graph cannot take over another one's nodes."""


class Visibility:
    """Which names can be seen in one graph, and the members that wait for theirs to be.

    Attributes:
        everything: whether the world is open.
        asked: names of members that count only if code shows them.
    """

    def __init__(self, everything: bool, base: Visibility | None = None) -> None:
        """Begin with no name seen, or, in a closed world, with those of a base, whose classes stay."""
        self.everything: bool = everything
        self.asked: set[str] = set() if base is None else set(base.asked)
        self._names: set[str] = set() if base is None else set(base._names)
        self._hidden: frozenset[str] = frozenset() if base is None else frozenset(base._waiting)
        self._has_base = base is not None
        self._waiting: dict[str, list[tuple[type, Callable[[], None]]]] = {}
        self._classes: list[type] = [] if base is None else list(base._classes)
        self._owners: list[FunctionType] = []
        self._readers: list[FunctionType] = []
        self._shown: set[int] = set()
        self._unbound: set[tuple[int, str]] = set() if base is None else set(base._unbound)
        self._opened: set[type] = set()
        self._patterns: set[str] = set()
        self._unless: set[str] = set()

    def begun_with(self) -> Visibility:
        """Return what a graph begins with that takes over nodes of this one."""
        if not self.everything:
            return Visibility(False, self)
        begun = Visibility(True)
        begun.asked |= self.asked
        return begun

    @property
    def may_be_base(self) -> bool:
        """Return whether another graph may begin with what is seen here."""
        return self.everything or not (self._patterns or self._owners or self._readers or self._opened)

    def member(self, cls: type, name: str, add: Callable[[], None]) -> None:
        """Add a member of a class now if its name is seen, else as soon as it is."""
        if name not in protocol_names():
            self.asked.add(name)
        if self.everything or cls in self._opened or self._is_seen(name):
            add()
        else:
            self._waiting.setdefault(name, []).append((cls, add))

    def note_class(self, cls: type) -> None:
        """Note a class of the graph, for `note_owner`."""
        self._classes.append(cls)

    def see(self, names: Collection[str]) -> None:
        """Note names that reachable code mentions, patterns of names among them; see `_code._spelled`."""
        if self.everything or self._names.issuperset(names):
            return
        for name in names:
            if name in self._names:
                continue
            self._names.add(name)
            if "*" in name or "|" in name:
                self._see_pattern(name)
            else:
                self._release(name)

    def _see_pattern(self, text: str) -> None:
        pattern, *unless = text.split("|")
        self._unless.update(unless)
        self._patterns.add(pattern)
        for name in [name for name in {*self._waiting, *self._hidden} if matches(pattern, name)]:
            self._release(name)

    def _release(self, name: str) -> None:
        if name in self._hidden:
            raise NotShareableError  # a class of the base would have one more member here
        for _, add in self._waiting.pop(name, ()):
            add()

    def _is_seen(self, name: str) -> bool:
        if name in self._names or name in protocol_names():
            return True
        return self._is_spelled(name)

    def _is_spelled(self, name: str) -> bool:
        return any(matches(pattern, name) for pattern in self._patterns)

    def see_text(self, text: str) -> list[str]:
        """Note the names in a text that reachable code can read, and return them; none in an open world."""
        if self.everything:
            return []
        if len(text) > _LONGEST_TEXT:
            import re  # rarely needed, and 3 ms of a warm start

            if re.search(_FIELD, text):
                self.open_all()
        names = tokens(text)
        self.see(names)
        return names

    def open_all(self) -> None:
        """Count every member of every class from here on, and those that wait."""
        if self.everything:
            return
        if self._has_base:
            raise NotShareableError  # the base's classes count in part
        self.everything = True
        waiting, self._waiting = self._waiting, {}
        for members in waiting.values():
            for _, add in members:
                add()

    def note_owner(self, function: FunctionType, reach: str) -> None:
        """Note a method that computes names of its first argument's attributes.

        Args:
            function: the method.
            reach: `own` if it only reads the dictionary of its first argument, which holds members if that
                is a class; `shown` if it hands out no attribute; `self`.
        """
        (self._readers if reach == "own" else self._owners).append(function)
        if reach != "self":
            self._shown.add(id(function))

    def note_unbound(self, cls: type, name: str) -> None:
        """Note that code takes a method from a class itself: it may pass it any object."""
        for base in mro_of(cls):
            function = _receiving(class_dict(base).get(name))
            if function is not None:
                self._unbound.add((id(function), name))

    def settle(self) -> bool:
        """Open the classes whose own methods compute names; return whether that added anything.

        The first argument is an object of such a class only if the class holds the method as it is.
        """
        if self.everything:
            return False
        if (
            self._breaks_patterns()
            or (SUPER_HOOK in self._names and self._inherits_hook())
            or (LOCAL_CLASS in self._names and any(map(_may_add_bases, self._classes)))
        ):
            self.open_all()
            return True
        if not (self._owners or self._readers):
            return False
        self._owners += [f for f in self._readers if FunctionType not in self._holders(f)]
        self._readers.clear()
        owners = {id(function) for function in self._owners}
        if not all(map(self._gets_own_object, self._owners)) or "__func__" in self._names:
            self.open_all()
            return True
        matched: set[int] = set()
        opened: set[type] = set()
        holders: dict[type, set[int]] = {}
        for cls in self._classes:
            for base in mro_of(cls):
                if base not in holders:
                    received = map(_receiving, class_dict(base).values())
                    holders[base] = owners & {id(function) for function in received if function is not None}
                if holders[base]:
                    matched |= holders[base]
                    opened.update(mro_of(cls))
        own = {id(cls) for cls in self._classes}
        if matched != owners or any(_hands_out(cls, own) for cls in opened):
            self.open_all()  # held elsewhere, or by a wrapper: the object may be anything
            return True
        return self._open(opened - self._opened)

    def _gets_own_object(self, function: FunctionType) -> bool:
        """Tell whether the first argument must be an object of a class that holds the method.

        `k = Mix; k.look(box, name)` gives a method an object of any class.  What the interpreter calls is
        called so only where code says its name, a property's function where code asks the property for it.
        A class method's class has what its objects have, `__getattribute__` too: none of it must get out.
        """
        if not _binds_itself(function):
            kinds = self._holders(function)
            if kinds == {classmethod}:
                return id(function) in self._shown and not self._is_unbound(function)
            return _GETTERS.isdisjoint(self._names) and kinds <= {property, functools.cached_property}
        return not self._is_unbound(function) and f".{function.__name__}" not in self._names

    def _is_unbound(self, function: FunctionType) -> bool:
        return any(index == id(function) for index, _ in self._unbound)

    def _holders(self, function: FunctionType) -> set[type]:
        """Return the types of what classes hold a method in: a function, a property, a class method."""
        return {
            type(value)
            for mro in map(mro_of, self._classes)
            for base in mro
            for value in class_dict(base).values()
            if _receiving(value) is function
        }

    def _breaks_patterns(self) -> bool:
        """Tell whether something makes names of other parts than they seem to be made of."""
        if not self._unless.isdisjoint(self._names) or any(map(self._is_spelled, self._unless)):
            return True
        return bool(self._unless) and any(not self._unless.isdisjoint(class_dict(c)) for c in self._classes)

    def _inherits_hook(self) -> bool:
        """Tell whether a class has a foreign base that looks attributes up by code of its own."""
        own = {id(cls) for cls in self._classes}
        return any(
            id(base) not in own and module_of(base) != "builtins" and not _HOOKS.isdisjoint(class_dict(base))
            for cls in self._classes
            for base in mro_of(cls)
        )

    def _open(self, classes: set[type]) -> bool:
        if self._has_base:
            raise NotShareableError
        self._opened |= classes
        released: list[Callable[[], None]] = []
        for name, members in list(self._waiting.items()):
            released += [add for cls, add in members if cls in classes]
            self._waiting[name] = [pair for pair in members if pair[0] not in classes]
        for add in released:
            add()
        return bool(released)


def _receiving(value: Any) -> FunctionType | None:
    """Return the function behind a member of a class that gets the object, or the class, first."""
    if type(value) is property:
        value = value.fget
    elif type(value) is classmethod:
        value = value.__func__
    elif type(value) is functools.cached_property:
        value = value.func
    elif type(value) is functools._lru_cache_wrapper:
        value = value.__wrapped__
    return value if type(value) is FunctionType else None
