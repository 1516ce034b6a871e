"""Compute a fingerprint: graph, components, digest; the manifest when somebody asks for it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from memofp._code import flush_facts
from memofp._digest import digest_parts
from memofp._errors import DecorationError
from memofp._fingerprint._boundary import place_of_function
from memofp._fingerprint._collector import paused
from memofp._fingerprint._declared import add_declared
from memofp._fingerprint._digested import Digested, digest_graph, recent
from memofp._fingerprint._expand import expand
from memofp._fingerprint._graph import Graph
from memofp._fingerprint._guards import Guards
from memofp._fingerprint._isolated import argument_digest
from memofp._fingerprint._options import Options
from memofp._fingerprint._raw import instance_dict, is_a
from memofp._values import set_code_hasher

if TYPE_CHECKING:
    from memofp._manifest import Manifest

__all__ = ["FINGERPRINT_FORMAT", "Fingerprint", "fingerprint", "make_options"]

_LEAST_NODES = 64  # of a graph that others begin with: a smaller one is built anew as fast
_MOST_BUILDS = 4  # of one graph, while building it imports modules
_MOST_WRAPPERS = 100
FINGERPRINT_FORMAT = 4  # enters every digest: a change of any rule here or in `_code` is a new number


class Fingerprint:
    """What a function would do: a digest, and the manifest behind it.

    Attributes:
        digest: 32 hexadecimal characters; equal means that the function would do the same.
        guards: over everything that was read.
    """

    digest: str
    guards: Guards

    __slots__ = ("_digested", "_manifest", "_opened", "_root", "digest", "guards")

    def __init__(self, digested: Digested, root: int) -> None:
        self._digested = digested
        self._root = root
        self._manifest: Manifest | None = None
        self._opened: Fingerprint | None = None
        parts = [b"%d" % FINGERPRINT_FORMAT, digested.digests[root]]
        self.digest = digest_parts(b"fingerprint", parts).hex()
        self.guards = digested.graph.guards

    @property
    def manifest(self) -> Manifest:
        """Return the dependency graph as plain data."""
        if self._manifest is None:
            from memofp._fingerprint._manifests import build_manifest

            self._manifest = build_manifest(self._graph, self._root, self._digested.digests)
        return self._manifest

    @property
    def _graph(self) -> Graph:
        return self._digested.graph

    @property
    def open_digest(self) -> str:
        """Return the digest that counts every member of every class, for calls that are given code.

        Code among the arguments may name members that the function's own code does not.
        """
        if self._graph.visibility.everything:
            return self.digest
        known = self._opened
        if known is None or not known.guards.hold():  # it reaches more, so it has guards of its own
            options = self._graph.options._replace(everything=True)
            known = self._opened = build(self._graph.nodes[self._root].obj, options)
        return known.digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Fingerprint {self.digest}>"


def fingerprint(func: Callable[..., Any], **options: Any) -> Fingerprint:
    """Return the fingerprint of a function: what it would do, transitively.

    Args:
        func: a function, method, partial, class or other callable, decorated with `memoize` or not.
        options: `neutral`, `packages` and `depends_on`, as for `memoize`.

    Raises:
        DecorationError: if `func` is not callable.
    """
    if not callable(func):
        raise DecorationError(f"cannot fingerprint {type(func).__qualname__!r} object: it is not callable")
    target = unwrapped(func)
    return build(target, make_options(target, options))


def unwrapped(func: Any) -> Any:
    """Return the function behind a memoized one, or what was given."""
    return func.__wrapped__ if getattr(type(func), "__memofp_memoized__", False) else func


def build(func: Any, options: Options) -> Fingerprint:
    """Build the graph of a callable and digest it."""
    with paused():
        return _build(func, options)


def _build(func: Any, options: Options) -> Fingerprint:
    flush_facts()  # files are read as they are now
    name = func.__qualname__ if is_a(func, (FunctionType, type)) else type(func).__qualname__
    found = _build_with_base(func, name, options) if recent else None
    if found is not None:
        return found
    graph, root = _build_graph(func, name, options)
    for _ in range(_MOST_BUILDS - 1):
        if not graph.imported:
            break
        # A module that was imported on the way may have put things where they were missed.
        graph, root = _build_graph(func, name, options)
    digested = digest_graph(graph, root, None)
    if len(graph.nodes) >= _LEAST_NODES:
        from memofp._fingerprint._shared import remember  # here, as a script's graph is small

        remember(digested, _is_lasting(func))
    return Fingerprint(digested, root)


def _build_with_base(func: Any, name: str, options: Options) -> Fingerprint | None:
    from memofp._fingerprint._shared import begin_with, known_bases

    for base in known_bases(options):
        begun = begin_with(base, func, name, options, expand)
        if begun is not None:
            flush_facts()
            return Fingerprint(digest_graph(*begun, base), begun[1])
    return None


def _build_graph(func: Any, name: str, options: Options) -> tuple[Graph, int]:
    graph = Graph(options, expand)
    root = graph.visit(func, name)
    assert isinstance(root, int)  # a callable is no atom
    add_declared(graph, root, options.depends_on)
    graph.run()
    flush_facts()
    return graph, root


def _is_lasting(func: Any) -> bool:
    """Tell whether a module holds a function under its name, and so keeps alive what it reads."""
    return is_a(func, FunctionType) and func.__globals__.get(func.__name__) is func


def make_options(func: Any, given: Mapping[str, Any]) -> Options:
    """Return options from keyword arguments; the function's own installed package counts as user code."""
    neutral = given.get("neutral") or ()
    declared = given.get("depends_on") or ()
    if not isinstance(declared, list | tuple | set | frozenset):
        declared = (declared,)
    return Options(
        neutral=tuple(n for n in neutral if not isinstance(n, str)),
        neutral_names=frozenset(n for n in neutral if isinstance(n, str)),
        packages=dict(given.get("packages") or {}),
        own_packages=_own_packages(func),
        depends_on=tuple(declared),
    )


def _own_packages(func: Any) -> frozenset[str]:
    for _ in range(_MOST_WRAPPERS):
        if is_a(func, FunctionType):
            place = place_of_function(func)
            return frozenset({place.package}) if place.kind == "package" else frozenset()
        func = _inside(func)
    return frozenset()


def _inside(func: Any) -> Any:
    """Return the callable inside a method, partial or wrapper, without asking hooks of an object's."""
    if is_a(func, (MethodType, staticmethod, classmethod)):
        return func.__func__
    if is_a(func, functools.partial):
        return func.func
    space = instance_dict(func)
    return space.get("__wrapped__") if space is not None else None


set_code_hasher(argument_digest)
