"""Seal a value into an entry, and open an entry into a value."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from memofp._store._codecs import Codec, DecodeError, Encoded, decode
from memofp._store._compress import compress, decompress
from memofp._store._envelope import (
    ALIGN,
    Buffer,
    Head,
    RejectedError,
    Signer,
    body_layout,
    body_size,
    pack_head,
    read_head,
)
from memofp._store._protocol import Payload, Record

if TYPE_CHECKING:
    from typing_extensions import Buffer as AnyBuffer

__all__ = ["CLOCK_SLACK_S", "EntryDraft", "open_entry"]

INLINE_LIMIT = 32 * 1024  # bytes; about where a file becomes faster than a row
CLOCK_SLACK_S = 300.0  # an entry from further ahead than clocks of two machines differ is expired
_STEP = 1 << 20  # bytes hashed and written at a time, so that the second finds them in the CPU's cache
_HUGE = 1 << 20  # bytes; from here on huge pages beat the allocator
_NEVER = float("inf")


class EntryDraft:
    """A value on its way into the store; implements `Draft`."""

    def __init__(
        self,
        signer: Signer,
        key: bytes,
        encoded: Encoded,
        *,
        created: float,
        expires: float | None,
        duration_s: float,
        compression: int = 0,
        arguments: str = "",
        shapes: str = "",
    ) -> None:
        views = [memoryview(buffer).cast("B") for buffer in encoded.buffers]
        self._sizes = [view.nbytes for view in views]
        self._inband = encoded.inband
        if compression:
            self._inband = compress(compression, encoded.inband)
            views = [memoryview(compress(compression, view)) for view in views]
        self._views = views
        self._signer = signer
        self._digests: list[bytes] = []
        self.inline = len(self._inband) + sum(view.nbytes + ALIGN for view in views) <= INLINE_LIMIT
        self._head = Head(
            signer.name, key, created, _NEVER if expires is None else expires, duration_s,
            sys.version_info[:2], compression, encoded.codec, arguments, shapes,
            len(self._inband), (), self.inline, (),
        )  # fmt: skip

    def chunks(self) -> Iterator[AnyBuffer]:
        """Yield the body in order, hashing as it goes."""
        self._digests.clear()
        if self._inband:
            yield self._inband
        at = len(self._inband)
        for view in self._views:
            if padding := -at % ALIGN:
                yield bytes(padding)
            hasher = self._signer.hasher()
            for start in range(0, view.nbytes, _STEP):
                part = view[start : start + _STEP]
                hasher.update(part)
                yield part
            self._digests.append(hasher.digest())
            at += padding + view.nbytes

    def head(self, identity: tuple[int, ...]) -> bytes:
        """Return the sealed head, with the body behind it if that is inline."""
        body = b"".join(self.chunks()) if self.inline else b""
        buffers = tuple(
            Buffer(view.nbytes, size, digest, view.readonly)
            for view, size, digest in zip(self._views, self._sizes, self._digests, strict=True)
        )
        head = self._head._replace(buffers=buffers, identity=identity)
        return pack_head(self._signer, head, self._inband) + body


def open_entry(
    signer: Signer, key: bytes, record: Record, now: float, own: Codec | None = None, *, mmap: bool = False
) -> tuple[Head, object]:
    """Return the head and a fresh value of an entry, if all of it is as it was stored.

    Raises:
        RejectedError: if it is damaged, foreign or expired.
        DecodeError: if it is intact but makes no value here.
    """
    head, end = read_head(record.head, key)
    inband, source = _verified(signer, record, head, end)
    if head.expires <= now or head.created > now + CLOCK_SLACK_S:
        raise RejectedError(
            "expired", f"it expired at {head.expires:.0f}, stored at {head.created:.0f}, now {now:.0f}"
        )
    buffers: list[Any] = []
    if head.buffers:
        buffers = _buffers(signer, head, source, record, mmap)
    if head.compression:
        inband, buffers = _inflate(head, inband, buffers)
    return head, decode(head.codec, inband, buffers, own)


def verify_entry(signer: Signer, key: bytes, record: Record) -> Head:
    """Return the head of an entry after reading and checking every byte of it; decode nothing.

    Raises:
        RejectedError: if it is damaged or foreign.
    """
    head, end = read_head(record.head, key)
    _, source = _verified(signer, record, head, end)
    if head.buffers:
        _buffers(signer, head, source, record, mmap=False)
    return head


def _verified(signer: Signer, record: Record, head: Head, end: int) -> tuple[Any, memoryview | Payload]:
    """Return the in-band bytes after their MAC was checked, and where the buffers are."""
    data = record.head
    if head.signer != signer.name:
        raise RejectedError("foreign", "it was signed with another key")
    view = memoryview(data)
    source: memoryview | Payload
    if head.inline:
        source = view[end:]
        inband: Any = view[end : end + head.inband]
        mac = signer.mac(view[16 : end + head.inband])
        size = source.nbytes
    else:
        if record.payload is None:
            raise RejectedError("damaged", "the file of the entry is missing")
        source = record.payload
        size = source.size
        if size < head.inband:
            raise RejectedError("damaged", f"the file has {size} bytes")
        inband = bytearray(head.inband)
        if head.inband:
            source.read_into(memoryview(inband), 0)
        mac = signer.mac(view[16:end], memoryview(inband))
    if not compare_digest(mac, data[:16]):
        raise RejectedError("damaged", "its signature does not match its bytes")
    if size != body_size(head):
        raise RejectedError("damaged", f"the body has {size} bytes instead of {body_size(head)}")
    return inband, source


def _buffers(
    signer: Signer, head: Head, source: memoryview | Payload, record: Record, mmap: bool
) -> list[Any]:
    """Return each buffer, read and checked: as memory of its own, or mapped."""
    mapped: memoryview | None = None
    if mmap and record.payload is not None and not head.compression:
        mapped = record.payload.map()
        if record.payload.identity() == head.identity:
            # Nothing has written to the file since it was hashed (its ctime says so), so
            # hashing it again would read what mapping is meant not to read.
            return [mapped[at : at + b.stored] for at, b in body_layout(head.inband, head.buffers)]
    found: list[Any] = []
    for at, buffer in body_layout(head.inband, head.buffers):
        if mapped is not None:
            data: Any = mapped[at : at + buffer.stored]
        elif isinstance(source, memoryview):
            data = bytearray(source[at : at + buffer.stored])
        elif head.codec == "bytes" and not head.compression and at == 0:
            data = source.read_all()
        else:
            data = _allocate(buffer.stored)
            source.read_into(memoryview(data), at)
        hasher = signer.hasher()
        hasher.update(data)
        if hasher.digest() != buffer.digest:
            raise RejectedError("damaged", "the checksum of its data does not match")
        found.append(data)
    return found


def _allocate(size: int) -> Any:
    """Return writable memory; huge pages make a big read twice as fast as the allocator's."""
    if size < _HUGE:
        return bytearray(size)
    import mmap

    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        area.madvise(mmap.MADV_HUGEPAGE)
    return area


def _inflate(head: Head, inband: Any, buffers: list[Any]) -> tuple[bytes, list[Any]]:
    try:
        plain = decompress(head.compression, inband)
        return plain, [bytearray(decompress(head.compression, buffer)) for buffer in buffers]
    except Exception as error:  # each compression library raises its own
        raise DecodeError(f"it cannot be decompressed: {error}") from error
