"""The front tier in memory: bounded, fresh, and empty as soon as the store has changed."""

from __future__ import annotations

import pickle

from memofp._store._front import Front, Kept, is_immutable


def kept(size: int = 100, value: object = 1) -> Kept:
    return Kept(value, None, size, created=0.0, expires=float("inf"), duration_s=1.0, token=())


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_kept_result_is_found_under_the_same_generation_only() -> None:
    front = Front()
    front.put(key(1), kept(), (1,))
    assert front.get(key(1), (1,)) is not None
    assert front.get(key(2), (1,)) is None
    assert front.get(key(1), (2,)) is None
    assert front.get(key(1), (1,)) is None, "a generation that comes back must not bring back its results"
    assert front.size_bytes == 0


def test_result_read_under_an_old_generation_is_not_served_under_the_new_one() -> None:
    front = Front()
    front.get(key(1), (2,))
    front.put(key(1), kept(), (1,))
    assert front.get(key(1), (2,)) is None


def test_size_stays_within_its_bound() -> None:
    front = Front(max_bytes=100_000)
    for number in range(1000):
        front.put(key(number), kept(1000), (1,))
        assert front.size_bytes <= 100_000
    assert 50 < len(front) < 100
    assert front.size_bytes == sum(1400 for _ in range(len(front)))


def test_result_that_is_hit_outlives_those_that_are_not() -> None:
    front = Front(max_bytes=20_000)
    front.put(key(0), kept(1000), (1,))
    for number in range(1, 200):
        assert front.get(key(0), (1,)) is not None
        front.put(key(number), kept(1000), (1,))
    assert front.get(key(1), (1,)) is None


def test_large_result_is_not_kept() -> None:
    front = Front(max_bytes=8000)
    front.put(key(1), kept(5000), (1,))
    assert front.get(key(1), (1,)) is None
    assert front.size_bytes == 0


def test_replaced_result_counts_once() -> None:
    front = Front()
    front.put(key(1), kept(100), (1,))
    front.put(key(1), kept(200, 2), (1,))
    found = front.get(key(1), (1,))
    assert found is not None
    assert found.value == 2
    assert front.size_bytes == 600
    front.drop(key(1))
    assert front.size_bytes == 0


def test_immutable_is_immutable_through_and_through() -> None:
    class Text(str):
        __slots__ = ("note",)

    for value in (1, "a", b"b", None, True, 1.5, (), (1, ("a", frozenset({2})))):
        assert is_immutable(value)
        assert pickle.loads(pickle.dumps(value)) == value
    for other in ([], {}, set(), (1, []), Text("a"), bytearray(), (1, (Text("a"),)), object()):
        assert not is_immutable(other)
