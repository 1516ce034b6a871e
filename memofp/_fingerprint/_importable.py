"""Count source files of modules that code imports by names that it computes, where texts in reach tell them.

`import_module("pkg.plugins." + name)` may import any module of `pkg.plugins`, and a table of texts such as
`"pkg.plugins.html"` says which.  They are not imported for that, since importing has effects.  So each counts
as its file's content, with the files of all of the user's modules that it imports in turn, whether it is
loaded or not: a key does not depend on what happens to be loaded.  A name that no text tells stays a blind
spot.

A file is read once a process: who has loaded a module goes on running what was there then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING

from memofp._code import IMPORTERS, Fact
from memofp._digest import digest
from memofp._fingerprint._raw import is_a

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

__all__ = ["SourceFile", "absolute_name", "computes_import", "importable", "spec_of"]

_MOST_FILES = 2000  # of one graph; a program that names more loads plugins of every kind
_files: dict[str, SourceFile | None] = {}  # path -> what was read there
_Tops = dict[str, tuple[str | None, list[str] | None]]  # top-level name -> its file, its folders
_COMPUTED = frozenset(f"{name} of a computed name" for name in IMPORTERS)


class SourceFile:
    """One module's file.

    Attributes:
        path: of the file.
        digest: of its content.
        imports: dotted names that it imports, absolute; some name what a module holds.
    """

    __slots__ = ("digest", "imports", "path")

    def __init__(self, path: str, content: bytes, package: str) -> None:
        self.path = path
        self.digest = digest(content)
        self.imports = _imports(content, package)


def computes_import(fact: Fact) -> bool:
    """Tell whether a function imports a module by a name that it computes."""
    if not fact.from_source:  # bytecode does not tell how it is called
        return not IMPORTERS.isdisjoint(fact.seen)
    return bool(fact.spots) and any(spot.what in _COMPUTED for spot in fact.spots)


def importable(names: Iterable[str], is_users: Callable[[str], bool]) -> dict[str, SourceFile]:
    """Return the files of the user's modules that dotted names tell, and of those that they import.

    Args:
        names: a module's name, a name within a module, or a package's with a dot behind: all of its modules.
        is_users: tells whether a file is the user's, by its path.

    Returns:
        Files by the names of their modules.
    """
    found: dict[str, SourceFile] = {}
    looked_at: set[str] = set()
    tops: _Tops = {}
    waiting = list(names)
    while waiting and len(found) < _MOST_FILES:
        name = waiting.pop()
        if name.endswith("."):
            waiting += _submodules(name[:-1], tops)
            continue
        for module in (name, name.rpartition(".")[0]):
            if not module or module in looked_at:
                continue
            looked_at.add(module)
            path = _path_of(module, tops)
            file = _read(path, module) if path is not None and is_users(path) else None
            if file is not None:
                found[module] = file
                waiting += file.imports
    return found


def _submodules(package: str, tops: _Tops) -> list[str]:
    path = _path_of(package, tops)
    if path is None or os.path.basename(path) != "__init__.py":
        return []
    try:
        entries = sorted(entry.name for entry in os.scandir(os.path.dirname(path)))
    except OSError:
        return []
    names = [name.removesuffix(".py") for name in entries]  # a folder may be a package
    return [f"{package}.{name}" for name in names if name.isidentifier() and name != "__init__"]


def _path_of(module: str, tops: _Tops) -> str | None:
    """Return the file of a module, None if there is none.  Imports nothing."""
    top, *rest = module.split(".")
    if top not in tops:
        tops[top] = _top_level(top)
    origin, folders = tops[top]
    if not rest and folders is None:
        return origin
    for folder in folders or ():
        base = os.path.join(folder, *rest)
        for path in (os.path.join(base, "__init__.py"), f"{base}.py"):
            if os.path.isfile(path):
                return path
    return None


def _top_level(name: str) -> tuple[str | None, list[str] | None]:
    """Return the file of a top-level module and the folders of a package, loaded or not."""
    loaded = sys.modules.get(name)
    if is_a(loaded, ModuleType):
        file, folders = loaded.__dict__.get("__file__"), loaded.__dict__.get("__path__")
        return (file if isinstance(file, str) else None), None if folders is None else list(map(str, folders))
    spec = spec_of(name)
    if spec is None:
        return None, None
    places = spec.submodule_search_locations
    return (spec.origin if spec.has_location else None), None if places is None else list(places)


def spec_of(name: str) -> ModuleSpec | None:
    """Return the spec of a top-level module without importing it, None if there is none."""
    from importlib.util import find_spec

    try:
        return find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None


def absolute_name(package: str, level: int, module: str) -> str | None:
    """Return the absolute name of a module, None if a relative one has no package to start from.

    Args:
        package: of the code with the import statement, "" for none.
        level: number of dots in front.
        module: the name behind them.
    """
    if level == 0:
        return module
    parts = package.split(".") if package else []
    if level > len(parts):
        return None
    base = ".".join(parts[: len(parts) - (level - 1)])
    return f"{base}.{module}" if module else base


def _read(path: str, module: str) -> SourceFile | None:
    if path not in _files:
        is_package = os.path.basename(path) == "__init__.py"
        if not path.endswith(".py"):
            return None
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError:
            _files[path] = None
        else:
            _files[path] = SourceFile(path, content, module if is_package else module.rpartition(".")[0])
    return _files[path]


def _imports(content: bytes, package: str) -> tuple[str, ...]:
    """Return what the import statements of a text may import, from wherever in it they stand."""
    import ast

    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = absolute_name(package, node.level, node.module or "")
            if base is None:
                continue
            found[base] = None
            found.update(dict.fromkeys(f"{base}.{alias.name}" for alias in node.names))
    return tuple(found)
