"""Reduce scipy's sparse arrays and matrices by their state, without what they compute lazily."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from memofp._values._objects import attribute_children
from memofp._values._origin import class_part
from memofp._values._parts import Node, Parts, pack
from memofp._values._state import state_of

__all__ = ["rules"]

_LAZY = frozenset({"_has_sorted_indices", "_has_canonical_format", "has_canonical_format", "maxprint"})


def _sparse(value: Any) -> Node:
    names, values = state_of(value)
    kept = [(n, v) for n, v in zip(names, values, strict=True) if n not in _LAZY]
    kept.sort(key=lambda pair: str(pair[0]))
    tag, children = attribute_children(tuple(n for n, _ in kept), tuple(v for _, v in kept))
    return Parts(pack("scipy.sparse", tag), [(".__class__", class_part(type(value))), *children])


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return scipy's classes with their rules; subclasses included."""
    sparse = sys.modules.get("scipy.sparse")
    if sparse is None:
        return {}
    bases = [k for k in sparse.csr_matrix.__mro__ if k.__name__ in ("_spbase", "spmatrix")]
    return dict.fromkeys(bases, _sparse)
