"""Tell whose code something is: the user's, a third-party distribution's, or Python's own."""

from __future__ import annotations

import functools
import os
import sys
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from memofp._fingerprint._raw import flags_of, is_a, module_of

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = [
    "PYTHON",
    "USER",
    "Place",
    "place_of_class",
    "place_of_file",
    "place_of_function",
    "place_of_module",
]


class Place(NamedTuple):
    """Whose code it is.

    `kind` is `user`, `package` (third party) or `python` (the standard library and builtins);
    `package` is the top-level import name of a third-party package, "" otherwise; `root` the directory
    that holds it.
    """

    kind: str
    package: str = ""
    root: str = ""


USER = Place("user")
PYTHON = Place("python")
_SITE = Place("package")
_OWN_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_STDLIB = tuple(
    {os.path.dirname(os.path.abspath(os.__file__)), os.path.dirname(os.path.realpath(os.__file__))}
)
_SITE_FOLDERS = frozenset({"site-packages", "dist-packages"})


@functools.cache
def place_of_file(path: str) -> Place:
    """Tell whose code a file holds, by where the file lies.

    A distribution installed in place (`pip install -e`) lies in a folder of the user's own.
    """
    folder, name = os.path.split(os.path.abspath(path))
    place = _place_of_folder(folder)
    return place if place is not _SITE else Place("package", name.split(".")[0], folder)


@functools.cache
def _place_of_folder(folder: str) -> Place:
    """Tell whose code the files of a folder hold; `_SITE` if each may be another distribution's."""
    inside = folder + os.sep
    if inside.startswith(_OWN_DIRECTORY + os.sep):
        return Place("package", "memofp", os.path.dirname(_OWN_DIRECTORY))
    parts = folder.split(os.sep)
    for i in range(len(parts) - 1, -1, -1):
        if parts[i] in _SITE_FOLDERS:
            if i == len(parts) - 1:
                return _SITE
            return Place("package", parts[i + 1].split(".")[0], os.sep.join(parts[: i + 1]))
    if any(inside.startswith(stdlib + os.sep) for stdlib in _STDLIB):
        return PYTHON
    return USER


def place_of_module(module: ModuleType) -> Place:
    """Tell whose code a module is.  Reads its namespace alone, so no module-level `__getattr__` runs."""
    space = module.__dict__
    file = space.get("__file__")
    if isinstance(file, str):
        return place_of_file(file)
    spec = space.get("__spec__")
    origin = getattr(spec, "origin", None)
    if origin in ("built-in", "frozen"):
        return PYTHON
    if isinstance(origin, str) and os.sep in origin:
        return place_of_file(origin)
    path = space.get("__path__")
    if path is not None:
        for folder in list(path):
            return place_of_file(os.path.join(str(folder), "__init__.py"))
    name = space.get("__name__")
    if spec is None and isinstance(name, str) and name in sys.builtin_module_names:
        return PYTHON
    return USER


def place_of_name(name: object) -> Place:
    """Tell whose code the module of this name is; code of a module that nobody knows is the user's."""
    if not isinstance(name, str):
        return USER
    module = sys.modules.get(name)
    if is_a(module, ModuleType):
        return place_of_module(module)
    if name.partition(".")[0] in sys.stdlib_module_names:
        return PYTHON
    return USER


def place_of_code(code: CodeType, module_globals: dict[str, Any]) -> Place:
    """Tell whose code a code object is: by its file, or for built code by the module that it runs in."""
    filename = code.co_filename
    if filename.startswith("<frozen "):
        return PYTHON
    if filename.startswith("<"):
        return place_of_name(module_globals.get("__name__"))
    place = place_of_file(filename)
    if place is USER and not os.path.isabs(filename):
        return place_of_name(module_globals.get("__name__"))
    return place


def place_of_function(function: FunctionType) -> Place:
    """Tell whose code a Python function is."""
    return place_of_code(function.__code__, function.__globals__)


def place_of_class(cls: type) -> Place:
    """Tell whose code a class is, by the module that it says it lives in.

    What says `__main__` is the user's: in a worker of joblib or ray the module of that name is theirs.
    """
    name = module_of(cls)
    place = USER if name == "__main__" else place_of_name(name)
    if not flags_of(cls) & 0x200:  # Py_TPFLAGS_HEAPTYPE (CPython Include/object.h): static C type
        return PYTHON if place.kind != "package" else place
    return place
