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
from typing import TYPE_CHECKING

from memofp._digest import Hasher
from memofp._store._secret import blake2b, compare_digest

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from memofp._tuples import NamedTuple

__all__ = ["ALIGN", "MAC_SIZE", "NEVER", "Buffer", "Head", "RejectedError", "Signer", "Texts", "pack_head"]
__all__ += ["body_layout", "body_size", "open_small", "read_buffers", "read_head", "read_identity"]
__all__ += ["read_texts"]

MAGIC = b"mfp1"
ALIGN = 64  # bytes; a cache line, and what AVX-512 kernels ask for
MAC_SIZE = 16
NEVER = float("inf")
FLAG_INLINE = 1
_FIXED = struct.Struct("<4s4s16sdddIQBBBBBBHHI")
_BUFFER = struct.Struct("<QQ16sB")
_NAMES_AT = MAC_SIZE + _FIXED.size
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
    """The fixed fields of an entry, in the order of the bytes.

    Attributes:
        end: where the body begins, counted from the start of the record.
        inband: size of the signed part of the body, in bytes.
    """

    magic: bytes
    signer: bytes
    key: bytes
    created: float
    expires: float
    duration_s: float
    end: int
    inband: int
    major: int
    minor: int
    compression: int
    flags: int
    n_codec: int
    n_identity: int
    n_arguments: int
    n_buffers: int
    n_shapes: int


class Texts(NamedTuple):
    """The names in a head."""

    codec: str
    arguments: str
    shapes: str


class Signer:
    """Signs and checks with one signing key.

    Attributes:
        name: 4 bytes that tell signing keys apart, so that "signed by somebody else" is not
            reported as damage.
    """

    __slots__ = ("_keyed", "_seed", "name")

    def __init__(self, key: bytes) -> None:
        # Copying a state that has taken the key in costs less than making one with it.
        self._keyed = blake2b(key=key, digest_size=MAC_SIZE)
        self.name: bytes = blake2b(b"name", key=key, digest_size=4).digest()
        self._seed = int.from_bytes(blake2b(b"buffers", key=key, digest_size=8).digest(), "little")

    def mac(self, *parts: bytes | memoryview) -> bytes:
        """Return the MAC of the parts, joined."""
        state = self._keyed.copy()
        for part in parts:
            state.update(part)
        return state.digest()

    def hasher(self) -> Hasher:
        """Return a fresh hasher for one buffer."""
        return Hasher(seed=self._seed)


def pack_head(
    signer: Signer, head: Head, texts: Texts, buffers: list[Buffer], identity: tuple[int, ...], inband: bytes
) -> bytes:
    """Return MAC and head; `inband` is signed with them but not appended.

    Args:
        signer: signs.
        head: its magic, signer, sizes and counts are filled in here.
        texts: names; the arguments are cut at 64 KiB.
        buffers: what the table says.
        identity: of the payload, see `Payload.identity`.
        inband: the in-band body.
    """
    codec, shapes = texts.codec.encode(), texts.shapes.encode()
    arguments = texts.arguments[:_MAX_TEXT].encode("utf-8", "replace")[:_MAX_TEXT]
    table = b"".join([_BUFFER.pack(*buffer) for buffer in buffers])
    tail = b"".join([codec, arguments, shapes, table, struct.pack(f"<{len(identity)}Q", *identity)])
    front = _FIXED.pack(
        MAGIC, signer.name, head.key, head.created, head.expires, head.duration_s,
        _NAMES_AT + len(tail), len(inband), head.major, head.minor, head.compression, head.flags,
        len(codec), len(identity), len(arguments), len(buffers), len(shapes),
    )  # fmt: skip
    return b"".join([signer.mac(front, tail, inband), front, tail])


def read_head(data: bytes, key: bytes) -> Head:
    """Return the fixed fields at the start of a record, unverified.

    Raises:
        RejectedError: if these are not the bytes of an entry, or of another key's.
    """
    try:
        head = Head._make(_FIXED.unpack_from(data, MAC_SIZE))
    except struct.error:
        raise RejectedError("damaged", f"the head has {len(data)} bytes") from None
    if head.magic != MAGIC:
        reason = "foreign" if head.magic[:3] == MAGIC[:3] else "damaged"
        raise RejectedError(reason, f"the entry's format is {head.magic!r}, not {MAGIC!r}")
    if head.key != key:
        raise RejectedError("damaged", "the entry belongs to another key")
    return head


def open_small(signer: Signer, data: bytes, key: bytes) -> tuple[float, float, float, bytes, bytes] | None:
    """Return created, expires, seconds, codec and body of a verified entry that lies in its record whole.

    Most entries are small, so this is on the path of every first hit.  None for one with buffers, compression
    or classes with fields, and for one that is not as it should be: who reads its head finds out which it is.
    """
    try:
        fields = _FIXED.unpack_from(data, MAC_SIZE)
    except struct.error:
        return None
    (
        magic, name, own, created, expires, seconds, end, inband,
        _, _, compression, flags, n_codec, _, _, n_buffers, n_shapes,
    ) = fields  # fmt: skip
    if magic != MAGIC or name != signer.name or own != key or len(data) != end + inband:
        return None
    if flags != FLAG_INLINE or compression or n_buffers or n_shapes:
        return None
    if not compare_digest(signer.mac(data[MAC_SIZE:]), data[:MAC_SIZE]):
        return None
    return created, expires, seconds, data[_NAMES_AT : _NAMES_AT + n_codec], data[end:]


def read_texts(data: bytes, head: Head) -> Texts:
    """Return the names in a head; those that are cut off are short or empty."""
    codec = _NAMES_AT + head.n_codec
    arguments = codec + head.n_arguments
    return Texts(
        data[_NAMES_AT:codec].decode("ascii", "replace"),
        data[codec:arguments].decode("utf-8", "replace"),
        data[arguments : arguments + head.n_shapes].decode("utf-8", "replace"),
    )


def read_buffers(data: bytes, head: Head) -> list[Buffer]:
    """Return the buffer table of a verified head."""
    if not head.n_buffers:
        return []
    start = _NAMES_AT + head.n_codec + head.n_arguments + head.n_shapes
    table = data[start : start + head.n_buffers * _BUFFER.size]
    return [Buffer(stored, size, digest, bool(r)) for stored, size, digest, r in _BUFFER.iter_unpack(table)]


def read_identity(data: bytes, head: Head) -> tuple[int, ...]:
    """Return the identity that the payload had when it was written, of a verified head."""
    return struct.unpack_from(f"<{head.n_identity}Q", data, head.end - 8 * head.n_identity)


def body_layout(inband: int, buffers: list[Buffer]) -> Iterator[tuple[int, Buffer]]:
    """Yield each buffer with its offset in the body."""
    at = inband
    for buffer in buffers:
        at += -at % ALIGN
        yield at, buffer
        at += buffer.stored


def body_size(inband: int, buffers: list[Buffer]) -> int:
    """Return the number of bytes in an entry's body."""
    at = inband
    for offset, buffer in body_layout(inband, buffers):
        at = offset + buffer.stored
    return at
