"""Tell where a class comes from: the standard library, an installed package, or the user."""

from __future__ import annotations

import os
import sys

from memofp._values._parts import Leaf, leaf

__all__ = ["class_part", "dotted_name", "is_foreign", "is_standard", "mro_of"]

_mro = type.__dict__["__mro__"].__get__
_module = type.__dict__["__module__"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_STDLIB = os.path.dirname(os.__file__) + os.sep
_PACKAGES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_standard: dict[int, tuple[bool, type]] = {}  # by identity: a metaclass may define __eq__ or __hash__


def mro_of(kind: type) -> tuple[type, ...]:
    """Return a class's method resolution order, past any metaclass."""
    found: tuple[type, ...] = _mro(kind)
    return found


def dotted_name(kind: type) -> str:
    """Return `module.qualname` of a class, past any metaclass; builtins without the module."""
    try:
        module = _module(kind)
    except AttributeError:  # a class body may delete its __module__
        module = "?"
    name: str = _qualname(kind)
    if type(module) is not str:
        return f"?.{name}"
    return name if module == "builtins" else f"{module}.{name}"


def is_standard(kind: type) -> bool:
    """Tell whether a class is the one that the standard library has under its dotted name."""
    known = _standard.get(id(kind))
    if known is None:
        if len(_standard) > 4096:
            _standard.clear()
        known = _standard[id(kind)] = (_find_standard(kind), kind)
    return known[0]


def _find_standard(kind: type) -> bool:
    try:
        module = _module(kind)
    except AttributeError:
        return False
    if type(module) is not str or module.split(".")[0] not in sys.stdlib_module_names | {"builtins"}:
        return False
    loaded = sys.modules.get(module)
    if loaded is None or not _in_library(loaded):
        return False
    found: object = loaded
    for name in _qualname(kind).split("."):
        space = vars(type)["__dict__"].__get__(found) if isinstance(found, type) else vars(found)
        found = space.get(name)
        if found is None:
            return False
    return found is kind


def _in_library(module: object) -> bool:
    file = getattr(module, "__file__", None)
    if file is None:
        return getattr(module, "__spec__", None) is not None and not hasattr(module, "__path__")
    file = os.path.abspath(file)
    return file.startswith(_STDLIB) and not any(mark in file for mark in _PACKAGES)


def is_foreign(kind: type) -> bool:
    """Tell whether a class is not the user's: from the standard library or an installed package."""
    if is_standard(kind):
        return True
    try:
        module = sys.modules.get(_module(kind))
    except (AttributeError, TypeError):
        return False
    if module is None or getattr(module, "__name__", "") == "__main__":
        return False
    file = getattr(module, "__file__", None)
    if file is None:
        return getattr(module, "__spec__", None) is not None and not hasattr(module, "__path__")
    file = os.path.abspath(file)
    return file.startswith(_STDLIB) or any(mark in file for mark in _PACKAGES)


def class_part(kind: type) -> Leaf | type:
    """Return what stands for a class among a value's parts: its name if it is the standard
    library's (the Python version enters the key by itself), else the class, whose code counts.
    """
    return leaf("class", dotted_name(kind)) if is_standard(kind) else kind
