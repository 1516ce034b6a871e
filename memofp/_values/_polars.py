"""Reduce polars' frames, series and data types.

By public methods alone, and without pyarrow, so that a digest does not depend on what else is
installed.  Chunks, slices, and what lies under missing values do not count.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from memofp._digest import Hasher
from memofp._values._parts import Node, Parts, Refusal, leaf, pack

__all__ = ["rules"]

_SLICE = 1 << 17  # rows that are copied at a time, where a copy is needed


def _polars() -> Any:
    return sys.modules["polars"]


def dtype_part(kind: Any) -> Node:
    """Return what stands for a data type: its name and its parameters."""
    polars = _polars()
    name = kind.__name__ if isinstance(kind, type) else type(kind).__name__
    if isinstance(kind, type):
        return leaf("polars class", name)
    children: list[tuple[str, object]] = []
    if isinstance(kind, polars.Struct):
        children = [(f.name, dtype_part(f.dtype)) for f in kind.fields]
        return Parts(pack("polars.Struct", tuple(f.name for f in kind.fields)), children, mutable=False)
    if isinstance(kind, polars.Enum):
        return leaf("polars.Enum", tuple(kind.categories.to_list()))
    if isinstance(kind, polars.Categorical):
        return leaf("polars.Categorical", str(kind))
    if isinstance(kind, polars.List | polars.Array):
        children.append((".inner", dtype_part(kind.inner)))
    plain = ("time_unit", "time_zone", "precision", "scale", "shape")
    fields = tuple(getattr(kind, field, None) for field in plain)
    return Parts(pack("polars dtype", name, *fields), children, mutable=False)


def _series(value: Any) -> Node:
    children = [(".dtype", dtype_part(value.dtype)), ("", _content(value))]
    return Parts(pack("polars.Series", value.name, len(value)), children, fresh=True)


def _frame(value: Any) -> Node:
    columns = value.get_columns()
    children: list[tuple[str, object]] = []
    place = 0
    for kind, group in groupby(columns, key=_run_type):
        run = list(group)
        if kind is None:
            for column in run:
                children.append((f"[{column.name!r}].dtype", dtype_part(column.dtype)))
                children.append((f"[{column.name!r}]", _content(column)))
        else:
            hasher = Hasher()
            for column in run:
                _update(hasher, column)
            children.append((f"[:, {place}].dtype", dtype_part(kind)))
            children.append((f"[:, {place}]", leaf("run", len(run), hasher.digest())))
        place += len(run)
    names = tuple(column.name for column in columns)
    return Parts(pack("polars.DataFrame", type(value).__name__, value.height, names), children, fresh=True)


def _run_type(series: Any) -> Any:
    """Return the type of a column that is hashed in one run with its neighbours of that type, or None."""
    kind = series.dtype
    return kind if _is_plain_number(kind) and not series.null_count() else None


def _is_plain_number(kind: Any) -> bool:
    return bool(kind.is_numeric() and not kind.is_decimal() and "128" not in str(kind))


def _update(hasher: Hasher, series: Any) -> None:
    for chunk in (series,) if series.n_chunks() == 1 else series.get_chunks():
        hasher.update(_bytes(chunk))


def _content(series: Any) -> Node:
    """Return what stands for a series' values."""
    polars = _polars()
    kind = series.dtype
    if _is_plain_number(kind):
        return _numbers(series)
    if kind.is_temporal() or isinstance(kind, polars.Enum):
        return _numbers(series.to_physical())
    if kind == polars.Boolean:
        return _numbers(series.cast(polars.UInt8))
    if kind == polars.String:
        return _strings(series)
    if isinstance(kind, polars.Categorical):
        return _strings(series.cast(polars.String))
    if kind == polars.Null:
        return leaf("nulls", len(series))
    return Parts(b"objects", [("", series.to_list())], mutable=False, fresh=True)


def _numbers(series: Any) -> Node:
    hasher = Hasher()
    if not series.null_count():
        _update(hasher, series)
        return leaf("numbers", hasher.digest())
    for part in _slices(series):
        hasher.update(_bytes(part.fill_null(0)))
    return leaf("numbers", hasher.digest(), _valid(series))


def _strings(series: Any) -> Node:
    lengths, text = Hasher(), Hasher()
    for part in _slices(series):
        lengths.update(_bytes(part.str.len_bytes().fill_null(0)))
        joined = part.str.join("")[0]
        text.update((joined or "").encode())
    valid = _valid(series) if series.null_count() else b""
    return leaf("strings", lengths.digest(), text.digest(), valid)


def _valid(series: Any) -> bytes:
    hasher = Hasher()
    for part in _slices(series):
        hasher.update(_bytes(part.is_not_null().cast(_polars().UInt8)))
    return hasher.digest()


def _slices(series: Any) -> Iterator[Any]:
    for start in range(0, len(series), _SLICE):
        yield series.slice(start, _SLICE)


def _bytes(series: Any) -> Any:
    """Return the bytes of a numeric series without missing values; in place if it is one chunk."""
    return memoryview(series.to_numpy()).cast("B") if len(series) else b""


def _plan(value: Any) -> Node:
    name = type(value).__name__
    reason = f"is a polars {name}, which is a plan, not data; collect it, or pass what it is made of"
    return Refusal(reason, f"polars.{name}")


def rules() -> dict[type, Callable[[Any], Node]]:
    """Return polars' classes with their rules; subclasses included."""
    polars = _polars()
    return {
        polars.DataFrame: _frame,
        polars.Series: _series,
        polars.LazyFrame: _plan,
        polars.Expr: _plan,
        polars.DataType: dtype_part,
    }
