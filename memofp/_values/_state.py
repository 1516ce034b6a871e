"""Read an instance's attributes without running any code of its class."""

from __future__ import annotations

import sys
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from memofp._values._origin import is_foreign, mro_of

__all__ = ["Layout", "class_dict", "layout_of", "state_of"]

class_dict = type.__dict__["__dict__"].__get__
_basicsize = type.__dict__["__basicsize__"].__get__
_itemsize = type.__dict__["__itemsize__"].__get__
_dictoffset = type.__dict__["__dictoffset__"].__get__
_weakrefoffset = type.__dict__["__weakrefoffset__"].__get__
_POINTER = object.__basicsize__ // 2
_SELF_FILLING = frozenset({"_attrs_cached_hash", "__weakref__", "__dict__"})


class Layout:
    """Where the instances of a class keep their state.

    Attributes:
        get_dict: reads the instance's dictionary, or None.
        slots: (name, descriptor) of the slots, base classes first.
        own_slots: those of them that the user's classes have.
        slot_count: how many there are, with those that hold caches.
        caches: names of `functools.cached_property`, whose values are no state.
        plain: whether dictionary and slots are all that there is; else a C struct hides more.
        only_dict: whether a dictionary is all that there is, and holds no caches.
        frozen: whether instances refuse assignment (a frozen dataclass or attrs class).
    """

    __slots__ = ("caches", "frozen", "get_dict", "only_dict", "own_slots", "plain", "slot_count", "slots")

    def __init__(self, kind: type) -> None:
        self.get_dict: Any = None
        self.slots: list[tuple[str, Any]] = []
        self.own_slots: list[tuple[str, Any]] = []
        self.slot_count = 0
        self.caches: frozenset[str] = frozenset()
        for base in reversed(mro_of(kind)):
            space = class_dict(base)
            getter = space.get("__dict__")
            if type(getter) in (GetSetDescriptorType, MemberDescriptorType) and base is not type:
                self.get_dict = getter.__get__
            if "__slots__" in space:
                self._add_slots(base, space)
        self._find_caches(kind)
        self.plain = self._is_plain(kind)
        self.frozen = _is_frozen(kind)
        has_slots = bool(self.slots or self.own_slots)
        self.only_dict = self.plain and self.get_dict is not None and not has_slots and not self.caches

    def _add_slots(self, base: type, space: Any) -> None:
        fields = space.get("__attrs_attrs__")
        fields = None if fields is None else {field.name for field in fields}
        foreign = is_foreign(base)
        for name, member in space.items():
            if type(member) is not MemberDescriptorType:
                continue
            self.slot_count += 1
            # attrs gives its cached properties slots of their own.
            if name in _SELF_FILLING or (fields is not None and name not in fields):
                continue
            self.slots.append((name, member.__get__))
            if not foreign:
                self.own_slots.append((name, member.__get__))

    def _find_caches(self, kind: type) -> None:
        functools = sys.modules.get("functools")
        if functools is None:
            return
        cached = functools.cached_property
        names: set[str] = set()
        for base in mro_of(kind):
            names.update(n for n, v in class_dict(base).items() if _derives(type(v), cached))
        self.caches = frozenset(names)

    def _is_plain(self, kind: type) -> bool:
        """Account for every byte of the struct, as `object.__reduce_ex__` does before it pickles."""
        size = object.__basicsize__ + _POINTER * self.slot_count
        size += _POINTER * (_dictoffset(kind) > 0) + _POINTER * (_weakrefoffset(kind) > 0)
        hidden = _basicsize(kind) - size
        if _dictoffset(kind) and self.get_dict is None:
            return False
        return bool(hidden <= 0 and _itemsize(kind) == 0)


def _derives(kind: type, base: type) -> bool:
    return any(one is base for one in mro_of(kind))  # `in` would ask the metaclass


def _is_frozen(kind: type) -> bool:
    for base in mro_of(kind)[:-1]:
        space = class_dict(base)
        config = space.get("model_config")
        if type(config) is dict and config.get("frozen") is True:
            return True  # a pydantic model
        setter = space.get("__setattr__")
        if setter is None:
            continue
        params = space.get("__dataclass_params__")
        if params is not None:
            return bool(params.frozen)
        return getattr(setter, "__module__", None) == "attr._make" and "frozen" in setter.__name__
    return False


_layouts: dict[int, tuple[Layout, type]] = {}  # by identity: a metaclass may define __eq__ or __hash__


def layout_of(kind: type) -> Layout:
    """Return the layout of a class; remembered."""
    found = _layouts.get(id(kind))
    if found is None:
        if len(_layouts) > 4096:
            _layouts.clear()
        found = _layouts[id(kind)] = (Layout(kind), kind)
    return found[0]


def state_of(value: object, own: bool = False) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return names and values of a value's attributes: slots, then its dictionary in its order.

    Args:
        value: any instance.
        own: whether to leave out the slots of installed packages' and the standard library's classes.

    Left out are unset slots, values of `functools.cached_property`, and cached hashes.
    """
    kind = type(value)
    layout = layout_of(kind)
    if layout.only_dict:
        space = layout.get_dict(value, kind)
        if "_attrs_cached_hash" not in space:
            return tuple(space), tuple(space.values())
    names: list[Any] = []
    values: list[Any] = []
    for name, get in layout.own_slots if own else layout.slots:
        try:
            values.append(get(value, kind))
        except AttributeError:
            continue
        names.append(name)
    if layout.get_dict is not None:
        try:
            space = layout.get_dict(value, kind)
        except AttributeError:  # a C type may declare the getter and have no dictionary
            space = {}
        if layout.caches or "_attrs_cached_hash" in space:
            skip = layout.caches | {"_attrs_cached_hash"}
            space = {name: item for name, item in space.items() if name not in skip}
        names.extend(space)
        values.extend(space.values())
    return tuple(names), tuple(values)
