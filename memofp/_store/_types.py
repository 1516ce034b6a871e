"""Describe entries, versions and functions as they are listed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EntryInfo", "Finding", "FunctionSummary", "Pruned", "Verdict", "VersionSummary"]


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """What the store knows about one entry besides its value.

    Attributes:
        key: 16 bytes.
        function: qualified name of the function.
        version: fingerprint of the function, 32 hexadecimal characters.
        created: when it was stored, in seconds since the epoch.
        expires: when it stops being served, in seconds since the epoch, or None.
        duration_s: how long the call took that made it.
        size_bytes: what it takes in the database and in its file.
        uses: number of hits, as far as they were reported.
        last_use: time of the last reported hit (of its storing, before the first).
        codec: how the value is kept.
        python: version of Python that stored it, `major.minor`.
        arguments: a short text of the call's arguments.
    """

    key: bytes
    function: str
    version: str
    created: float
    expires: float | None
    duration_s: float
    size_bytes: int
    uses: int
    last_use: float
    codec: str
    python: str
    arguments: str


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """All entries of a function under one fingerprint.

    Attributes:
        duration_s: mean time that one hit saves, in seconds.
        saved_s: time that reported hits saved so far, in seconds.
    """

    function: str
    version: str
    created: float
    entries: int
    size_bytes: int
    duration_s: float
    uses: int
    saved_s: float
    last_use: float


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """All entries of a function.

    Attributes:
        versions: number of versions that have entries.
        duration_s: mean time that one hit saves, in seconds.
        saved_s: time that reported hits saved so far, in seconds.
    """

    function: str
    versions: int
    entries: int
    size_bytes: int
    duration_s: float
    uses: int
    saved_s: float
    last_use: float


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning removed.

    Attributes:
        expired: entries whose time was over, or that were too old.
        evicted: entries beyond a limit of number or size.
        orphans: files without an entry.
        freed_bytes: size of all of these.
    """

    expired: int = 0
    evicted: int = 0
    orphans: int = 0
    freed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a store.

    Attributes:
        kind: `database`, `planted`, `damaged`, `foreign`, `missing-file`, `orphan` or `sums`.
        what: the entry's key, the file's name or the table.
        detail: what is wrong with it.
    """

    kind: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification saw.

    Attributes:
        entries: number of entries that were read, sound ones included.
        findings: what is wrong; nothing if all is well.
    """

    entries: int
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings
