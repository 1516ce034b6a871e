"""What cannot be hashed soundly is refused, with the path to it and the ways out."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
import itertools
import logging
import pickle
import queue
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from memofp._errors import UnhashableArgumentError
from memofp._values import Refusal, digest_arguments, digest_value, reduce_value


class Holder:
    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


async def _coroutine() -> None:
    return None


@contextlib.contextmanager
def _refused() -> Iterator[dict[str, Any]]:
    """Make one of everything that has no value, and close it afterwards."""
    with contextlib.ExitStack() as stack:
        coroutine = _coroutine()
        stack.callback(coroutine.close)
        pool = stack.enter_context(ThreadPoolExecutor(1))
        connection = sqlite3.connect(":memory:")
        stack.callback(connection.close)
        yield {
            "generator": (x for x in ()),
            "coroutine": coroutine,
            "lock": threading.Lock(),
            "rlock": threading.RLock(),
            "condition": threading.Condition(),
            "event": threading.Event(),
            "local": threading.local(),
            "thread": threading.Thread(),
            "file": stack.enter_context(open(__file__)),
            "binary file": stack.enter_context(open(__file__, "rb")),
            "text on bytes": io.TextIOWrapper(io.BytesIO()),
            "socket": stack.enter_context(socket.socket()),
            "connection": connection,
            "cursor": connection.cursor(),
            "queue": queue.Queue(),
            "simple queue": queue.SimpleQueue(),
            "executor": pool,
            "future": Future(),
            "context variable": contextvars.ContextVar("x"),
            "context": contextvars.copy_context(),
            "logger": logging.getLogger("x"),
            "list iterator": iter([1]),
            "zip": zip([1], [2], strict=True),
            "map": map(str, [1]),
            "count": itertools.count(),
            "frame": __import__("sys")._getframe(),
            "asyncio lock": asyncio.Lock(),
            "dict iterator": iter({}),
        }


def test_values_of_a_running_process_are_refused() -> None:
    with _refused() as values:
        for name, value in values.items():
            found = reduce_value(value)
            assert isinstance(found, Refusal), name
            assert found.type_name, name
            assert "0x" not in found.reason, name
            with pytest.raises(UnhashableArgumentError):
                digest_value([value])


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda lock: lock, "value"),
        (lambda lock: [1, [lock]], "value[1][0]"),
        (lambda lock: {"a": (lock,)}, "value['a'][0]"),
        (lambda lock: {3: lock}, "value[3]"),
        (lambda lock: {(1, 2): lock}, "value{value 0}"),
        (lambda lock: Holder(model=Holder(lock=lock)), "value.model.lock"),
        (lambda lock: [Holder(a=1), Holder(items=[lock])], "value[1].items[0]"),
        (lambda lock: {Holder(a=lock)}, "value{element}.a"),
        (lambda lock: [list(range(9000)), *range(9000), lock], "value[9001]"),
    ],
)
def test_a_refusal_names_the_path(make: Callable[[object], object], path: str) -> None:
    with pytest.raises(UnhashableArgumentError) as caught:
        digest_value(make(threading.Lock()))
    assert caught.value.path == path
    assert "lock" in caught.value.reason


def test_a_refusal_names_parameter_function_and_ways_out() -> None:
    with pytest.raises(UnhashableArgumentError) as caught:
        digest_arguments(("x", "model"), [1, Holder(lock=threading.Lock())], "pkg.train")
    error = caught.value
    assert (error.path, error.function) == ("model.lock", "pkg.train")
    for part in ("'model'", "pkg.train", "ignore=", "register_hasher", "__memofp__"):
        assert part in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.path, copy.reason, copy.function, str(copy)) == (
        error.path,
        error.reason,
        error.function,
        str(error),
    )


def test_a_refused_argument_consumes_nothing() -> None:
    numbers = (n for n in range(3))
    with pytest.raises(UnhashableArgumentError):
        digest_value({"a": numbers})
    assert list(numbers) == [0, 1, 2]
