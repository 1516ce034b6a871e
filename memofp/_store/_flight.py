"""Single flight: of all threads and processes that miss one key, one computes it.

Threads of a process agree through a dict, processes through a kernel lock.  Neither is ever
a stored flag, so neither outlives its holder.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable
from types import TracebackType

from memofp._store._directory import make_directory, mark_directory
from memofp._store._locks import LOCK_NAME, LockFile, is_stopped, offset_of

__all__ = ["NO_FLIGHT", "Flight", "Flights", "NoFlight"]

_FIRST_PAUSE_S = 0.0005
_LONGEST_PAUSE_S = 0.025
_NOTICE_AFTER_S = 1.0
_instances: weakref.WeakSet[Flights] = weakref.WeakSet()


class Flights:
    """The flights of this process in one cache directory."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._claims: dict[bytes, _Claim] = {}
        self._file: LockFile | None = None
        self._lock = threading.Lock()
        _instances.add(self)

    def lock_file(self) -> LockFile | None:
        """Return the file to lock in; None where it cannot be written (then only threads agree)."""
        file = self._file
        if file is not None and not file.is_gone:
            return file
        with self._lock:
            if self._file is None or self._file.is_gone:
                # A removed file is not closed: flights in the air still unlock it.
                try:
                    # Before the first save too: the first misses of all are to run once as well.
                    if not os.path.exists(self._directory) and make_directory(self._directory):
                        mark_directory(self._directory, 0o600)
                    self._file = LockFile(os.path.join(self._directory, LOCK_NAME))
                except OSError:
                    return None
            return self._file

    def flight(
        self,
        key: bytes,
        is_there: Callable[[bytes], bool],
        timeout_s: float | None,
        name: str = "",
        notice: Callable[[int | None], None] | None = None,
    ) -> Flight:
        """Return a flight for a key, to be entered with `with` or `async with`."""
        return Flight(self, key, is_there, timeout_s, name, notice)

    def reset_after_fork(self) -> None:
        """Forget the parent's flights; its kernel locks did not come along."""
        self._claims = {}
        self._lock = threading.Lock()


class _Claim:
    """What a flight leaves in the table: whose it is, and a gate that opens when it is over.

    Apart from the flight, so that a flight that was interrupted between its entry and its
    body is freed, and frees the key.
    """

    __slots__ = ("gate", "owner")

    def __init__(self) -> None:
        self.gate = threading.Lock()
        self.gate.acquire()
        self.owner: object = None


class Flight:
    """One attempt to be the one that computes a key.

    Entering waits until nobody else computes the key, and gives True if the store should be
    asked again, because somebody may have stored the result meanwhile.
    """

    __slots__ = ("_claim", "_file", "_flights", "_is_there", "_key", "_name", "_notice", "_timeout_s")

    def __init__(
        self,
        flights: Flights,
        key: bytes,
        is_there: Callable[[bytes], bool],
        timeout_s: float | None,
        name: str,
        notice: Callable[[int | None], None] | None = None,
    ) -> None:
        self._flights = flights
        self._key = key
        self._is_there = is_there
        self._timeout_s = timeout_s
        self._name = name
        self._notice = notice
        self._file: LockFile | None = None
        self._claim = _Claim()

    def __enter__(self) -> bool:
        self._claim.owner = threading.get_ident()
        try:
            if self._try():
                return self._is_there(self._key)
            waiting = _Waiting(self)
            while not waiting.is_over():
                waiting.pause()
                if self._try():
                    break
            return True
        except BaseException:
            self.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    async def __aenter__(self) -> bool:
        """Wait without blocking the event loop."""
        import asyncio

        self._claim.owner = asyncio.current_task()
        try:
            if self._try():
                return self._is_there(self._key)
            waiting = _Waiting(self)
            while not waiting.is_over():
                await asyncio.sleep(waiting.next_pause())
                if self._try():
                    break
            return True
        except BaseException:
            self.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _try(self) -> bool:
        """Claim the key in this process, then among processes; True also if this thread has it already."""
        claim = self._flights._claims.setdefault(self._key, self._claim)  # atomic, unlike a look and a store
        if claim is not self._claim:
            return claim.owner == self._claim.owner
        file = self._flights.lock_file()
        if file is not None:
            try:
                if not file.try_lock(offset_of(self._key)):
                    return False
            except OSError:  # no locks on this file system: threads still agree
                return True
            self._file = file
        return True

    def release(self) -> None:
        """Give the key free; fine if it is not held."""
        if self._flights._claims.get(self._key) is not self._claim:
            return
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.unlock(offset_of(self._key))
        self._flights._claims.pop(self._key, None)
        if self._claim.gate.locked():
            self._claim.gate.release()

    def __del__(self) -> None:
        self.release()


class NoFlight:
    """Single flight switched off: nobody waits for anybody."""

    def __enter__(self) -> bool:
        return False

    def __exit__(self, *_: object) -> None:
        return

    async def __aenter__(self) -> bool:
        return False

    async def __aexit__(self, *_: object) -> None:
        return


NO_FLIGHT = NoFlight()


class _Waiting:
    """How long a flight has waited for another, and how long it goes on."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._start = time.monotonic()
        self._next_notice_s = _NOTICE_AFTER_S
        self._pause_s = _FIRST_PAUSE_S
        self._noticed = False

    def next_pause(self) -> float:
        """Return how long to sleep, in seconds; longer from time to time."""
        pause = self._pause_s
        self._pause_s = min(pause * 1.5, _LONGEST_PAUSE_S)
        return pause

    def pause(self) -> None:
        """Sleep, or until a thread of this process gives the key free."""
        claim = self._flight._flights._claims.get(self._flight._key)
        if claim is None or claim is self._flight._claim:
            time.sleep(self.next_pause())
        elif claim.gate.acquire(timeout=self._patience()):
            claim.gate.release()  # the next waiter wakes up too

    def _patience(self) -> float:
        timeout = self._flight._timeout_s
        left = self._next_notice_s - (time.monotonic() - self._start)
        return max(0.001, left if timeout is None else min(left, timeout))

    def is_over(self) -> bool:
        """Return whether to go on without the lock: time is up, or the holder is stopped."""
        waited = time.monotonic() - self._start
        timeout = self._flight._timeout_s
        if timeout is not None and waited >= timeout:
            return True
        if waited < self._next_notice_s:
            return False
        self._next_notice_s = waited + _NOTICE_AFTER_S
        holder = self._holder()
        self._notice(holder)
        return bool(holder) and is_stopped(holder or 0)

    def _holder(self) -> int | None:
        file = self._flight._flights.lock_file()
        try:
            return file.holder(offset_of(self._flight._key)) if file is not None else None
        except OSError:
            return None

    def _notice(self, holder: int | None) -> None:
        if self._noticed:
            return
        self._noticed = True
        if self._flight._notice is not None:
            self._flight._notice(holder)
            return
        import logging

        who = f"process {holder}" if holder else "another thread or process"
        what = self._flight._name or f"key {self._flight._key.hex()}"
        logging.getLogger("memofp").info("waiting for %s, which computes %s", who, what)


def _after_fork() -> None:
    for flights in list(_instances):
        flights.reset_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
