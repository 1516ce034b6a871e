"""Say what one level of a value is made of: a leaf, parts, code, or a refusal.

`reduce_value` returns one of these four.  Two walks read them: the digest of arguments in
this package, and the fingerprint of captured values above it.
"""

from __future__ import annotations

import marshal
from collections.abc import Sequence

__all__ = ["Bare", "Code", "Leaf", "Node", "Parts", "Refusal", "leaf", "pack"]

LEAF = b"\x01"  # marshal's own type bytes are printable ASCII, so ours are not


class Leaf:
    """A value without parts that matter.

    Attributes:
        data: canonical, type-tagged and self-delimiting bytes; no two different values share them.
        mutable: whether it counts that two references lead to one object.
    """

    __slots__ = ("data", "mutable")

    def __init__(self, data: bytes, mutable: bool = False) -> None:
        self.data = data
        self.mutable = mutable


class Parts:
    """A composite value: a tag with all that is local, and labelled sub-values.

    A sub-value may itself be a `Leaf`, `Parts`, `Code` or `Refusal`: that one stands for itself.

    Attributes:
        tag: kind of the composite with all its local data (attribute names, dtype, ...).
        children: (label, sub-value) pairs.  Labels serve paths; nothing in the digest hangs on them.
        ordered: whether the order of the children counts.
        mutable: whether it counts that two references lead to one object.
        fresh: whether sub-values were made for this reduction, and may be new objects at the next.
    """

    __slots__ = ("children", "fresh", "mutable", "ordered", "tag")

    def __init__(
        self,
        tag: bytes,
        children: Sequence[tuple[str, object]],
        ordered: bool = True,
        mutable: bool = True,
        fresh: bool = False,
    ) -> None:
        self.tag = tag
        self.children = children
        self.ordered = ordered
        self.mutable = mutable
        self.fresh = fresh


class Code:
    """Something whose meaning is code: a function, class, module, descriptor.

    Attributes:
        kind: `function`, `class`, `module`, `method`, `builtin`, `partial`, `property`, `code`, ...
        value: the object itself.
    """

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: object) -> None:
        self.kind = kind
        self.value = value


class Refusal:
    """A value that cannot be hashed soundly.

    Attributes:
        reason: what it is and why not, as the end of a sentence that begins with its path.
        type_name: stable dotted name of its type.
        cause: the exception that led here, if there was one.
    """

    __slots__ = ("cause", "reason", "type_name")

    def __init__(self, reason: str, type_name: str, cause: BaseException | None = None) -> None:
        self.reason = reason
        self.type_name = type_name
        self.cause = cause


class Bare:
    """A value that is to be reduced without its `__memofp__()` and registered hashers."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


Node = Leaf | Parts | Code | Refusal


def pack(*fields: object) -> bytes:
    """Return fields of exact builtin types as bytes that no other fields share.

    Version 2 of marshal has no references, no interning and no short forms: one value, one encoding.
    """
    return marshal.dumps(fields, 2)  # type: ignore[arg-type] # it raises for other types


def leaf(tag: str, *fields: object, mutable: bool = False) -> Leaf:
    """Return a leaf of a tagged sequence of exact builtin atoms and tuples of them."""
    return Leaf(LEAF + marshal.dumps((tag, *fields), 2), mutable)  # type: ignore[arg-type] # as `pack`
