"""Collect encoded bytes, and hash them once they are many."""

from __future__ import annotations

from struct import pack

from memofp._digest import Hasher, digest
from memofp._values._plain import SPILL_BYTES, SPILL_HEIGHT

__all__ = ["Sink"]

SPILLED = b"\x06"


class Sink:
    """A sequence of bytes that is kept up to a limit and hashed beyond.

    Args:
        limit: only that of `SPILL_BYTES` gives an `encoding`; if the digest alone is wanted, less is faster.
    """

    __slots__ = ("hasher", "limit", "parts", "pending", "size")

    def __init__(self, limit: int = SPILL_BYTES) -> None:
        self.limit = limit
        self.parts: list[bytes] = []
        self.pending = 0
        self.size = 0
        self.hasher: Hasher | None = None

    def emit(self, data: bytes) -> None:
        """Append bytes."""
        self.parts.append(data)
        self.pending += len(data)
        self.size += len(data)
        if self.pending > self.limit:
            self._flush()

    def emit_large(self, data: bytes | memoryview) -> None:
        """Append a large buffer; it is hashed in place if the sink spills."""
        if len(data) <= SPILL_BYTES:
            self.emit(bytes(data))
            return
        self._flush().update(data)
        self.size += len(data)

    def _flush(self) -> Hasher:
        hasher = self.hasher
        if hasher is None:
            hasher = self.hasher = Hasher()
        hasher.update(b"".join(self.parts))
        self.parts = []
        self.pending = 0
        return hasher

    def encoding(self, height: int) -> bytes:
        """Return the bytes themselves, or a mark with their digest.

        The latter if there are more than `SPILL_BYTES`, and for values that nest a multiple of
        `SPILL_HEIGHT` levels: so no byte is copied more often than that on its way up.
        """
        if self.hasher is None and (not height or height % SPILL_HEIGHT):
            return b"".join(self.parts)
        return SPILLED + pack("<Q", self.size) + self.digest()

    def digest(self) -> bytes:
        """Return the digest of all bytes."""
        if self.hasher is None:
            return digest(b"".join(self.parts))
        return self._flush().digest()
