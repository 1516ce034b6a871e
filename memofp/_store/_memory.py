"""A backend in memory: the `Store` protocol at its smallest, and a second one to hold the first against."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from memofp._store._entry import verify_entry
from memofp._store._envelope import RejectedError, Signer
from memofp._store._flight import Flights
from memofp._store._protocol import BackendError, Draft, Meta, Record, Row, Use
from memofp._store._types import Finding, FunctionSummary, Pruned, Verdict, VersionSummary

if TYPE_CHECKING:
    from memofp._store._limits import Limits

__all__ = ["MemoryStore"]


class _Kept(NamedTuple):
    number: int
    head: bytes
    body: bytes | None
    meta: Meta

    @property
    def size(self) -> int:
        return len(self.head) + len(self.body or b"")


class _Body:
    """A payload in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_some(self, size: int, offset: int) -> bytes:
        if offset + size > self.size:
            raise BackendError("short", "the body is too short", damaged=True)
        return self._data[offset : offset + size]

    def read_into(self, view: memoryview, offset: int) -> None:
        view[:] = self.read_some(view.nbytes, offset)

    def read_all(self) -> bytes:
        return self._data

    def map(self) -> memoryview:
        return memoryview(self._data)

    def identity(self) -> tuple[int, ...]:
        return ()

    def close(self) -> None:
        return


class MemoryStore:
    """Keeps entries in a dict for as long as the process lives; implements `Store`."""

    def __init__(self) -> None:
        self.flights: Flights | None = None
        self._kept: dict[bytes, _Kept] = {}
        self._uses: dict[int, Use] = {}
        self._notes: dict[tuple[str, str], bytes] = {}
        self._number = 0
        self._removals = 0

    def get(self, key: bytes, generation: tuple[int, ...] = ()) -> Record | None:  # noqa: ARG002 # nothing is looked at
        """Return what is kept under a key, or None."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        return Record(kept.head, None if kept.body is None else _Body(kept.body), (kept.number,))

    def put(self, key: bytes, draft: Draft, meta: Meta) -> None:
        """Keep an entry, in place of what was there."""
        body = None if draft.inline else b"".join(bytes(memoryview(chunk)) for chunk in draft.chunks())
        self._number += 1
        self._kept[key] = _Kept(self._number, draft.head(()), body, meta)

    def contains(self, key: bytes) -> bool:
        """Return whether there is an entry under a key that has not expired."""
        kept = self._kept.get(key)
        return kept is not None and (kept.meta.expires is None or kept.meta.expires > time.time())

    def delete(self, key: bytes) -> bool:
        """Remove what is kept under a key; return whether there was something."""
        return self.discard([key]) > 0

    def discard(self, keys: Iterable[bytes]) -> int:
        """Remove the entries under these keys; return how many there were."""
        found = [key for key in keys if self._kept.pop(key, None) is not None]
        self._removals += len(found)
        return len(found)

    def clear(self, function: str, version: str | None = None) -> int:
        """Remove a function's entries, or one version's; return how many."""
        return self.discard([row.key for row in self.scan(function, version)])

    def scan(self, function: str | None = None, version: str | None = None) -> Iterator[Row]:
        """Yield entries, all of them or a function's."""
        for key in list(self._kept):
            row = self.row(key)
            if row is not None and function in (None, row.function) and version in (None, row.version):
                yield row

    def row(self, key: bytes) -> Row | None:
        """Return what is listed for the entry under a key, or None."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        use = self._uses.get(kept.number, Use(0, kept.meta.created, 0.0))
        return Row(key, kept.head, kept.meta.function, kept.meta.version, kept.size, use.hits, use.last)

    def use(self, uses: Mapping[tuple[int, ...], Use]) -> None:
        """Add hits."""
        for (number,), more in uses.items():
            old = self._uses.get(number, Use(0, 0.0, 0.0))
            self._uses[number] = Use(old.hits + more.hits, more.last, old.saved_s + more.saved_s)

    def stats(self, function: str) -> tuple[int, int]:
        """Return a function's number of entries and their size in bytes."""
        sizes = [row.size_bytes for row in self.scan(function)]
        return len(sizes), sum(sizes)

    def functions(self) -> list[FunctionSummary]:
        """Return one summary a function that has entries."""
        found = []
        for name in sorted({kept.meta.function for kept in self._kept.values()}):
            versions = self.versions(name)
            entries = sum(v.entries for v in versions)
            size = sum(v.size_bytes for v in versions)
            seconds = sum(v.duration_s * v.entries for v in versions)
            uses, saved = sum(v.uses for v in versions), sum(v.saved_s for v in versions)
            last = max(v.last_use for v in versions)
            summary = FunctionSummary(
                name, len(versions), entries, size, seconds / entries, uses, saved, last
            )
            found.append(summary)
        return found

    def versions(self, function: str) -> list[VersionSummary]:
        """Return one summary a version of a function that has entries."""
        groups: dict[str, list[_Kept]] = {}
        for kept in self._kept.values():
            if kept.meta.function == function:
                groups.setdefault(kept.meta.version, []).append(kept)
        return [self._summary(function, version, kept) for version, kept in groups.items()]

    def _summary(self, function: str, version: str, kept: list[_Kept]) -> VersionSummary:
        uses = [self._uses.get(k.number, Use(0, k.meta.created, 0.0)) for k in kept]
        return VersionSummary(
            function, version, min(k.meta.created for k in kept), len(kept), sum(k.size for k in kept),
            sum(k.meta.duration_s for k in kept) / len(kept), sum(u.hits for u in uses),
            sum(u.saved_s for u in uses), max(u.last for u in uses),
        )  # fmt: skip

    def put_note(self, function: str, version: str, note: bytes) -> None:
        """Keep some bytes beside a version."""
        self._notes[function, version] = note

    def get_note(self, function: str, version: str) -> bytes | None:
        """Return what `put_note` kept, or None."""
        return self._notes.get((function, version))

    def generation(self) -> tuple[int, ...]:
        """Return numbers that differ after a removal."""
        return (self._removals,)

    def trim(self, limits: Limits) -> None:  # the protocol's signature
        """Do nothing: what lives as long as the process is bounded by its owner."""

    def sweep(self) -> None:
        """Do nothing: crashes leave nothing behind."""

    def prune(self, limits: Limits, young_s: float | None = None) -> Pruned:  # noqa: ARG002 # as above
        """Remove what has expired."""
        now = time.time()
        over = [
            k for k, kept in self._kept.items() if kept.meta.expires is not None and kept.meta.expires <= now
        ]
        return Pruned(expired=self.discard(over))

    def verify(self, signer: Signer) -> Verdict:
        """Check every entry; change nothing."""
        findings = []
        for key in list(self._kept):
            record = self.get(key)
            try:
                if record is not None:
                    verify_entry(signer, key, record)
            except RejectedError as error:
                findings.append(Finding(error.reason, key.hex(), error.detail))
        return Verdict(len(self._kept), tuple(findings))

    def repair(self, signer: Signer) -> Verdict:
        """Remove what is broken."""
        verdict = self.verify(signer)
        self.discard(bytes.fromhex(f.what) for f in verdict.findings if f.kind == "damaged")
        return verdict

    def check(self) -> None:
        """Do nothing: there is always a store."""

    def close(self) -> None:
        """Do nothing: there are no handles."""
