"""Values to bytes and back.

A codec turns a value into in-band bytes, which are signed, and out-of-band buffers, which are
only checksummed, and so may be written, read and mapped at the speed of the disk.  No codec
interprets bytes that nobody signed: what decides about types and code is always in band.
The way there is in `_encode`, the way back here.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from memofp._store._envelope import Texts

if TYPE_CHECKING:
    import pickle
    from typing import Protocol
else:
    try:  # the C module, which is all of it but for what is written in Python again: importing that loads re
        import _pickle as pickle
    except ImportError:  # pragma: no cover # other interpreters
        import pickle

    Protocol = object  # making a real one takes a third of a millisecond

__all__ = ["LOADERS", "Codec", "DecodeError", "UnstorableError", "check_codec", "decode"]

_BYTES: dict[str, type] = {"bytes": bytes, "bytearray": bytearray}
# Codecs that make a value of verified in-band bytes alone, by their names in a head.
LOADERS: dict[bytes, Callable[[bytes], object]] = {
    b"atom": marshal.loads,
    b"plain": marshal.loads,
    b"pickle": pickle.loads,
    b"cloudpickle": pickle.loads,
}


class DecodeError(Exception):
    """The bytes are those that were stored, and yet make no value here and now."""


class UnstorableError(Exception):
    """A value cannot be stored.

    Attributes:
        path: where the culprit sits, from `result` on (`result['model'].lock`).
        reason: what it is and why it cannot be stored, in a few words.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


class Codec(Protocol):
    """A user's own codec: `encode` to bytes that `decode` turns into an equal, fresh object."""

    name: str

    def encode(self, value: Any) -> bytes:
        """Return the value as bytes."""
        ...

    def decode(self, data: bytes) -> Any:
        """Return a fresh value."""
        ...


def check_codec(codec: object) -> None:
    """Raise ConfigurationError unless an object is a usable codec."""
    from memofp._errors import ConfigurationError

    name = getattr(codec, "name", None)
    if not isinstance(name, str) or not 0 < len(name) < 200 or not name.isascii():
        raise ConfigurationError(f"codec {codec!r} needs a `name` of ASCII characters, below 200 of them")
    for method in ("encode", "decode"):
        if not callable(getattr(codec, method, None)):
            raise ConfigurationError(f"codec {codec!r} needs a method {method}()")


def decode(texts: Texts, inband: Any, buffers: Sequence[Any], own: Codec | None = None) -> object:
    """Return a fresh value from bytes whose MAC has been checked.

    Raises:
        DecodeError: if there is no such codec here, or the value's class is gone or different.
    """
    try:
        if texts.shapes:
            from memofp._store._shapes import changed_shape

            if problem := changed_shape(texts.shapes):
                raise DecodeError(problem)
        return _decode(texts.codec, inband, buffers, own)
    except DecodeError:
        raise
    except Exception as error:  # unpickling runs the value's own code, which may raise anything
        raise DecodeError(f"{type(error).__name__}: {error}") from error


def _decode(codec: str, inband: Any, buffers: Sequence[Any], own: Codec | None) -> object:
    if codec in ("atom", "plain"):
        return marshal.loads(inband)
    if codec in ("pickle", "cloudpickle"):
        return pickle.loads(inband, buffers=buffers)
    if codec in ("bytes", "bytearray", "str"):
        data = buffers[0] if buffers else inband
        return str(data, "utf-8", "surrogatepass") if codec == "str" else _BYTES[codec](data)
    if codec.startswith("arrow-"):
        from memofp._store import _codec_arrow

        return _codec_arrow.decode(codec, buffers)
    if codec.startswith("own:"):
        if own is None or codec != "own:" + own.name:
            raise DecodeError(f"it was stored by the codec {codec[4:]!r}")
        return own.decode(bytes(inband))
    raise DecodeError(f"no codec is called {codec!r}")
