"""Reduce instances: of plain Python classes by their state, of other classes as pickle would."""

from __future__ import annotations

import sys
from typing import Any

from memofp._values._origin import class_part, dotted_name, is_foreign, mro_of
from memofp._values._parts import Node, Parts, Refusal, leaf, pack
from memofp._values._state import class_dict, layout_of, state_of

__all__ = ["reduce_enum", "reduce_exception", "reduce_foreign", "reduce_instance", "reduces_itself"]

_is_string = frozenset({str}).issuperset
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_get_flags = type.__dict__["__flags__"].__get__
_SIMPLE_STATE = ("__reduce__", "__reduce_ex__", "__getstate__")


def are_strings(names: tuple[Any, ...]) -> bool:
    """Tell whether all names are exact strings."""
    return _is_string(map(type, names))


def attribute_children(
    names: tuple[Any, ...], values: tuple[Any, ...]
) -> tuple[object, list[tuple[str, object]]]:
    """Return what enters the tag for the names, and the labelled values.

    Names that are no exact strings (an instance dictionary takes any key) become children.
    """
    if are_strings(names):
        return names, [("." + name, value) for name, value in zip(names, values, strict=True)]
    children: list[tuple[str, object]] = []
    for name, value in zip(names, values, strict=True):
        children += [("{name}", name), (".?", value)]
    return len(names), children


def reduce_instance(value: object) -> Parts:
    """Reduce an instance of a plain Python class: the class and the raw attributes.

    No method, property or hook of the class runs.
    """
    kind = type(value)
    names, children = attribute_children(*state_of(value))
    children.insert(0, (".__class__", class_part(kind)))
    return Parts(pack("object", names), children, mutable=not layout_of(kind).frozen)


def reduces_itself(kind: type) -> bool:
    """Tell whether an installed package's or the standard library's class says how to pickle it."""
    for base in mro_of(kind)[:-1]:
        space = class_dict(base)
        if any(name in space for name in _SIMPLE_STATE):
            return is_foreign(base)
    return False


def reduce_enum(value: Any) -> Node:
    """Reduce an enum member: class, name and value; the class's digest covers how it came to be."""
    _, values = state_of(value)
    state = dict(zip(_, values, strict=True))
    children = [
        (".__class__", class_part(type(value))),
        ("._name_", state.get("_name_")),
        ("._value_", state.get("_value_")),
    ]
    return Parts(b"enum", children, mutable=False)


def reduce_exception(value: BaseException) -> Node:
    """Reduce an exception: class, arguments, attributes, cause and context; not the traceback."""
    base = next(k for k in mro_of(type(value)) if not _get_flags(k) & _HEAP_TYPE)
    reduce: Any = base.__reduce__
    reduced = reduce(value)
    names, values = state_of(value)
    named, children = attribute_children(names, values)
    extra = reduced[2] if len(reduced) > 2 and isinstance(reduced[2], dict) else {}
    known = set(names)
    more = {name: item for name, item in extra.items() if name not in known}
    children += [("." + str(name), item) for name, item in more.items()]
    children += [
        (".__class__", class_part(type(value))),
        (".args", reduced[1]),
        (".__cause__", BaseException.__dict__["__cause__"].__get__(value)),
        (".__context__", BaseException.__dict__["__context__"].__get__(value)),
    ]
    suppress = BaseException.__dict__["__suppress_context__"].__get__(value)
    return Parts(pack("exception", named, tuple(map(str, more)), bool(suppress)), children, fresh=True)


def reduce_foreign(value: Any) -> Node:
    """Reduce an instance whose state sits in a C struct, or whose library says how: as pickle does."""
    kind = type(value)
    try:
        reduced = _pickle_parts(value)
    except Exception as error:  # noqa: BLE001 # any class may raise anything here; the refusal carries it on
        reason = f"is a {dotted_name(kind)}, which cannot be taken apart ({describe(error)})"
        return Refusal(reason, dotted_name(kind), error)
    if isinstance(reduced, str):
        return _reduce_global(value, reduced)
    if not isinstance(reduced, tuple) or not 2 <= len(reduced) <= 6:
        return Refusal(f"is a {dotted_name(kind)}, whose __reduce_ex__ gives no tuple", dotted_name(kind))
    call, args, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
    layout = layout_of(kind)
    if type(state) is dict and layout.caches:
        state = {name: item for name, item in state.items() if name not in layout.caches}
    children = [
        (".__class__", class_part(kind)),
        (".__reduce__", call),
        (".args", args),
        ("", state),
        (".items", None if items is None else tuple(items)),
        (".pairs", None if pairs is None else tuple(pairs)),
        (".setter", setter),
    ]
    names: object = ()
    if state is None and not is_foreign(kind):  # a base's __reduce__ knows nothing of a subclass's attributes
        names, attributes = attribute_children(*state_of(value, own=True))
        children += attributes
    return Parts(pack("reduce", names), children, fresh=True)


def describe(error: BaseException) -> str:
    """Return type and text of an error, without the addresses that default representations have."""
    import re

    text = re.sub(r" at 0x[0-9a-fA-F]+", "", str(error))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _pickle_parts(value: Any) -> Any:
    copyreg = sys.modules.get("copyreg")
    reducer = copyreg.dispatch_table.get(type(value)) if copyreg is not None else None
    return reducer(value) if reducer is not None else value.__reduce_ex__(4)


def _reduce_global(value: Any, name: str) -> Node:
    """Reduce what pickles as a global name, if that name leads back to this very object."""
    kind = type(value)
    modules = [getattr(value, "__module__", None), kind.__module__, "numpy", "scipy.special"]
    for module in modules:
        found: Any = sys.modules.get(module) if isinstance(module, str) else None
        for part in name.split("."):
            found = getattr(found, part, None) if found is not None else None
        if found is value:
            return leaf("global", module, name)
    reason = f"is a {dotted_name(kind)} that pickles by its name {name!r}, which leads to another object"
    return Refusal(reason, dotted_name(kind))
