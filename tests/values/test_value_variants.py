"""For each type: values of it that differ in one thing each.  No two of them share a digest."""

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import fractions
import functools
import io
import ipaddress
import itertools
import operator
import pathlib
import random
import re
import time
import types
import urllib.parse
import uuid
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from value_tools import of

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")


def _ddict(factory: Any, **items: object) -> object:
    return collections.defaultdict(factory, items)


def _rotated(n: int) -> object:
    value = collections.deque([1, 2, 3])
    value.rotate(n)
    return value


def _seek(value: Any, position: int) -> Any:
    value.seek(position)
    return value


def _walked(seed: int, steps: int) -> random.Random:
    value = random.Random(seed)
    for _ in range(steps):
        value.random()
    return value


def _generator(seed: int, steps: int) -> Any:
    value = np.random.default_rng(seed)
    value.random(steps)
    return value


T = functools.partial(dt.datetime, 2020, 1, 2, 3, 4, 5, 6)
VARIANTS: dict[str, list[Any]] = {
    "SimpleNamespace": [
        types.SimpleNamespace(**d) for d in ({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1})
    ],
    "mappingproxy": [types.MappingProxyType(d) for d in ({}, {"a": 1}, {"a": 2}, {"b": 1})],
    "deque": [collections.deque(x) for x in ([], [1], [2], [1, 2])] + [_rotated(0), _rotated(1), _rotated(2)],
    "ChainMap": [
        collections.ChainMap(*m) for m in ([{}], [{"a": 1}], [{"a": 2}], [{}, {"a": 1}], [{"a": 1}, {}])
    ],
    "UserDict": [collections.UserDict(d) for d in ({}, {"a": 1}, {"a": 2}, {"b": 1})],
    "UserList": [collections.UserList(x) for x in ([], [1], [2], [1, 2])],
    "UserString": [collections.UserString(x) for x in ("", "a", "b")],
    "Counter": [collections.Counter(x) for x in ("", "a", "aa", "ab", "ba")],
    "defaultdict": [
        _ddict(None),
        _ddict(int),
        _ddict(list),
        _ddict(int, a=1),
        _ddict(int, a=2),
        _ddict(int, b=1),
    ],
    "OrderedDict": [collections.OrderedDict(d) for d in ({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1})],
    "BytesIO": [
        io.BytesIO(),
        io.BytesIO(b"a"),
        io.BytesIO(b"b"),
        _seek(io.BytesIO(b"a"), 1),
        _seek(io.BytesIO(), 1),
    ],
    "StringIO": [
        io.StringIO(),
        io.StringIO("a"),
        io.StringIO("b"),
        _seek(io.StringIO("a"), 1),
        io.StringIO("a", ""),
    ],
    "date": [dt.date(*x) for x in ((2020, 1, 1), (2021, 1, 1), (2020, 2, 1), (2020, 1, 2))],
    "time": [dt.time(*x) for x in ((), (1,), (0, 1), (0, 0, 1), (0, 0, 0, 1))]
    + [dt.time(tzinfo=dt.UTC), dt.time(fold=1)],
    "datetime": [
        T(),
        T(fold=1),
        T(tzinfo=dt.UTC),
        T(tzinfo=ZONE),
        T(tzinfo=ZONE, fold=1),
        *(T().replace(**{k: 9}) for k in ("year", "month", "day", "hour", "minute", "second", "microsecond")),
    ],
    "timedelta": [dt.timedelta(*x) for x in ((), (1,), (0, 1), (0, 0, 1), (-1,))],
    "timezone": [
        dt.UTC,
        dt.timezone(dt.timedelta(1e-6)),
        dt.timezone(dt.timedelta(hours=1)),
        dt.timezone(dt.timedelta(0), "A"),
    ],
    "ZoneInfo": [zoneinfo.ZoneInfo(x) for x in ("UTC", "Europe/Berlin", "Europe/Paris")],
    "Decimal": [
        decimal.Decimal(x)
        for x in (
            "0",
            "-0",
            "0.0",
            "0E1",
            "1",
            "-1",
            "10",
            "1E1",
            "Inf",
            "-Inf",
            "NaN",
            "-NaN",
            "NaN1",
            "sNaN",
        )
    ],
    "Fraction": [fractions.Fraction(*x) for x in ((0,), (1,), (1, 2), (-1, 2), (2,))],
    "UUID": [uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=1, is_safe=uuid.SafeUUID.safe)],
    "path": [
        kind(x)
        for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PosixPath)
        for x in ("", "a", "A", "a/b", "/a", "..", "a b")
    ],
    "Pattern": [
        re.compile(*x)
        for x in (("",), ("a",), (b"a",), ("a", re.IGNORECASE), ("a", re.MULTILINE), ("(?i)b",))
    ],
    "Match": [
        re.search(*x)
        for x in (("a", "a"), ("a", "ab"), ("a", "ba"), ("(a)", "a"), ("a()", "a"), ("aa?", "aa"))
    ],
    "array": [
        array.array(*x)
        for x in (
            ("b",),
            ("B",),
            ("b", [1]),
            ("b", [2]),
            ("b", [1, 1]),
            ("h", [257]),
            ("d", [1.0]),
            ("f", [1.0]),
        )
    ],
    "memoryview": [memoryview(x) for x in (b"", b"a", b"b", b"ab", bytearray(b"a"))]
    + [memoryview(b"ab").cast("H"), memoryview(b"ab").cast("B", [1, 2]), memoryview(b"ab").cast("c")],
    "bytearray": [bytearray(x) for x in (b"", b"a", b"b", b"a" * 5000, b"a" * 5001)],
    "range": [range(*x) for x in ((0,), (1,), (1, 2), (0, 2), (0, 2, 2), (0, 1, 2), (2, 0, -1))],
    "slice": [
        slice(*x) for x in ((None,), (1,), (1, None), (None, None, 1), (1, 2), (1, 2, 3), (1.0,), (True,))
    ],
    "ip": [ipaddress.ip_address(x) for x in ("0.0.0.1", "0.0.0.2", "::1", "::2", "::1%a")]
    + [
        ipaddress.ip_network("1.0.0.0/8"),
        ipaddress.ip_network("1.0.0.0/9"),
        ipaddress.ip_interface("1.0.0.1/8"),
        ipaddress.ip_interface("1.0.0.1/9"),
    ],
    "operator": [
        operator.itemgetter(1),
        operator.itemgetter(1, 2),
        operator.itemgetter("1"),
        operator.attrgetter("a"),
        operator.attrgetter("a", "b"),
        operator.methodcaller("a"),
        operator.methodcaller("a", 1),
        operator.methodcaller("a", x=1),
    ],
    "exception": [
        ValueError(),
        ValueError(1),
        ValueError("1"),
        TypeError(1),
        ValueError(1, 2),
        OSError(1, "a"),
        OSError(1, "a", "f"),
        KeyError(1),
        StopIteration(1),
        ImportError("a"),
        ImportError("a", name="b"),
        ExceptionGroup("a", [ValueError(1)]),
        ExceptionGroup("a", [ValueError(2)]),
        UnicodeDecodeError("u", b"a", 0, 1, "x"),
        UnicodeDecodeError("u", b"b", 0, 1, "x"),
    ],
    "random": [_walked(1, 0), _walked(1, 1), _walked(2, 0), random.Random()],
    "struct_time": [time.gmtime(0), time.gmtime(1), time.struct_time(range(9))],
    "urlparse": [urllib.parse.urlparse(x) for x in ("a", "http://a", "http://a?b", "http://a#b")],
    "alias": [list[int], list[str], tuple[int], dict[int, int], int | str, int | None],
    "dict views": [
        view for d in ({}, {"a": 1}, {"a": 2}, {"b": 1}) for view in (d.keys(), d.values(), d.items())
    ],
    "numpy scalar": [
        np.dtype(code).type(x)
        for code in ("i1", "i2", "u1", "f2", "f4", "f8", "c8", "?", "U", "g")
        for x in (0, 1)
    ],
    "numpy datetime": [
        np.datetime64(*x)
        for x in (("2020", "Y"), ("2020", "M"), ("2021", "Y"), ("NaT", "Y"), (1, "ns"), (1, "us"))
    ],
    "numpy void": [
        np.void(b"a"),
        np.void(b"b"),
        np.zeros(1, "i1,i2")[0],
        np.ones(1, "i1,i2")[0],
        np.zeros(1, "i2,i1")[0],
    ],
    "numpy array": [
        np.array(x, code)
        for code in ("i1", "<i2", ">i2", "f4", "O", "U1", "U2", "S1")
        for x in ([], [0], [1], [[1]], [0, 1], [1, 0], 1)
    ],
    "dtype": [
        np.dtype(x)
        for x in (
            "i1",
            "i2",
            ">i2",
            "f8",
            "U1",
            "U2",
            "O",
            "M8[s]",
            "M8[ms]",
            "i1,i2",
            "(2,)i1",
            [("a", "i1")],
            [("b", "i1")],
        )
    ],
    "numpy generator": [
        _generator(0, 0),
        _generator(0, 1),
        _generator(1, 0),
        np.random.Generator(np.random.MT19937(0)),
    ],
    "masked": [
        np.ma.array([1, 2], mask=m, fill_value=f)
        for m in (np.ma.nomask, [0, 0], [0, 1], [1, 0])
        for f in (None, 5)
    ],
    "series": [
        pd.Series(x, name=n)
        for x in ([1], [2], [1.0], [True], ["a"], [None], [1, 2], [[1]], [dt.date(2020, 1, 1)])
        for n in (None, "a")
    ],
    "index": [
        pd.Index(x, name=n)
        for x in (
            [1],
            [2],
            [1.0],
            ["a"],
            range(1, 2),
            [dt.date(2020, 1, 1)],
            pd.to_datetime(["2020"]),
            pd.Categorical(["a"]),
        )
        for n in (None, "a")
    ],
    "frame": [
        pd.DataFrame(d, i)
        for d in (
            {},
            {"a": [1, 2]},
            {"a": [2, 1]},
            {"b": [1, 2]},
            {"a": [1, 2], "b": [1, 2]},
            {"a": [1.0, 2.0]},
            {"a": ["1", "2"]},
        )
        for i in ([0, 1], [1, 0], ["a", "b"])
    ],
    "polars": [
        pl.Series(n, x, t, strict=False)
        for n in ("", "a")
        for x in ([0], [1], [None], [1, None], [None, 1])
        for t in (
            pl.Int8,
            pl.Int64,
            pl.Float32,
            pl.Boolean,
            pl.UInt8,
            pl.Date,
            pl.Duration("us"),
            pl.Duration("ms"),
        )
    ],
    "polars strings": [
        pl.Series(x, dtype=t)
        for x in (["a"], [""], [None], ["ab", "c"], ["a", "bc"], ["a", None], [None, "a"])
        for t in (pl.String, pl.Categorical)
    ],
    "arrow": [
        pa.array(x, t)
        for x in ([], [0], [1], [None], [1, None], [None, 1])
        for t in (pa.int8(), pa.int64(), pa.float32(), pa.date32(), pa.duration("s"), pa.time32("s"))
    ],
    "arrow strings": [
        pa.array(x, t)
        for x in (["a"], [""], [None], ["ab", "c"], ["a", "bc"], ["a", None], [None, "a"])
        for t in (pa.string(), pa.large_string(), pa.binary())
    ],
    "arrow nested": [
        pa.array(x)
        for x in (
            [[1]],
            [[1], []],
            [[1], None],
            [[], [1]],
            [None, [1]],
            [[1, 2]],
            [[1], [2]],
            [[1, None]],
            [{"a": 1}],
            [{"a": 2}],
            [{"a": 1}, None],
            [{"a": 1, "b": None}],
        )
    ],
}


@pytest.mark.parametrize("name", list(VARIANTS))
def test_no_two_variants_share_a_digest(name: str) -> None:
    for a, b in itertools.combinations(VARIANTS[name], 2):
        assert of(a) != of(b), (a, b)
    assert len({of(value) for value in VARIANTS[name]}) == len(VARIANTS[name])
