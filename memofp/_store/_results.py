"""Load and save results: the store as the decorator sees it.

This is the store's edge.  Whatever goes wrong below is a miss or an unsaved result here, with
one warning for each cause; never an exception in the caller's call.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from memofp._store._codecs import Codec, DecodeError, UnstorableError
from memofp._store._entry import EntryDraft, open_entry
from memofp._store._envelope import RejectedError, Signer
from memofp._store._front import Front, Opened
from memofp._store._limits import Limits, Pace
from memofp._store._outcome import Hit, Miss
from memofp._store._protocol import BackendError, Meta, Record, Store
from memofp._store._secret import signing_key
from memofp._store._uses import Uses
from memofp._store._warn import warn_once, warn_unstorable

if TYPE_CHECKING:
    from memofp._manifest import Manifest
    from memofp._store._flight import Flight, NoFlight
    from memofp._store._records import Records
    from memofp._store._types import EntryInfo, FunctionSummary, Pruned, Verdict, VersionSummary

__all__ = ["ResultStore"]

T = TypeVar("T")

_LONGEST_ARGUMENTS = 500  # characters of the text that is kept for people


class ResultStore:
    """Results under keys of 16 bytes, in one backend.

    Threads and forked children may share it.  Every hit gives a fresh object.
    """

    def __init__(self, backend: Store, limits: Limits, where: str) -> None:
        """Wrap a backend.

        Args:
            backend: where the bytes live.
            limits: what it may hold and how long it may wait.
            where: what to call it in messages: its directory.
        """
        self.where = where
        self.limits = limits
        self._backend = backend
        self._uses = Uses(backend)
        self._noted: set[tuple[str, str]] = set()
        self._cached_signer: Signer | None = None
        self._pace = Pace(limits)
        self._front = Front(limits.front_bytes) if limits.front_bytes else None
        self._has_swept = False

    # -- one entry ---------------------------------------------------------------------------

    def load(self, key: bytes, *, mmap: bool = False, codec: Codec | None = None) -> Hit | Miss:
        """Return the value under a key, or why there is none.

        Args:
            key: 16 bytes.
            mmap: give big arrays read-only on the mapped file instead of as copies.
            codec: the codec it was saved with, if that was the caller's own.
        """
        try:
            front = self._front
            generation: tuple[int, ...] = ()
            if front is not None:
                generation = self._backend.generation()
                kept = front.get(key, generation)
                if kept is not None and kept.expires > (now := time.time()):
                    return self._again(key, kept, now)
            record = self._backend.get(key, generation)
            if record is None:
                return Miss("absent")
            if record.payload is None:
                return self._open(key, record, mmap, codec, generation)
            with contextlib.closing(record.payload):
                return self._open(key, record, mmap, codec, generation)
        except RejectedError as error:
            return self._rejected(error)
        except DecodeError as error:
            return Miss("unreadable", str(error))
        except BackendError as fault:
            self._warn(fault)
            return Miss("damaged" if fault.damaged else "unreadable", str(fault))
        except RecursionError as error:  # no fault of the store: the caller is about to get its own
            return Miss("unreadable", str(error))
        except Exception as error:  # noqa: BLE001 # the store's edge: a fault of ours must not cost the caller the result
            self._warn(BackendError(f"load-{type(error).__name__}", f"{type(error).__name__}: {error}"))
            return Miss("unreadable", f"{type(error).__name__}: {error}")

    def _open(
        self, key: bytes, record: Record, mmap: bool, codec: Codec | None, generation: tuple[int, ...]
    ) -> Hit:
        now = time.time()
        opened = open_entry(self._cached_signer or self._signer(), key, record, now, codec, mmap=mmap)
        value = opened.value
        self._uses.add(opened.token, now, opened.duration_s)
        if generation and self._front is not None:
            self._front.put(key, opened, generation)
        return Hit(value, opened.created, opened.duration_s, opened.expires, self._info, key)

    def _again(self, key: bytes, kept: Opened, now: float) -> Hit:
        """Return a hit on a result in memory."""
        self._uses.add(kept.token, now, kept.duration_s)
        if kept.hit is not None:
            return kept.hit
        load, value = kept.load, kept.value
        if load is not None:
            try:
                value = load(kept.body)
            except Exception as error:  # unpickling runs the value's own code, which may raise anything
                raise DecodeError(f"{type(error).__name__}: {error}") from error
        hit = Hit(value, kept.created, kept.duration_s, kept.expires, self._info, key)
        if load is None:
            kept.hit = hit
        return hit

    def _signer(self) -> Signer:
        signer = self._cached_signer
        if signer is None:
            signer = self._cached_signer = Signer(signing_key())
        return signer

    def _rejected(self, error: RejectedError) -> Miss:
        if error.reason == "foreign":
            self._warn(
                BackendError(
                    "foreign",
                    f"it holds entries that are not of this user, or of another memofp: {error.detail}",
                )
            )
        elif error.reason == "damaged":
            self._warn(
                BackendError(
                    "damaged", f"an entry is damaged and is computed again: {error.detail}", damaged=True
                )
            )
        return Miss(error.reason, error.detail)  # type: ignore[arg-type] # its reasons are among a miss's

    def save(
        self,
        key: bytes,
        value: object,
        *,
        function: str,
        version: str,
        duration_s: float,
        ttl_s: float | None = None,
        arguments: str = "",
        codec: Codec | None = None,
        compress: str | None = None,
    ) -> bool:
        """Keep a value under a key; return whether it is kept.

        Args:
            key: 16 bytes.
            value: any object; it is only read, and not consumed.
            function: qualified name of the function.
            version: its fingerprint, 32 hexadecimal characters.
            duration_s: how long the call took, in seconds.
            ttl_s: after how many seconds it stops being served; None for never.
            arguments: a short text of the call's arguments, for people.
            codec: an own codec in place of the built-in ones.
            compress: None, "zlib" or "zstd".
        """
        now = time.time()
        expires = None if ttl_s is None else now + ttl_s
        try:
            from memofp._store._compress import check_compression
            from memofp._store._encode import encode

            draft = EntryDraft(
                self._signer(), key, encode(value, codec),
                created=now, expires=expires, duration_s=duration_s,
                compression=check_compression(compress), arguments=arguments[:_LONGEST_ARGUMENTS],
            )  # fmt: skip
            self._backend.put(key, draft, Meta(function, version, now, expires, duration_s))
        except UnstorableError as error:
            warn_unstorable(function, error)
            return False
        except BackendError as fault:
            self._warn(fault)
            return False
        except RecursionError:  # as in `load`
            return False
        except Exception as error:  # noqa: BLE001 # the store's edge: the caller has the result and must get it
            self._warn(BackendError(f"save-{type(error).__name__}", f"{type(error).__name__}: {error}"))
            return False
        if self._front is not None:
            self._front.drop(key)
        self._keep_limits(draft.size_bytes)
        return True

    def _keep_limits(self, size_bytes: int) -> None:
        """Evict now and then, and once a day clear away what crashes left."""
        if self._pace.is_due(size_bytes):
            self._guarded(None, lambda: self._backend.trim(self.limits))
        if not self._has_swept:
            self._has_swept = True
            self._guarded(None, self._backend.sweep)

    def contains(self, key: bytes) -> bool:
        """Return whether there is an entry under a key; decode nothing, count no hit."""
        return self._guarded(False, lambda: self._backend.contains(key))

    def forget(self, key: bytes) -> bool:
        """Remove the entry under a key; return whether there was one."""
        if self._front is not None:
            self._front.drop(key)
        return self._guarded(False, lambda: self._backend.delete(key))

    # -- functions and versions --------------------------------------------------------------

    def clear(self, function: str, version: str | None = None) -> int:
        """Remove a function's entries and acceptances, or one version's entries; return how many."""
        count = self._guarded(0, lambda: self._backend.clear(function, version))
        if version is None and self.note(function, "accepted"):
            self._guarded(None, lambda: self._backend.put_note(function, "accepted", b""))
        return count

    def stats(self, function: str) -> tuple[int, int]:
        """Return a function's number of entries and their size in bytes."""
        return self._guarded((0, 0), lambda: self._backend.stats(function))

    def functions(self) -> list[FunctionSummary]:
        """Return one summary a function that has entries, by name."""
        self._uses.report()
        return self._guarded([], self._backend.functions)

    def versions(self, function: str) -> list[VersionSummary]:
        """Return one summary a version of a function that has entries, newest first."""
        self._uses.report()
        return self._guarded([], lambda: self._backend.versions(function))

    def entries(self, function: str | None = None, version: str | None = None) -> Iterator[EntryInfo]:
        """Yield what is known of each entry, of all or of one function or version."""
        from memofp._store._describe import describe_row

        self._uses.report()
        try:
            for row in self._backend.scan(function, version):
                info = describe_row(row)
                if info is not None:
                    yield info
        except BackendError as fault:
            self._warn(fault)

    def save_manifest(self, function: str, version: str, manifest: Manifest) -> None:
        """Keep what a version is made of, so that a later miss can be explained."""
        if (function, version) in self._noted:
            return
        self._noted.add((function, version))
        from memofp._store._notes import pack_manifest

        def keep() -> None:
            note = pack_manifest(self._signer(), function, version, manifest)
            self._backend.put_note(function, version, note)

        self._guarded(None, keep)

    def note(self, function: str, version: str) -> bytes | None:
        """Return the bytes that are kept beside a version, unverified; None if there are none."""
        return self._guarded(None, lambda: self._backend.get_note(function, version))

    def load_manifest(self, function: str, version: str) -> Manifest | None:
        """Return what `save_manifest` kept, or None."""
        note = self.note(function, version)
        if note is None:
            return None
        from memofp._store._notes import unpack_manifest

        return unpack_manifest(self._signer(), function, version, note)

    @property
    def records(self) -> Records:
        """What is known for people: why an entry is not served, what was removed, what was accepted."""
        from memofp._store._records import Records

        return Records(self._backend, self._signer, self.where)

    # -- together ----------------------------------------------------------------------------

    def compute_once(
        self, key: bytes, name: str = "", notice: Callable[[int | None], None] | None = None
    ) -> Flight | NoFlight:
        """Return a context in which this thread or task alone, of all processes, computes a key.

        It is entered with `with` or with `async with`, which does not block the event loop.  Its
        value says whether to load the key again first: it was, or may have been, computed by
        somebody else.  Waits as long as the other lives, is not stopped, and `lock_timeout_s`
        has not passed.

        Args:
            key: 16 bytes.
            name: what is computed, for the log.
            notice: called once in place of the log, after a second of waiting, with the other process's
                number, if that is known.
        """
        from memofp._store._flight import NO_FLIGHT

        flights = self._backend.flights
        if flights is None or not self.limits.single_flight:
            return NO_FLIGHT
        return flights.flight(key, self.contains, self.limits.lock_timeout_s, name, notice)

    def generation(self) -> tuple[int, ...]:
        """Return numbers that differ once anyone cleared, forgot, evicted or removed anything."""
        return self._backend.generation()

    # -- upkeep, for the command line --------------------------------------------------------

    def prune(self, *, young_s: float | None = None) -> Pruned:
        """Remove what has expired, what exceeds the limits, and files that nothing refers to.

        Args:
            young_s: age in seconds below which such a file is left alone; an hour if None.

        Raises:
            StoreError: if the disk does not allow it.
        """
        self._uses.report()
        return self._strictly(lambda: self._backend.prune(self.limits, young_s))

    def verify(self) -> Verdict:
        """Read and check every byte, and change nothing.

        Raises:
            StoreError: if the store cannot be read at all.
        """
        return self._strictly(lambda: self._backend.verify(self._signer()))

    def repair(self) -> Verdict:
        """Remove what is broken and keep the rest; return what was wrong before.

        Raises:
            StoreError: if the disk does not allow it.
        """
        return self._strictly(lambda: self._backend.repair(self._signer()))

    def _strictly(self, action: Callable[[], T]) -> T:
        from memofp._errors import StoreError

        try:
            return action()
        except BackendError as error:
            raise StoreError(f"{self.where}: {error}") from error

    def check(self) -> None:
        """Raise `BackendError` if there is nothing here that can be used; for the command line."""
        self._backend.check()

    def close(self) -> None:
        """Report hits and let go of all handles; the next use opens them again."""
        self._uses.report()
        self._guarded(None, self._backend.close)
        self._cached_signer = None
        if self._front is not None:
            self._front.clear()
        self._noted.clear()

    # -- faults ------------------------------------------------------------------------------

    def _info(self, key: bytes) -> EntryInfo:
        from memofp._store._describe import describe_row

        self._uses.report()
        row = self._backend.row(key)
        info = describe_row(row) if row is not None else None
        if info is None:
            from memofp._errors import StoreError

            raise StoreError(f"the entry {key.hex()} is gone from {self.where}")
        return info

    def _guarded(self, default: T, action: Callable[[], T]) -> T:
        """Run an action on the backend; give the default and warn if that fails."""
        try:
            return action()
        except BackendError as fault:
            self._warn(fault)
        except Exception as error:  # noqa: BLE001 # the store's edge, as in load
            self._warn(BackendError(type(error).__name__, f"{type(error).__name__}: {error}"))
        return default

    def _warn(self, fault: BackendError) -> None:
        warn_once(
            f"{fault.cause}:{self.where}",
            f"memofp's store at {self.where} cannot be used as it should: {fault}; "
            f"what cannot be read is computed, what cannot be kept is returned all the same",
        )
