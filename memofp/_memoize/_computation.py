"""Run one miss: alone in its key, timed, checked for purity, stored."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from memofp._call._describe import describe_call
from memofp._errors import ImpureFunctionWarning
from memofp._memoize._asked import log_miss
from memofp._memoize._raised import Raised
from memofp._warn import warn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from memofp._call import Plan
    from memofp._fingerprint import Fingerprint
    from memofp._memoize._core import Core
    from memofp._store import Hit

__all__ = ["Computation", "Run", "finish", "is_kept", "is_unchanged"]

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
    and sets `value`; leaving stores it, or the exception if such are to be stored.
    """

    __slots__ = (
        "_arguments",
        "_core",
        "_flight",
        "_is_nested",
        "_key",
        "_plan",
        "_replaces",
        "_started",
        "hit",
        "value",
    )

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
        # Described before the function runs: it may change its arguments.
        self._arguments = describe_call(plan, args, kwargs)
        self._replaces = not alone
        self._flight = core.flight(key, self._arguments) if alone and not self._is_nested else None
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
            if self._core.progress is not None:
                self._core.progress.computing(self._arguments)
            log_miss(self._core, self._plan, self._key, self._arguments)
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self.hit is None and not self._is_nested:
                duration_s = time.perf_counter() - self._started
                run = Run(self._plan, self._key, self._arguments, duration_s, self.value, error)
                is_pure = is_kept(self._core, error) and is_unchanged(self._core, self._plan)
                finish(self._core, run, is_pure=is_pure, replaces=self._replaces)
        finally:
            if self._flight is not None:
                _running.keys.discard(self._key)
                self._flight.__exit__(kind, error, trace)


class Run(NamedTuple):
    """One run of the function.

    Attributes:
        plan: by which the key was made.
        key: of the call.
        arguments: the call in one line.
        duration_s: how long it ran, in seconds.
        value: what it returned.
        error: what it raised instead; None if nothing.
    """

    plan: Plan
    key: bytes
    arguments: str
    duration_s: float
    value: object = None
    error: BaseException | None = None


def is_kept(core: Core, error: BaseException | None) -> bool:
    """Return whether the outcome of a run is to be stored: a result, or an exception that is asked for."""
    return error is None or isinstance(error, core.options.exceptions)


def finish(core: Core, run: Run, *, is_pure: bool, replaces: bool = False) -> bool:
    """Store what a run gave, and say so; return whether it is stored.

    Args:
        core: of the function.
        run: what it gave.
        is_pure: whether its outcome may be kept, see `is_kept` and `is_unchanged`.
        replaces: whether there may be an entry that others still hold in memory.
    """
    value = run.value if run.error is None else Raised(run.error)
    if is_pure and replaces:
        core.store.forget(run.key)  # what is removed is dropped from the memory of other processes too
    stored = is_pure and core.save(
        run.plan, run.key, value, duration_s=run.duration_s, arguments=run.arguments
    )
    if core.progress is not None:
        core.progress.computed(run.arguments, run.duration_s, run.error, stored=stored)
    return stored


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
