"""Say what a backend owes the results facade: bytes under a key, with a few plain columns.

A backend never looks into what it keeps.  The facade hands it a `Draft` (buffers, then a
sealed head) and gets a `Record` back.  A backend raises `BackendError` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple, Protocol

    from typing_extensions import Buffer

    from memofp._store._envelope import Signer
    from memofp._store._flight import Flights
    from memofp._store._limits import Limits
    from memofp._store._types import FunctionSummary, Pruned, Verdict, VersionSummary
else:
    from memofp._tuples import NamedTuple

    Protocol = object  # making a real one takes a third of a millisecond

__all__ = ["BackendError", "Draft", "Meta", "Payload", "Record", "Row", "Store", "Use"]


class BackendError(Exception):
    """A backend could not do what it was asked to do.

    Attributes:
        cause: a stable word for the kind of fault; each is warned about once a process.
        damaged: whether what is stored is broken, in contrast to what surrounds it.
    """

    def __init__(self, cause: str, message: str, *, damaged: bool = False) -> None:
        super().__init__(message)
        self.cause = cause
        self.damaged = damaged


class Payload(Protocol):
    """The out-of-line part of a record: a run of bytes that can be read in place."""

    size: int

    def read_into(self, view: memoryview, offset: int) -> None:
        """Fill `view` from `offset` on; raise `BackendError` if there is less."""
        ...

    def read_some(self, size: int, offset: int) -> bytes:
        """Return `size` bytes from `offset` on; raise `BackendError` if there are fewer."""
        ...

    def read_all(self) -> bytes:
        """Return the whole payload as one bytes object, without a second copy."""
        ...

    def map(self) -> memoryview:
        """Return a read-only view that is mapped, not read, where the backend can do that."""
        ...

    def identity(self) -> tuple[int, ...]:
        """Return numbers that change whenever the stored bytes may have changed; empty if unknown."""
        ...

    def close(self) -> None:
        """Release what `read_into` needs; mapped views stay valid."""
        ...


class Record(NamedTuple):
    """What a backend keeps under one key.

    Attributes:
        head: the sealed head, with the body behind it when that is small.
        payload: the body when it is not small.
        token: the backend's own handle, given back through `Store.use`.
    """

    head: bytes
    payload: Payload | None
    token: tuple[int, ...]


class Meta(NamedTuple):
    """The plain columns of an entry: what is listed, limited and cleared by.

    They are hints: every decision about a value is taken from the sealed head.
    """

    function: str
    version: str
    created: float
    expires: float | None
    duration_s: float


class Row(NamedTuple):
    """One entry as a backend lists it."""

    key: bytes
    head: bytes
    function: str
    version: str
    size_bytes: int
    uses: int
    last_use: float


class Draft(Protocol):
    """An entry on its way to a backend."""

    inline: bool
    size_bytes: int

    def chunks(self) -> Iterator[Buffer]:
        """Yield the body in order, hashing as it goes; nothing when the body is inline."""
        ...

    def head(self, identity: tuple[int, ...]) -> bytes:
        """Return the sealed head, with the body if it is inline; only once the chunks are consumed."""
        ...


class Use(NamedTuple):
    """Hits on one record since the last report."""

    hits: int
    last: float
    saved_s: float


class Store(Protocol):
    """A bytes store, as memofp needs it."""

    @property
    def flights(self) -> Flights | None:
        """Return what agrees who computes a key; None where the backend cannot."""
        ...

    def get(self, key: bytes, generation: tuple[int, ...] = ()) -> Record | None:
        """Return what is kept under a key, or None.

        Args:
            key: 16 bytes.
            generation: what `generation` gave just now, if it was asked: what was found out under the same
                one need not be looked at again.
        """
        ...

    def put(self, key: bytes, draft: Draft, meta: Meta) -> None:
        """Keep an entry, in place of what was there; all of it or nothing."""
        ...

    def row(self, key: bytes) -> Row | None:
        """Return what is listed for the entry under a key, or None."""
        ...

    def contains(self, key: bytes) -> bool:
        """Return whether there is something under a key."""
        ...

    def delete(self, key: bytes) -> bool:
        """Remove what is kept under a key; return whether there was something."""
        ...

    def clear(self, function: str, version: str | None = None) -> int:
        """Remove a function's entries, or one version's; return how many."""
        ...

    def scan(self, function: str | None = None, version: str | None = None) -> Iterator[Row]:
        """Yield entries, all of them or a function's, without holding the store between two."""
        ...

    def use(self, uses: Mapping[tuple[int, ...], Use]) -> None:
        """Add hits to the records behind these tokens."""
        ...

    def stats(self, function: str) -> tuple[int, int]:
        """Return a function's number of entries and their size in bytes."""
        ...

    def functions(self) -> list[FunctionSummary]:
        """Return one summary a function that has entries."""
        ...

    def versions(self, function: str) -> list[VersionSummary]:
        """Return one summary a version of a function that has entries."""
        ...

    def put_note(self, function: str, version: str, note: bytes) -> None:
        """Keep some bytes beside a version, once."""
        ...

    def get_note(self, function: str, version: str) -> bytes | None:
        """Return what `put_note` kept, or None."""
        ...

    def generation(self) -> tuple[int, ...]:
        """Return numbers that differ after a clear, a delete or an eviction by anyone."""
        ...

    def discard(self, keys: Iterable[bytes]) -> int:
        """Remove the entries under these keys; return how many there were."""
        ...

    def trim(self, limits: Limits) -> None:
        """Evict what saves least, if a limit is exceeded."""
        ...

    def sweep(self) -> None:
        """Remove what crashes left behind, if that has not been done for long."""
        ...

    def prune(self, limits: Limits, young_s: float | None = None) -> Pruned:
        """Remove what has expired, what exceeds the limits and what is left over."""
        ...

    def verify(self, signer: Signer) -> Verdict:
        """Read and check everything; change nothing."""
        ...

    def repair(self, signer: Signer) -> Verdict:
        """Remove what is broken and keep the rest; return what was wrong before."""
        ...

    def check(self) -> None:
        """Raise `BackendError` if there is nothing that can be used."""
        ...

    def close(self) -> None:
        """Let go of all handles; the next use opens them again."""
        ...
