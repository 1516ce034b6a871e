"""Turn values into digests: builtins, objects, arrays, frames.

`reduce_value` takes a value apart by one level and is what both walks share: the digest of
arguments here, and the fingerprint of captured values in the layer above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from memofp._values._headers import set_code_hasher
from memofp._values._markers import By, File, Ignore
from memofp._values._parts import Code, Leaf, Node, Parts, Refusal
from memofp._values._registry import reduce_value, register_hasher

if TYPE_CHECKING:
    from memofp._values._entry import ArgumentDigester, digest_arguments, digest_value

__all__ = [
    "ArgumentDigester",
    "By",
    "Code",
    "File",
    "Ignore",
    "Leaf",
    "Node",
    "Parts",
    "Refusal",
    "digest_arguments",
    "digest_value",
    "reduce_value",
    "register_hasher",
    "set_code_hasher",
]


def __getattr__(name: str) -> Any:
    """Load what digests whole values when it is asked for: a fingerprint takes apart one level at a time."""
    if name not in ("ArgumentDigester", "digest_arguments", "digest_value"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from memofp._values import _entry

    value = globals()[name] = getattr(_entry, name)
    return value
