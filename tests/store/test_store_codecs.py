# ruff: noqa: E501, PT031 # one line a case; one warning for several calls is tested
"""What comes back is equal, of the same type, and fresh."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import functools
import importlib
import io
import math
import pickle
import sys
import threading
import types
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_helpers import big, key_of, put, reason_of, run_python, value_files, value_of

from memofp._errors import ConfigurationError, UnstorableResultWarning
from memofp._store import Hit, Miss, ResultStore
from memofp._store._codecs import check_codec, decode
from memofp._store._compress import check_compression
from memofp._store._encode import encode
from memofp._store._envelope import Texts

np = pytest.importorskip("numpy")


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    a: Any


class Named(NamedTuple):
    left: int
    right: str


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plain) and other.value == self.value

    __hash__ = None  # type: ignore[assignment]


def round_trip(store: ResultStore, value: object, **options: object) -> Any:
    assert put(store, key_of(1), value, **{k: v for k, v in options.items() if k != "mmap"})
    store.close()
    found = store.load(key_of(1), mmap=bool(options.get("mmap")), codec=options.get("codec"))  # type: ignore[arg-type]
    assert isinstance(found, Hit), found
    return found.value


VALUES: list[object] = [
    None, True, 0, -1, 1 << 200, 0.0, -0.0, math.inf, 1e-300, 2 + 3j, "", "é\ud800\0", "x" * 100_000, "\ud800" * 20_000, b"", b"\0x",
    big(), bytearray(b"abc"), bytearray(big()), (), (1, (2, [3])), [1, 1.0, True], {"a": {1: 2}}, {1, 2}, frozenset({"x"}), range(3, 9, 2),
    slice(1, None, 2), ..., NotImplemented, int, len, math.sin, Plain, Colour.RED, Point(1, 2), Slotted([1]), Named(1, "b"),
    Plain([1, {"k": (2,)}]), collections.OrderedDict(a=1), collections.Counter("hello"), collections.deque([1, 2], 5),
    datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC), datetime.timedelta(1), decimal.Decimal("1.10"), Path("a/b"),
    types.SimpleNamespace(a=1), functools.partial(int, base=2), collections.ChainMap({"a": 1}), ValueError("x", 1),
    [None] * 50_000, {str(n): n for n in range(5000)},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}-{str(value)[:12]!a}")
@pytest.mark.parametrize("compress", [None, "zlib", "zstd"])
def test_builtin_values_come_back(store: ResultStore, value: object, compress: str | None) -> None:
    if compress == "zstd" and sys.version_info < (3, 14):
        pytest.importorskip("zstandard")
    back = round_trip(store, value, compress=compress)
    assert type(back) is type(value)
    if isinstance(value, (types.SimpleNamespace, *Plain.__mro__[:1])) or type(value) in (int, float, str):
        assert back == value
        assert math.copysign(1, back) == math.copysign(1, value) if isinstance(value, float) else True
    elif isinstance(value, ValueError):
        assert back.args == value.args
    elif isinstance(value, functools.partial):
        assert (back.func, back.args, back.keywords) == (value.func, value.args, value.keywords)
    else:
        assert back == value
    if isinstance(value, dict):
        assert list(back) == list(value)


def test_nan_and_aliases_come_back(store: ResultStore) -> None:
    shared = [math.nan]
    back = round_trip(store, {"a": shared, "b": shared})
    assert back["a"] is back["b"]
    assert math.isnan(back["a"][0])
    loop: list[object] = []
    loop.append(loop)
    back = round_trip(store, loop)
    assert back[0] is back


atoms = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
)
trees = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=trees, compress=st.sampled_from([None, "zlib"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_tree_comes_back(store: ResultStore, value: object, compress: str | None) -> None:
    assert put(store, key_of(1), value, compress=compress)
    assert repr(value_of(store, key_of(1))) == repr(value)


def test_small_trees_of_builtins_go_without_pickle(store: ResultStore) -> None:
    pair = (1, "x")
    for value in (
        [],
        {},
        (),
        {"a": [1, (2.5, None)], "b": {1: b"x"}},
        [pair, pair],
        ("\ud800", -0.0, 10**40),
    ):
        assert encode(value).codec == "plain"
        assert put(store, key_of(1), value)
        found = value_of(store, key_of(1))
        assert type(found) is type(value)
        assert repr(found) == repr(value)


class Lying(type):
    """A metaclass whose classes say that they are `list`."""

    def __eq__(cls, other: object) -> bool:
        return other is list or other is bytes

    def __hash__(cls) -> int:
        return hash(list)


class Liar(bytearray, metaclass=Lying):
    pass


def test_what_marshal_would_change_goes_with_pickle(store: ResultStore) -> None:
    shared: list[object] = [1]
    ring: list[object] = []
    ring.append(ring)
    deep: tuple[object, ...] = (1,)
    for _ in range(60):
        deep = (deep, deep)
    others = (
        [shared, shared], ring, {"a": bytearray(b"x")}, [Named(1, "x")], [{1, 2}], [Colour.RED], [np.float64(1)],
        list(range(10_000)), deep, collections.OrderedDict(a=1), [Liar(b"x")], [True, memoryview],
    )  # fmt: skip
    for value in others:
        assert encode(value).codec != "plain"
    assert put(store, key_of(1), [shared, shared])
    found: Any = value_of(store, key_of(1))
    assert found[0] is found[1]
    assert put(store, key_of(1), ring)
    found = value_of(store, key_of(1))
    assert found[0] is found


# -- NumPy ---------------------------------------------------------------------------------------

ARRAYS: dict[str, Callable[[], Any]] = {
    "float": lambda: np.arange(10_000.0),
    "2d": lambda: np.arange(20_000).reshape(100, 200),
    "fortran": lambda: np.asfortranarray(np.arange(20_000).reshape(100, 200)),
    "strided": lambda: np.arange(40_000)[::2],
    "transposed": lambda: np.arange(24_000).reshape(20, 30, 40).transpose(2, 0, 1),
    "negative": lambda: np.arange(20_000)[::-1],
    "dates": lambda: np.arange(20_000).astype("M8[ns]"),
    "dates 2d": lambda: np.asfortranarray(np.arange(20_000).astype("m8[s]").reshape(100, 200)),
    "bool": lambda: np.arange(20_000) % 3 == 0,
    "complex": lambda: np.arange(20_000) * 1j,
    "big endian": lambda: np.arange(20_000, dtype=">i4"),
    "half": lambda: np.arange(20_000, dtype="f2"),
    "text": lambda: np.array(["a", "bé"] * 10_000),
    "bytes": lambda: np.array([b"a", b"bc"] * 10_000),
    "structured": lambda: np.zeros(5000, dtype=[("a", "i4"), ("b", "f8", (2,))]),
    "void": lambda: np.zeros(5000, dtype="V7"),
    "object": lambda: np.array([1, "a", None, [2]], dtype=object),
    "0-d": lambda: np.array(5.0),
    "empty": lambda: np.empty((0, 3)),
    "small": lambda: np.arange(3),
    "scalar": lambda: np.float32(1.5),
    "masked": lambda: np.ma.masked_array(np.arange(20_000), np.arange(20_000) % 2 == 0),
    "matrix": lambda: np.asmatrix(np.arange(10_000).reshape(100, 100)),
    "huge": lambda: np.arange(700_000.0),
}


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("mmap", [False, True])
@pytest.mark.parametrize("compress", [None, "zlib"])
def test_arrays_come_back(store: ResultStore, name: str, mmap: bool, compress: str | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        value = ARRAYS[name]()
        back = round_trip(store, value, mmap=mmap, compress=compress)
    assert type(back) is type(value)
    assert back.dtype == value.dtype
    assert back.shape == value.shape
    assert repr(back) == repr(value)
    assert back.tobytes() == value.tobytes() if name != "object" else list(back) == list(value)
    if name == "fortran":
        assert back.flags.f_contiguous
    if not mmap and type(value) is np.ndarray and name != "0-d":
        assert back.flags.writeable
        before = value_of(store, key_of(1)).copy()
        back.fill(0) if name not in ("structured", "void") else None
        assert np.array_equal(value_of(store, key_of(1)), before)


def test_mapped_array_is_read_only_aligned_and_outlives_its_entry(
    store: ResultStore, directory: Path
) -> None:
    value = {"a": np.arange(100_000.0), "b": [np.arange(33_333, dtype="u1"), np.arange(50_000)]}
    back = round_trip(store, value, mmap=True)
    for array in (back["a"], *back["b"]):
        assert not array.flags.writeable
        assert array.ctypes.data % 64 == 0
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert store.forget(key_of(1))
    assert value_files(directory) == []
    assert np.array_equal(back["b"][1], np.arange(50_000))


def test_arrays_that_are_read_only_stay_so(store: ResultStore) -> None:
    array = np.arange(10_000)
    array.flags.writeable = False
    assert not round_trip(store, array).flags.writeable


def test_stored_array_is_what_it_was_at_the_time(store: ResultStore) -> None:
    array = np.arange(10_000)
    put(store, key_of(1), array)
    array[:] = 0
    assert value_of(store, key_of(1)).sum() == np.arange(10_000).sum()


# -- frames --------------------------------------------------------------------------------------


def test_pandas_comes_back(store: ResultStore) -> None:
    pd = pytest.importorskip("pandas")
    index = pd.MultiIndex.from_product(
        [["a", "b"], pd.date_range("2024", periods=3, tz="Europe/Berlin")], names=["k", None]
    )
    frame = pd.DataFrame(
        {
            "f": np.arange(6.0),
            "s": ["x", None, "z", "", "é", "w"],
            "c": pd.Categorical(list("abcabc"), ordered=True),
            "i": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
            3: pd.period_range("2024-01", periods=6, freq="M"),
            "o": [{"a": 1}, 2, [3], None, "x", (1,)],
            "t": pd.date_range("2024", periods=6),
        },
        index=index,
    )
    frame.attrs["unit"] = {"m": 1}
    frame.columns.name = "cols"
    back = round_trip(store, frame)
    pd.testing.assert_frame_equal(back, frame, check_exact=True, check_freq=True)
    assert back.attrs == frame.attrs
    assert back.columns.name == "cols"
    wide = pd.DataFrame(np.random.default_rng(1).random((2000, 5)), columns=list("abcde"))
    back = round_trip(store, wide)
    pd.testing.assert_frame_equal(back, wide, check_exact=True)
    back.iloc[0, 0] = 99
    pd.testing.assert_frame_equal(value_of(store, key_of(1)), wide)
    series = pd.Series(["a", "b"] * 20_000, name="n")
    pd.testing.assert_series_equal(round_trip(store, series), series)


def test_polars_comes_back(store: ResultStore) -> None:
    pl = pytest.importorskip("polars")
    from polars.testing import assert_frame_equal, assert_series_equal

    frame = pl.DataFrame(
        {
            "i": [1, None, 3],
            "s": ["a", None, "é"],
            "l": [[1], [], None],
            "st": [{"a": 1, "b": "x"}, None, {"a": 2, "b": None}],
            "d": [datetime.date(2024, 1, 1), None, None],
            "t": [datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)] * 3,
            "dec": [decimal.Decimal("1.10")] * 3,
            "b": [b"x", b"", None],
        }
    ).with_columns(
        c=pl.col("s").cast(pl.Categorical), e=pl.Series(["u", "v", "u"], dtype=pl.Enum(["u", "v"]))
    )
    back = round_trip(store, frame)
    assert_frame_equal(back, frame)
    assert back.schema == frame.schema
    assert store.load(key_of(1)).info.codec == "arrow-polars"  # type: ignore[union-attr]
    wide = pl.DataFrame({"x": range(50_000), "y": [str(n) for n in range(50_000)]})
    assert_frame_equal(round_trip(store, wide), wide)
    series = wide["y"].rename("z")
    assert_series_equal(round_trip(store, series), series)
    assert_frame_equal(round_trip(store, wide.lazy()).collect(), wide)
    empty = pl.DataFrame(schema={"a": pl.Int8})
    assert_frame_equal(round_trip(store, empty), empty)
    assert round_trip(store, {"deep": [wide]})["deep"][0].equals(wide)


def test_arrow_comes_back(store: ResultStore) -> None:
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema(
        [pa.field("a", pa.int32(), metadata={"unit": "m"}), ("s", pa.string())], metadata={"k": "v"}
    )
    table = pa.table([[1, None, 3], ["x", None, "é"]], schema=schema)
    table = pa.concat_tables([table, table.slice(1), table])
    back = round_trip(store, table)
    assert back.equals(table, check_metadata=True)
    assert store.load(key_of(1)).info.codec == "arrow-table"  # type: ignore[union-attr]
    assert round_trip(store, table.slice(2, 3)).equals(table.slice(2, 3))
    assert round_trip(store, table.slice(0, 0)).equals(table.slice(0, 0))
    batch = table.to_batches()[0]
    assert round_trip(store, batch).equals(batch, check_metadata=True)
    words = pa.table(
        {"d": pa.array(["a", "b", "a"]).dictionary_encode(), "n": pa.array([[{"x": 1}], [], None])}
    )
    assert round_trip(store, words).equals(words)
    assert round_trip(store, words.column("d")).equals(words.column("d"))
    odd = (
        pa.table({"u": pa.array([b"0" * 16] * 2, pa.binary(16)).cast(pa.uuid())})
        if hasattr(pa, "uuid")
        else words
    )
    assert round_trip(store, odd).schema == odd.schema
    wide = pa.table({"x": np.arange(100_000)})
    assert round_trip(store, wide, mmap=True).equals(wide)


def test_scipy_comes_back(store: ResultStore) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    value = sparse.random(500, 500, 0.1, format="csr", random_state=1)
    back = round_trip(store, value)
    assert (back != value).nnz == 0
    assert type(back) is type(value)


def test_torch_comes_back(store: ResultStore) -> None:
    torch = pytest.importorskip("torch")
    for value in (
        torch.arange(20_000.0).reshape(100, 200),
        torch.arange(20_000) % 3 == 0,
        torch.arange(20_000, dtype=torch.bfloat16),
        torch.arange(20_000.0)[::2],
        torch.tensor(5),
        torch.zeros(0, 3),
        torch.arange(20_000.0).reshape(100, 200).T,
        torch.zeros(10_000, requires_grad=True),
        torch.nn.Parameter(torch.ones(10_000)),
        torch.eye(50).to_sparse(),
        torch.arange(10_000) * 1j,
    ):
        for mmap in (False, True):
            back = round_trip(store, {"t": value}, mmap=mmap)["t"]
            assert type(back) is type(value)
            assert back.dtype == value.dtype
            assert back.requires_grad == value.requires_grad
            assert torch.equal(back.to_dense(), value.to_dense())
    module = torch.nn.Linear(100, 100)
    back = round_trip(store, module)
    assert torch.equal(back.weight, module.weight)
    with torch.no_grad():
        back.weight.fill_(0)
    assert torch.equal(value_of(store, key_of(1)).weight, module.weight)


def test_big_tensors_travel_out_of_band() -> None:
    torch = pytest.importorskip("torch")
    encoded = encode({"t": torch.arange(100_000.0)})
    assert len(encoded.inband) < 1000
    assert sum(memoryview(b).nbytes for b in encoded.buffers) == 400_000


# -- own codecs, compression, cloudpickle --------------------------------------------------------


class Upper:
    name = "upper"

    def encode(self, value: Any) -> bytes:
        return value.upper().encode()

    def decode(self, data: bytes) -> Any:
        return data.decode()


def test_own_codec(store: ResultStore) -> None:
    assert round_trip(store, "abc" * 30_000, codec=Upper()) == "ABC" * 30_000
    assert round_trip(store, "abc", codec=Upper(), compress="zlib") == "ABC"
    miss = store.load(key_of(1))
    assert isinstance(miss, Miss)
    assert (miss.reason, "upper" in miss.detail) == ("unreadable", True)
    with pytest.warns(UnstorableResultWarning, match="codec 'upper' failed"):
        assert not put(store, key_of(2), 5, codec=Upper())


@pytest.mark.parametrize("codec", [object(), types.SimpleNamespace(name="", encode=len, decode=len)])
def test_codec_is_checked(codec: object) -> None:
    with pytest.raises(ConfigurationError):
        check_codec(codec)
    check_codec(Upper())


def test_compression_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="lzma"):
        check_compression("lzma")
    if sys.version_info < (3, 14):
        monkeypatch.setitem(sys.modules, "zstandard", None)
        with pytest.raises(ConfigurationError, match=r"pip install 'memofp\[zstd\]'"):
            check_compression("zstd")


def test_compressed_entry_is_smaller_and_checked(store: ResultStore, directory: Path) -> None:
    put(store, key_of(1), np.zeros(1_000_000), compress="zlib")
    assert store.stats("pkg.f")[1] < 100_000
    assert value_of(store, key_of(1)).shape == (1_000_000,)


def test_functions_and_lambdas_are_kept(store: ResultStore) -> None:
    n = 5
    back = round_trip(store, [lambda x: x + n, len])
    assert back[0](1) == 6
    assert back[1] is len
    assert store.load(key_of(1)).info.codec == "cloudpickle"  # type: ignore[union-attr]


def test_classes_of_the_script_come_back_in_its_next_run(directory: Path, tmp_path: Path) -> None:
    program = """
        import dataclasses, sys
        from memofp._store import Hit, open_store
        @dataclasses.dataclass
        class Result:
            x: int
        store = open_store(sys.argv[1])
        found = store.load(b"1" * 16)
        print(found.value == Result(5) if isinstance(found, Hit) else found.reason)
        store.save(b"1" * 16, Result(5), function="f", version="0" * 32, duration_s=1.0)
    """
    assert run_python(program, directory).stdout.strip() == "absent"
    assert run_python(program, directory).stdout.strip() == "True"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class C:\n    pass", "class D:\n    pass"),
        ("class C:\n    pass", ""),
        ("@dataclass\nclass C:\n    x: int = 1", "@dataclass\nclass C:\n    x: int = 1\n    y: int = 2"),
        ("@dataclass\nclass C:\n    x: int = 1", "@dataclass\nclass C:\n    z: int = 1"),
        (
            "class C:\n    __slots__ = ('a',)\n    def __init__(self): self.a = 1",
            "class C:\n    __slots__ = ('b',)",
        ),
        ("class C(NamedTuple):\n    a: int = 1", "class C(NamedTuple):\n    b: int = 2\n    a: int = 1"),
        ("class C:\n    class D: pass", "class C:\n    pass"),
        ("class C(enum.Enum):\n    A = 1", "class C(enum.Enum):\n    B = 2"),
    ],
)
def test_result_whose_class_has_changed_is_a_miss(
    store: ResultStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    name = f"shapes_{abs(hash((before, after)))}"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(body: str) -> Any:
        head = "import enum\nfrom dataclasses import dataclass\nfrom typing import NamedTuple\n"
        (tmp_path / f"{name}.py").write_text(head + body + "\n")
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    module = write(before)
    kind = module.C
    value = next(iter(kind)) if issubclass(kind, enum.Enum) else kind.D() if hasattr(kind, "D") else kind()
    assert put(store, key_of(1), [value])
    write(before + "\n# the same")
    assert isinstance(store.load(key_of(1)), Hit)
    write(after)
    miss = store.load(key_of(1))
    assert isinstance(miss, Miss)
    assert miss.reason == "unreadable"
    assert "C" in miss.detail or "is not a valid" in miss.detail or "A" in miss.detail
    (tmp_path / f"{name}.py").unlink()
    del sys.modules[name]
    importlib.invalidate_caches()
    assert reason_of(store, key_of(1)) == "unreadable"


# -- what cannot be kept -------------------------------------------------------------------------


def generator() -> Any:
    yield 1


async def coroutine() -> None:
    pass


UNSTORABLE: dict[str, tuple[Callable[[], object], str]] = {
    "generator": (generator, "result is a generator"),
    "nested generator": (lambda: {"a": [1, (generator(),)]}, r"result\['a'\]\[1\]\[0\] is a generator"),
    "map": (lambda: map(str, [1]), "result is an iterator"),
    "iterator": (lambda: iter([1]), "result is an iterator"),
    "nested file": (lambda: [Path(__file__).open()], r"result\[0\] is an open file"),
    "file": (lambda: io.TextIOWrapper(io.BytesIO()), "result is an open file"),
    "lock": (lambda: [threading.Lock()], r"result\[0\] is a _thread.lock"),
    "attribute": (
        lambda: Plain(types.SimpleNamespace(m=threading.Lock())),
        r"result\.value\.m is a _thread.lock",
    ),
    "slot": (lambda: Slotted(threading.Lock()), r"result\.a is a _thread.lock"),
    "key": (lambda: {threading.Lock(): 1}, r"result\{key\} is a _thread.lock"),
    "lambda": (
        lambda: (lambda lock: lambda: lock)(threading.Lock()),
        r"result\.<closure lock> is a _thread.lock",
    ),
    "weakref": (lambda: weakref.ref(Plain), "result is a weakref"),
    "memoryview": (lambda: [memoryview(b"x")], r"result\[0\] is a builtins.memoryview"),
    "frame": (lambda: sys._getframe(), "result is a"),
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_unstorable_result_is_named_with_its_path(store: ResultStore, name: str) -> None:
    make, message = UNSTORABLE[name]
    value = make()
    with pytest.warns(UnstorableResultWarning, match=message) as said:
        assert not put(store, key_of(1), value)
        assert not put(store, key_of(2), value)
    assert len(said) == 1
    assert reason_of(store, key_of(1)) == "absent"
    if name in ("generator", "map", "iterator"):
        assert len(list(value)) == 1  # type: ignore[call-overload]
    if name == "nested file":
        assert value[0].tell() == 0  # type: ignore[index]
        value[0].close()  # type: ignore[index]
    if name == "nested generator":
        assert list(value["a"][1][0]) == [1]  # type: ignore[index]


def test_unstorable_coroutine(store: ResultStore) -> None:
    value = coroutine()
    with pytest.warns(UnstorableResultWarning, match="result is a coroutine"):
        assert not put(store, key_of(1), value)
    value.close()


def test_pickling_that_raises_anything_costs_no_result(store: ResultStore) -> None:
    class Odd(Exception):
        pass

    class Rude:
        def __reduce_ex__(self, protocol: Any) -> Any:
            raise Odd("no")

    with pytest.warns(UnstorableResultWarning, match=r"result\[1\].*Odd: no"):
        assert not put(store, key_of(1), [0, Rude()])


def test_result_nested_too_deeply(store: ResultStore) -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.warns(UnstorableResultWarning, match="nested too deeply"):
        assert not put(store, key_of(1), value)


def test_unpickling_that_raises_anything_is_a_miss(
    store: ResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, key_of(1), Plain(1))
    monkeypatch.setattr(sys.modules[__name__], "Plain", None)
    assert reason_of(store, key_of(1)) == "unreadable"


def test_cloudpickled_bytes_are_signed_like_pickled_ones(store: ResultStore) -> None:
    encoded = encode(lambda: 1)
    assert encoded.codec == "cloudpickle"
    assert encoded.buffers == []
    assert pickle.loads(encoded.inband)() == 1


def test_what_is_large_and_repeats_is_stored_once() -> None:
    text, data = "x" * 100_000, b"y" * 100_000
    for value in ([text] * 100, {"a": data, "b": [data] * 100}):
        encoded = encode(value)
        assert len(encoded.inband) + sum(len(memoryview(b)) for b in encoded.buffers) < 250_000
        assert decode(Texts(encoded.codec, "", encoded.shapes), encoded.inband, encoded.buffers) == value
