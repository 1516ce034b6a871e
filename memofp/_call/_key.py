"""Join fingerprint, environment, options and arguments into a key."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from memofp._call._binding import make_binder, parameter_names, python_function
from memofp._digest import DIGEST_SIZE, digest, digest_parts
from memofp._errors import DecorationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from memofp._call._binding import Binder
    from memofp._call._marks import Mark
    from memofp._fingerprint import Fingerprint

__all__ = ["Plan", "environment", "make_plan"]

KEY_FORMAT = b"memofp-key-1"  # goes up whenever a key changes for an unchanged call


class Plan:
    """All of a key that stays the same while the fingerprint does, ready for calls.

    Attributes:
        fingerprint: of the code; a call under another one needs another plan.
        names: the parameters that take part in the key.
        bind: called like the function, returns what of the arguments enters the key.
        bind_raw: the same, returns the arguments as they came.
        digest_values: values as bound to the 16 bytes that stand for them.
        seed: 16 bytes, digest of everything in the key but the arguments.
        serves: the fingerprint that the key is made with: an older one that this was accepted
            for, else its own digest.
    """

    __slots__ = ("bind", "bind_raw", "digest_values", "fingerprint", "names", "seed", "serves")

    def __init__(
        self,
        fingerprint: Fingerprint,
        raw: Binder,
        bind: Callable[..., tuple[object, ...]],
        digest_values: Callable[[tuple[object, ...]], bytes],
        seed: bytes,
        serves: str,
    ) -> None:
        self.fingerprint = fingerprint
        self.names = raw.names
        self.bind = bind
        self.bind_raw = raw.bind
        self.digest_values = digest_values
        self.seed = seed
        self.serves = serves

    def key(self, values: tuple[object, ...]) -> bytes:
        """Return the 16-byte key of a call from its bound values.

        Raises:
            UnhashableArgumentError: one of them cannot be hashed soundly.
        """
        found = self.digest_values(values)
        data = self.seed + found
        if len(found) > DIGEST_SIZE:
            # Code among the arguments may use what the function's own code cannot name.
            data += bytes.fromhex(self.fingerprint.open_digest)
        return digest(data)


def make_plan(
    function: Callable[..., object],
    name: str,
    fingerprint: Fingerprint,
    *,
    ignore: Collection[str],
    version: str | None,
    python_in_key: bool,
    serves: str | None = None,
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
        serves: an older fingerprint's digest that this one was accepted for, to be used in its place.
    """
    from memofp._values import ArgumentDigester

    ignored, marks = _read_marks(function, name)
    ignored = ignored.union(ignore)
    raw = make_binder(function, ignored)
    binder = _apply_marks(raw, marks)
    seed = digest_parts(
        KEY_FORMAT,
        (
            bytes.fromhex(serves or fingerprint.digest),
            environment() if python_in_key else b"",
            b"" if version is None else b"v" + version.encode("utf-8", "surrogatepass"),
            digest_parts(b"ignore", [parameter.encode() for parameter in sorted(ignored)]),
            digest_parts(b"marks", [parameter.encode() for parameter in sorted(marks)]),
        ),
    )
    return Plan(
        fingerprint,
        raw,
        binder.bind,
        ArgumentDigester(binder.names, name).digest,
        seed,
        serves or fingerprint.digest,
    )


def _read_marks(function: Callable[..., object], name: str) -> tuple[frozenset[str], dict[str, Mark]]:
    """Return the marks on parameters; load nothing for a function without annotations."""
    inner = python_function(function)
    # Since Python 3.14, to ask for the annotations is to evaluate them.
    if inner is None or not (getattr(inner, "__annotate__", None) or inner.__annotations__):
        return frozenset(), {}
    from memofp._call._marks import parameter_marks

    ignored, marks = parameter_marks(inner)
    own = parameter_names(inner)
    hidden = sorted(parameter for parameter in (*ignored, *marks) if parameter not in own)
    if hidden:
        raise DecorationError(
            f"memoize: {name} is a decorator's wrapper without the parameter {hidden[0]!r}, whose annotation "
            "says how it enters the key; put @memoize below that decorator"
        )
    return ignored, marks


def _apply_marks(binder: Binder, marks: dict[str, Mark]) -> Binder:
    if not marks:
        return binder
    from memofp._call._marks import apply_marks

    return apply_marks(binder, marks)


def environment() -> bytes:
    """Return what of the interpreter enters a key: implementation and minor version (`cpython-3.12`)."""
    major, minor = sys.version_info[:2]
    return f"{sys.implementation.name}-{major}.{minor}".encode()
