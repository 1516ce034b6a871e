"""What a decorated function is made of inside: its code's watch, its store, its keys, its counts.

The faces in front of it (`Memoized`, its async form, bound methods) hold one `Core` each
and add how a call runs.  Nothing heavy is imported and no file is touched before the
first use.
"""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from memofp import _config
from memofp._call import make_plan
from memofp._memoize._owner import explain_missing_class
from memofp._memoize._raised import Raised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from memofp._call import Plan
    from memofp._fingerprint import Fingerprint, Watch
    from memofp._memoize._computation import Computation
    from memofp._memoize._info import CacheInfo
    from memofp._memoize._options import Options
    from memofp._memoize._progress import Progress
    from memofp._memoize._refresh import Served
    from memofp._store import Flight, Hit, Miss, NoFlight, ResultStore

__all__ = ["Core"]


class Core:
    """The state of one memoized function.

    Attributes:
        function: the bare function.
        options: the checked options.
        enabled: whether calls are looked up at all; true to `generation` only.
        generation: of the process's settings that `enabled` is true to.
        store: where entries live.
        progress: what says what happens; None for silence.
        name: qualified name under which they are listed.
        hits, misses, seconds_saved: the counts of this process.  Plain `+=`: CPython hands
            over to another thread only at calls and backward jumps, so no count is lost.
    """

    __slots__ = (
        "_default_directory",
        "_hit_type",
        "_is_looked_into",
        "_load",
        "_opened",
        "_plan",
        "_recorded",
        "enabled",
        "function",
        "generation",
        "hits",
        "misses",
        "name",
        "options",
        "progress",
        "seconds_saved",
        "store",
        "watch",
    )

    name: str
    store: ResultStore
    watch: Watch
    progress: Progress | None
    _hit_type: type[Hit]
    _is_looked_into: bool  # whether more has to be known about a hit than that it is one
    _load: Callable[[bytes], Hit | Miss]

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        self.function = function
        self.options = options
        self.enabled = True
        self.generation = -1
        self.hits = 0
        self.misses = 0
        self.seconds_saved = 0.0
        self.progress = None
        self._default_directory: str | None = None
        self._opened = -1
        self._plan: Plan | None = None
        self._recorded: set[str] = set()

    def refresh(self) -> bool:
        """Take over the process's settings; return whether calls are to be memoized."""
        self.generation = _config.generation
        self.enabled = not _config.is_disabled()
        return self.enabled

    def open(self) -> None:
        """Make the watch and the store ready for the present settings, if they are not."""
        if self._opened == _config.generation:
            return
        generation = _config.generation
        if self._opened == -1:
            from memofp._fingerprint import Watch, function_name
            from memofp._store import Hit

            self._hit_type = Hit
            self.name = function_name(self.function)
            self.watch = Watch(self.function, **self.options.fingerprint)
        from memofp._store import open_store

        settings, options = _config.current, self.options
        self.store = open_store(self._directory(), **settings.limits, **options.limits)
        self._load = partial(self.store.load, **options.loading) if options.loading else self.store.load
        self.progress = self._make_progress(settings.progress if options.verbose is None else options.verbose)
        self._is_looked_into = self.progress is not None or options.ttl_s is not None
        self._plan = None
        self._opened = generation

    def _make_progress(self, wanted: bool) -> Progress | None:
        if not wanted:
            return None
        from memofp._memoize._progress import Progress

        return Progress(self.name)

    def _directory(self) -> str:
        settings = _config.current
        if settings.isolated_dir is not None:
            return settings.isolated_dir
        if self.options.cache_dir is not None:
            return os.path.abspath(self.options.cache_dir)
        if settings.cache_dir is not None:
            return settings.cache_dir
        if self._default_directory is None:
            self._default_directory = _config.resolve_directory()
        return self._default_directory

    def find_key(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Plan, bytes]:
        """Return the key of a call, and the plan that it was made by.

        Raises:
            TypeError: the arguments do not fit the function; the message is its own.
            UnhashableArgumentError: an argument cannot be hashed soundly.
        """
        if self._opened != _config.generation:
            self.open()
        fingerprint = self.watch.current()
        plan = self._plan
        if plan is None or plan.fingerprint is not fingerprint:
            plan = self._replan(fingerprint)
        try:
            values = plan.bind(*args, **kwargs)
        except TypeError as error:
            explain_missing_class(self.function, error)
            raise
        return plan, plan.key(values)

    def _replan(self, fingerprint: Fingerprint) -> Plan:
        plan = self._plan = make_plan(
            self.function,
            self.name,
            fingerprint,
            ignore=self.options.ignore,
            version=self.options.version,
            python_in_key=_config.current.python_in_key,
            serves=self._accepted_for(fingerprint.digest),
        )
        return plan

    def _accepted_for(self, version: str) -> str | None:
        """Return the older version whose entries this one was accepted for, None if there is none."""
        if not self.store.note(self.name, "accepted"):  # asked first: it loads no module
            return None
        acceptance = self.store.records.acceptances(self.name).get(version)
        return None if acceptance is None else acceptance.serves

    def plan(self) -> Plan:
        """Return the plan for the code as it is now."""
        self.open()
        fingerprint = self.watch.current()
        plan = self._plan
        return plan if plan is not None and plan.fingerprint is fingerprint else self._replan(fingerprint)

    def forget_plan(self) -> None:
        """Make the plan anew at the next call: what is accepted has changed."""
        self._plan = None

    def look(self, key: bytes) -> Hit | None:
        """Return the entry of a key and count the hit; None if there is none that may be served.

        Raises:
            Exception: what the function raised, if that was stored.
        """
        found = self._load(key)
        if not isinstance(found, self._hit_type):
            return None
        if self._is_looked_into or type(found.value) is Raised:
            return None if self.is_too_old(found) else self.serve(found)
        self.hits += 1  # as `serve` does: one call less in every hit
        self.seconds_saved += found.duration_s
        return found

    def peek(self, key: bytes) -> Hit | None:
        """Return the entry of a key, expired by the present `ttl` or not; count nothing."""
        found = self._load(key)
        return found if isinstance(found, self._hit_type) else None

    def serve(self, found: Hit) -> Hit | None:
        """Count a hit and return it; None if it is an exception that is not to be stored any more.

        Raises:
            Exception: what the function raised, if that was stored.
        """
        value: Any = found.value
        is_raised = type(value) is Raised
        if is_raised and not isinstance(value.error, self.options.exceptions):
            return None
        self.hits += 1
        self.seconds_saved += found.duration_s
        if self.progress is not None:
            self.progress.hit(found)
        if is_raised:
            raise value.error
        return found

    def is_too_old(self, hit: Hit) -> bool:
        """Return whether the present `ttl` is over; the entry was stored under another, longer one."""
        ttl_s = self.options.ttl_s
        return ttl_s is not None and hit.created + ttl_s <= time.time()

    def computation(
        self, plan: Plan, key: bytes, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, alone: bool = True
    ) -> Computation | Served:
        """Return the context to run a miss in; see `Computation` for the arguments."""
        if alone and self.options.is_refreshed:
            from memofp._memoize._refresh import serve_stale

            served = serve_stale(self, plan, key, args, kwargs)
            if served is not None:
                return served
        from memofp._memoize._computation import Computation

        return Computation(self, plan, key, args, kwargs, alone=alone)

    def flight(self, key: bytes, arguments: str) -> Flight | NoFlight:
        """Return the context in which nobody else computes the key; see `ResultStore.compute_once`."""
        progress = self.progress
        notice = None if progress is None else progress.waiting_for(arguments)
        return self.store.compute_once(key, self.name, notice)

    def save(self, plan: Plan, key: bytes, value: object, *, duration_s: float, arguments: str) -> bool:
        """Store a result, and the manifest behind it once per version; return whether it is stored."""
        if _config.is_looking:
            return False
        version = plan.fingerprint.digest
        stored = self.store.save(
            key,
            value,
            function=self.name,
            version=version,
            duration_s=duration_s,
            # What is served though it has expired must not expire in the store, see `is_too_old`.
            ttl_s=None if self.options.is_refreshed else self.options.ttl_s,
            arguments=arguments,
            **self.options.saving,
        )
        if stored and version not in self._recorded:
            self._recorded.add(version)
            self.store.save_manifest(self.name, version, plan.fingerprint.manifest)
        return stored

    def contains(self, key: bytes) -> bool:
        """Return whether a key has an entry that would be served, without counting."""
        if self.options.ttl_s is None or self.options.is_refreshed:
            return self.store.contains(key)
        found = self._load(key)  # its age counts too, see `is_too_old`
        return isinstance(found, self._hit_type) and not self.is_too_old(found)

    def clear(self) -> int:
        """Remove every entry of the function, of all versions; return how many there were."""
        self.open()
        self._recorded.clear()
        self.forget_plan()
        return self.store.clear(self.name)

    def info(self) -> CacheInfo:
        """Return the counts of this process and the size of the store's part."""
        from memofp._memoize._info import CacheInfo  # making a named tuple's class takes a millisecond

        self.open()
        entries, size_bytes = self.store.stats(self.name)
        return CacheInfo(self.hits, self.misses, entries, size_bytes, self.seconds_saved)
