"""Keep results that were loaded in memory, as bytes, so that the next hit needs no disk.

Only what was verified comes in, and every hit is a fresh object: bytes are decoded anew each time, a small
array is copied, and a value that is immutable through and through is given as it is.  Who uses this asks for
the store's generation first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memofp._store._outcome import Hit

__all__ = ["Front", "Opened", "is_immutable"]

_ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes, type(Ellipsis)})
_OVERHEAD_BYTES = 700  # of the objects around the bytes of one entry; 430 measured, before they are hit again
_LARGEST_SHARE = 8  # one entry may take this part of the whole
_DEPTH = 8


class Opened:
    """One entry that was found intact; what the front keeps of it once it was told to.

    Attributes:
        value: the value; None where it has to be made anew for each hit.
        load: makes a fresh value of `body`; None where that takes more than it, and where `value` serves.
        body: bytes whose MAC was checked, or a private copy of an array; empty where neither is needed.
        created: when it was stored, in seconds since the epoch.
        expires: when it stops being served; infinity for never.
        duration_s: how long the call took that made it, in seconds.
        token: the backend's handle, for counting uses.
        used: whether it was hit since it last had to defend its place.
        hit: what a hit on a value that is given as it is returned, to be returned again.
        size_bytes: what it takes in memory, about.
    """

    __slots__ = (
        "body",
        "created",
        "duration_s",
        "expires",
        "hit",
        "load",
        "size_bytes",
        "token",
        "used",
        "value",
    )

    def __init__(
        self,
        value: object,
        load: Callable[[Any], object] | None,
        body: Any,
        created: float,
        expires: float,
        duration_s: float,
        token: tuple[int, ...],
    ) -> None:
        self.value = value
        self.load = load
        self.body = body
        self.created = created
        self.expires = expires
        self.duration_s = duration_s
        self.token = token
        self.used = False
        self.hit: Hit | None = None
        self.size_bytes = len(body) + _OVERHEAD_BYTES


class Front:
    """Results in memory, bounded in bytes; the ones that were not hit lately go first (second chance).

    Threads may share it: each step is one operation on a dictionary, and a lost one costs a hit at most.
    """

    def __init__(self, max_bytes: int = 64 << 20) -> None:
        self.max_bytes = max_bytes
        self.size_bytes = 0
        self.generation: object = None
        self._kept: dict[bytes, Opened] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: bytes, generation: object) -> Opened | None:
        """Return what is kept under a key, None if there is nothing or if the store has changed since."""
        if generation != self.generation or not generation:
            self.clear(generation)  # without a generation nobody can tell whether the store has changed
            return None
        found = self._kept.get(key)
        if found is not None:
            found.used = True
        return found

    def put(self, key: bytes, opened: Opened, generation: object) -> None:
        """Keep an entry that was read under this generation of the store, if it is small and has a `load`.

        A value that is not immutable is taken out of it: who has it may change it.
        """
        if generation != self.generation:
            self.clear(generation)
        size_bytes = opened.size_bytes
        if opened.load is None or size_bytes > self.max_bytes // _LARGEST_SHARE:
            return
        value = opened.value
        if type(value) in _ATOMS or is_immutable(value):
            opened.load, opened.body = None, b""
        else:
            opened.value = None
            own = _copy_array(value)
            if own is not None:
                opened.load, opened.body = type(own).copy, own
        if key in self._kept:
            self.drop(key)
        self._kept[key] = opened
        self.size_bytes += size_bytes
        if self.size_bytes > self.max_bytes:
            self._make_room()

    def drop(self, key: bytes) -> None:
        """Forget one result, because the store holds another one now."""
        found = self._kept.pop(key, None)
        if found is not None:
            self.size_bytes -= found.size_bytes

    def clear(self, generation: object = None) -> None:
        """Forget everything, and take what comes for this generation of the store."""
        self._kept = {}
        self.size_bytes = 0
        self.generation = generation

    def _make_room(self) -> None:
        while self.size_bytes > self.max_bytes and self._kept:
            key = next(iter(self._kept))
            kept = self._kept.pop(key, None)
            if kept is None:
                continue  # another thread took it
            if kept.used:
                kept.used = False
                self._kept[key] = kept  # to the end of the line
            else:
                self.size_bytes -= kept.size_bytes


def _copy_array(value: Any) -> Any:
    """Return a copy of an array of which a copy is all that unpickling would give; else None."""
    numpy = sys.modules.get("numpy")
    if numpy is None or type(value) is not numpy.ndarray:
        return None
    dtype, flags = value.dtype, value.flags
    if dtype.kind not in "biufcmMSU" or not (value.size and flags.c_contiguous and flags.writeable):
        return None
    return value.copy()


def is_immutable(value: object, depth: int = _DEPTH) -> bool:
    """Tell whether a value can be handed out again and again: atoms, and tuples and frozensets of them."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is tuple or kind is frozenset:
        return depth > 0 and all(is_immutable(v, depth - 1) for v in value)  # type: ignore[attr-defined] # above
    return False
