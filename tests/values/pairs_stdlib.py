"""Pairs of the standard library's values."""
# ruff: noqa: DTZ001, PIE796, PIE804, PYI024, UP017 # values are made in odd ways on purpose

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import enum
import fractions
import http
import io
import ipaddress
import operator
import pathlib
import random
import re
import string
import time
import types
import uuid
import weakref
import zoneinfo
from collections.abc import Iterator

Pair = tuple[str, object, object]
D = decimal.Decimal


class Point(collections.namedtuple("Point", "x y")):
    __slots__ = ()


class Other(collections.namedtuple("Other", "x y")):
    __slots__ = ()


class Colour(enum.Enum):
    RED = 1
    CRIMSON = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


class Name(enum.StrEnum):
    A = "a"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


def differ() -> Iterator[Pair]:
    yield "Decimal digits", D("1.0"), D("1.00")
    yield "Decimal signs", D("0"), D("-0")
    yield "Decimal exponents", D("1E+1"), D("10")
    yield "Decimal NaNs", D("NaN"), D("sNaN")
    yield "Decimal and float", D("1"), 1.0
    yield "Fraction and int", fractions.Fraction(1), 1
    yield "fold", dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, fold=1)
    yield "time fold", dt.time(1), dt.time(1, fold=1)
    yield "naive and aware", dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    yield "date and datetime", dt.date(2020, 1, 1), dt.datetime(2020, 1, 1)
    yield "zones at one instant", _at(0), _at(1)
    yield "ZoneInfo and UTC", _utc(zoneinfo.ZoneInfo("UTC")), _utc(dt.UTC)
    yield "zone names", dt.timezone(dt.timedelta(0), "X"), dt.timezone(dt.timedelta(0), "Y")
    yield "zones", zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("Europe/Paris")
    yield "timedelta and float", dt.timedelta(seconds=1), 1.0
    yield "path and str", pathlib.PurePosixPath("a"), "a"
    yield "pure path and path", pathlib.PurePosixPath("a"), pathlib.PosixPath("a")
    yield "path flavours", pathlib.PurePosixPath("a"), pathlib.PureWindowsPath("a")
    yield "relative path", pathlib.PurePosixPath("a"), pathlib.PurePosixPath("./b/../a")
    yield "re flags", re.compile("a"), re.compile("a", re.IGNORECASE)
    yield "re of bytes", re.compile("a"), re.compile(b"a")
    yield "re match", re.search("a", "xa"), re.search("a", "xxa")
    yield "OrderedDict and dict", collections.OrderedDict(a=1), {"a": 1}
    yield "OrderedDict order", collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)
    yield "OrderedDict moved", collections.OrderedDict(a=1, b=2), _moved()
    yield "defaultdict and dict", collections.defaultdict(None, a=1), {"a": 1}
    yield "defaultdict factories", collections.defaultdict(int), collections.defaultdict(list)
    yield "Counter and dict", collections.Counter("a"), {"a": 1}
    yield "Counter counts", collections.Counter("a"), collections.Counter("aa")
    yield "deque and list", collections.deque([1]), [1]
    yield "deque limits", collections.deque([1], 2), collections.deque([1], 3)
    yield "ChainMap", collections.ChainMap({"a": 1}), collections.ChainMap({}, {"a": 1})
    yield "UserDict", collections.UserDict(a=1), {"a": 1}
    yield "namedtuple and tuple", Point(1, 2), (1, 2)
    yield "namedtuple classes", Point(1, 2), Other(1, 2)
    yield "Enum and value", Colour.RED, 1
    yield "Enum members", Colour.RED, Colour.BLUE
    yield "IntEnum and int", Level.LOW, 1
    yield "StrEnum and str", Name.A, "a"
    yield "Flags", Access.READ, Access.READ | Access.WRITE
    yield "empty Flag", Access(0), Access.READ
    yield "http status", http.HTTPStatus.OK, 200
    yield "re flag and int", re.IGNORECASE, 2
    yield "UUIDs", uuid.UUID(int=1), uuid.UUID(int=2)
    yield "UUID and str", uuid.UUID(int=1), str(uuid.UUID(int=1))
    yield "ip addresses", ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("1.2.3.5")
    yield "ip versions", ipaddress.ip_address("0.0.0.1"), ipaddress.ip_address("::1")
    yield "ip and int", ipaddress.ip_address("0.0.0.1"), 1
    yield "ip network", ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("10.0.0.0/9")
    yield "ip interface", ipaddress.ip_interface("10.0.0.1/8"), ipaddress.ip_address("10.0.0.1")
    yield "array codes", array.array("i", [1]), array.array("l", [1])
    yield "array signs", array.array("b", [1]), array.array("B", [1])
    yield "array and bytes", array.array("B", [1]), b"\1"
    yield "namespace and dict", types.SimpleNamespace(a=1), {"a": 1}
    yield "proxy and dict", types.MappingProxyType({"a": 1}), {"a": 1}
    yield "BytesIO positions", io.BytesIO(b"a"), _moved_io()
    yield "BytesIO and StringIO", io.BytesIO(b"a"), io.StringIO("a")
    yield "exceptions", ValueError("a"), ValueError("b")
    yield "exception types", ValueError("a"), TypeError("a")
    yield "exception causes", ValueError("a"), _caused()
    yield "OSError file names", OSError(2, "no", "a"), OSError(2, "no", "b")
    yield "itemgetters", operator.itemgetter(1), operator.itemgetter(2)
    yield "methodcallers", operator.methodcaller("a"), operator.methodcaller("b")
    yield "random states", random.Random(1), random.Random(2)
    yield "templates", string.Template("a"), string.Template("b")
    yield "sentinels", object(), None
    yield "namespace names", _named(1), _named("1")
    yield "weak references", weakref.ref(_alive({1})), weakref.ref(_alive({2}))


def share() -> Iterator[Pair]:
    yield "enum alias", Colour.RED, Colour.CRIMSON
    yield "Decimal", D("1.0"), D("1.0")
    yield "Fraction", fractions.Fraction(2, 4), fractions.Fraction(1, 2)
    yield "zone cache", zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo.no_cache("UTC")
    yield "datetime", dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
    yield "paths", pathlib.PurePosixPath("a//b/"), pathlib.PurePosixPath("a") / "b"
    yield "patterns", re.compile("a.*b"), _recompiled()
    yield "deque after rotation", collections.deque([1, 2, 3]), _rotated()
    yield "ip with caches", ipaddress.ip_network("10.0.0.0/8"), _used_network()
    yield "path with caches", pathlib.PurePosixPath("a/b"), _used_path()
    yield "array", array.array("i", [1, 2]), array.array("i", range(1, 3))
    yield "namespace", types.SimpleNamespace(a=1), types.SimpleNamespace(**{"a": 1})
    yield "sentinels", object(), object()
    yield (
        "shared ip address",
        _twice(ipaddress.ip_address("1.2.3.4")),
        [ipaddress.ip_address("1.2.3.4") for _ in "ab"],
    )
    yield "shared itemgetter", _twice(operator.itemgetter(1)), [operator.itemgetter(1) for _ in "ab"]
    yield "shared time", _twice(time.gmtime(0)), [time.gmtime(0), time.gmtime(0)]
    yield "shared zone", _twice(_utc(Zone())), [_utc(Zone()), _utc(Zone())]
    yield "namedtuple", Point(1, 2), Point(x=1, y=2)
    yield "random state", random.Random(1), random.Random(1)
    yield "raised and made", ValueError("a"), _raised()


class Zone(dt.tzinfo):
    def utcoffset(self, when: object) -> dt.timedelta:
        return dt.timedelta(0)


def _twice(value: object) -> list[object]:
    return [value, value]


def _at(hour: int) -> dt.datetime:
    zone = dt.timezone(dt.timedelta(hours=hour))
    return dt.datetime(2020, 1, 1, hour, tzinfo=zone)


def _utc(zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime(2020, 1, 1, tzinfo=zone)


def _named(name: object) -> object:
    value = types.SimpleNamespace()
    value.__dict__[name] = 0  # type: ignore[index] # a dictionary takes any key
    return value


def _moved() -> object:
    value = collections.OrderedDict(a=1, b=2)
    value.move_to_end("a")
    return value


def _moved_io() -> object:
    value = io.BytesIO(b"a")
    value.read()
    return value


def _caused() -> object:
    value = ValueError("a")
    value.__cause__ = KeyError("b")
    return value


def _raised() -> object:
    try:
        raise ValueError("a")
    except ValueError as error:
        return error


_living: list[object] = []


class Weak(set):
    pass


def _alive(value: set[int]) -> object:
    _living.append(Weak(value))
    return _living[-1]


def _recompiled() -> object:
    re.purge()
    return re.compile("a.*b")


def _rotated() -> object:
    value = collections.deque([3, 1, 2])
    value.rotate(-1)
    return value


def _used_network() -> object:
    value = ipaddress.ip_network("10.0.0.0/8")
    _ = value.broadcast_address, value.hostmask, value.is_private, hash(value)
    return value


def _used_path() -> object:
    value = pathlib.PurePosixPath("a/b")
    _ = str(value), hash(value), value.parts, value.name, value < value
    return value
