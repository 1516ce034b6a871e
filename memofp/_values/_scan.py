"""Encode many values at a time that hold instances, dates and the like, or share lists, dicts or sets.

Marshal knows neither.  So what holds such an object is copied, with a stand-in in its place that marshal
does know: for an instance, a tuple of a mark and its fields; for a shared object, a mark alone.  In the bytes
that marshal gives, marks are replaced by what the walk would write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, compress
from typing import TYPE_CHECKING, Any

from memofp._values._census import (
    ATOMS,
    CONTAINERS,
    LARGE_BYTES,
    LARGE_SET,
    MUTABLE,
    SEPARATE,
    SETS,
    SPILL_HEIGHT,
    elements_of,
)
from memofp._values._columns import Group
from memofp._values._copies import Copies
from memofp._values._marks import Marks

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["Encoded", "Scan"]

_DEPTH = 16
_NODE_LIMIT = 1 << 18
_FAST = ATOMS | CONTAINERS
_MOST_GROUPS = 64

_is_atom = ATOMS.issuperset
_is_container = CONTAINERS.__contains__

Opener = Callable[[type, Sequence[Any]], Group | None]


class Encoded(NamedTuple):
    """What a scan gives.

    Attributes:
        data: the concatenated encodings.
        height: how many levels deep the values nest.
        is_aliased: whether there are shared objects among them.
        is_mixed: whether there are those, or instances.
    """

    data: bytes
    height: int
    is_aliased: bool
    is_mixed: bool


class Scan:
    """The containers and instances of some values, from the top to the bottom.

    In the first pass of a walk the objects are found that are met more than once; in the second they are
    known, and each is taken but once.

    Attributes:
        met: identities of mutable objects that were met for the first time, in the first pass.
        again: by identity, those that were met again.
        failed_depth: how deep the values are, if that is why they are not encoded here.
        has_mutable: whether there are mutable objects.
        numbers: the references to shared objects; in the end also to those that appear here.
    """

    def __init__(
        self,
        open_group: Opener,
        seen: AbstractSet[int] | None,
        shared: Mapping[int, object],
        numbers: Mapping[int, bytes],
    ) -> None:
        """Begin.

        Args:
            open_group: takes apart objects of one class, or gives None.
            seen: in the first pass, identities of mutable objects that were met before; else None.
            shared: in the second pass, the shared objects by identity.
            numbers: the references to those that have appeared already.
        """
        self.open_group = open_group
        self.seen = seen
        self.shared = shared
        self.numbers = numbers
        self.met: set[int] = set()
        self.again: dict[int, object] = {}
        self.has_mutable = False
        self.failed_depth = 0
        self._separate = False
        self._height = 0
        self._set_levels = 0
        self._is_aliased = False
        self._keyed: list[Any] = []  # sets, and dicts with other keys than strings
        self._marks = Marks()
        self._copies = Copies()

    def encode(self, items: Sequence[object], limit: int) -> Encoded | None:
        """Encode values; in the first pass only if no mutable object is met again.

        Args:
            items: the values.
            limit: how long the encoding of an immutable composite may be.

        Returns:
            None if something is not to be encoded here.
        """
        if not self._take(items):
            return None
        if self._marks and not _is_atom(map(type, chain.from_iterable(self._keyed))):
            return None  # what sits in a set or a key is not copied
        if self.again:
            return Encoded(b"", 0, True, True)
        copies = self._copies
        copied = copies.make(items)
        # A path down goes through the levels once, and once more for each shared object on it.
        height = 2 * self._height if self._is_aliased else self._height
        if self._separate and (copies.marked or height >= SPILL_HEIGHT):
            return None
        new = dict(self.numbers)
        try:
            data = self._marks.write(copied, copies.bodies, copies.marked, new)[5:]
        except (ValueError, TypeError):  # as in `encode_plain`
            return None
        if self._separate and len(data) > limit:
            return None
        self.numbers = new
        return Encoded(data, self._height, self._is_aliased, bool(self._marks))

    def _take(self, items: Sequence[object]) -> bool:
        """Take in all levels; False if something is not to be encoded here."""
        level: Sequence[Any] = items
        budget = _NODE_LIMIT
        for _ in range(_DEPTH):
            try:
                kinds = set(map(type, level))
            except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
                return False
            if bytes in kinds and any(type(item) is bytes and len(item) > LARGE_BYTES for item in level):
                return False
            if _is_atom(kinds):
                self._copies.forget_last()
                return True
            groups = self._open_groups(level, kinds - _FAST)
            if groups is None:
                return False
            inner = level
            if not kinds <= CONTAINERS:
                inner = list(compress(level, map(_is_container, map(type, level))))
            if not kinds.isdisjoint(SEPARATE):
                self._separate = True
            if not kinds.isdisjoint(SETS) and not self._note_sets(inner):
                return False
            if kinds & MUTABLE:
                self.has_mutable = True
                inner = self._mark_shared(inner) if self.seen is None else self._take_new(inner, kinds)
            self._copies.add(inner, groups)
            size = sum(map(len, inner))
            level = elements_of(inner, kinds)
            if len(level) > size:
                self._keyed += [item for item in inner if type(item) is dict]
            if inner or any(group.is_composite for group in groups):
                self._height += 1
            for group in groups:
                for field in group.inner:
                    level += group.fields[field]
            budget -= len(level)
            if budget < 0:
                return False
        self.failed_depth = _DEPTH
        return False

    def _note_sets(self, containers: Sequence[Any]) -> bool:
        """Take note of sets; False if marshal does not sort them as the walk does, or takes long to."""
        sets = [item for item in containers if type(item) in SETS]
        self._keyed += sets
        self._set_levels += 1
        return self._set_levels == 1 and all(len(item) < LARGE_SET for item in sets)

    def _open_groups(self, level: Sequence[Any], kinds: set[type]) -> list[Group] | None:
        """Take apart what is no builtin, class by class; None if something is not to be taken apart here."""
        groups = []
        for kind in kinds:
            objects = [item for item in level if type(item) is kind]
            group = self.open_group(kind, objects)
            if group is None or len(self._marks.groups) >= _MOST_GROUPS:
                return None
            if group.is_mutable:
                self.has_mutable = True
                if self.seen is None:
                    if not self.shared.keys().isdisjoint(map(id, objects)):
                        return None
                elif not self._are_new(objects):
                    return None  # the walk itself takes shared instances
            elif group.is_composite:
                self._separate = True
            if group.leaves is not None:
                for item, data in zip(group.objects, group.leaves, strict=True):
                    self._copies.stand_ins[id(item)] = self._marks.for_leaf(id(item), data)
                continue
            self._marks.add_group(group)
            groups.append(group)
        return groups

    def _take_new(self, inner: Sequence[Any], kinds: set[type]) -> list[Any]:
        """Return the containers without the mutable ones that were met before."""
        others = [item for item in inner if type(item) not in MUTABLE] if kinds & SEPARATE else []
        if others:
            inner = [item for item in inner if type(item) in MUTABLE]
        return [*self._sort_out(inner), *others]

    def _are_new(self, objects: Collection[Any]) -> bool:
        """Tell whether no object is met again; take note of them, if so."""
        assert self.seen is not None
        identities = {*map(id, objects)}
        if len(identities) != len(objects):
            return False
        if not (self.met.isdisjoint(identities) and self.seen.isdisjoint(identities)):
            return False
        self.met |= identities
        return True

    def _sort_out(self, objects: Sequence[Any]) -> Collection[Any]:
        """Sort mutable objects into those met for the first time, which are returned, and those met again."""
        if self._are_new(objects):
            return objects
        assert self.seen is not None
        by_identity = dict(zip(map(id, objects), objects, strict=True))
        old = (by_identity.keys() & self.met) | (by_identity.keys() & self.seen)
        if len(by_identity) != len(objects):
            counts = Counter(map(id, objects))
            self.again.update((i, by_identity[i]) for i, count in counts.items() if count > 1)
        for identity in old:
            self.again[identity] = by_identity.pop(identity)
        self.met.update(by_identity)
        return by_identity.values()

    def _mark_shared(self, inner: Sequence[Any]) -> Sequence[Any]:
        """Put marks in the place of shared objects; return the others, and those to be looked into here."""
        identities = list(map(id, inner))
        hits = self.shared.keys() & identities
        if not hits:
            return inner
        self._is_aliased = True
        left = [item for item, identity in zip(inner, identities, strict=True) if identity not in hits]
        copies = self._copies
        for identity in hits - copies.stand_ins.keys():
            copies.stand_ins[identity] = self._marks.for_shared(identity)
            if identity not in self.numbers:
                copies.bodies[identity] = self.shared[identity]
                left.append(self.shared[identity])
        return left
