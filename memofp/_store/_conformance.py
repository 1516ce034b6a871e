"""One conformance suite that every backend passes, and a state machine that holds it against a dict.

    class TestMyStore(StoreConformance):
        def make_store(self, directory):
            return MyStore(directory)

Needs pytest; `store_machine` needs Hypothesis too.  Importing this module needs neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memofp._store._encode import encode
from memofp._store._entry import EntryDraft, open_entry
from memofp._store._envelope import Signer
from memofp._store._limits import Limits
from memofp._store._protocol import BackendError, Draft, Meta, Payload, Record, Row, Store, Use

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = [
    "BackendError",
    "Draft",
    "Meta",
    "Payload",
    "Record",
    "Row",
    "Store",
    "StoreConformance",
    "Use",
    "draft_of",
    "store_machine",
]

_SIGNER = Signer(b"conformance" + bytes(21))
_VERSION = "0123456789abcdef" * 2


def _key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def draft_of(key: bytes, value: object, *, ttl_s: float | None = None) -> tuple[Draft, Meta]:
    """Return a value as a store is given it: sealed, with its plain columns.

    Args:
        key: 16 bytes.
        value: anything that can be stored; one of more than 32 KiB gets an out-of-line body.
        ttl_s: after how many seconds it stops being served; None for never.
    """
    now = time.time()
    expires = None if ttl_s is None else now + ttl_s
    draft = EntryDraft(_SIGNER, key, encode(value), created=now, expires=expires, duration_s=2.0)
    return draft, Meta("pkg.f", _VERSION, now, expires, 2.0)


def _put(store: Store, number: int, value: object, **meta: Any) -> None:
    draft, plain = draft_of(_key(number), value, ttl_s=meta.pop("ttl_s", None))
    store.put(_key(number), draft, plain._replace(**meta))


def _get(store: Store, number: int) -> object:
    record = store.get(_key(number))
    if record is None:
        return None
    try:
        return open_entry(_SIGNER, _key(number), record, time.time()).value
    finally:
        if record.payload is not None:
            record.payload.close()


_BIG = bytes(range(256)) * 1000


class _FailingDraft:
    """A draft whose body breaks off."""

    inline = False
    size_bytes = 200_000

    def chunks(self) -> Iterator[Buffer]:
        yield b"x" * 100_000
        raise OSError("the source broke off")

    def head(self, identity: tuple[int, ...]) -> bytes:  # noqa: ARG002 # the protocol's signature
        raise AssertionError("a draft whose body broke off has no head")


class StoreConformance:
    """What every backend must do; subclass it, and say how to make one.

    Each test gets a new, empty place.
    """

    def make_store(self, directory: Path) -> Store:
        """Return a store in a directory; two in one directory hold the same entries."""
        raise NotImplementedError

    def test_absent_key(self, tmp_path: Path) -> None:
        """Nothing is there before it is put."""
        store = self.make_store(tmp_path / "store")
        assert store.get(_key(1)) is None
        assert not store.contains(_key(1))
        assert not store.delete(_key(1))
        assert store.clear("pkg.f") == 0
        assert store.stats("pkg.f") == (0, 0)
        assert list(store.scan()) == []
        assert store.functions() == []
        assert store.row(_key(1)) is None
        store.close()

    def test_small_and_big_come_back(self, tmp_path: Path) -> None:
        """The bytes that went in come out, in the record or beside it."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, "small")
        _put(store, 2, _BIG)
        _put(store, 3, [_BIG, bytearray(_BIG)])
        assert _get(store, 1) == "small"
        assert _get(store, 2) == _BIG
        assert _get(store, 3) == [_BIG, bytearray(_BIG)]
        assert store.contains(_key(2))
        store.close()

    def test_payload_can_be_read_in_every_way(self, tmp_path: Path) -> None:
        """Pieces, the whole, and a map that outlives the handle."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, _BIG)
        record = store.get(_key(1))
        assert record is not None
        payload = record.payload
        assert payload is not None
        assert payload.size == len(_BIG)
        piece = bytearray(10)
        payload.read_into(memoryview(piece), 300)
        assert piece == _BIG[300:310] == payload.read_some(10, 300)
        assert payload.read_all() == _BIG
        _raises(BackendError, lambda: payload.read_into(memoryview(piece), len(_BIG) - 5))
        assert payload.identity() == payload.identity()
        mapped = payload.map()
        payload.close()
        assert mapped.readonly
        assert mapped == _BIG
        store.close()

    def test_second_put_replaces_the_first(self, tmp_path: Path) -> None:
        """Small by big, big by small, with one entry all the time."""
        store = self.make_store(tmp_path / "store")
        for value in (1, _BIG, 2, _BIG[:-1], "x"):
            _put(store, 1, value)
            assert _get(store, 1) == value
            assert store.stats("pkg.f")[0] == 1
        store.close()

    def test_failing_put_leaves_the_old_entry(self, tmp_path: Path) -> None:
        """All of an entry is kept, or nothing of it."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, "old")
        meta = draft_of(_key(1), 1)[1]
        _raises((BackendError, OSError), lambda: store.put(_key(1), _FailingDraft(), meta))
        _raises((BackendError, OSError), lambda: store.put(_key(2), _FailingDraft(), meta))
        assert _get(store, 1) == "old"
        assert store.get(_key(2)) is None
        assert store.stats("pkg.f")[0] == 1
        store.close()

    def test_removal(self, tmp_path: Path) -> None:
        """One key, several keys, a version, a function: that, and nothing else."""
        store = self.make_store(tmp_path / "store")
        for number in range(6):
            _put(store, number, _BIG if number % 2 else number)
            _put(store, 10 + number, number, version="f" * 32)
            _put(store, 20 + number, number, function="pkg.g")
        before = store.generation()
        assert store.delete(_key(0))
        assert not store.delete(_key(0))
        assert store.generation() != before
        assert store.discard([_key(1), _key(2), _key(99)]) == 2
        assert store.clear("pkg.f", "f" * 32) == 6
        assert [_get(store, number) for number in (3, 4)] == [_BIG, 4]
        assert store.clear("pkg.f") == 3
        assert {row.key for row in store.scan()} == {_key(20 + number) for number in range(6)}
        store.close()

    def test_listing(self, tmp_path: Path) -> None:
        """Rows, sums and summaries agree."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, 1)
        _put(store, 2, _BIG, version="f" * 32)
        _put(store, 3, 3, function="pkg.g")
        rows = {row.key: row for row in store.scan()}
        assert {row.function for row in rows.values()} == {"pkg.f", "pkg.g"}
        assert store.row(_key(2)) == rows[_key(2)]
        assert store.stats("pkg.f") == (2, rows[_key(1)].size_bytes + rows[_key(2)].size_bytes)
        assert [(f.function, f.versions, f.entries) for f in store.functions()] == [
            ("pkg.f", 2, 2),
            ("pkg.g", 1, 1),
        ]
        assert {v.version for v in store.versions("pkg.f")} == {_VERSION, "f" * 32}
        assert [row.key for row in store.scan("pkg.f", "f" * 32)] == [_key(2)]
        store.close()

    def test_uses_add_up(self, tmp_path: Path) -> None:
        """Hits are counted by the records that were hit."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, 1)
        _put(store, 2, 2)
        record = store.get(_key(1))
        assert record is not None
        for _ in range(2):
            uses: Mapping[tuple[int, ...], Use] = {record.token: Use(3, time.time(), 6.0)}
            store.use(uses)
        assert {row.key: row.uses for row in store.scan()} == {_key(1): 6, _key(2): 0}
        (summary,) = store.functions()
        assert (summary.uses, summary.saved_s, summary.duration_s) == (6, 12.0, 2.0)
        store.close()

    def test_expiry(self, tmp_path: Path) -> None:
        """An entry whose time is over is not there, and goes when the store is pruned."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, 1, ttl_s=0.01)
        _put(store, 2, 2, ttl_s=1000)
        time.sleep(0.02)
        assert not store.contains(_key(1))
        assert store.contains(_key(2))
        assert store.prune(Limits()).expired == 1
        assert {row.key for row in store.scan()} == {_key(2)}
        store.close()

    def test_notes(self, tmp_path: Path) -> None:
        """Bytes beside a version."""
        store = self.make_store(tmp_path / "store")
        assert store.get_note("pkg.f", _VERSION) is None
        store.put_note("pkg.f", _VERSION, b"note")
        assert store.get_note("pkg.f", _VERSION) == b"note"
        assert store.get_note("pkg.f", "f" * 32) is None
        store.close()

    def test_life_after_close(self, tmp_path: Path) -> None:
        """Closing lets go of handles, not of entries."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, _BIG)
        store.close()
        store.close()
        assert _get(store, 1) == _BIG
        store.close()

    def test_verify_and_repair(self, tmp_path: Path) -> None:
        """A sound store is found sound, and repairing it changes nothing."""
        store = self.make_store(tmp_path / "store")
        _put(store, 1, 1)
        _put(store, 2, _BIG)
        verdict = store.verify(_SIGNER)
        assert verdict.entries == 2
        assert verdict.is_sound
        assert store.repair(_SIGNER) == verdict
        assert _get(store, 2) == _BIG
        store.check()
        store.close()


def _raises(kind: type[Exception] | tuple[type[Exception], ...], action: Callable[[], object]) -> None:
    try:
        action()
    except kind:
        return
    raise AssertionError(f"{kind} was not raised")


def store_machine(make: Callable[[], Store], reopen: Callable[[Store], Store] | None = None) -> Any:
    """Return a Hypothesis state machine that holds a store against a dict.

    Args:
        make: returns a new, empty store.
        reopen: returns the store as a new process would find it after the old one was killed.

    Returns:
        A `RuleBasedStateMachine` class; its `TestCase` attribute is what pytest runs.
    """
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

    keys = st.integers(0, 7)
    values = st.one_of(st.integers(), st.text(max_size=5), st.sampled_from([_BIG, _BIG[1:]]))
    names = st.sampled_from(["pkg.f", "pkg.g"])
    versions = st.sampled_from(["a" * 32, "b" * 32])

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.store = make()
            self.model: dict[int, tuple[object, str, str]] = {}

        @rule(key=keys, value=values, function=names, version=versions)
        def put(self, key: int, value: object, function: str, version: str) -> None:
            _put(self.store, key, value, function=function, version=version)
            self.model[key] = (value, function, version)

        @rule(key=keys)
        def get(self, key: int) -> None:
            assert _get(self.store, key) == (self.model[key][0] if key in self.model else None)
            assert self.store.contains(_key(key)) == (key in self.model)

        @rule(key=keys)
        def delete(self, key: int) -> None:
            assert self.store.delete(_key(key)) == (self.model.pop(key, None) is not None)

        @rule(function=names, version=st.none() | versions)
        def clear(self, function: str, version: str | None) -> None:
            gone = [k for k, (_, f, v) in self.model.items() if f == function and version in (None, v)]
            assert self.store.clear(function, version) == len(gone)
            for key in gone:
                del self.model[key]

        @rule(key=keys)
        def fail(self, key: int) -> None:
            meta = draft_of(_key(key), 1)[1]
            _raises((BackendError, OSError), lambda: self.store.put(_key(key), _FailingDraft(), meta))

        @rule()
        def evict(self) -> None:
            self.store.prune(Limits(max_entries=4))
            rows = {int.from_bytes(row.key, "big") for row in self.store.scan()}
            assert rows <= set(self.model)
            self.model = {key: value for key, value in self.model.items() if key in rows}

        @rule()
        def close(self) -> None:
            self.store.close()

        @rule()
        def crash(self) -> None:
            if reopen is not None:
                self.store = reopen(self.store)

        @invariant()
        def sums_agree(self) -> None:
            for function in ("pkg.f", "pkg.g"):
                count = sum(f == function for _, f, _ in self.model.values())
                assert self.store.stats(function)[0] == count

        def teardown(self) -> None:
            assert {row.key for row in self.store.scan()} == {_key(key) for key in self.model}
            assert self.store.verify(_SIGNER).is_sound
            self.store.close()

    return Machine
