"""Take many objects of one class apart at a time: one sequence of values for each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain, repeat
from marshal import dumps
from operator import attrgetter, itemgetter
from struct import pack
from typing import Any

from memofp._values._census import ATOMS
from memofp._values._headers import CODE, PARTS, instance_header
from memofp._values._objects import reduce_enum, reduce_instance
from memofp._values._origin import class_part
from memofp._values._parts import LEAF, Leaf, Node
from memofp._values._parts import pack as pack_fields
from memofp._values._registry import reduce_content, rule_of
from memofp._values._state import layout_of
from memofp._values._stdlib import DATETIME, gives_leaves, leaf_fields, reduce_datetime

__all__ = ["Group", "open_group"]

_STRING = frozenset({str})
HashClass = Callable[[type], bytes]


class Group:
    """Objects of one class, taken apart.

    Attributes:
        objects: the objects.
        header: what their encodings begin with.
        fields: what follows, for each field the values of all objects.
        inner: indexes of the fields that are to be looked into.
        leaves: in place of header and fields, the whole encoding of each object; else None.
        is_mutable: whether it counts who shares them.
        is_composite: whether they are a level of their own.
        mark: what stands for the header until all is encoded.
    """

    __slots__ = ("fields", "header", "inner", "is_composite", "is_mutable", "leaves", "mark", "objects")

    def __init__(
        self,
        objects: Sequence[Any],
        header: bytes,
        fields: Sequence[Sequence[Any]],
        *,
        is_mutable: bool = False,
        is_composite: bool = True,
        leaves: Sequence[bytes] | None = None,
    ) -> None:
        self.objects = objects
        self.header = header
        self.fields = fields
        self.inner = [i for i, field in enumerate(fields) if not _are_short(field)] if is_composite else []
        self.is_mutable = is_mutable
        self.is_composite = is_composite
        self.leaves = leaves
        self.mark = b""


def _are_short(values: Sequence[object]) -> bool:
    """Tell whether values are atoms that may be copied."""
    try:
        kinds = {*map(type, values)}
    except TypeError:  # a metaclass that defines __eq__ alone: its classes have no hash
        return False
    return kinds <= ATOMS and bytes not in kinds


def open_group(
    kind: type, objects: Sequence[Any], hash_class: HashClass, reduce: Callable[[Any], Node]
) -> Group | None:
    """Take objects of one exact class apart.

    Args:
        kind: the class.
        objects: the objects, one or more.
        hash_class: gives the digest of a class's code.
        reduce: takes one object apart, and may remember what is dear.

    Returns:
        None if that cannot be done for many of them at once.
    """
    rule = rule_of(kind)
    if rule is reduce_instance:
        return _open_instances(kind, objects, hash_class)
    if rule is reduce_enum:
        return _open_members(kind, objects, hash_class)
    if rule is reduce_content:
        return _open_tuples(kind, objects, hash_class)
    if rule is reduce_datetime:
        return _open_datetimes(objects)
    leaf = leaf_fields(rule, objects)
    if leaf is None:
        return _open_leaves(objects, reduce) if gives_leaves(rule) else None
    return _leaf_group(objects, *leaf)


def _leaf_group(objects: Sequence[Any], tag: str, fields: Sequence[Sequence[Any]]) -> Group:
    header = LEAF + b"(" + pack("<I", len(fields) + 1) + dumps(tag, 2)
    return Group(objects, header, fields, is_composite=False)


def _class_bytes(kind: type, hash_class: HashClass) -> bytes:
    part = class_part(kind)
    return part.data if isinstance(part, Leaf) else CODE + hash_class(kind)


def _open_instances(kind: type, objects: Sequence[Any], hash_class: HashClass) -> Group | None:
    """Take instances of a plain class apart, if all have the same attributes in the same order."""
    layout = layout_of(kind)
    if layout.caches:
        return None
    names: tuple[str, ...] = tuple([name for name, _ in layout.slots])
    try:
        fields: list[Sequence[Any]] = [list(map(get, objects, repeat(kind))) for _, get in layout.slots]
        spaces = list(map(layout.get_dict, objects, repeat(kind))) if layout.get_dict is not None else None
    except AttributeError:  # a slot that is not set, or no dictionary
        return None
    if spaces is not None:
        found = _open_spaces(spaces)
        if found is None:
            return None
        names += found[0]
        fields += found[1]
    header = instance_header(kind, names)
    data = header.data + hash_class(kind) if header.is_code else header.data
    return Group(objects, data, fields, is_mutable=not header.frozen)


def _open_spaces(spaces: list[dict[str, Any]]) -> tuple[tuple[str, ...], list[Sequence[Any]]] | None:
    """Return the keys of instances' dictionaries and the columns of their values, if they are alike."""
    names = tuple(spaces[0])
    if not {*map(type, chain.from_iterable(spaces))} <= _STRING:  # before they are compared
        return None
    if "_attrs_cached_hash" in names or not all(map(names.__eq__, map(tuple, spaces))):
        return None
    return names, [list(map(itemgetter(name), spaces)) for name in names]


def _open_members(kind: type, objects: Sequence[Any], hash_class: HashClass) -> Group | None:
    """Take members of an enumeration apart, each but once."""
    layout = layout_of(kind)
    if layout.get_dict is None or layout.slots:
        return None
    members = list({id(member): member for member in objects}.values())
    spaces = [layout.get_dict(member, kind) for member in members]
    header = PARTS + dumps((b"enum", 3), 2) + _class_bytes(kind, hash_class)
    fields = [[space.get(name) for space in spaces] for name in ("_name_", "_value_")]
    return Group(members, header, fields)


def _open_tuples(kind: type, objects: Sequence[Any], hash_class: HashClass) -> Group | None:
    """Take named tuples apart, and what else derives from `tuple` and has no attributes."""
    layout = layout_of(kind)
    if layout.get_dict is not None or layout.slots or not issubclass(kind, tuple):
        return None
    header = PARTS + dumps((pack_fields("subclass", "tuple", ()), 2), 2) + _class_bytes(kind, hash_class)
    return Group(objects, header, [list(map(tuple.__getitem__, objects, repeat(slice(None))))])


def _open_datetimes(objects: Sequence[Any]) -> Group | None:
    """Take datetimes apart, if all have a time zone or none has."""
    zones = list(map(attrgetter("tzinfo"), objects))
    absent = [zone for zone in zones if zone is None]  # no zone is asked what it is equal to
    if len(absent) == len(zones):
        fields = [list(map(attrgetter(field), objects)) for field in DATETIME]
        return _leaf_group(objects, "datetime.datetime", fields)
    if absent:
        return None
    tags = [pack_fields("datetime.datetime", *fields) for fields in map(attrgetter(*DATETIME), objects)]
    group = Group(objects, PARTS + b"(" + pack("<I", 2), [tags, [1] * len(tags), zones])
    group.inner = [2]
    return group


def _open_leaves(objects: Sequence[Any], reduce: Callable[[Any], Node]) -> Group | None:
    """Reduce objects one by one, if all are leaves."""
    objects = list({id(item): item for item in objects}.values())
    leaves: list[bytes] = []
    is_mutable = False
    for item in objects:
        node = reduce(item)
        if type(node) is not Leaf:
            return None
        leaves.append(node.data)
        is_mutable = is_mutable or node.mutable
    return Group(objects, b"", (), is_mutable=is_mutable, is_composite=False, leaves=leaves)
