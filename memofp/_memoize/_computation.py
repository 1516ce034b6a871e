"""Run one miss: alone in its key, timed, checked for purity, stored."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Self

from memofp._call._describe import describe_call
from memofp._errors import ImpureFunctionWarning
from memofp._memoize._warn import warn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from memofp._call import Plan
    from memofp._fingerprint import Fingerprint
    from memofp._memoize._core import Core
    from memofp._store import Hit

__all__ = ["Computation", "is_unchanged"]

CHANGES_NAMED = 5  # changed dependencies that a warning lists


class _Running(threading.local):
    """The keys that this thread is computing now."""

    def __init__(self) -> None:
        self.keys: set[bytes] = set()


_running = _Running()


class Computation:
    """One miss of a synchronous call, as a context manager around the function's own call.

    A context manager rather than a function that calls: each level of a memoized recursion
    then costs two Python frames, and a recursion of some hundred levels still fits.

    Entering waits until nobody else computes the key and looks again: `hit` is then the
    entry that somebody else has stored meanwhile.  If it is None, the caller runs the function
    and sets `value`; leaving without an exception stores it.
    """

    __slots__ = ("_arguments", "_core", "_flight", "_is_nested", "_key", "_plan", "_started", "hit", "value")

    def __init__(
        self,
        core: Core,
        plan: Plan,
        key: bytes,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        alone: bool = True,
    ) -> None:
        """Prepare a miss.

        Args:
            core: of the function.
            plan: by which the key was made.
            key: of the call.
            args: of the call, by position.
            kwargs: of the call, by name.
            alone: False to compute whoever else does, and whatever is stored.
        """
        self._core = core
        self._plan = plan
        self._key = key
        self._is_nested = key in _running.keys  # a call of itself with the same arguments just runs
        self._flight = core.store.compute_once(key) if alone and not self._is_nested else None
        # Described before the function runs: it may change its arguments.
        self._arguments = describe_call(plan, args, kwargs)
        self._started = 0.0
        self.hit: Hit | None = None
        self.value: Any = None

    def __enter__(self) -> Self:
        if self._flight is not None:
            try:
                if self._flight.__enter__():  # somebody else may have stored it since our first look
                    self.hit = self._core.look(self._key)
            except BaseException:  # Ctrl-C: `with` calls no `__exit__` for us here
                self._flight.__exit__(None, None, None)
                raise
            _running.keys.add(self._key)
        if self.hit is None and not self._is_nested:
            self._core.misses += 1
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self.hit is None and not self._is_nested:
                duration_s = time.perf_counter() - self._started
                core, plan = self._core, self._plan
                if is_unchanged(core, plan):
                    core.save(plan, self._key, self.value, duration_s=duration_s, arguments=self._arguments)
        finally:
            if self._flight is not None:
                _running.keys.discard(self._key)
                self._flight.__exit__(kind, error, trace)


def is_unchanged(core: Core, plan: Plan) -> bool:
    """Return whether the fingerprint is still that of the plan; warn if the call has changed it."""
    before = plan.fingerprint
    try:
        after = core.watch.current()
    except Exception as error:  # noqa: BLE001 # the result is there: nothing may take it from the caller
        problem = (
            f"the fingerprint of {core.name} cannot be taken any more after a call ({error!r}), "
            "so the result was returned, not stored"
        )
    else:
        if after is before or after.digest == before.digest:
            return True
        problem = _impurity(core.name, before, after)
    warn(problem, ImpureFunctionWarning)
    return False


def _impurity(name: str, before: Fingerprint, after: Fingerprint) -> str:
    from memofp._call._changes import changed_dependencies

    changes = [change.describe() for change in changed_dependencies(before.manifest, after.manifest)]
    named = "; ".join(changes[:CHANGES_NAMED])
    if len(changes) > CHANGES_NAMED:
        named += f"; and {len(changes) - CHANGES_NAMED} more"
    return (
        f"{name} changed something that its own key depends on while it ran: {named or 'unknown'}. "
        "The result was returned, not stored, and the next call will miss. Pass the state as an argument "
        "and return it, or keep it where the function does not read it"
    )
