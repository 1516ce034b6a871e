"""The short way through a small entry agrees with the long one."""

from __future__ import annotations

import pytest

from memofp._store import _entry
from memofp._store._encode import encode
from memofp._store._entry import EntryDraft, open_entry
from memofp._store._envelope import RejectedError, Signer, open_small
from memofp._store._protocol import Record

SIGNER = Signer(b"small" + bytes(27))
KEY = bytes(range(16))


def sealed(
    value: object, *, created: float = 0.0, expires: float | None = None, compression: int = 0
) -> bytes:
    draft = EntryDraft(
        SIGNER, KEY, encode(value), created=created, expires=expires, duration_s=2.0,
        compression=compression, arguments="x=1",
    )  # fmt: skip
    list(draft.chunks())
    return draft.head(())


VALUES = [
    None,
    1,
    -0.0,
    "text",
    "\ud800",
    b"bytes",
    bytearray(b"b"),
    [1, [2]],
    {"a": (1, None)},
    10**40,
    {1, 2},
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_both_ways_give_the_same(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sealed(value, expires=1e12)
    short = open_entry(SIGNER, KEY, Record(data, None, (1,)), 5.0)
    monkeypatch.setattr(_entry, "open_small", lambda *_: None)
    long = open_entry(SIGNER, KEY, Record(data, None, (1,)), 5.0)
    assert type(short.value) is type(value)
    assert short.value == long.value == value
    for name in ("created", "expires", "duration_s", "token", "size_bytes"):
        assert getattr(short, name) == getattr(long, name)
    assert short.load is not None
    assert long.load is not None
    assert short.load(short.body) == long.load(long.body) == value


@pytest.mark.parametrize("value", [7, {"a": [1, 2]}], ids=repr)
def test_nothing_that_differs_in_one_byte_is_taken(value: object) -> None:
    data = sealed(value)
    assert open_small(SIGNER, data, KEY) is not None
    for at in range(len(data)):
        for flip in (0x01, 0x80, 0xFF):
            other = data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
            assert open_small(SIGNER, other, KEY) is None
            with pytest.raises(RejectedError):
                open_entry(SIGNER, KEY, Record(other, None, ()), 5.0)
    for length in range(len(data)):
        assert open_small(SIGNER, data[:length], KEY) is None
    assert open_small(SIGNER, data + b"\0", KEY) is None


def test_neither_another_key_nor_another_signer_is_taken() -> None:
    data = sealed(7)
    assert open_small(SIGNER, data, bytes(16)) is None
    assert open_small(Signer(b"other" + bytes(27)), data, KEY) is None


def test_expired_entries_and_entries_of_the_future_are_refused() -> None:
    for created, expires, now in ((0.0, 5.0, 5.0), (1e6, None, 5.0), (0.0, 4.0, 5.0)):
        with pytest.raises(RejectedError, match="stored at"):
            open_entry(SIGNER, KEY, Record(sealed(7, created=created, expires=expires), None, ()), now)


def test_compressed_entries_take_the_long_way() -> None:
    data = sealed(["a" * 1000], compression=1)
    assert open_small(SIGNER, data, KEY) is None
    assert open_entry(SIGNER, KEY, Record(data, None, ()), 5.0).value == ["a" * 1000]
