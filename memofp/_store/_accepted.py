"""Keep which versions of a function were accepted as doing the same as an older one.

One signed note a function, beside its versions.  A key is made with the fingerprint that
`find` gives; entries themselves stay as they are, so taking an acceptance back leaves each
entry where it belongs.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from memofp._store._protocol import BackendError

if TYPE_CHECKING:
    from memofp._store._envelope import Signer
    from memofp._store._protocol import Store

__all__ = ["NOTE_VERSION", "Acceptance", "read_acceptances", "write_acceptances"]

NOTE_VERSION = "accepted"  # in the place of a fingerprint, which has 32 hexadecimal characters
_MAC_SIZE = 16


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A statement of the user's: this version of a function does the same as an older one.

    Attributes:
        function: qualified name of the function.
        version: the newer fingerprint, 32 hexadecimal characters.
        serves: the older fingerprint, whose entries are served.
        when: in seconds since the epoch.
        shown: what had changed between the two, one line each.
    """

    function: str
    version: str
    serves: str
    when: float
    shown: tuple[str, ...] = ()


def read_acceptances(backend: Store, signer: Signer, function: str) -> dict[str, Acceptance]:
    """Return the acceptances of a function by their newer version; none whose signature does not hold.

    Raises:
        BackendError: if the store cannot be read.
    """
    note = backend.get_note(function, NOTE_VERSION)
    if not note:
        return {}
    mac, data = note[:_MAC_SIZE], note[_MAC_SIZE:]
    if _mac(signer, function, data) != mac:
        return {}
    try:
        listed = [Acceptance(**{**item, "shown": tuple(item["shown"])}) for item in json.loads(data)]
    except (ValueError, TypeError, KeyError):  # signed by us, but by another version of memofp
        return {}
    return {acceptance.version: acceptance for acceptance in listed}


def write_acceptances(
    backend: Store, signer: Signer, function: str, acceptances: dict[str, Acceptance]
) -> None:
    """Keep the acceptances of a function in place of those that there were.

    Raises:
        BackendError: if the store cannot be written.
    """
    data = json.dumps([asdict(acceptance) for acceptance in acceptances.values()]).encode()
    backend.put_note(function, NOTE_VERSION, _mac(signer, function, data) + data)
    if read_acceptances(backend, signer, function) != acceptances:
        raise BackendError("accepted", "an acceptance was written and is not there")


def _mac(signer: Signer, function: str, data: bytes) -> bytes:
    return signer.mac(b"accepted\0", function.encode("utf-8", "surrogatepass"), b"\0", data)
