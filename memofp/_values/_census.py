"""Look through a tree of builtins, level by level: its types, its depth, and what may be met twice.

Every pass over a level is one in C.  Identities tell for sure whether a container is met twice,
and cost a set entry each.  But an object that nothing refers to except the one container that
holds it, and that container likewise, cannot be met twice; and counting references is cheaper.
So identities are taken only where something else holds on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from gc import get_referents
from itertools import compress
from typing import Any

__all__ = [
    "ALIASED",
    "ATOMS",
    "CONTAINERS",
    "LARGE_BYTES",
    "LARGE_SET",
    "MUTABLE",
    "SEPARATE",
    "SETS",
    "SPILL_HEIGHT",
    "Census",
    "elements_of",
]

ATOMS: frozenset[type] = frozenset({type(None), bool, int, float, complex, str, bytes, type(...)})
CONTAINERS: frozenset[type] = frozenset({list, tuple, dict, set, frozenset})
MUTABLE: frozenset[type] = frozenset({list, dict, set})
SETS: frozenset[type] = frozenset({set, frozenset})
SEPARATE: frozenset[type] = frozenset({tuple, set, frozenset})  # own buffer in the walk

ALIASED = -1  # a mutable object is met again
LARGE_BYTES = 1 << 16  # longer bytes objects are hashed in place
LARGE_SET = 64  # from this size on, sets of one sortable type are sorted by value, not by encoding
SPILL_HEIGHT = 8  # an immutable composite that nests a multiple of so many levels is replaced by its digest
_NODE_LIMIT = 1 << 18  # items below one chunk; more are taken apart
_SET_LEVELS = 2  # marshal writes a set's elements twice, once to sort them: 2**n times below n sets
_COLUMNS = 64  # fields of a record that are looked at one by one, over all records
_MANY = 32  # records from which on that pays

_FAST = ATOMS | CONTAINERS
_Column = tuple[Sequence[Any], list[type], set[type]]

_SPECIAL = CONTAINERS | {bytes}
_is_small = (ATOMS - {bytes}).issuperset
_is_container = CONTAINERS.__contains__
_is_bytes = frozenset({bytes}).__contains__
_is_mutable = MUTABLE.__contains__
_count: Any = getattr(sys, "getrefcount", None)


def _counts_exactly() -> bool:
    """Try whether counts are what `Census` takes them to be: its own lists, the holder, the call."""
    if _count is None or getattr(sys, "_is_gil_enabled", lambda: True)() is False:
        return False
    holder: list[list[object]] = [[], []]
    level = list(holder)
    return bool(max(map(_count, level)) == min(map(_count, level)) == 3)


_EXACT = _counts_exactly()


class _Holder:
    def __init__(self) -> None:
        self.item = None


# Since CPython 3.13, the dictionary of an instance may leave its values to that, and show none itself.
_holder = _Holder()
_HIDES_VALUES = len(get_referents(vars(_holder))) != 1
_MOST_HIDDEN = 64  # values, at least; CPython has a limit of 30


def elements_of(containers: Sequence[Any], kinds: AbstractSet[type]) -> list[Any]:
    """Return what containers hold: items, a dict's values, and a dict's keys unless all are strings.

    Args:
        containers: builtin ones.
        kinds: their types, or some more.
    """
    if not _HIDES_VALUES or dict not in kinds:
        return get_referents(*containers)
    if len(kinds) == 1 and max(map(len, containers), default=0) <= _MOST_HIDDEN:
        return get_referents(*map(dict.copy, containers))
    return get_referents(
        *[one.copy() if type(one) is dict and len(one) <= _MOST_HIDDEN else one for one in containers]
    )


class _Group:
    """Containers at one depth.

    Attributes:
        items: the containers.
        kinds: their types.
        private: whether what they hang on cannot be met twice.
        limit: how many references to each are accounted for; none has fewer. 0 if that is unknown.
        depth: levels above them.
        separate: whether there are immutable composites or sets above them.
        sets: how many levels above them have sets.
    """

    __slots__ = ("depth", "items", "kinds", "limit", "private", "separate", "sets")

    def __init__(
        self, items: Sequence[Any], kinds: set[type], limit: int, private: bool, above: _Group | None
    ) -> None:
        self.items = items
        self.kinds = kinds
        self.limit = limit
        self.private = private
        self.depth = self.sets = 0
        self.separate = False
        if above is not None:
            self.depth = above.depth + 1
            self.sets = above.sets + (not above.kinds.isdisjoint(SETS))
            self.separate = above.separate or not above.kinds.isdisjoint(SEPARATE)

    def is_private(self, chosen: Sequence[Any]) -> bool:
        """Tell whether nothing but what is accounted for refers to any of the chosen containers.

        The caller must hold `items` and `chosen`, if they are two lists, at the time of the call.
        """
        if not (self.private and self.limit):
            return False
        limit = self.limit + (chosen is not self.items)
        return bool(sum(map(_count, chosen)) <= limit * len(chosen))  # none has fewer, so the sum tells


class Census:
    """What a tree of builtins is made of.

    Attributes:
        identities: identities of the mutable containers that something else may refer to.
        separate: whether there are immutable composites or sets in it.
        height: how many levels deep it nests.
    """

    __slots__ = ("_budget", "_groups", "height", "identities", "separate")

    def __init__(self) -> None:
        self.identities: set[int] = set()
        self.separate = False
        self.height = 0
        self._budget = _NODE_LIMIT
        self._groups: list[_Group] = []

    def take(self, items: Sequence[object], depth: int, owners: int) -> int | None:
        """Take in values and all below them; see `encode_plain`.

        Returns:
            None, or why they cannot be encoded: how deep they are, `ALIASED` or 0.
        """
        groups = self._groups
        width = 1 if len(items) < 2 or type(items[0]) is type(items[1]) else 2  # the latter for a dict's
        if not self._split(items, width, owners, None):
            return 0
        while groups:
            group = groups.pop()
            if group.depth + 1 >= depth:
                return depth
            failed = self._open(group)
            if failed is not None:
                return failed
        return None

    def _open(self, group: _Group) -> int | None:
        """Take in the elements of a group of containers."""
        items, kinds = group.items, group.kinds
        if not kinds.isdisjoint(SEPARATE):
            self.separate = True
        if group.depth >= SPILL_HEIGHT - 1 and (group.separate or not kinds.isdisjoint(SEPARATE)):
            return group.depth
        if not kinds.isdisjoint(SETS):
            if group.sets >= _SET_LEVELS:
                return group.depth
            if any(type(item) in SETS and len(item) >= LARGE_SET for item in items):
                return 0
        self._budget -= sum(map(len, items))
        if self._budget < 0:
            return 0
        if not self._note(group):
            return ALIASED
        self.height = max(self.height, group.depth + 1)
        elements = elements_of(items, kinds)
        return None if self._split(elements, len(elements) // len(items), 0, group) else 0

    def _note(self, group: _Group) -> bool:
        """Note the identities of containers that may be met twice; False if one of them is there already."""
        mutable = group.kinds & MUTABLE
        if not mutable:
            return True
        chosen = group.items
        if len(mutable) != len(group.kinds):
            chosen = list(compress(chosen, map(_is_mutable, map(type, chosen))))
        if group.is_private(chosen):
            return True
        expected = len(self.identities) + len(chosen)
        self.identities.update(map(id, chosen))
        return len(self.identities) == expected

    def _split(self, level: Sequence[Any], width: int, owners: int, above: _Group | None) -> bool:
        """Check the types of a level, and group the containers on it; False if there are other types.

        Args:
            level: the elements of one or many containers.
            width: how many there are of each, if those are records of one shape.
            owners: how many references to each container are accounted for, if `above` is None.
            above: the containers that hold them.
        """
        try:
            if _SPECIAL.isdisjoint(map(type, level[: min(width, _COLUMNS)])) and _is_small(
                {*map(type, level)}
            ):
                return True
            types = list(map(type, level))
            kinds = set(types)
        except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
            return False
        if not kinds <= _FAST:
            return False
        found: dict[object, tuple[Any, set[type]]] = {}
        for column, column_types, column_kinds in _columns(level, types, kinds, width):
            if bytes in column_kinds and not _are_short(column, column_types, column_kinds):
                return False
            containers = column_kinds & CONTAINERS
            if not containers:
                continue
            if len(containers) != len(column_kinds):
                column = list(compress(column, map(_is_container, column_types)))  # noqa: PLW2901 # what is left
            # Columns of one shape stay together: a tree would fall apart into as many groups as it has nodes.
            shape = (type(column[0]), len(column[0]))
            if shape in found:
                found[shape][0].extend(column)  # a list of this method's own
                found[shape][1].update(containers)
            else:
                found[shape] = column, containers
        if found:
            self._group(list(found.values()), level, owners, above)
        return True

    def _group(
        self,
        found: list[tuple[Sequence[Any], set[type]]],
        level: Sequence[Any],
        owners: int,
        above: _Group | None,
    ) -> None:
        """Put up the containers of a level to be opened."""
        if above is not None:
            # What hangs on an immutable object is met whenever that is.
            private = above.private and (above.kinds <= MUTABLE or above.is_private(above.items))
        else:
            private = _EXACT and owners >= 0
        for items, kinds in found:
            limit = 3  # the holder, the level's own list, the call
            if above is None:
                limit = owners and owners + 1 + (items is not level)
            self._groups.append(_Group(items, kinds, limit, private, above))


def _columns(level: Sequence[Any], types: list[type], kinds: set[type], width: int) -> Iterator[_Column]:
    """Give what is not small of a level, and the types of that: in parts, if the level is made of records.

    A field that is a container in one record mostly is one in all, so nothing needs to be picked out.
    """
    if kinds <= CONTAINERS or not (1 < width <= _COLUMNS and len(level) >= _MANY * width):
        yield level, types, kinds
        return
    level = list(level)  # whose slices are lists
    alike = types == types[:width] * (len(types) // width)
    for field in range(width):
        of_field = types[field : field + 1] if alike else types[field::width]
        kinds = set(of_field)
        if not _is_small(kinds):
            yield level[field::width], of_field, kinds


def _are_short(column: Sequence[Any], types: list[type], kinds: set[type]) -> bool:
    """Tell whether no bytes object is so long that it should not be copied."""
    if len(kinds) > 1:
        column = list(compress(column, map(_is_bytes, types)))
    return max({*map(len, column)}) <= LARGE_BYTES
