"""Join fingerprint, environment, options and arguments into a key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memofp._call._binding import make_binder
from memofp._digest import digest, digest_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from memofp._fingerprint import Fingerprint

__all__ = ["Plan", "environment", "make_plan"]

KEY_FORMAT = b"memofp-key-1"  # goes up whenever a key changes for an unchanged call


class Plan:
    """All of a key that stays the same while the fingerprint does, ready for calls.

    Attributes:
        fingerprint: of the code; a call under another one needs another plan.
        names: the parameters that take part in the key.
        bind: called like the function, returns their values.
        digest_values: values as bound to the 16 bytes that stand for them.
        seed: 16 bytes, digest of everything in the key but the arguments.
    """

    __slots__ = ("bind", "digest_values", "fingerprint", "names", "seed")

    def __init__(
        self,
        fingerprint: Fingerprint,
        names: tuple[str, ...],
        bind: Callable[..., tuple[object, ...]],
        digest_values: Callable[[tuple[object, ...]], bytes],
        seed: bytes,
    ) -> None:
        self.fingerprint = fingerprint
        self.names = names
        self.bind = bind
        self.digest_values = digest_values
        self.seed = seed

    def key(self, values: tuple[object, ...]) -> bytes:
        """Return the 16-byte key of a call from its bound values.

        Raises:
            UnhashableArgumentError: one of them cannot be hashed soundly.
        """
        return digest(self.seed + self.digest_values(values))


def make_plan(
    function: Callable[..., object],
    name: str,
    fingerprint: Fingerprint,
    *,
    ignore: Collection[str],
    version: str | None,
    python_in_key: bool,
) -> Plan:
    """Return the plan of a function under its present fingerprint.

    Args:
        function: the bare function.
        name: its qualified name, for errors.
        fingerprint: what `Watch.current` gives now.
        ignore: names of parameters left out of the key.  They are a part of it as names,
            so that `f(1, 2)` without the first parameter is not `f(2, 1)` without the second.
        version: the text of the `version` option.
        python_in_key: whether the minor version of Python counts.
    """
    from memofp._values import ArgumentDigester

    binder = make_binder(function, ignore)
    seed = digest_parts(
        KEY_FORMAT,
        (
            bytes.fromhex(fingerprint.digest),
            environment() if python_in_key else b"",
            b"" if version is None else b"v" + version.encode("utf-8", "surrogatepass"),
            digest_parts(b"ignore", [name.encode() for name in sorted(ignore)]),
        ),
    )
    return Plan(fingerprint, binder.names, binder.bind, ArgumentDigester(binder.names, name), seed)


def environment() -> bytes:
    """Return what of the interpreter enters a key: implementation and minor version (`cpython-3.12`)."""
    major, minor = sys.version_info[:2]
    return f"{sys.implementation.name}-{major}.{minor}".encode()
