"""Copy trees of containers with stand-ins in the place of some objects, from the bottom up."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import repeat
from operator import is_, itemgetter
from typing import Any

from memofp._values._census import SETS
from memofp._values._columns import Group

__all__ = ["Copies"]

_MANY = 16  # records from which on they are copied column by column,
_WIDE = 64  # if they have no more fields


class Copies:
    """The levels of a tree, and what takes the place of its objects.

    Attributes:
        stand_ins: identity of an object -> what takes its place in the copy.
        bodies: identity of a shared object -> its own copy, or itself.
        marked: the former of these.
    """

    def __init__(self) -> None:
        self.stand_ins: dict[int, Any] = {}
        self.bodies: dict[int, Any] = {}
        self.marked: set[int] = set()
        self._levels: list[tuple[Sequence[Any], Sequence[Group]]] = []

    def add(self, containers: Sequence[Any], groups: Sequence[Group]) -> None:
        """Add a level."""
        self._levels.append((containers, groups))

    def forget_last(self) -> None:
        """Leave the containers of the last level as they are: they hold atoms alone."""
        if self._levels:
            self._levels[-1] = (), self._levels[-1][1]

    def make(self, items: Sequence[object]) -> Sequence[object]:
        """Copy what holds stand-ins, and return the values, or what takes their place."""
        for containers, groups in reversed(self._levels[1:]):
            self._copy_level(containers, groups)
        if not self._levels:
            return items
        containers, groups = self._levels[0]
        if len(groups) == 1 and len(groups[0].objects) == len(items):
            return self._stand_ins_of(groups[0])
        self._copy_level(containers, groups)
        return self.rebuild(items)

    def _copy_level(self, containers: Sequence[Any], groups: Sequence[Group]) -> None:
        for group in groups:
            self.stand_ins.update(zip(map(id, group.objects), self._stand_ins_of(group), strict=True))
        if not self.stand_ins:
            return
        rest = containers
        if len(rest) >= _MANY:
            rest = []
            for kind in (dict, list, tuple):
                rest += self._copy_records([item for item in containers if type(item) is kind], kind)
        for item in rest:
            self._copy_one(item, type(item))

    def rebuild(self, items: Sequence[object]) -> list[object]:
        """Return the values, or what takes their place."""
        return list(map(self.stand_ins.get, map(id, items), items))

    def _stand_ins_of(self, group: Group) -> list[Any]:
        """Make the stand-ins of instances: their fields behind a mark."""
        fields = list(group.fields)
        for field in group.inner:
            fields[field] = self.rebuild(fields[field])
        return list(zip(repeat(group.mark, len(group.objects)), *fields, strict=True))

    def _copy_one(self, item: Any, kind: type) -> None:
        values = item.values() if kind is dict else item
        if kind in SETS or self.stand_ins.keys().isdisjoint(map(id, values)):
            return
        copied: Any = map(self.stand_ins.get, map(id, values), values)
        copied = dict(zip(item, copied, strict=True)) if kind is dict else kind(copied)
        if id(item) in self.bodies:
            self.bodies[id(item)] = copied
            self.marked.add(id(item))
        else:
            self.stand_ins[id(item)] = copied

    def _copy_records(self, items: list[Any], kind: type) -> list[Any]:
        """Copy those that hold stand-ins if all are records of one shape; return them if they are not."""
        width = len(items[0]) if items else 0
        if not 0 < width <= _WIDE or {width} != {*map(len, items)}:
            return items
        if not self.bodies.keys().isdisjoint(map(id, items)):
            return items
        fields: list[Any] = list(zip(*(map(dict.values, items) if kind is dict else items), strict=True))
        marked = [i for i in range(width) if not self.stand_ins.keys().isdisjoint(map(id, fields[i]))]
        if not marked:
            return []
        keys = list(items[0]) if kind is dict else []
        for i in marked:
            if keys and not _have(items, keys[i], fields[i]):
                return items
            fields[i] = self.rebuild(fields[i])
        copies: Any
        if kind is dict:
            copies = list(map(dict.copy, items))
            for i in marked:
                deque(map(dict.__setitem__, copies, repeat(keys[i]), fields[i]), 0)
        else:
            copies = map(kind, zip(*fields, strict=True))
        self.stand_ins.update(zip(map(id, items), copies, strict=True))
        return []


def _have(items: Sequence[Any], key: Any, values: Sequence[object]) -> bool:
    """Tell whether each dict has this very value under a key, wherever it stands in it."""
    try:
        return all(map(is_, map(itemgetter(key), items), values))
    except KeyError:
        return False
