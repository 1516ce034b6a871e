"""Notice that a stored instance's class has changed its fields since.

Unpickling fills an instance's attributes without asking its class, so an object of an older
shape would come back half made.  Classes that declare their fields are therefore named in the
entry, with a digest of the fields.  A class without declared fields has no shape to compare.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import reduce
from importlib import import_module
from typing import Any
from weakref import WeakKeyDictionary

from memofp._digest import hexdigest

__all__ = ["changed_shape", "describe_shapes"]

_known: WeakKeyDictionary[type, str] = WeakKeyDictionary()


def describe_shapes(kinds: Iterable[type]) -> str:
    """Return a line `module:qualname:digest` for each class that declares its fields."""
    lines = []
    for kind in kinds:
        shape = "" if kind.__module__ in sys.stdlib_module_names else _shape(kind)
        if shape:
            lines.append(f"{kind.__module__}:{kind.__qualname__}:{shape}")
    return "\n".join(sorted(lines))


def changed_shape(shapes: str) -> str:
    """Return what is wrong with the classes that `describe_shapes` named; empty if nothing is.

    Raises:
        Exception: if a class cannot be found; the message says which.
    """
    for line in shapes.splitlines():
        module, name, shape = line.split(":")
        found: Any = sys.modules.get(module) or import_module(module)
        kind: Any = reduce(getattr, name.split("."), found)
        if not isinstance(kind, type) or _shape(kind) != shape:
            return f"the fields of {module}.{name} have changed since"
    return ""


def _shape(kind: type) -> str:
    shape = _known.get(kind)
    if shape is None:
        fields = _fields(kind)
        shape = _known[kind] = hexdigest("\0".join(fields).encode())[:16] if fields is not None else ""
    return shape


def _fields(kind: Any) -> list[str] | None:
    """Return the names of a class's declared fields, in order; None if it declares none."""
    for attribute in ("__dataclass_fields__", "__pydantic_fields__"):
        if isinstance(declared := getattr(kind, attribute, None), dict):
            return [str(name) for name in declared]
    if (attributes := getattr(kind, "__attrs_attrs__", None)) is not None:
        return [attribute.name for attribute in attributes]
    if issubclass(kind, tuple) and isinstance(names := getattr(kind, "_fields", None), tuple):
        return list(names)
    slots = [kind.__dict__.get("__slots__") for kind in kind.__mro__]
    if all(slot is None for slot in slots):
        return None
    return [
        name for slot in slots if slot is not None for name in ((slot,) if isinstance(slot, str) else slot)
    ]
