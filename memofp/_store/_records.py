"""What the store knows for people: why an entry is not served, what was removed, what was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memofp._errors import StoreError
from memofp._store import _gone
from memofp._store._accepted import Acceptance, read_acceptances, write_acceptances
from memofp._store._examine import examine
from memofp._store._protocol import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from memofp._store._envelope import Signer
    from memofp._store._gone import Departure
    from memofp._store._outcome import Miss
    from memofp._store._protocol import Store
    from memofp._store._types import EntryInfo

__all__ = ["Records"]


class Records:
    """The records of one store.

    Attributes:
        where: the store's directory.
    """

    __slots__ = ("_backend", "_signer", "where")

    def __init__(self, backend: Store, signer: Callable[[], Signer], where: str) -> None:
        self.where = where
        self._backend = backend
        self._signer = signer

    def examine(self, key: bytes) -> Miss | None:
        """Return None if the entry under a key would be served, else why not; decode nothing."""
        return examine(self._backend, self._signer(), key)

    def entry(self, key: bytes) -> EntryInfo | None:
        """Return what is known of the entry under a key, None if there is none or on any fault."""
        from memofp._store._describe import describe_row

        try:
            row = self._backend.row(key)
        except BackendError:
            return None
        return None if row is None else describe_row(row)

    def departure(self, key: bytes) -> Departure | None:
        """Return when and why the entry under a key was removed, None if that is not remembered."""
        return _gone.find(self.where, key)

    def clearing(self, function: str, version: str) -> Departure | None:
        """Return when a function or this version of it was cleared last, None if that is not remembered."""
        return _gone.find_clearing(self.where, function, version)

    def acceptances(self, function: str) -> dict[str, Acceptance]:
        """Return the acceptances of a function by their newer version; none on any fault."""
        try:
            return read_acceptances(self._backend, self._signer(), function)
        except BackendError:  # the next load meets the same fault, and warns
            return {}

    def accept(self, acceptance: Acceptance) -> None:
        """Keep an acceptance, in place of one of the same version.

        Raises:
            StoreError: if it cannot be kept.
        """
        known = self.acceptances(acceptance.function)
        self._write(acceptance.function, {**known, acceptance.version: acceptance})

    def withdraw(self, function: str, version: str) -> Acceptance | None:
        """Take the acceptance of a version back; return it, None if there was none.

        Raises:
            StoreError: if that cannot be kept.
        """
        known = self.acceptances(function)
        gone = known.pop(version, None)
        if gone is not None:
            self._write(function, known)
        return gone

    def _write(self, function: str, acceptances: dict[str, Acceptance]) -> None:
        try:
            write_acceptances(self._backend, self._signer(), function, acceptances)
        except BackendError as fault:
            raise StoreError(f"{self.where}: {fault}") from fault
