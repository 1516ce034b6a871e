"""Look at one entry without serving it: nothing is decoded, and no hit is counted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from memofp._store._entry import CLOCK_SLACK_S, verify_entry
from memofp._store._envelope import RejectedError
from memofp._store._outcome import Miss
from memofp._store._protocol import BackendError

if TYPE_CHECKING:
    from memofp._store._envelope import Signer
    from memofp._store._protocol import Store

__all__ = ["examine"]


def examine(backend: Store, signer: Signer, key: bytes) -> Miss | None:
    """Return None if the entry under a key would be served, else why not.  Every byte of it is read.

    A value that is intact but whose class is gone counts as served here: to know, it would have
    to be unpickled.
    """
    try:
        record = backend.get(key)
        if record is None:
            return Miss("absent")
        try:
            head = verify_entry(signer, key, record)
        finally:
            if record.payload is not None:
                record.payload.close()
    except RejectedError as error:
        return Miss(error.reason, error.detail)  # type: ignore[arg-type] # its reasons are among a miss's
    except BackendError as fault:
        return Miss("damaged" if fault.damaged else "unreadable", str(fault))
    now = time.time()
    if head.expires <= now or head.created > now + CLOCK_SLACK_S:
        return Miss("expired", f"it was stored at {head.created:.0f} until {head.expires:.0f}")
    return None
