"""Find the function that a command line names, and read the arguments of a call."""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from types import ModuleType
from typing import TYPE_CHECKING, Any

from memofp._config import looking
from memofp._errors import MemofpError

if TYPE_CHECKING:
    from memofp._memoize._core import Core

__all__ = ["TargetError", "add_target", "core_of", "find_target", "read_arguments"]


class TargetError(MemofpError, LookupError):
    """A command line names a function that cannot be found, or that is not memoized."""


def add_target(parser: argparse.ArgumentParser, *, what: str = "the memoized function") -> None:
    """Add the arguments that `find_target` reads."""
    parser.add_argument(
        "target", metavar="MODULE:FUNCTION", help=f"{what}: `package.module:name`, or `path/file.py:name`"
    )
    parser.add_argument(
        "--cache-dir", metavar="DIR", help="the cache directory, where the function names none of its own"
    )


def find_target(options: argparse.Namespace) -> Any:
    """Import the module and return what is named in it.

    Raises:
        TargetError: there is no such module or name, or the import fails.
    """
    if options.cache_dir is not None:
        from memofp._config import configure

        configure(cache_dir=options.cache_dir)
    place, colon, path = options.target.rpartition(":")
    if not colon or not place or not path:
        raise TargetError(f"{options.target!r} names no function: write package.module:function")
    found: Any = _import(place)
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise TargetError(f"{place} has no {path!r}: {_near(found, name)}") from None
    return found


def core_of(target: Any, name: str) -> Core:
    """Return the core of a memoized function or bound method.

    Raises:
        TargetError: it is not memoized.
    """
    from memofp._memoize._memoized import Memoized
    from memofp._memoize._methods import BoundMemoized

    if isinstance(target, BoundMemoized):
        target = target.__func__
    if not isinstance(target, Memoized):
        raise TargetError(f"{name} is a {type(target).__qualname__} that is not memoized")
    return target._core


def read_arguments(texts: Sequence[str]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Read `1 'text' name=[1, 2]`: literals of Python; what is none is taken as text."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name.isidentifier():
            kwargs[name] = _literal(value)
        else:
            args.append(_literal(text))
    return tuple(args), kwargs


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _import(place: str) -> ModuleType:
    if sys.path[:1] not in ([""], [os.getcwd()]):
        sys.path.insert(0, os.getcwd())
    try:
        # What the program prints or computes at its import is neither the answer nor a part of it.
        with looking(), redirect_stdout(sys.stderr):
            return _import_file(place) if place.endswith(".py") else importlib.import_module(place)
    except (Exception, SystemExit) as error:  # whatever the user's module does at import
        raise TargetError(f"cannot import {place}: {type(error).__name__}: {error}") from error


def _import_file(path: str) -> ModuleType:
    """Import a file under its own name, with its directory importable, as running it would."""
    full = os.path.abspath(path)
    sys.path.insert(0, os.path.dirname(full))
    name = os.path.basename(full).removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None or not os.path.exists(full):
        raise ImportError("there is no such file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _near(owner: Any, name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [n for n in dir(owner) if not n.startswith("__")], 3)
    return f"did you mean {' or '.join(near)}?" if near else "nothing there has a name like it"
