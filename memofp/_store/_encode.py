"""Values to bytes: the half of the codecs that a hit does not need, see `_codecs`."""

from __future__ import annotations

import copyreg
import io
import marshal
import sys
from collections import ChainMap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from memofp._store._codecs import UnstorableError
from memofp._store._shapes import describe_shapes
from memofp._store._unstorable import find_unstorable, one_shot

if TYPE_CHECKING:
    import pickle
    from typing import NamedTuple

    from typing_extensions import Buffer

    from memofp._store._codecs import Codec
else:
    try:  # the C module, which is all of it but for what is written in Python again: importing that loads re
        import _pickle as pickle
    except ImportError:  # pragma: no cover # other interpreters
        import pickle
    from memofp._tuples import NamedTuple

__all__ = ["Encoded", "can_pickle", "encode"]

OUT_OF_BAND = 8 * 1024  # bytes; smaller buffers are cheaper to sign than to keep apart
_ATOMS = frozenset({type(None), bool, int, float, complex, str})
# What repeats, pickle writes once, and marshal again: no matter in a small tree of small things.
_PLAIN_ITEMS = 500
_PLAIN_TEXT = 2000  # characters or bytes
_RAW: dict[type, Callable[[Any], bytes]] = {
    str: lambda value: value.encode("utf-8", "surrogatepass"),
    bytes: lambda value: value,
    bytearray: lambda value: value,
}


class Encoded(NamedTuple):
    """A value as bytes.

    Attributes:
        codec: name of the codec that made it, and that reads it.
        inband: what is signed.
        buffers: what is checksummed only, with no limit of size.
        shapes: the classes that the value needs, see `_shapes`.
    """

    codec: str
    inband: bytes
    buffers: Sequence[Buffer]
    shapes: str = ""


def encode(value: object, codec: Codec | None = None) -> Encoded:
    """Return a value as bytes, by the first codec that gives it back exactly.

    Raises:
        UnstorableError: if there is none; it names the part of the value that stands in the way.
    """
    reason = one_shot(value)
    if reason:
        raise UnstorableError("result", reason)
    if codec is not None:
        return _encode_own(value, codec)
    kind = type(value)
    if kind in _ATOMS and not (kind is str and len(cast("str", value)) >= OUT_OF_BAND):
        return Encoded("atom", marshal.dumps(cast("int", value), 2), ())
    raw = _RAW.get(kind)
    if raw is not None:
        data = raw(value)
        if len(data) >= OUT_OF_BAND:
            return Encoded(kind.__name__, b"", (data,))
        return Encoded(kind.__name__, bytes(data), ())
    if _is_plain(value):  # read in half of pickle's time
        return Encoded("plain", marshal.dumps(cast("list[Any]", value), 2), ())
    return _encode_special(value) or _encode_pickle(value)


def _is_plain(value: object) -> bool:
    """Tell whether marshal gives a value back as it is: a small tree of exact builtins, nothing shared."""
    budget = _PLAIN_ITEMS
    met: set[int] = set()
    items: list[Any] = [value]
    for item in items:  # which grows meanwhile
        kind = type(item)
        if type(kind) is not type:  # its metaclass may say that it equals one of these
            return False
        if kind is str or kind is bytes:
            if len(item) > _PLAIN_TEXT:
                return False
            continue
        if kind in _ATOMS:
            continue
        if kind is list or kind is dict:
            if id(item) in met:
                return False
            met.add(id(item))
        elif kind is not tuple:
            return False
        budget -= len(item)
        if budget < 0:
            return False
        items.extend(item)
        if kind is dict:
            items.extend(item.values())
    return True


def _encode_own(value: object, codec: Codec) -> Encoded:
    try:
        data = codec.encode(value)
    except Exception as error:  # a stranger's code may raise anything; the caller's result must survive it
        raise UnstorableError(
            "result", f"codec {codec.name!r} failed: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(data, bytes):
        raise UnstorableError(
            "result", f"codec {codec.name!r} returned {type(data).__name__} instead of bytes"
        )
    return Encoded("own:" + codec.name, data, ())


def _encode_special(value: object) -> Encoded | None:
    """Encode a value of a foreign type by its library's own format, if that gives it back exactly."""
    kind = type(value)
    root = kind.__module__.partition(".")[0]
    if root not in ("pyarrow", "polars") or root not in sys.modules:  # libraries are never imported here
        return None
    from memofp._store import _codec_arrow

    encoder = _codec_arrow.ENCODERS.get(f"{root}.{kind.__qualname__}")
    try:
        return encoder(value) if encoder is not None else None
    except Exception:  # noqa: BLE001 # whatever the format does not know, pickle may
        return None


class _Pickler(pickle.Pickler):
    """A pickler that notes the classes of the instances that it meets."""

    kinds: set[type]

    def reducer_override(self, value: Any) -> Any:
        self.kinds.add(type(value))
        return NotImplemented


def _encode_pickle(value: object) -> Encoded:
    kinds: set[type] = set()

    def make(*arguments: Any, **options: Any) -> _Pickler:
        pickler = _Pickler(*arguments, **options)
        pickler.kinds = kinds
        if tables := _reducers():
            pickler.dispatch_table = ChainMap(*tables, cast("Any", copyreg.dispatch_table))
        return pickler

    try:
        return Encoded("pickle", *_dump(make, value), describe_shapes(kinds))
    except Exception as error:  # noqa: BLE001 # pickling runs the value's own code, which may raise anything
        first: Exception = error
    if not isinstance(first, (RecursionError, MemoryError)):
        try:
            return Encoded("cloudpickle", *_dump(_cloudpickler(), value))
        except Exception as error:  # noqa: BLE001 # as above
            first = error
    raise UnstorableError(*find_unstorable(value, first, can_pickle)) from first


def _dump(kind: Callable[..., Any], value: object) -> tuple[bytes, list[Buffer]]:
    sink = io.BytesIO()
    buffers: list[Buffer] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < OUT_OF_BAND:
            return True  # in band
        buffers.append(raw)
        return False

    pickler = kind(sink, protocol=5, buffer_callback=keep)
    pickler.dump(value)
    return sink.getvalue(), buffers


def _reducers() -> list[Any]:
    """Return what takes big data of loaded libraries out of band."""
    tables: list[Any] = []
    if "numpy" in sys.modules:
        from memofp._store import _codec_numpy

        tables.append(_codec_numpy.REDUCERS)
    if "torch" in sys.modules:
        from memofp._store import _codec_torch

        tables.append(_codec_torch.REDUCERS)
    return tables


def can_pickle(value: object) -> bool:
    """Return whether a part of a value can be stored by itself."""
    if one_shot(value):
        return False
    for load in (lambda: pickle.Pickler, _cloudpickler):
        try:
            _dump(load(), value)
        except Exception:  # noqa: BLE001 # as in _encode_pickle: this is the question asked
            continue
        return True
    return False


def _cloudpickler() -> Callable[..., Any]:
    """Return cloudpickle's pickler without those of its rules that change what comes back."""
    import cloudpickle  # type: ignore[import-untyped] # ships no types

    rules = {io.TextIOWrapper: _refuse, memoryview: _refuse}  # it would read the file; it would give bytes

    table = ChainMap(rules, *_reducers(), cast("Any", cloudpickle.Pickler.dispatch_table))

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc] # its base has no types
        dispatch_table: Any = table

    return Pickler


def _refuse(value: object) -> Any:
    raise pickle.PicklingError(f"cannot pickle {type(value).__name__!r} object")
