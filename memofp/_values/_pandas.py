"""Reduce pandas' frames, series, indexes, extension arrays and scalars.

Columns count, blocks do not: neighbouring columns of one numpy dtype are hashed as one run of
bytes, in place where a block holds just that run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import groupby
from typing import Any

from memofp._digest import Hasher
from memofp._values._arrays import array_data, is_raw, update_with
from memofp._values._origin import class_part
from memofp._values._parts import Node, Parts, Refusal, leaf, pack
from memofp._values._state import state_of

__all__ = ["rules"]

_OWN_STATE = frozenset(
    {"_mgr", "_attrs", "_flags", "_name", "_item_cache", "_is_copy", "_cacher", "_typ", "_index", "_cache"}
)


def _extra(value: Any) -> list[tuple[str, object]]:
    """Return the attributes that someone put on a frame or a subclass of it added."""
    names, values = state_of(value)
    pairs = zip(names, values, strict=True)
    return [(f".{name}", item) for name, item in pairs if type(name) is str and name not in _OWN_STATE]


def _frame(value: Any) -> Node:
    extra = _extra(value)
    children = [
        (".__class__", class_part(type(value))),
        (".columns", value.columns),
        (".index", value.index),
        (".attrs", value._attrs or None),
        *_columns(value),
        *extra,
    ]
    tag = pack("pandas.DataFrame", value.flags.allows_duplicate_labels, tuple(n for n, _ in extra))
    return Parts(tag, children, fresh=True)


def _columns(frame: Any) -> list[tuple[str, object]]:
    """Return what stands for the columns, in order: a leaf for each run of one dtype, else the array."""
    children: list[tuple[str, object]] = []
    arrays = list(frame._iter_column_arrays())
    place = 0
    for dtype, group in groupby(arrays, key=_run_dtype):
        run = list(group)
        if dtype is None:
            children += [(f".iloc[:, {place + i}]", _hold(array)) for i, array in enumerate(run)]
        else:
            content = _digest_run(frame, run, len(arrays))
            children.append((f".iloc[:, {place}]", leaf("run", dtype, len(run), len(run[0]), content)))
        place += len(run)
    return children


def _run_dtype(array: Any) -> str | None:
    numpy = sys.modules["numpy"]
    return array.dtype.str if type(array) is numpy.ndarray and is_raw(array.dtype) else None


def _hold(array: Any) -> Node:
    """Return an array held by a frame as parts of its own: who else refers to it does not count."""
    numpy = sys.modules["numpy"]
    if isinstance(array, numpy.ndarray):
        return Parts(b"column", array_data(array, True), mutable=False)
    return _extension(array)


def _digest_run(frame: Any, run: list[Any], count: int) -> bytes:
    hasher = Hasher()
    blocks: Any = getattr(frame._mgr, "blocks", ())
    if len(run) == count and len(blocks) == 1 and _is_whole(blocks[0], run):
        update_with(hasher, blocks[0].values)
    else:
        for array in run:
            update_with(hasher, array)
    return hasher.digest()


def _is_whole(block: Any, run: list[Any]) -> bool:
    """Tell whether a block's memory is the columns one after the other."""
    values, places = block.values, block.mgr_locs
    ordered = places.is_slice_like and places.as_slice == slice(0, len(run), 1)
    return bool(ordered and values.ndim == 2 and values.shape[0] == len(run) and values.flags.c_contiguous)


def _series(value: Any) -> Node:
    extra = _extra(value)
    children = [
        (".__class__", class_part(type(value))),
        (".index", value.index),
        (".name", value.name),
        (".attrs", value._attrs or None),
        (".array", _hold(_stored(value))),
        *extra,
    ]
    tag = pack("pandas.Series", value.flags.allows_duplicate_labels, tuple(n for n, _ in extra))
    return Parts(tag, children, fresh=True)


def _stored(value: Any) -> Any:
    """Return a series' or index's numpy or extension array."""
    array = value.array
    return array._ndarray if type(array).__name__ in ("NumpyExtensionArray", "PandasArray") else array


def _index(value: Any) -> Node:
    pandas = sys.modules["pandas"]
    children: list[tuple[str, object]] = [(".__class__", class_part(type(value)))]
    if isinstance(value, pandas.RangeIndex):
        children.append(("", leaf("range", int(value.start), int(value.stop), int(value.step))))
    elif isinstance(value, pandas.MultiIndex):
        children += [(f".levels[{i}]", level) for i, level in enumerate(value.levels)]
        children += [(f".codes[{i}]", _hold(code)) for i, code in enumerate(map(_plain_array, value.codes))]
        children.append((".sortorder", value.sortorder))
    else:
        children.append((".array", _hold(_stored(value))))
    children.append((".freq", getattr(value, "freq", None)))
    children.append((".names", tuple(value.names)))
    extra = [(name, item) for name, item in _extra(value) if name[1] != "_" and name != ".sortorder"]
    tag = pack("pandas.Index", tuple(n for n, _ in extra))
    return Parts(tag, [*children, *extra], mutable=False, fresh=True)  # indexes are immutable


def _plain_array(array: Any) -> Any:
    return array.view(sys.modules["numpy"].ndarray)


def _extension(array: Any) -> Node:
    """Reduce an extension array; what lies under missing values does not count."""
    children: list[tuple[str, object]] = [(".__class__", class_part(type(array))), (".dtype", array.dtype)]
    names: tuple[str, ...] = ()
    if hasattr(array, "_pa_array"):
        children.append(("", Parts(b"arrow", _arrow_content(array._pa_array), mutable=False)))
    elif hasattr(array, "_mask") and hasattr(array, "_data"):
        children += _masked_content(array)
    elif hasattr(array, "categories") and hasattr(array, "codes"):
        children.append((".codes", _hold(_plain_array(array.codes))))
    elif hasattr(array, "sp_values"):
        children += [(".sp_values", _hold(array.sp_values)), (".sp_index", _hold(array.sp_index.indices))]
        children.append((".length", len(array)))
    elif hasattr(array, "closed") and hasattr(array, "left"):
        children += [(".left", array.left), (".right", array.right)]
    elif hasattr(array, "_ndarray"):
        children.append(("", _hold(array._ndarray)))
        children.append((".freq", getattr(array, "_freq", None)))
    else:
        names, values = state_of(array)
        children += [(f".{name}", item) for name, item in zip(names, values, strict=True) if name != "_cache"]
    return Parts(pack("pandas.array", names), children, fresh=True)


def _masked_content(array: Any) -> list[tuple[str, object]]:
    data, mask = array._data, array._mask
    if mask.any():
        data = data.copy()
        data[mask] = data.dtype.type(0)
    return [(".data", _hold(data)), (".mask", _hold(mask))]


def _arrow_content(chunked: Any) -> list[tuple[str, object]]:
    from memofp._values._arrow import column_parts

    return column_parts(chunked)


def _timestamp(value: Any) -> Node:
    fields = (type(value).__name__, value._value if hasattr(value, "_value") else value.value, value.unit)
    return Parts(
        pack("pandas.Timestamp", *fields, value.fold),
        [(".__class__", class_part(type(value))), (".tz", value.tz)],
        mutable=False,
    )


def _timedelta(value: Any) -> Node:
    number = value._value if hasattr(value, "_value") else value.value
    tag = pack("pandas.Timedelta", number, value.unit)
    return Parts(tag, [(".__class__", class_part(type(value)))], mutable=False)


def _period(value: Any) -> Node:
    children = [(".__class__", class_part(type(value))), (".freq", value.freq)]
    return Parts(pack("pandas.Period", value.ordinal), children, mutable=False)


def _interval(value: Any) -> Node:
    children = [(".__class__", class_part(type(value))), (".left", value.left), (".right", value.right)]
    return Parts(pack("pandas.Interval", value.closed), children, mutable=False)


def _dtype(value: Any) -> Node:
    """Reduce an extension dtype: its class and the attributes that define it."""
    names = [name for name in getattr(value, "_metadata", ()) if isinstance(name, str)]
    children: list[tuple[str, object]] = [(".__class__", class_part(type(value)))]
    if hasattr(value, "pyarrow_dtype"):
        children.append((".pyarrow_dtype", value.pyarrow_dtype))
    else:
        children += [(f".{name}", getattr(value, name, None)) for name in names]
    return Parts(pack("pandas.dtype", str(value.name), tuple(names)), children, mutable=False, fresh=True)


def _offset(value: Any) -> Node:
    """Reduce a date offset: its class and its parameters."""
    names = sorted(set(value._attributes) - {"calendar"})
    children: list[tuple[str, object]] = [(".__class__", class_part(type(value)))]
    children += [(f".{name}", getattr(value, name, None)) for name in names]
    children += [(".kwds", dict(value.kwds)), (".calendar", getattr(value, "calendar", None))]
    return Parts(pack("pandas.offset", tuple(names)), children, mutable=False, fresh=True)


def _grouped(value: Any) -> Node:
    name = type(value).__name__
    reason = f"is a pandas {name}, which is a plan, not data; pass the frame and the keys"
    return Refusal(reason, f"pandas.{name}")


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return pandas' classes with their rules; subclasses included."""
    pandas = sys.modules["pandas"]
    typing = pandas.api.typing
    return {
        pandas.DataFrame: _frame,
        pandas.Series: _series,
        pandas.Index: _index,
        pandas.Timestamp: _timestamp,
        pandas.Timedelta: _timedelta,
        pandas.Period: _period,
        pandas.Interval: _interval,
        type(pandas.NaT): lambda _: leaf("pandas.NaT"),
        type(pandas.NA): lambda _: leaf("pandas.NA"),
        pandas.api.extensions.ExtensionDtype: _dtype,
        pandas.api.extensions.ExtensionArray: _extension,
        pandas.tseries.offsets.BaseOffset: _offset,
        typing.DataFrameGroupBy: _grouped,
        typing.SeriesGroupBy: _grouped,
    }
