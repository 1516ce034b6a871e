"""Functions that read captured values of many kinds."""
import array
import collections
import datetime
import decimal
import fractions
import ipaddress
import logging
import pathlib
import re
import threading
import types
import uuid
import weakref

PATTERN = re.compile(r"(?P<a>\d+)", re.I | re.M)
WHEN = datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
DAY, SPAN = datetime.date(2020, 2, 29), datetime.timedelta(days=1, seconds=2)
PRICE, THIRD = decimal.Decimal("1.10"), fractions.Fraction(1, 3)
PLACE = pathlib.PurePosixPath("a") / "b"
IDENTITY = uuid.UUID(int=7)
NET = ipaddress.ip_network("10.0.0.0/8")
COUNTS = collections.Counter("hello")
QUEUE = collections.deque([1, 2], maxlen=4)
CHAIN = collections.ChainMap({"a": 1}, {"b": 2})
DEFAULT = collections.defaultdict(list, a=[1])
ORDERED = collections.OrderedDict([("b", 1), ("a", 2)])
BYTES, VIEW = bytearray(b"ab"), memoryview(b"abc")
NUMBERS = array.array("d", [1.0, 2.0])
PROXY = types.MappingProxyType({"k": [1]})
SPACE = types.SimpleNamespace(a=1, b=[2])
SLICE, RANGE = slice(1, None, 2), range(1, 9, 2)
LOCK, LOCAL, LOG = threading.Lock(), threading.local(), logging.getLogger("corpus")
CYCLE = [1]
CYCLE.append(CYCLE)
SHARED = [1]
TWICE = [SHARED, SHARED]
TYPES = (int, dict, ValueError, collections.Counter)
BUILTINS = {"len": len, "upper": str.upper, "append": [].append}


class Registry:
    def __init__(self):
        self.parts = {}
        self.refs = weakref.WeakValueDictionary()
        self.lock = threading.RLock()

    def add(self, f):
        self.parts[f.__name__] = f
        return f


registry = Registry()


@registry.add
def part_a(x): return x + 1


@registry.add
def part_b(x): return registry.parts["part_a"](x) * 2


def use_pattern(x): return PATTERN.findall(x)
def use_when(): return WHEN.isoformat(), DAY, SPAN
def use_numbers(): return PRICE + 1, THIRD
def use_place(): return PLACE.name, IDENTITY.hex
def use_net(): return NET.prefixlen
def use_counts(): return COUNTS.most_common(1), QUEUE[0], CHAIN["a"]
def use_default(): return DEFAULT["a"], list(ORDERED)
def use_bytes(): return bytes(BYTES), bytes(VIEW), NUMBERS[0]
def use_space(): return PROXY["k"], SPACE.a
def use_slice(x): return x[SLICE], list(RANGE)
def use_lock():
    with LOCK:
        LOG.info("locked")
        return getattr(LOCAL, "value", None)
def use_cycle(): return CYCLE[0], len(TWICE)
def use_types(x): return isinstance(x, TYPES), [k for k in BUILTINS]
def use_registry(x): return registry.parts["part_b"](x)
