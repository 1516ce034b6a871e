"""Put marks in the place of what marshal cannot write, and write it where they come out.

The marks are random: no data have them but by a chance of one in 2**96.
"""

from __future__ import annotations

import marshal
import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from struct import pack
from typing import Any

from memofp._values._columns import Group
from memofp._values._headers import DEFINE, REFER

__all__ = ["Marks"]

_FEW = 8  # marks that are replaced one after the other
_SIZE = 16  # bytes of a mark: 12 random ones and a number
_FIRST_GROUP = 1 << 31  # numbers of groups


class Marks:
    """The marks in the copy of a tree.

    Attributes:
        groups: instances that were taken apart; a mark stands before the fields of each.
    """

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self._mark = os.urandom(_SIZE - 4)
        self._found: list[int] = []  # identities of the objects that a mark stands for, by the mark's number
        self._leaves: dict[int, bytes] = {}  # identity -> encoding

    def __bool__(self) -> bool:
        return bool(self.groups or self._found)

    def add_group(self, group: Group) -> None:
        """Give a group its mark."""
        group.mark = self._mark + pack("<I", _FIRST_GROUP + len(self.groups))
        self.groups.append(group)

    def for_shared(self, identity: int) -> bytes:
        """Return the mark of a shared object."""
        self._found.append(identity)
        return self._mark + pack("<I", len(self._found) - 1)

    def for_leaf(self, identity: int, data: bytes) -> bytes:
        """Return the mark of an object whose encoding is known."""
        self._leaves[identity] = data
        return self.for_shared(identity)

    def write(
        self, value: Any, bodies: Mapping[int, Any], marked: AbstractSet[int], numbers: dict[int, bytes]
    ) -> bytes:
        """Encode a copy.

        Args:
            value: the copy.
            bodies: identity of a shared object that appears in it for the first time -> the copy of that.
            marked: which of these hold marks.
            numbers: the references to those that have appeared; those that appear are added.
        """
        data = self._write(value)
        if not self._found:
            return data
        mark = b"s" + pack("<I", _SIZE) + self._mark
        known: dict[int, bytes] = {}
        for number, identity in enumerate(self._found):
            reference = self._leaves.get(identity) or numbers.get(identity)
            if reference is not None:
                known[number] = reference
        if len(known) <= _FEW:
            for number, reference in known.items():
                data = data.replace(mark + pack("<I", number), reference)
            if len(known) == len(self._found):
                return data
        out: list[bytes] = []
        pending = [iter(_pieces(data, mark))]
        while pending:
            for number, rest in pending[-1]:
                if number >= 0:
                    identity = self._found[number]
                    reference = self._leaves.get(identity) or numbers.get(identity)
                    if reference is None:
                        numbers[identity] = REFER + pack("<Q", len(numbers))
                        reference = DEFINE
                        body = self._write(bodies[identity])
                        if identity in marked:
                            out.append(DEFINE)
                            pending.append(iter([(-1, rest)]))
                            pending.append(iter(_pieces(body, mark)))
                            break
                        reference += body
                    out.append(reference)
                out.append(rest)
            else:
                pending.pop()
        return b"".join(out)

    def _write(self, value: Any) -> bytes:
        """Encode builtins and stand-ins; give instances their headers."""
        data = marshal.dumps(value, 2)
        for group in self.groups:
            mark = b"(" + pack("<I", len(group.fields) + 1) + b"s" + pack("<I", _SIZE) + group.mark
            data = data.replace(mark, group.header)
        return data


def _pieces(data: bytes, mark: bytes) -> list[tuple[int, bytes]]:
    """Split data at the marks: what comes first, then the number of each mark and what follows it."""
    first, *others = data.split(mark)
    return [(-1, first), *((int.from_bytes(piece[:4], "little"), piece[4:]) for piece in others)]
