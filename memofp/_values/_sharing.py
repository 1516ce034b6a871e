"""Keep track of which objects a walk has met, and write references to those that it met before."""

from __future__ import annotations

from marshal import dumps
from struct import pack

from memofp._values._frames import Frame
from memofp._values._headers import DEFINE, REFER
from memofp._values._sink import Sink

__all__ = ["NeedsGraphError", "Sharing"]

_LOOP = b"\x07"
_MEMO_LIMIT_BYTES = 1 << 26
_ROOT_BYTES = 1 << 16  # of the outermost sink, which only gives a digest


class NeedsGraphError(Exception):
    """A shared mutable object first appears inside a set, which has no order to number it by."""


class Sharing:
    """The objects of one walk.

    Attributes:
        seen: in the first pass, identities of the mutable objects met.
        kept: those of them that were met one by one, so that no identity is used again.
        shared: mutable objects that were met more than once, by identity.
        second: whether this is the second pass, which numbers the shared ones.
        numbers: in the second pass, identity of a shared object -> its reference.
        colours: set by `_graph` alone: identity of a shared object -> what stands for it.
        expanded: with colours, identity of the one shared object that is encoded itself.
        references: with colours, (identity, path) of the references that were written.
        meetings: how often a new mutable object was met.
        in_sets: how many sets are open.
        memo: identity of an immutable composite -> itself, its encoding, how many levels it nests.
        open: identity of an open immutable composite -> its place on the stack.
    """

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.kept: list[object] = []
        self.shared: dict[int, object] = {}
        self.second = False
        self.numbers: dict[int, bytes] = {}
        self.colours: dict[int, bytes] | None = None
        self.expanded = 0
        self.references: list[tuple[int, bytes]] = []
        self.meetings = 0
        self.in_sets = 0
        self.memo: dict[int, tuple[object, bytes, int]] = {}
        self.memo_bytes = 0
        self.open: dict[int, int] = {}
        self.stack: list[Frame] = []
        self.sink = Sink()

    def restart(self) -> None:
        """Forget what belongs to one pass."""
        self.memo.clear()
        self.open.clear()
        self.numbers.clear()
        self.meetings = self.in_sets = 0
        self.sink = Sink(_ROOT_BYTES)

    def emit_known(self, value: object) -> bool:
        """Write what is known for a value that was met before; False if nothing is."""
        identity = id(value)
        if identity in self.memo:
            _, data, height = self.memo[identity]
            self.sink.emit(data)
            self.note_height(height)
        elif not self.second and identity in self.seen:
            self.shared[identity] = value
        elif identity in self.numbers:
            self.sink.emit(self.numbers[identity])
        else:
            return False
        return True

    def meet(self, value: object) -> bool:
        """Take note of a mutable object; False if a reference to it was written instead."""
        identity = id(value)
        if not self.second:
            if identity in self.seen:
                self.shared[identity] = value
                return False
            self.seen.add(identity)
            self.kept.append(value)
            self.meetings += 1
            return True
        if identity not in self.shared:
            return True
        if self.colours is not None:
            if identity == self.expanded and len(self.stack) == 1:
                return True
            self.references.append((identity, self._place()))
            self.sink.emit(REFER + self.colours[identity])
            return False
        if identity in self.numbers:
            self.sink.emit(self.numbers[identity])
            return False
        if self.in_sets:
            raise NeedsGraphError
        self.numbers[identity] = REFER + pack("<Q", len(self.numbers))
        self.sink.emit(DEFINE)
        self.meetings += 1
        return True

    def enter(self, value: object) -> bool:
        """Begin an immutable composite; False if it contains itself and that was written instead."""
        start = self.open.get(id(value))
        if start is None or any(frame.mutable for frame in self.stack[start + 1 :]):
            return True  # a mutable object in between is numbered and ends the loop
        self.sink.emit(_LOOP + pack("<Q", len(self.stack) - start))
        return False

    def remember(self, owner: object, data: bytes, height: int) -> None:
        """Keep the encoding of an immutable composite, for the case that it is shared."""
        self.memo_bytes += len(data) + 200
        if self.memo_bytes > _MEMO_LIMIT_BYTES:
            self.memo.clear()
            self.memo_bytes = 0
        self.memo[id(owner)] = (owner, data, height)

    def note_height(self, height: int) -> None:
        if self.stack:
            above = self.stack[-1]
            above.child_height = height
            if height > above.height:
                above.height = height

    def _place(self) -> bytes:
        """Return the positions that lead here; none inside sets."""
        return dumps([-1 if f.elements is not None else f.position for f in self.stack], 2)
