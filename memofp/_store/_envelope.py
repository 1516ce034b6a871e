"""The signed frame around a value's bytes.

    entry  = MAC (16) | fixed fields | names | buffer table | in-band body | out-of-band buffers
    MAC    = keyed BLAKE2b over everything from the fixed fields to the end of the in-band body
    buffer = raw bytes at a 64-byte boundary, under XXH3 seeded from the signing key

The head (up to the buffer table) always lies in the backend's record; the body lies behind it
when it is small, else in the payload.  Nothing of the body is interpreted before the MAC
holds.  An unknown format is foreign, never an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from memofp._digest import Hasher
from memofp._store._secret import blake2b

__all__ = [
    "ALIGN",
    "Buffer",
    "Head",
    "RejectedError",
    "Signer",
    "body_layout",
    "body_size",
    "pack_head",
    "read_head",
]

MAGIC = b"mfp1"
ALIGN = 64  # bytes; a cache line, and what AVX-512 kernels ask for
MAC_SIZE = 16
_FIXED = struct.Struct("<4s4s16sdddBBBBBBHHIQ")
_BUFFER = struct.Struct("<QQ16sB")
_NEVER = float("inf")
_FLAG_INLINE = 1
_MAX_TEXT = 0xFFFF


class RejectedError(Exception):
    """An entry must not be used.

    Attributes:
        reason: `damaged`, `foreign` or `expired`, as in `Miss`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Buffer(NamedTuple):
    """One out-of-band buffer: its size as stored and as used, its digest as stored."""

    stored: int
    size: int
    digest: bytes
    readonly: bool


class Head(NamedTuple):
    """Everything that an entry says about itself."""

    signer: bytes
    key: bytes
    created: float
    expires: float
    duration_s: float
    python: tuple[int, int]
    compression: int
    codec: str
    arguments: str
    shapes: str
    inband: int
    buffers: tuple[Buffer, ...]
    inline: bool
    identity: tuple[int, ...]


class Signer:
    """Signs and checks with one signing key.

    Attributes:
        name: 4 bytes that tell signing keys apart, so that "signed by somebody else" is not
            reported as damage.
    """

    __slots__ = ("_key", "_seed", "name")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.name = blake2b(b"name", key=key, digest_size=4).digest()
        self._seed = int.from_bytes(blake2b(b"buffers", key=key, digest_size=8).digest(), "little")

    def mac(self, *parts: bytes | memoryview) -> bytes:
        """Return the MAC of the parts, joined."""
        state = blake2b(parts[0], key=self._key, digest_size=MAC_SIZE)
        for part in parts[1:]:
            state.update(part)
        return state.digest()

    def hasher(self) -> Hasher:
        """Return a fresh hasher for one buffer."""
        return Hasher(seed=self._seed)


def pack_head(signer: Signer, head: Head, inband: bytes) -> bytes:
    """Return MAC and head; `inband` is signed with them but not appended."""
    codec = head.codec.encode()
    arguments = _clip(head.arguments)
    shapes = head.shapes.encode()
    fixed = _FIXED.pack(
        MAGIC, head.signer, head.key, head.created, head.expires, head.duration_s,
        head.python[0], head.python[1], head.compression, _FLAG_INLINE if head.inline else 0,
        len(codec), len(head.identity), len(arguments), len(head.buffers), len(shapes), head.inband,
    )  # fmt: skip
    table = b"".join(_BUFFER.pack(b.stored, b.size, b.digest, b.readonly) for b in head.buffers)
    identity = struct.pack(f"<{len(head.identity)}Q", *head.identity)
    front = fixed + codec + arguments + shapes + table + identity
    return signer.mac(front, inband) + front


def _clip(text: str) -> bytes:
    return text[:_MAX_TEXT].encode("utf-8", "replace")[:_MAX_TEXT]


def read_head(data: bytes, key: bytes | None = None, *, partial: bool = False) -> tuple[Head, int]:
    """Return the head at the start of a record, unverified, and where it ends.

    Args:
        data: the record, or its first bytes.
        key: the key that the entry must belong to.
        partial: whether the tables at the end of the head may be cut off, and are left out.

    Raises:
        RejectedError: if these are not the bytes of an entry, or of another key's.
    """
    try:
        (
            magic, signer, own_key, created, expires, duration, major, minor, compression, flags,
            n_codec, n_identity, n_arguments, n_buffers, n_shapes, inband,
        ) = _FIXED.unpack_from(data, MAC_SIZE)  # fmt: skip
    except struct.error:
        raise RejectedError("damaged", f"the head has {len(data)} bytes") from None
    if magic != MAGIC:
        reason = "foreign" if magic[:3] == MAGIC[:3] else "damaged"
        raise RejectedError(reason, f"the entry's format is {magic!r}, not {MAGIC!r}")
    if key is not None and own_key != key:
        raise RejectedError("damaged", "the entry belongs to another key")
    at = MAC_SIZE + _FIXED.size
    codec_end = at + n_codec
    arguments_end = codec_end + n_arguments
    shapes_end = arguments_end + n_shapes
    table_end = shapes_end + n_buffers * _BUFFER.size
    end = table_end + 8 * n_identity
    if partial:
        n_buffers = n_identity = 0
    elif end > len(data):
        raise RejectedError("damaged", "the head is cut off")
    head = Head(
        signer, own_key, created, expires, duration, (major, minor), compression,
        data[at:codec_end].decode("ascii", "replace"),
        data[codec_end:arguments_end].decode("utf-8", "replace"),
        data[arguments_end:shapes_end].decode("utf-8", "replace"),
        inband,
        tuple(Buffer(s, n, d, bool(r)) for s, n, d, r in _BUFFER.iter_unpack(data[shapes_end:table_end]))
        if n_buffers else (),
        bool(flags & _FLAG_INLINE),
        struct.unpack_from(f"<{n_identity}Q", data, table_end) if n_identity else (),
    )  # fmt: skip
    return head, end


def body_layout(inband: int, buffers: tuple[Buffer, ...]) -> Iterator[tuple[int, Buffer]]:
    """Yield each buffer with its offset in the body."""
    at = inband
    for buffer in buffers:
        at += -at % ALIGN
        yield at, buffer
        at += buffer.stored


def body_size(head: Head) -> int:
    """Return the number of bytes in an entry's body."""
    at = head.inband
    for offset, buffer in body_layout(head.inband, head.buffers):
        at = offset + buffer.stored
    return at
