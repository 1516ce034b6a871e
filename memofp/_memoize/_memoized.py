"""The object that `memoize` puts in the place of a function."""

from __future__ import annotations

import sys
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from memofp import _config
from memofp._memoize._core import Core

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

    from memofp._explain import Explanation
    from memofp._fingerprint import Fingerprint
    from memofp._memoize._info import CacheInfo
    from memofp._memoize._options import Options
    from memofp._store._accepted import Acceptance

__all__ = ["Memoized"]

P = ParamSpec("P")
R = TypeVar("R")

COPIED = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__type_params__")


class SignatureOfInstances:
    """Give instances a `__signature__`, and the class none: `inspect` reads it from both."""

    def __get__(self, instance: Any, owner: type | None = None) -> Signature:
        if instance is None:
            raise AttributeError("__signature__")
        from inspect import signature

        return signature(instance.__wrapped__)


class Memoized(Generic[P, R]):
    """A function whose results are kept on disk, and the ways to look after them.

    Call it as the function.  `__wrapped__` is the function itself.
    """

    __slots__ = ("__dict__", "__weakref__", "_core")
    __memofp_memoized__ = True  # the fingerprint looks through to `__wrapped__`

    __wrapped__: Callable[P, R]
    __name__: str
    __qualname__: str
    __signature__: SignatureOfInstances = SignatureOfInstances()

    def __init__(self, function: Callable[P, R], options: Options) -> None:
        own = self.__dict__
        for name, value in getattr(function, "__dict__", {}).items():
            if not hasattr(type(self), name):  # an attribute `key` of the function hides no method
                own[name] = value
        for name in COPIED:
            try:
                own[name] = getattr(function, name)
            except (AttributeError, NameError):  # partial objects have no name; 3.14 evaluates annotations
                continue
        own["__wrapped__"] = function
        self._core = Core(function, options)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        core = self._core
        if core.generation != _config.generation:
            core.refresh()
        if not core.enabled:
            return core.function(*args, **kwargs)  # type: ignore[no-any-return] # Core is not generic
        plan, key = core.find_key(args, kwargs)
        hit = core.look(key)
        if hit is None:
            with core.computation(plan, key, args, kwargs) as computation:
                hit = computation.hit
                if hit is None:
                    computation.value = core.function(*args, **kwargs)
                    return computation.value  # type: ignore[no-any-return] # as above
        return hit.value  # type: ignore[return-value] # what this function returned once

    def call(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function whatever is stored, and store what it returns in its place.

        Returns:
            What the function returned.
        """
        core = self._core
        if not core.refresh():
            return core.function(*args, **kwargs)  # type: ignore[no-any-return] # as above
        plan, key = core.find_key(args, kwargs)
        with core.computation(plan, key, args, kwargs, alone=False) as computation:
            computation.value = core.function(*args, **kwargs)
            return computation.value  # type: ignore[no-any-return] # as above

    def key(self, /, *args: P.args, **kwargs: P.kwargs) -> str:
        """Return the key of a call as 32 hexadecimal characters, without running the function.

        Raises:
            TypeError: the arguments do not fit the function.
            UnhashableArgumentError: an argument cannot be hashed soundly.
        """
        return self._core.find_key(args, kwargs)[1].hex()

    def is_cached(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether this call would be a hit now.  Nothing is loaded or counted."""
        return self._core.contains(self._core.find_key(args, kwargs)[1])

    def forget(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Remove the entry of this call; return whether there was one."""
        return self._core.store.forget(self._core.find_key(args, kwargs)[1])

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the code as it is now: `.digest` and `.manifest`."""
        self._core.open()
        return self._core.watch.current()

    def explain(self, /, *args: P.args, **kwargs: P.kwargs) -> Explanation:
        """Return why this call would be a hit or a miss, without running the function.

        Print it, or look at its `reason`, `causes` and `argument_changes`.

        Raises:
            TypeError: the arguments do not fit the function.
            UnhashableArgumentError: an argument cannot be hashed soundly.
        """
        from memofp._memoize._asked import explain

        return explain(self._core, args, kwargs)

    def accept(self, version: str | None = None, *, undo: bool = False) -> Acceptance:
        """Say that the last edit changes nothing: entries of the older version are served to today's code.

        Nothing checks that this is so.  It holds for the code as it is now, in every process that
        starts from now on; after the next edit, entries are computed again unless that is accepted too.

        Args:
            version: the first characters of the older version's fingerprint; None for the one
                that was used last.
            undo: take it back, and remove what was computed under it.

        Returns:
            The record, with what had changed in `shown`.

        Raises:
            AcceptanceError: there is no such older version, or nothing to take back.
            StoreError: it cannot be kept.
        """
        from memofp._memoize._asked import accept, propose, withdraw

        return withdraw(self._core) if undo else accept(self._core, propose(self._core, version))

    def clear(self) -> int:
        """Remove every entry of this function, all its versions; return how many there were."""
        return self._core.clear()

    def cache_info(self) -> CacheInfo:
        """Return hits, misses and seconds saved in this process, entries and bytes in the store."""
        return self._core.info()

    def __memofp__(self) -> object:
        """Return what stands for this in keys and fingerprints: the function and what bears on results."""
        options = self._core.options
        declared = tuple(options.fingerprint.get("depends_on", ()))
        return ("memoized", self.__wrapped__, options.version, tuple(sorted(options.ignore)), declared)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle by reference, as functions do.

        By value where the function goes by value too: partial objects, bound methods, and what
        cloudpickle cannot import on the other side.
        """
        function = self.__wrapped__
        nameless = isinstance(function, (partial, MethodType))
        if nameless or (_is_cloudpickling() and not self._is_importable()):
            return _rebuild, (type(self), function, dict(self._core.options.given))
        return self.__qualname__

    def _is_importable(self) -> bool:
        if self.__module__ == "__main__":
            return False
        found: Any = sys.modules.get(self.__module__)
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        return found is self

    def __repr__(self) -> str:
        return f"<memoized {self.__module__}.{getattr(self, '__qualname__', repr(self.__wrapped__))}>"

    def _repr_html_(self) -> str:
        """Return name, counts and dependencies, for notebooks."""
        from memofp._memoize._html import function_html

        self._core.open()
        try:
            signature = str(self.__signature__)
        except (TypeError, ValueError):
            signature = "(...)"
        return function_html(self._core.name, signature, self.__doc__, self._core)


def _is_cloudpickling() -> bool:
    """Return whether the pickler at work is a cloudpickle, be it a copy inside joblib or ray."""
    caller = sys._getframe(2)  # past this function and `__reduce__`; the pickler itself is written in C
    return "cloudpickle" in caller.f_globals.get("__name__", "")


def _rebuild(kind: type[Memoized[..., Any]], function: Callable[..., Any], given: dict[str, Any]) -> object:
    from memofp._memoize._options import check_options

    return kind(function, check_options(given))
