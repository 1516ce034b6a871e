"""Seal a value into an entry, and open an entry into a value."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from memofp._store._codecs import LOADERS, Codec, DecodeError, decode
from memofp._store._envelope import (
    ALIGN,
    FLAG_INLINE,
    MAC_SIZE,
    NEVER,
    Buffer,
    Head,
    RejectedError,
    Signer,
    Texts,
    body_layout,
    body_size,
    open_small,
    pack_head,
    read_buffers,
    read_head,
    read_identity,
    read_texts,
)
from memofp._store._front import Opened
from memofp._store._protocol import Payload, Record
from memofp._store._secret import compare_digest

if TYPE_CHECKING:
    from typing_extensions import Buffer as AnyBuffer

    from memofp._store._encode import Encoded

__all__ = ["CLOCK_SLACK_S", "EntryDraft", "open_entry", "verify_entry"]

INLINE_LIMIT = 32 * 1024  # bytes; about where a file becomes faster than a row
CLOCK_SLACK_S = 300.0  # an entry from further ahead than clocks of two machines differ is expired
_STEP = 1 << 20  # bytes hashed and moved at a time, so that the second finds them in the CPU's cache
_HUGE = 4 << 20  # bytes; from here on huge pages beat the allocator


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
    ) -> None:
        self._inband = encoded.inband
        self._views: list[memoryview] = []
        self._sizes: list[int] = []
        if encoded.buffers or compression:
            self._take(encoded, compression)
        self._signer = signer
        self._digests: list[bytes] = []
        self._texts = Texts(encoded.codec, arguments, encoded.shapes)
        size = len(self._inband) + sum([view.nbytes + ALIGN for view in self._views])
        self.size_bytes = size
        self.inline = size <= INLINE_LIMIT
        self._head = Head(
            b"", b"", key, created, NEVER if expires is None else expires, duration_s, 0, 0,
            *sys.version_info[:2], compression, FLAG_INLINE if self.inline else 0, 0, 0, 0, 0, 0,
        )  # fmt: skip

    def _take(self, encoded: Encoded, compression: int) -> None:
        views = [memoryview(buffer).cast("B") for buffer in encoded.buffers]
        self._sizes = [view.nbytes for view in views]
        if compression:
            from memofp._store._compress import compress

            self._inband = compress(compression, encoded.inband)
            views = [memoryview(compress(compression, view)) for view in views]
        self._views = views

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
        body = self._inband if not self._views else b"".join(self.chunks()) if self.inline else b""
        buffers = [
            Buffer(view.nbytes, size, digest, view.readonly)
            for view, size, digest in zip(self._views, self._sizes, self._digests, strict=True)
        ]
        front = pack_head(self._signer, self._head, self._texts, buffers, identity, self._inband)
        return front + body if self.inline else front


def open_entry(
    signer: Signer, key: bytes, record: Record, now: float, own: Codec | None = None, *, mmap: bool = False
) -> Opened:
    """Return a fresh value of an entry, and what is known about it, if all of it is as it was stored.

    Raises:
        RejectedError: if it is damaged, foreign or expired.
        DecodeError: if it is intact but makes no value here.
    """
    data = record.head
    if record.payload is None and own is None:
        small = open_small(signer, data, key)
        if small is not None:
            created, expires, duration_s, codec, body = small
            load = LOADERS.get(codec)
            if load is not None and expires > now and created <= now + CLOCK_SLACK_S:
                try:
                    value = load(body)
                except Exception as error:  # unpickling runs the value's own code, which may raise anything
                    raise DecodeError(f"{type(error).__name__}: {error}") from error
                return Opened(value, load, body, created, expires, duration_s, record.token)
    head = read_head(data, key)
    inband = _verified(signer, record, head)
    if head.expires <= now or head.created > now + CLOCK_SLACK_S:
        raise RejectedError(
            "expired", f"it was stored at {head.created:.0f} until {head.expires:.0f}, now is {now:.0f}"
        )
    buffers: list[Any] = _buffers(signer, head, record, mmap=mmap) if head.n_buffers else []
    if head.compression:
        inband, buffers = _inflate(head, inband, buffers)
    texts = read_texts(data, head)
    value = decode(texts, inband, buffers, own)
    known = head.created, head.expires, head.duration_s, record.token
    if head.n_buffers or own is not None:
        return Opened(value, None, b"", *known)
    return Opened(value, partial(_decode_again, texts), bytes(inband), *known)


def _decode_again(texts: Texts, inband: bytes) -> object:
    return decode(texts, inband, ())


def verify_entry(signer: Signer, key: bytes, record: Record) -> Head:
    """Return the head of an entry after reading and checking every byte of it; decode nothing.

    Raises:
        RejectedError: if it is damaged or foreign.
    """
    head = read_head(record.head, key)
    _verified(signer, record, head)
    if head.n_buffers:
        _buffers(signer, head, record, mmap=False)
    return head


def _verified(signer: Signer, record: Record, head: Head) -> Any:
    """Return the in-band bytes after their MAC and the size of the body were checked."""
    data = record.head
    if head.signer != signer.name:
        raise RejectedError("foreign", "it was signed with another key")
    view = memoryview(data)
    if head.flags & FLAG_INLINE:
        inband: Any = view[head.end : head.end + head.inband]
        mac = signer.mac(view[MAC_SIZE : head.end + head.inband])
        size = len(data) - head.end
    else:
        size, inband = _read_inband(record.payload, head)
        mac = signer.mac(view[MAC_SIZE : head.end], memoryview(inband))
    if not compare_digest(mac, data[:MAC_SIZE]):
        raise RejectedError("damaged", "its signature does not match its bytes")
    expected = body_size(head.inband, read_buffers(data, head)) if head.n_buffers else head.inband
    if size != expected:
        raise RejectedError("damaged", f"the body has {size} bytes instead of {expected}")
    return inband


def _read_inband(payload: Payload | None, head: Head) -> tuple[int, bytearray]:
    if payload is None:
        raise RejectedError("damaged", "the file of the entry is missing")
    if payload.size < head.inband:
        raise RejectedError("damaged", f"the file has {payload.size} bytes")
    inband = bytearray(head.inband)
    if inband:
        payload.read_into(memoryview(inband), 0)
    return payload.size, inband


def _buffers(signer: Signer, head: Head, record: Record, *, mmap: bool) -> list[Any]:
    """Return each buffer, read and checked: as memory of its own, or mapped."""
    table = list(body_layout(head.inband, read_buffers(record.head, head)))
    payload = record.payload
    if payload is None:
        body = memoryview(record.head)[head.end :]
        return [_checked(signer, buffer, bytearray(body[at : at + buffer.stored])) for at, buffer in table]
    if mmap and not head.compression:
        mapped = payload.map()
        views = [(buffer, mapped[at : at + buffer.stored]) for at, buffer in table]
        if payload.identity() == read_identity(record.head, head):
            # Nothing has written to the file since it was hashed (its ctime says so), so
            # hashing it again would read what mapping is meant not to read.
            return [view for _, view in views]
        return [_checked(signer, buffer, view) for buffer, view in views]
    if read_texts(record.head, head).codec == "bytes" and not head.compression:
        return [_checked(signer, table[0][1], payload.read_all())]
    return [_read_buffer(signer, payload, at, buffer) for at, buffer in table]


def _checked(signer: Signer, buffer: Buffer, data: Any) -> Any:
    hasher = signer.hasher()
    hasher.update(data)
    if hasher.digest() != buffer.digest:
        raise RejectedError("damaged", "the checksum of its data does not match")
    return data


def _read_buffer(signer: Signer, payload: Payload, at: int, buffer: Buffer) -> Any:
    """Return a buffer in memory of its own, hashed piece by piece while the cache is warm."""
    if buffer.stored < _HUGE:
        # Writable memory that nobody cleared first: a BytesIO takes over bytes that have no other owner.
        return _checked(signer, buffer, BytesIO(payload.read_some(buffer.stored, at)).getbuffer())
    area = _allocate(buffer.stored)
    view = memoryview(area)
    hasher = signer.hasher()
    for start in range(0, buffer.stored, _STEP):
        part = view[start : start + _STEP]
        payload.read_into(part, at + start)
        hasher.update(part)
    if hasher.digest() != buffer.digest:
        raise RejectedError("damaged", "the checksum of its data does not match")
    return area


def _allocate(size: int) -> Any:
    """Return much writable memory, in huge pages: faulting in small ones would cost more than reading."""
    import mmap

    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        area.madvise(mmap.MADV_HUGEPAGE)
    return area


def _inflate(head: Head, inband: Any, buffers: list[Any]) -> tuple[bytes, list[Any]]:
    from memofp._store._compress import decompress

    try:
        plain = decompress(head.compression, inband)
        return plain, [bytearray(decompress(head.compression, buffer)) for buffer in buffers]
    except Exception as error:  # each compression library raises its own
        raise DecodeError(f"it cannot be decompressed: {error}") from error
