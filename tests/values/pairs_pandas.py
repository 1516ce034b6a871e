"""Pairs of pandas' values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

Pair = tuple[str, object, object]


class Sub(pd.DataFrame):
    _metadata = ["note"]


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns or {"a": [1, 2], "b": [1.5, 2.5], "c": ["x", "y"]})


def differ() -> Iterator[Pair]:
    day = pd.to_datetime(["2020-01-01", "2020-01-02"])
    yield "cells", frame(a=[1, 2]), frame(a=[1, 3])
    yield "column names", frame(a=[1]), frame(b=[1])
    yield "column order", frame(a=[1], b=[2]), frame(b=[2], a=[1])
    yield "cells between columns", frame(a=[1, 2], b=[3, 4]), frame(a=[1, 3], b=[2, 4])
    yield "columns' name", frame(), frame().rename_axis(columns="n")
    yield "index", frame(a=[1]), frame(a=[1]).set_index(pd.Index([1]))
    yield "index name", frame(), frame().rename_axis("n")
    yield "range index and ints", frame(a=[1]), frame(a=[1]).set_index(pd.Index([0]))
    yield "dtypes", frame(a=[1]), frame(a=[1.0])
    yield "nullable", frame(a=[1]), frame(a=pd.array([1], dtype="Int64"))
    yield "missing", frame(a=pd.array([0], dtype="Int64")), frame(a=pd.array([None], dtype="Int64"))
    yield "missing kinds", pd.Series([None], dtype=object), pd.Series([np.nan], dtype=object)
    yield "NA and None", pd.Series([pd.NA], dtype=object), pd.Series([None], dtype=object)
    yield "strings and objects", pd.Series(["a"], dtype="string"), pd.Series(["a"], dtype=object)
    yield "missing string and empty", pd.Series([None], dtype="string"), pd.Series([""], dtype="string")
    yield "categories", pd.Series(["a"], dtype="category"), pd.Series(pd.Categorical(["a"], ["a", "b"]))
    yield "category order", pd.Categorical(["a"], ["a", "b"]), pd.Categorical(["a"], ["b", "a"])
    yield "ordered", pd.Categorical(["a"]), pd.Categorical(["a"], ordered=True)
    yield "time zones", pd.Series(day), pd.Series(day.tz_localize("UTC"))
    yield "which time zone", day.tz_localize("UTC"), day.tz_localize("UTC").tz_convert("Europe/Berlin")
    yield "units", pd.Series(day).astype("M8[s]"), pd.Series(day).astype("M8[ms]")
    yield "freq", pd.date_range("2020", periods=2), pd.DatetimeIndex(["2020-01-01", "2020-01-02"])
    yield "timedelta and datetime", pd.Series(day), pd.Series(day - pd.Timestamp(0))
    yield (
        "periods",
        pd.period_range("2020", periods=2, freq="D"),
        pd.period_range("2020", periods=2, freq="h"),
    )
    yield "intervals", pd.interval_range(0, 2), pd.interval_range(0, 2, closed="left")
    yield "attrs", frame(), _attrs(frame(), a=1)
    yield "series attrs", pd.Series([1]), _attrs(pd.Series([1]), a=1)
    yield "flags", frame(), frame().set_flags(allows_duplicate_labels=False)
    yield "series name", pd.Series([1]), pd.Series([1], name="a")
    yield "series and frame", pd.Series([1]), pd.Series([1]).to_frame()
    yield "series and array", pd.Series([1]), np.array([1])
    yield "series and index", pd.Series([1]), pd.Index([1])
    yield (
        "multi index",
        pd.MultiIndex.from_product([[1, 2], ["a", "b"]]),
        pd.MultiIndex.from_product([[1, 2], ["a", "c"]]),
    )
    yield (
        "multi index names",
        pd.MultiIndex.from_product([[1]], names=["a"]),
        pd.MultiIndex.from_product([[1]], names=["b"]),
    )
    yield (
        "multi index and tuples",
        pd.MultiIndex.from_tuples([(1, 2)]),
        pd.Index([(1, 2)], tupleize_cols=False),
    )
    yield "sparse and dense", pd.Series(pd.arrays.SparseArray([0, 1])), pd.Series([0, 1])
    yield "sparse fill", pd.arrays.SparseArray([0, 1]), pd.arrays.SparseArray([0, 1], fill_value=1)
    yield "object cells", frame(a=[[1]]), frame(a=[(1,)])
    yield "timestamps", pd.Timestamp("2020"), pd.Timestamp("2021")
    yield "timestamp zones", pd.Timestamp("2020"), pd.Timestamp("2020", tz="UTC")
    yield "timestamp and datetime", pd.Timestamp("2020"), pd.Timestamp("2020").to_pydatetime()
    yield "timestamp units", pd.Timestamp("2020").as_unit("s"), pd.Timestamp("2020").as_unit("ns")
    yield "timedeltas", pd.Timedelta(1), pd.Timedelta(2)
    yield "period", pd.Period("2020", "Y"), pd.Period("2020-01", "M")
    yield "interval", pd.Interval(0, 1), pd.Interval(0, 1, closed="left")
    yield "NaT and NA", pd.NaT, pd.NA
    yield "offsets", pd.offsets.Day(1), pd.offsets.Day(2)
    yield "offset kinds", pd.offsets.Day(1), pd.offsets.BusinessDay(1)
    yield "date offsets", pd.DateOffset(months=1), pd.DateOffset(months=2)
    yield "dtype categories", pd.CategoricalDtype(["a"]), pd.CategoricalDtype(["b"])
    yield "subclass", frame(), Sub(frame())
    yield "subclass metadata", _note(Sub(frame()), "a"), _note(Sub(frame()), "b")
    yield "shape of nothing", pd.DataFrame(index=[1]), pd.DataFrame(columns=[1])
    yield (
        "duplicate names",
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[2, 1]], columns=["a", "a"]),
    )
    yield "minus zero", pd.Series([0.0]), pd.Series([-0.0])


def share() -> Iterator[Pair]:
    yield "frames", frame(), frame()
    yield "copy", frame(), frame().copy()
    yield "blocks", frame(a=[1], b=[2]), pd.concat([frame(a=[1]), frame(b=[2])], axis=1)
    yield "blocks of columns", _split(), pd.DataFrame({"a": [1, 2], "b": [1.0, 2.0], "c": [3, 4]})
    yield (
        "from rows of an array",
        pd.DataFrame(np.arange(6).reshape(3, 2), columns=["a", "b"]),
        pd.DataFrame({"a": [0, 2, 4], "b": [1, 3, 5]}),
    )
    yield (
        "slice of rows",
        pd.DataFrame({"a": [0, 1, 2, 3]})[::2],
        pd.DataFrame({"a": [0, 2]}, index=pd.RangeIndex(0, 4, 2)),
    )
    yield "column chosen", frame()[["a"]], pd.DataFrame({"a": [1, 2]})
    yield "under missing", _hidden(5), _hidden(7)
    yield "read", frame(), _read(frame())
    yield "frames that share an index", _two_frames(True), _two_frames(False)
    yield "series", pd.Series([1, 2], name="a"), frame()["a"].copy()
    yield (
        "strings",
        pd.Series(["a", None, "c"])[1:].reset_index(drop=True),
        pd.Series([None, "c"], dtype=pd.Series(["a"]).dtype),
    )
    yield (
        "concatenated strings",
        pd.concat([pd.Series(["a"]), pd.Series(["b"])], ignore_index=True),
        pd.Series(["a", "b"]),
    )
    yield "categorical", pd.Series(["a", "b"], dtype="category"), pd.Series(pd.Categorical(["a", "b"]))
    yield "timestamps", pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2020-01-01", tz="UTC")


def _attrs(value: Any, **fields: object) -> Any:
    value.attrs.update(fields)
    return value


def _note(value: Any, note: str) -> Any:
    value.note = note
    return value


def _split() -> pd.DataFrame:
    value = pd.DataFrame({"a": [1, 2]})
    value["b"] = [1.0, 2.0]
    value["c"] = [3, 4]
    return value


def _two_frames(shared: bool) -> list[object]:
    index = pd.Index(["a", "b"])
    return [
        pd.DataFrame({"x": [1, 2]}, index),
        pd.DataFrame({"x": [3, 4]}, index if shared else index.copy()),
    ]


def _hidden(fill: int) -> Any:
    return pd.arrays.IntegerArray(np.array([1, fill]), np.array([False, True]))


def _read(value: pd.DataFrame) -> pd.DataFrame:
    _ = value.index.is_unique, value["a"].sum(), value.columns.get_loc("b"), value.describe(), value.dtypes
    return value
