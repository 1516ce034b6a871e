"""Encode a value of any depth and shape as one stream of bytes, and hash it.

The stream is prefix-free: every value says where it ends.  Builtins are written as marshal
does in version 2 (see `_plain`), all else under type bytes of our own:

    01 leaf    02 parts    03 code    04 definition    05 reference    06 spilled    07 loop
    08 2 GiB and more    09 sorted set

Mutable objects that occur more than once are found in a first pass; if there are any, a second
pass numbers them in order of appearance (04 before the first, 05 and the number at the others).
Immutable composites are written out at each occurrence, whether shared or not, and replaced
by their digest when that would take more than a mebibyte.  The walk keeps its own stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from marshal import dumps
from struct import pack
from typing import TYPE_CHECKING, Any

from memofp._errors import UnhashableArgumentError
from memofp._values._frames import Frame, container_frame
from memofp._values._headers import CODE, PARTS, are_small, hash_code, instance_header
from memofp._values._objects import are_strings, reduce_instance
from memofp._values._parts import Bare, Code, Leaf, Node, Parts, Refusal
from memofp._values._plain import (
    ALL_OWNERS,
    ATOMS,
    CHUNK,
    CONTAINERS,
    LARGE_BYTES,
    MUTABLE,
    SPILL_BYTES,
    encode_plain,
)
from memofp._values._registry import is_plain_instance, reduce_value
from memofp._values._sharing import NeedsGraphError, Sharing
from memofp._values._sink import Sink
from memofp._values._state import state_of

if TYPE_CHECKING:
    from memofp._values._columns import Group
    from memofp._values._scan import Encoded

__all__ = ["Walk"]

_HUGE = b"\x08"
_SMALL_CHUNK = 16  # items; fewer are visited one by one
_FIRST_CHUNK = 256  # items of a large container that are encoded together before their size is known
_CHUNK_BYTES = (
    1 << 17
)  # what later chunks aim at: it stays in the processor's cache, and malloc has it at hand
_DEPTH = 32  # levels that a first look at builtins goes down
_MEMO_BYTES = 1024  # shorter encodings are made again rather than remembered
_SIZE_LIMIT = (1 << 31) - 1  # marshal's, in bytes
_SYNTHETIC = frozenset({Leaf, Parts, Code, Refusal, Bare})

_Header = tuple[bytes, tuple[str, ...], bool, type]  # bytes, labels, whether mutable; the class, kept alive
_NUMBERS = ATOMS - {bytes, str}


class Walk(Sharing):
    """The encoding of one value or one call's values.

    Attributes:
        function: qualified name of the function that is called, for errors.
        reduced: identity of a value -> itself and its reduction, where that makes new objects or is dear.
        headers: class and names of attributes -> what instances with them begin with.
        met_code: whether there was code among the values.
        codes: identity of a class or function -> itself and its digest.
    """

    def __init__(self, function: str = "") -> None:
        super().__init__()
        self.function = function
        self.reduced: dict[int, tuple[object, Node]] = {}
        self.headers: dict[tuple[int, tuple[str, ...]], _Header] = {}
        self.met_code = False
        self.codes: dict[int, tuple[object, bytes]] = {}

    def digest(self, items: Sequence[object], labels: Sequence[str], prefix: bytes) -> bytes:
        """Return the digest of a prefix and the encodings of the items."""
        self.run(items, labels, prefix)
        if not self.shared:
            return self.sink.digest()
        self.second = True
        try:
            self.run(items, labels, prefix)
        except NeedsGraphError:
            from memofp._values._graph import digest_graph

            return digest_graph(self, items, labels, prefix)
        return self.sink.digest()

    def run(self, items: Sequence[object], labels: Sequence[str], prefix: bytes) -> None:
        """Encode the items into a new sink."""
        self.restart()
        self.sink.emit(prefix)
        root = Frame(None, items, labels)
        root.outer = root.inner = self.sink
        if len(items) == 1:
            root.owners = ALL_OWNERS
        stack = self.stack = [root]
        while stack:
            frame = stack[-1]
            if frame.elements is not None:
                self._next_element(frame)
            elif frame.position >= len(frame.items):
                self._close(stack.pop())
            elif frame.position < frame.chunk_end or not self._take_chunk(frame):
                self._visit_items(frame)

    def _next_element(self, frame: Frame) -> None:
        """Go on with a set: each element is encoded apart, and all are sorted at the end."""
        assert frame.elements is not None
        if frame.position:
            frame.elements.append(self.sink.encoding(frame.child_height))
            frame.child_height = 0
        if frame.position < len(frame.items):
            self.sink = Sink()
            self._visit_next(frame)
            return
        self.stack.pop()
        self.in_sets -= 1
        frame.elements.sort()
        for data in frame.elements:
            frame.inner.emit(data)
        self._close(frame)

    def _take_chunk(self, frame: Frame) -> bool:
        """Encode the next items together, if they allow it."""
        start, items = frame.position, frame.items
        if len(items) == 1 and type(items[0]) is list and len(items[0]) > _FIRST_CHUNK:
            frame.chunk_end = 1
            return False  # one large list: to be opened and taken in chunks
        size = frame.chunk_size or min(_FIRST_CHUNK, CHUNK)
        end = min(start + size, len(items))
        chunk = items if end - start == len(items) else items[start:end]
        if frame.exact:
            data: bytes | None = dumps(chunk, 2)[5:]  # type: ignore[arg-type] # a list of one type
        else:
            data = self._plain(chunk, frame, frame.owners + (chunk is not items) if frame.owners else 0)
        if data is not None:
            self.sink.emit(data)
            frame.position = end
            fitting = (end - start) * _CHUNK_BYTES // (len(data) + 1)
            frame.chunk_size = max(min(fitting, 4 * size, CHUNK), 1)
            return True
        if end - start > _SMALL_CHUNK:
            frame.chunk_size = max(_SMALL_CHUNK, (end - start) // 16)
            return True  # to be tried again with fewer items
        frame.chunk_size = _SMALL_CHUNK
        frame.chunk_end = end + 3 * _SMALL_CHUNK
        return False

    def _plain(self, items: Sequence[object], frame: Frame, owners: int = 0) -> bytes | None:
        """Encode items together; None if they do not allow it."""
        if not frame.is_mixed:
            known: AbstractSet[int] = self.shared.keys() if self.second else self.seen
            if self.open:  # what an immutable composite holds is met again whenever that is
                owners = -1
            found = encode_plain(items, known, 1 if frame.shallow else _DEPTH, owners)
            if not isinstance(found, int):
                data, identities, height = found
                frame.height = max(frame.height, height)
                if identities:
                    self.meetings += 1
                    if not self.second:
                        self.seen |= identities
                return data
            if found > 0:
                frame.failed_depth = found
                return None
        mixed: Encoded | int = _DEPTH
        if not frame.shallow:
            mixed = 0 if frame.is_small else self._mixed(items)
        if isinstance(mixed, int):
            frame.is_mixed = False
            frame.failed_depth = mixed
            return None
        frame.is_mixed = mixed.is_mixed
        frame.height = max(frame.height, mixed.height)
        return mixed.data

    def _mixed(self, items: Sequence[object]) -> Encoded | int:
        """Encode items with instances or shared mutable objects among or below them.

        Returns:
            How deep they are, if that stands in the way; 0 if something else does.

        Shared ones are only found in the first pass: what is written then is not used.
        """
        if self.in_sets or self.colours is not None:
            return 0
        from memofp._values._scan import Scan  # many programs need none

        scan = Scan(self._open_group, None if self.second else self.seen, self.shared, self.numbers)
        found = scan.encode(items, SPILL_BYTES)
        if found is None:
            return scan.failed_depth
        if found.is_aliased and (self.open or self.sink is not self.stack[0].inner):
            return 0  # numbers are given in the order of the outermost sink
        if scan.has_mutable:
            self.meetings += 1
        self.numbers.update(scan.numbers)
        self.seen |= scan.met
        self.shared.update(scan.again)
        return found

    def _open_group(self, kind: type, objects: Sequence[Any]) -> Group | None:
        from memofp._values._columns import open_group

        return open_group(kind, objects, lambda one: self._code_digest(Code("class", one)), self.reduce)

    def _visit_items(self, frame: Frame) -> None:
        """Encode items one by one, to the end of the chunk or until one of them is opened."""
        items, position, depth = frame.items, frame.position, len(self.stack)
        end = min(frame.chunk_end, len(items))
        emit = self.sink.emit
        while position < end:
            value = items[position]
            kind = type(value)
            if type(kind) is type and kind in _NUMBERS:
                emit(dumps(value, 2))  # type: ignore[arg-type] # the check is on the exact type
                position += 1
                continue
            frame.position = position
            self._visit_next(frame)
            if len(self.stack) != depth:
                return
            position += 1
        frame.position = position

    def _visit_next(self, frame: Frame) -> None:
        value = frame.items[frame.position]
        frame.position += 1
        kind = type(value)
        if type(kind) is not type:  # no builtin, and its metaclass may have __eq__ and __hash__ of its own
            self._visit_other(value)
        elif kind in ATOMS:
            self._emit_atom(value)
        elif kind in CONTAINERS:
            self._visit_container(value, kind, frame)
        else:
            self._visit_other(value)

    def _emit_atom(self, value: Any) -> None:
        """Write what marshal would; long bytes without a copy, and those that it cannot write."""
        if type(value) is bytes and len(value) > LARGE_BYTES:
            self._emit_large(b"s", value)
            return
        try:
            self.sink.emit(dumps(value, 2))
        except ValueError:  # a string of 2 GiB or more
            text: Any = value
            self._emit_large(b"u", text.encode("utf-8", "surrogatepass"))

    def _emit_large(self, mark: bytes, data: bytes) -> None:
        size = len(data)
        self.sink.emit(mark + pack("<I", size) if size <= _SIZE_LIMIT else _HUGE + mark + pack("<Q", size))
        self.sink.emit_large(data)

    def _visit_container(self, value: Any, kind: type, frame: Frame) -> None:
        mutable = kind in MUTABLE
        if not mutable and self.emit_known(value):
            return
        if frame.single_skip:
            frame.single_skip -= 1
            frame.failed_depth = 0
        elif len(frame.items) > 1 or frame.elements is not None:  # else the chunk was this very value
            data = self._plain((value,), frame)
            if data is not None:
                self.sink.emit(data)
                return
            frame.single_skip = 7  # its neighbours are likely to be of its kind
        if self.meet(value) if mutable else self.enter(value):
            inner = container_frame(value, kind)
            inner.shallow = frame.shallow_below()
            self._push(inner)

    def _visit_other(self, value: Any) -> None:
        kind = type(value)
        if is_plain_instance(kind):
            self._visit_instance(value, kind)
            return
        if type(kind) is type and kind in _SYNTHETIC:
            node = reduce_value(value)
            owner = None
        else:
            if self.emit_known(value):
                return
            node = self.reduce(value)
            owner = value
        if type(node) is Leaf:
            if not node.mutable or owner is None or self.meet(owner):
                self.sink.emit(node.data)
        elif type(node) is Parts:
            if owner is None or (self.meet(owner) if node.mutable else self.enter(owner)):
                self._push_parts(node, owner)
        elif type(node) is Code:
            self.sink.emit(CODE + self._code_digest(node))
        else:
            assert isinstance(node, Refusal)
            raise UnhashableArgumentError(self.path(), node.reason, self.function) from node.cause

    def _visit_instance(self, value: Any, kind: type) -> None:
        """Encode what `reduce_instance` would give, with a header that is made once a class and names."""
        if self.emit_known(value):
            return
        names, values = state_of(value)
        if not are_strings(names):  # before they are looked up: another name may equal a string
            self._push_parts(reduce_instance(value), value)
            return
        key = (id(kind), names)
        known = self.headers.get(key)
        if known is None:
            known = self.headers[key] = self._instance_header(kind, names)
        header, labels, mutable, _ = known
        if not (self.meet(value) if mutable else self.enter(value)):
            return
        if mutable and are_small(values):
            self.sink.emit(header + dumps(values, 2)[5:])
            self.note_height(1)
            return
        frame = Frame(value, values, labels)
        frame.header, frame.mutable = header, mutable
        frame.shallow = self.stack[-1].shallow_below()
        frame.is_small = len(values) <= _SMALL_CHUNK
        self._push(frame)

    def _instance_header(self, kind: type, names: tuple[str, ...]) -> _Header:
        header = instance_header(kind, names)
        data = header.data + self._code_digest(Code("class", kind)) if header.is_code else header.data
        return data, tuple(["." + name for name in names]), not header.frozen, kind

    def reduce(self, value: object) -> Node:
        """Return a value's reduction, the same one each time if it is dear or makes new objects."""
        known = self.reduced.get(id(value))
        if known is not None:
            return known[1]
        node = reduce_value(value)
        if (type(node) is Parts and node.fresh) or (type(node) is Leaf and node.mutable):
            self.reduced[id(value)] = (value, node)
        return node

    def _code_digest(self, node: Code) -> bytes:
        known = self.codes.get(id(node.value))
        if known is not None:
            return known[1]
        digest = hash_code(node.value)
        if digest is None:
            raise UnhashableArgumentError(self.path(), f"is a {node.kind}, and nothing hashes code here")
        self.met_code = True
        self.codes[id(node.value)] = (node.value, digest)
        return digest

    def _push_parts(self, node: Parts, owner: object) -> None:
        values = [child for _, child in node.children]
        frame = Frame(owner, values, [label for label, _ in node.children])
        frame.header = PARTS + dumps((node.tag, len(values)), 2)
        frame.mutable = node.mutable
        if not node.ordered:
            frame.elements = []
        frame.shallow = self.stack[-1].shallow_below()
        frame.is_small = len(values) <= _SMALL_CHUNK
        self._push(frame)

    def _push(self, frame: Frame) -> None:
        frame.outer = self.sink
        frame.meetings = self.meetings
        if not frame.mutable:
            self.sink = Sink()
            if frame.owner is not None:
                frame.reopened = self.open.get(id(frame.owner), -1)
                self.open[id(frame.owner)] = len(self.stack)
        frame.inner = self.sink
        self.sink.emit(frame.header)
        if frame.elements is not None:
            self.in_sets += 1
        self.stack.append(frame)

    def _close(self, frame: Frame) -> None:
        if frame.footer:
            frame.inner.emit(frame.footer)
        self.sink = frame.outer
        height = frame.height + 1
        self.note_height(height)
        if frame.mutable:
            return
        data = frame.inner.encoding(height)
        self.sink.emit(data)
        if frame.owner is None:
            return
        if frame.reopened < 0:
            del self.open[id(frame.owner)]
        else:
            self.open[id(frame.owner)] = frame.reopened
        if frame.inner.size >= _MEMO_BYTES and frame.meetings == self.meetings:
            self.remember(frame.owner, data, height)

    def path(self) -> str:
        """Return where the walk stands, from the root's label on."""
        return "".join(frame.label(frame.position - 1) for frame in self.stack)
