"""Pairs of polars' values."""
# ruff: noqa: DTZ001 # naive times are values too

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

Pair = tuple[str, object, object]
S = pl.Series


def differ() -> Iterator[Pair]:
    yield "items", S([1, 2]), S([1, 3])
    yield "names", S("a", [1]), S("b", [1])
    yield "dtypes", S([1], dtype=pl.Int32), S([1], dtype=pl.Int64)
    yield "signedness", S([1], dtype=pl.UInt8), S([1], dtype=pl.Int8)
    yield "missing and zero", S([None], dtype=pl.Int64), S([0])
    yield "which is missing", S([None, 0]), S([0, None])
    yield "NaN and missing", S([float("nan")]), S([None], dtype=pl.Float64)
    yield "strings", S(["ab", "c"]), S(["a", "bc"])
    yield "empty and missing string", S([""]), S([None], dtype=pl.String)
    yield "string and binary", S(["a"]), S([b"a"])
    yield "booleans and bytes", S([True]), S([1], dtype=pl.UInt8)
    yield "missing boolean", S([False]), S([None], dtype=pl.Boolean)
    yield (
        "units",
        S([dt.datetime(2020, 1, 1)], dtype=pl.Datetime("us")),
        S([dt.datetime(2020, 1, 1)], dtype=pl.Datetime("ms")),
    )
    yield (
        "zones",
        S([dt.datetime(2020, 1, 1)], dtype=pl.Datetime("us")),
        S([dt.datetime(2020, 1, 1)]).dt.replace_time_zone("UTC"),
    )
    yield "date and integer", S([1], dtype=pl.Int32).cast(pl.Date), S([1], dtype=pl.Int32)
    yield "lists", S([[1], [2, 3]]), S([[1, 2], [3]])
    yield "empty and missing list", S([[]], dtype=pl.List(pl.Int8)), S([None], dtype=pl.List(pl.Int8))
    yield "list and array", S([[1, 2]], dtype=pl.List(pl.Int8)), S([[1, 2]], dtype=pl.Array(pl.Int8, 2))
    yield "structs", S([{"a": 1}]), S([{"b": 1}])
    yield "categorical and string", S(["a"], dtype=pl.Categorical), S(["a"])
    yield "enum categories", S(["a"], dtype=pl.Enum(["a"])), S(["a"], dtype=pl.Enum(["a", "b"]))
    yield "nulls", S([None]), S([None, None])
    yield "frame and series", pl.DataFrame({"a": [1]}), S("a", [1])
    yield "frame columns", pl.DataFrame({"a": [1], "b": [2]}), pl.DataFrame({"b": [2], "a": [1]})
    yield (
        "cells between columns",
        pl.DataFrame({"a": [1, 2], "b": [3, 4]}),
        pl.DataFrame({"a": [1, 3], "b": [2, 4]}),
    )
    yield "columns' types", pl.DataFrame({"a": [1], "b": [0.0]}), pl.DataFrame({"a": [1], "b": [0]})
    yield (
        "missing in one column",
        pl.DataFrame({"a": [1], "b": [0]}),
        pl.DataFrame({"a": [1], "b": [None]}, schema={"a": pl.Int64, "b": pl.Int64}),
    )
    yield "frame names", pl.DataFrame({"a": [1]}), pl.DataFrame({"b": [1]})
    yield "heights", pl.DataFrame({"a": []}, schema={"a": pl.Int8}), pl.DataFrame()
    yield "data types", pl.Int8(), pl.Int16()
    yield "data type parameters", pl.Datetime("us"), pl.Datetime("ms")
    yield "minus zero", S([0.0]), S([-0.0])
    yield "decimals", S([1]).cast(pl.Decimal(10, 1)), S([1]).cast(pl.Decimal(10, 2))


def share() -> Iterator[Pair]:
    yield "chunks", pl.concat([S([1, 2]), S([3])], rechunk=False), S([1, 2, 3])
    yield "chunks of strings", pl.concat([S(["a", None]), S(["c"])], rechunk=False), S(["a", None, "c"])
    yield "chunks with missing", pl.concat([S([1, None]), S([3])], rechunk=False), S([1, None, 3])
    yield "chunks of lists", pl.concat([S([[1]]), S([[2]])], rechunk=False), S([[1], [2]])
    yield "slice", S([0, 1, 2, 3]).slice(1, 2), S([1, 2])
    yield "slice of strings", S(["x", "a", None]).slice(1, 2), S(["a", None])
    yield "slice of booleans", S([True] * 9 + [False]).slice(3, 7), S([True] * 6 + [False])
    yield "under missing", S([1, 5]).set(S([False, True]), None), S([1, None])
    yield "sorted flag", S([1, 2]).sort(), S([1, 2])
    yield "frames", pl.DataFrame({"a": [1], "b": ["x"]}), pl.DataFrame({"a": [1]}).with_columns(b=pl.lit("x"))
    yield (
        "frame chunks",
        pl.concat([pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2]})], rechunk=False),
        pl.DataFrame({"a": [1, 2]}),
    )
    yield "categoricals", S(["b", "a"], dtype=pl.Categorical), S(["x", "b", "a"], dtype=pl.Categorical)[1:]
