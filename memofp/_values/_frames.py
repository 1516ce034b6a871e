"""Hold one open composite of the walk's stack."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from struct import pack
from typing import Any

from memofp._values._builtins import value_label
from memofp._values._plain import LARGE_BYTES, LARGE_SET, SETS, SORTED, encode_elements, sort_large_set
from memofp._values._sink import Sink

__all__ = ["Frame", "container_frame"]

_SIZE_LIMIT = (1 << 31) - 1
_MARK: dict[type, bytes] = {list: b"[", tuple: b"(", set: b"<", frozenset: b">"}


class Frame:
    """One open composite.

    Attributes:
        owner: the object itself, None for one that only stands for others.
        is_small: whether its items are so few that each is better taken by itself than scanned.
        items: its sub-values; of a dict, keys and values in turns.
        labels: labels of the items, or the kind of builtin container.
        position: index of the item to visit next.
        header, footer: bytes around the items' encodings.
        exact: whether all items are integers, or strings, or short bytes.
        elements: encodings of the items so far, if their order does not count.
        inner, outer: sinks for its own bytes, and for what comes after it.
        meetings: the walk's count of new mutable objects when it was opened.
        reopened: where on the stack the same object was open already, or -1.
        is_mixed: whether the last items held instances, or mutable objects that are met more than once.
        owners: how many references to each item this frame and its owner hold; 0 if that is unknown.
        chunk_size: how many items to encode together at the next try; 0 for the most.
        chunk_end: items before this index are visited one by one.
        single_skip: how many containers not to try as a whole before they are opened.
        shallow: how many levels further down not to look ahead for builtins.
        height: how many levels the items so far nest.
        child_height: the same of the last item.
        failed_depth: how deep the last such look went, if it was depth that ended it.
    """

    __slots__ = (
        "child_height",
        "chunk_end",
        "chunk_size",
        "elements",
        "exact",
        "failed_depth",
        "footer",
        "header",
        "height",
        "inner",
        "is_mixed",
        "is_small",
        "items",
        "labels",
        "meetings",
        "mutable",
        "outer",
        "owner",
        "owners",
        "position",
        "reopened",
        "shallow",
        "single_skip",
    )

    inner: Sink
    outer: Sink

    def __init__(self, owner: object, items: Sequence[object], labels: Sequence[str] | type) -> None:
        self.owner = owner
        self.items = items
        self.labels = labels
        self.position = 0
        self.header = b""
        self.footer = b""
        self.mutable = True
        self.elements: list[bytes] | None = None
        self.meetings = 0
        self.reopened = -1
        self.owners = 0
        self.is_mixed = self.is_small = self.exact = False
        self.chunk_end = 0
        self.chunk_size = 0
        self.single_skip = 0
        self.shallow = 0
        self.failed_depth = 0
        self.height = 0
        self.child_height = 0

    def shallow_below(self) -> int:
        """Return how many levels below an item of this frame not to look ahead."""
        return self.failed_depth // 2 or max(self.shallow - 1, 0)

    def label(self, index: int) -> str:
        """Return the label of an item, for a path."""
        if not isinstance(self.labels, type):
            return self.labels[index]
        if self.labels is dict:
            if index & 1:
                return value_label(self.items[index - 1], index // 2)
            return f"{{key {index // 2}}}"
        return "{element}" if self.labels in SETS else f"[{index}]"


def container_frame(value: Any, kind: type) -> Frame:
    """Return the frame of an exact builtin container; its bytes are those that marshal would write."""
    if kind is dict:
        frame = Frame(value, list(chain.from_iterable(value.items())), dict)
        frame.header, frame.footer = b"{", b"0"
        frame.owners = 2
        return frame
    mark, items, is_set = _MARK[kind], value, kind in SETS
    if is_set:
        items = sort_large_set(value)
        if items is not None:
            mark, is_set = SORTED + mark, False
        else:
            items = list(value)
    frame = Frame(value, items, kind)
    size = len(items)
    frame.exact = kind in SETS and not is_set and _are_short(items)
    frame.header = mark + (pack("<I", size) if size <= _SIZE_LIMIT else b"\xff" * 4 + pack("<Q", size))
    frame.mutable = kind in (list, set)
    frame.owners = 1 if kind is list else 0
    if is_set and size >= LARGE_SET:
        found = encode_elements(items)
        if found is not None:
            data, frame.height = found
            frame.header += data
            frame.items = ()
            return frame
    if is_set:
        frame.elements = []
    return frame


def _are_short(items: list[Any]) -> bool:
    """Tell whether items of one sortable type can all be copied."""
    return type(items[0]) is int or max(map(len, items)) <= LARGE_BYTES
