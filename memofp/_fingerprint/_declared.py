"""Add declared dependencies: what `depends_on=` names beside what the code shows."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from memofp._digest import Hasher, digest_parts
from memofp._errors import ConfigurationError
from memofp._fingerprint._boundary import place_of_module
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._node import Node, is_code, leaf
from memofp._fingerprint._packages import distribution_of
from memofp._fingerprint._raw import is_a
from memofp._values import File

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["EnvVar", "Package", "add_declared", "declared_target"]

_CHUNK = 1 << 20  # bytes read at a time
_contents: dict[tuple[str, int, int, int, int], bytes] = {}


class EnvVar(NamedTuple):
    """An environment variable that a function depends on, by its value or its absence.

    Attributes:
        name: name of the variable.
    """

    name: str


class Package(NamedTuple):
    """An installed distribution that a function depends on, by its version.

    Attributes:
        name: import name or distribution name.
    """

    name: str


def add_declared(graph: Graph, root: int, declared: tuple[Any, ...]) -> None:
    """Add an edge from the root to each declared dependency.  Their order does not count.

    Raises:
        ConfigurationError: a declared package is not installed.
    """
    for item in declared:
        graph.nodes[root].add("declared", declared_target(graph, item))


def declared_target(graph: Graph, item: Any) -> int | bytes:
    """Return the target of one declared dependency."""
    if isinstance(item, File):
        return _file_node(graph, os.fspath(item.path))
    if isinstance(item, EnvVar):
        return _variable_node(graph, item.name)
    if isinstance(item, Package):
        return _package_node(graph, item.name)
    name = getattr(item, "__qualname__", None) or f"declared {type(item).__qualname__}"
    if is_code(item):
        return graph.visit(item, str(name))
    return graph.slot("const", str(name), ("declared", id(item)), item)


def _file_node(graph: Graph, path: str) -> int:
    def read() -> bytes:
        return digest_parts(b"files", [part for name, content in _files(path) for part in (name, content)])

    found = read()
    graph.guards.probe(read, found)
    label = f"File({path!r})"
    return graph.keyed(("file", path), lambda: Node("const", label, None, found, value=path))


def _files(path: str) -> list[tuple[bytes, bytes]]:
    """Return (name, digest of content) of a file, or of each file that a pattern matches, by name."""
    import glob

    if not glob.has_magic(path):
        return [(b"", _content(path))]
    base = path[: min(path.find(c) for c in "*?[" if c in path)]
    start = len(os.path.dirname(base))
    names = sorted(n for n in glob.glob(path, recursive=True) if os.path.isfile(n))
    return [(os.fsencode(name[start:].replace(os.sep, "/")), _content(name)) for name in names]


def _content(path: str) -> bytes:
    """Return the digest of a file's content; its stat is the shortcut.  Absence has a digest of its own."""
    try:
        with open(path, "rb") as file:
            stat = os.fstat(file.fileno())
            key = (os.path.abspath(path), stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_ctime_ns)
            known = _contents.get(key)
            if known is not None:
                return known
            hasher = Hasher()
            while chunk := file.read(_CHUNK):
                hasher.update(chunk)
    except OSError:
        return leaf("absent file")
    if len(_contents) > 10_000:
        _contents.clear()
    found = _contents[key] = hasher.digest()
    return found


def _variable_node(graph: Graph, name: str) -> int:
    def read() -> str | None:
        return os.environ.get(name)

    value = read()
    graph.guards.probe(read, value)
    local = digest_parts(b"variable", [b"" if value is None else b"=" + os.fsencode(value)])
    return graph.keyed(("variable", name), lambda: Node("const", f"EnvVar({name!r})", None, local))


def _package_node(graph: Graph, name: str) -> int:
    module = sys.modules.get(name)
    place = place_of_module(module) if is_a(module, ModuleType) else None
    if place is None or place.kind != "package":
        version = _installed_version(name)
    else:
        name, version = distribution_of(place.package, place.root)
    local = digest_parts(b"package", [name.encode(), version.encode()])
    return graph.keyed(("package", name), lambda: Node("package", name, None, local, value=version))


def _installed_version(name: str) -> str:
    from importlib import metadata  # slow to import, and rarely needed here

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
    for distribution in metadata.packages_distributions().get(name, ()):
        return metadata.version(distribution)
    raise ConfigurationError(
        f"depends_on=[Package({name!r})]: no such distribution is installed; check the name with `pip list`"
    )
