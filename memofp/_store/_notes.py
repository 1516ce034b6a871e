"""Turn manifests into signed notes beside a version, and back."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from memofp._manifest import Manifest

if TYPE_CHECKING:
    from memofp._store._envelope import Signer

__all__ = ["pack_manifest", "unpack_manifest"]

_MAC_SIZE = 16

# Taken once: a program may put something of its own in the place of `json.dumps`.
_loads = json.JSONDecoder().decode
_dumps = json.JSONEncoder(separators=(",", ":")).encode


def pack_manifest(signer: Signer, function: str, version: str, manifest: Manifest) -> bytes:
    """Return a manifest as compressed bytes below a MAC that binds them to a function and version."""
    data = zlib.compress(_dumps(manifest.to_json()).encode(), 6)
    return _mac(signer, function, version, data) + data


def unpack_manifest(signer: Signer, function: str, version: str, note: bytes) -> Manifest | None:
    """Return the manifest in a note; None if its MAC does not hold, or it is another format's."""
    mac, data = note[:_MAC_SIZE], note[_MAC_SIZE:]
    if _mac(signer, function, version, data) != mac:
        return None
    try:
        return Manifest.from_json(_loads(zlib.decompress(data).decode()))
    except Exception:  # noqa: BLE001 # signed by us, but perhaps by another version of memofp: no manifest, no harm
        return None


def _mac(signer: Signer, function: str, version: str, data: bytes) -> bytes:
    return signer.mac(b"manifest", function.encode(), b"\0", version.encode(), b"\0", data)
