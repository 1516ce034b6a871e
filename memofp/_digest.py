"""Digest bytes: the only importer of xxhash.

All digests are XXH3 at 128 bits, big endian as `xxhash` gives them.  They tell values
apart; they do not stop a forger, which is what the store's MAC is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from xxhash import xxh3_128 as Hasher
from xxhash import xxh3_128_digest, xxh3_128_hexdigest

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["DIGEST_SIZE", "Hasher", "digest", "digest_parts", "hexdigest"]

DIGEST_SIZE = 16  # bytes


digest: Callable[[Buffer], bytes] = xxh3_128_digest
"""Return the 16-byte digest of a C-contiguous buffer, without copying it.

The C function itself: each hit calls it twice, and a Python function around it costs as much again.
"""


def hexdigest(data: Buffer) -> str:
    """Return the digest of a buffer as 32 hexadecimal characters."""
    return xxh3_128_hexdigest(data)


def digest_parts(tag: bytes, parts: Iterable[bytes]) -> bytes:
    """Return the digest of a tagged sequence of byte strings.

    Each part is prefixed with its length, so no two different sequences share an encoding.
    """
    return xxh3_128_digest(b"".join([b"%d:%b" % (len(part), part) for part in (tag, *parts)]))
