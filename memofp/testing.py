"""Help to test code that uses memofp.

`isolated_cache` and the assertions are plain functions.  Under pytest, name this module as a
plugin in a `conftest.py`, and tests get the fixture `memofp_cache`:

    pytest_plugins = ["memofp.testing"]

Nothing is registered by the installation alone, so no other test run loads or pays for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MethodType, ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec

from memofp import _config
from memofp._memoize._memoized import Memoized
from memofp._memoize._methods import BoundMemoized

if TYPE_CHECKING:
    from memofp._manifest import Dependency, Manifest
    from memofp._store._conformance import StoreConformance, store_machine

__all__ = [
    "StoreConformance",
    "assert_depends_on",
    "assert_hits",
    "assert_independent_of",
    "assert_misses",
    "isolated_cache",
    "store_machine",
]

P = ParamSpec("P")

_LISTED = 30  # dependencies that a failure names


@contextmanager
def isolated_cache(directory: str | os.PathLike[str] | None = None) -> Iterator[Path]:
    """Let every memoized function use a directory of its own inside a `with` block, and nothing else.

    It holds for functions that name a `cache_dir` too, and for processes that are started inside.
    The user's signing key is not touched, no limits hold, and `MEMOFP_DISABLE` is taken off.

    Args:
        directory: where the entries go; a temporary directory that is removed at the end, if it is None.

    Yields:
        The directory.
    """
    with ExitStack() as stack:
        if directory is None:
            from tempfile import TemporaryDirectory

            directory = stack.enter_context(TemporaryDirectory(prefix="memofp-", ignore_cleanup_errors=True))
        path = os.path.abspath(os.fspath(directory))
        stack.enter_context(
            _environment(MEMOFP_CACHE_DIR=path, MEMOFP_SIGNING_KEY="isolated tests", MEMOFP_DISABLE=None)
        )
        stack.callback(_config.restore, _config.current)
        stack.callback(_close_stores)
        _close_stores()  # they keep the signing key that they have read
        _config.restore(_config.current.replaced(isolated_dir=path, limits={}))
        yield Path(path)


def assert_hits(function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
    """Assert that a call would be answered from the store.  The function does not run, no hit is counted.

    Args:
        function: memoized function or method, coroutine functions too.
        *args: of the call.
        **kwargs: of the call.

    Raises:
        AssertionError: the call would run the function.
    """
    __tracebackhide__ = True
    memoized, args_ = _memoized(function, args)
    if not _is_served(memoized, args_, kwargs):
        raise AssertionError(
            f"expected a hit of {_call(memoized, args_, kwargs)}{_reason(memoized, args_, kwargs)}"
        )


def assert_misses(function: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
    """Assert that a call would run the function.  It does not run, no miss is counted.

    Args:
        function: memoized function or method, coroutine functions too.
        *args: of the call.
        **kwargs: of the call.

    Raises:
        AssertionError: the call would be answered from the store.
    """
    __tracebackhide__ = True
    memoized, args_ = _memoized(function, args)
    if _is_served(memoized, args_, kwargs):
        raise AssertionError(f"expected a miss of {_call(memoized, args_, kwargs)}, but its result is stored")


def assert_depends_on(function: Callable[..., object], helper: object) -> None:
    """Assert that an edit of a helper would change the fingerprint of a function.

    Args:
        function: memoized or not.
        helper: a function, class or module; or the name of any dependency as the manifest has it, with
            its kind (`"const:pkg.TABLE"`) or without (`"pkg.TABLE"`).

    Raises:
        AssertionError: the manifest does not list the helper.
    """
    __tracebackhide__ = True
    name, manifest, found = _find(function, helper)
    if found is None:
        raise AssertionError(
            f"{name} does not depend on {_name_of(helper)}; it depends on {_listed(manifest)}"
        )


def assert_independent_of(function: Callable[..., object], helper: object) -> None:
    """Assert that an edit of a helper would leave the fingerprint of a function as it is.

    Args:
        function: memoized or not.
        helper: as for `assert_depends_on`.

    Raises:
        AssertionError: the manifest lists the helper; the message says by way of what.
    """
    __tracebackhide__ = True
    name, manifest, found = _find(function, helper)
    if found is not None:
        users = [d.label for d in manifest.dependencies if found.label in d.uses]
        by = f", used by {', '.join(users)}" if users else ""
        raise AssertionError(f"{name} depends on {found.label}{by}")


def _memoized(function: Any, args: tuple[Any, ...]) -> tuple[Memoized[..., Any], tuple[Any, ...]]:
    """Return the memoized function of a call, and its arguments with the object of a method."""
    if isinstance(function, (BoundMemoized, MethodType)):
        return _memoized(function.__func__, (function.__self__, *args))
    if not isinstance(function, Memoized):
        raise TypeError(f"{function!r} is not memoized: put @memofp.memoize above it")
    return function, args


def _is_served(memoized: Memoized[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    core = memoized._core
    if _config.is_disabled():
        raise RuntimeError("memoization is off (MEMOFP_DISABLE or memofp.disabled()): there are no hits")
    key = core.find_key(args, kwargs)[1]
    return core.contains(key) and core.peek(key) is not None


def _call(memoized: Memoized[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    from memofp._call import describe_arguments

    plan = memoized._core.find_key(args, kwargs)[0]
    return f"{memoized._core.name}({describe_arguments(plan.names, plan.bind_raw(*args, **kwargs))})"


def _reason(memoized: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    explain = getattr(memoized, "explain", None)
    return "" if explain is None else f": {explain(*args, **kwargs)}"


def _find(function: Any, helper: object) -> tuple[str, Manifest, Dependency | None]:
    from memofp._fingerprint import fingerprint, function_name

    while isinstance(function, BoundMemoized):
        function = function.__func__
    manifest = fingerprint(function).manifest
    names = _names(helper)
    within = f"{helper.__name__}." if isinstance(helper, ModuleType) else None
    for dependency in manifest.dependencies[1:]:  # the first is the function itself
        named = {dependency.name, dependency.label} | {
            text.partition("#")[0] for text in (dependency.name, dependency.label)
        }
        if names & named or (within is not None and dependency.name.startswith(within)):
            return function_name(function), manifest, dependency
    return function_name(function), manifest, None


def _names(helper: object) -> set[str]:
    """Return the names under which a manifest may list a helper."""
    from memofp._fingerprint import function_name

    if isinstance(helper, str):
        return {helper}
    if isinstance(helper, ModuleType):
        return {helper.__name__, f"package:{helper.__name__}"}
    if not callable(helper):
        raise TypeError(
            f"a {type(helper).__qualname__} has no name: give the dependency's, such as 'const:pkg.TABLE'"
        )
    name = function_name(helper)
    before, mark, _ = name.partition("<lambda>-")  # manifests have lambdas without their text
    return {name, f"{before}<lambda>"} if mark else {name}


def _name_of(helper: object) -> str:
    return max(_names(helper), key=len)


def _listed(manifest: Manifest) -> str:
    labels = [dependency.label for dependency in manifest.dependencies[1:] if dependency.kind != "python"]
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    spots = f"; there are {len(manifest.blind_spots)} blind spots" if manifest.blind_spots else ""
    return (", ".join(labels[:_LISTED]) or "nothing else") + more + spots


@contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set_environment(values)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, text in values.items():
        if text is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = text


def _close_stores() -> None:
    if "memofp._store" in sys.modules:
        from memofp._store import close_all

        close_all()


if sys.modules.get("pytest") is not None:
    import pytest

    @pytest.fixture
    def memofp_cache(tmp_path: Path) -> Iterator[Path]:
        """Give a test a cache directory of its own, for every memoized function."""
        with isolated_cache(tmp_path / "memofp_cache") as directory:
            yield directory


def __getattr__(name: str) -> Any:
    """Load the conformance suite for stores when somebody asks: it needs pytest and hypothesis."""
    if name not in ("StoreConformance", "store_machine"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from memofp._store import _conformance

    return getattr(_conformance, name)
