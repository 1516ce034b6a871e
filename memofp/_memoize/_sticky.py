"""Keep a definition that is run again and means the same: `sticky`, for REPLs and notebooks."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, TypeVar

from memofp._digest import digest_parts
from memofp._errors import DecorationError

__all__ = ["sticky"]

T = TypeVar("T", bound=Callable[..., Any])

_INNER = ("__wrapped__", "py_func", "__func__", "func", "fget")  # where decorators keep what is below them
_SETTINGS = ("cache_parameters", "targetoptions")  # of functools.lru_cache, of numba's dispatchers


class _Kept(NamedTuple):
    """A definition that may be given back.

    Attributes:
        meaning: digest of everything that may matter to it, taken when it was defined.
        namespace: the globals that it was defined in.
        definition: the object.
    """

    meaning: bytes | None
    namespace: dict[str, Any]
    definition: Any


_kept: dict[tuple[str, str], _Kept] = {}


def sticky(definition: T, /) -> T:
    """Give back the earlier object when a definition is run again and its meaning is unchanged.

    For REPLs and notebooks, as the topmost decorator: a compiled or stateful decorator below it
    (`numba.jit`, `functools.lru_cache`), or a class and its instances, then survive a cell that is run
    again.  The meaning is the fingerprint when it was defined, the decorators and what they read,
    and the annotations.  Comments, layout and helpers' names are none of it.  In doubt the new
    definition is taken.

    Args:
        definition: a function or class of a module, cell or prompt, decorated or not.

    Returns:
        The earlier object or this one.

    Raises:
        DecorationError: it is defined inside of a function, or holds no Python function.
    """
    inner = _inner(definition)
    module, qualname = inner.__module__, inner.__qualname__
    if "<locals>" in qualname:
        raise DecorationError(
            f"sticky: {module}.{qualname} is defined inside of a function, where every run makes one "
            "of its own; put sticky above definitions of a module, cell or prompt"
        )
    namespace = _namespace(inner)
    with _bound(namespace, qualname, definition):  # a recursive function means itself
        meaning = _meaning(definition, inner, namespace)
    kept = _kept.get((module, qualname))
    if kept is not None and kept.namespace is namespace and meaning is not None and meaning == kept.meaning:
        _take_doc(kept.definition, definition)
        return kept.definition  # type: ignore[no-any-return] # it was a T when it was kept
    _kept[module, qualname] = _Kept(meaning, namespace, definition)
    return definition


def _inner(definition: Any) -> Any:
    """Return the function or class below decorators."""
    found, seen = definition, set[int]()
    while not isinstance(found, (FunctionType, type)) and id(found) not in seen:
        seen.add(id(found))
        below = (getattr(found, name, None) for name in _INNER)
        found = next((item for item in below if item is not None), None)
    while isinstance(found, FunctionType) and isinstance(getattr(found, "__wrapped__", None), FunctionType):
        found = found.__wrapped__  # type: ignore[attr-defined] # as just checked
    if not isinstance(found, (FunctionType, type)):
        raise DecorationError(f"sticky: {definition!r} holds no Python function or class to compare")
    return found


def _namespace(inner: Any) -> dict[str, Any]:
    if isinstance(inner, FunctionType):
        return inner.__globals__
    module = sys.modules.get(inner.__module__)
    return {} if module is None else module.__dict__


@contextmanager
def _bound(namespace: dict[str, Any], name: str, value: object) -> Iterator[None]:
    """Bind a global name for a while."""
    missing = object()
    before = namespace.get(name, missing)
    namespace[name] = value
    try:
        yield
    finally:
        if before is missing:
            namespace.pop(name, None)
        else:
            namespace[name] = before


def _meaning(definition: Any, inner: Any, namespace: dict[str, Any]) -> bytes | None:
    """Return a digest of what a definition means; None if that cannot be told."""
    from memofp._fingerprint import fingerprint

    try:
        parts = [fingerprint(definition).digest.encode()]
        parts += [_settings(layer) for layer in _layers(definition)]
        parts += _written(inner, namespace)
    except Exception:  # noqa: BLE001 # whatever cannot be compared is another definition
        return None
    return digest_parts(b"sticky", parts)


def _layers(definition: Any) -> Iterator[Any]:
    seen = set[int]()
    while definition is not None and id(definition) not in seen:
        seen.add(id(definition))
        yield definition
        below = (getattr(definition, name, None) for name in _INNER)
        definition = next((item for item in below if item is not None), None)


def _settings(layer: Any) -> bytes:
    """Return what is known of one decorator's own settings."""
    from memofp._values import digest_value

    found: list[object] = [type(layer).__module__, type(layer).__qualname__]
    for name in _SETTINGS:
        value: Any = getattr(layer, name, None)
        if value is not None:
            settings: Any = value() if callable(value) else value
            found.append(dict(settings))
    return digest_value(found, "settings")


def _written(inner: Any, namespace: dict[str, Any]) -> list[bytes]:
    """Return the parts of the text that no fingerprint covers, and what the decorators read."""
    node = _syntax(inner)
    if node is None:  # no source: the annotations alone
        return [repr(sorted(getattr(inner, "__annotations__", {}).items())).encode()]
    kept: list[ast.AST] = list(node.decorator_list)
    if isinstance(node, ast.ClassDef):
        kept.append(node)  # the fields of a class are annotations
    else:
        kept += [node.args, *([node.returns] if node.returns else [])]
    texts = [ast.dump(item).encode() for item in kept]
    return texts + [_reading(name, namespace) for item in node.decorator_list for name in _names(item)]


def _syntax(inner: Any) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None:
    import inspect
    import textwrap

    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inner)))
    except (OSError, TypeError, SyntaxError):
        return None
    node = tree.body[0]
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else None


def _names(node: ast.AST) -> Iterator[list[str]]:
    """Yield the dotted names that an expression reads, as lists."""
    path: list[str] = []
    inner: ast.AST = node
    while isinstance(inner, ast.Attribute):
        path.insert(0, inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield [inner.id, *path]
        return
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def _reading(path: list[str], namespace: dict[str, Any]) -> bytes:
    """Return a digest of what a dotted name stands for; code of packages counts by name and version."""
    from memofp._values import digest_value

    found: Any = namespace[path[0]] if path[0] in namespace else getattr(builtins, path[0])
    for name in path[1:]:
        found = getattr(found, name)
    if found is sticky:
        return b"sticky"
    if isinstance(found, ModuleType):
        return found.__name__.encode()
    return digest_value(found, ".".join(path))


def _take_doc(kept: Any, fresh: Any) -> None:
    """Give the earlier object the docstring of the present text, if it takes one."""
    if getattr(kept, "__doc__", None) != getattr(fresh, "__doc__", None):
        try:
            kept.__doc__ = fresh.__doc__
        except (AttributeError, TypeError):
            return
