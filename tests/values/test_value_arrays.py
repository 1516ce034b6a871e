"""Properties of arrays and columns: content counts, how it lies in memory does not (but for the order)."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from value_tools import of

from memofp._values import _arrays

quiet = settings(max_examples=50, deadline=None)
_OTHERS = ["g", "G"] + ["T"] * hasattr(np.dtypes, "StringDType")
dtypes = hnp.scalar_dtypes() | hnp.array_dtypes() | st.sampled_from(_OTHERS).map(np.dtype)
numbers = hnp.arrays(
    st.sampled_from(["i1", "<i4", ">i4", "f8", "?", "c16", "M8[s]", "U3", "S2", "g"]).map(np.dtype),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


@st.composite
def views(draw: st.DrawFn) -> Any:
    array = draw(numbers)
    if array.ndim:
        array = array.transpose(draw(st.permutations(range(array.ndim))))
        array = array[draw(hnp.basic_indices(array.shape, allow_newaxis=True, allow_ellipsis=True))]
    return np.asarray(array)


@quiet
@given(views())
def test_a_view_and_its_copy_share(view: Any) -> None:
    copy = np.array(view, order="K")
    assert of(view) == of(copy)


@quiet
@given(views(), st.data())
def test_another_item_differs(view: Any, data: st.DataObject) -> None:
    if not view.size:
        return
    copy = view.copy(order="K")
    index = tuple(data.draw(st.integers(0, n - 1)) for n in view.shape)
    copy[index] = copy.dtype.type(1) if copy.dtype.kind not in "Mm" else np.datetime64(7, "s")
    same = copy.tobytes() == view.tobytes()
    assert (of(copy) == of(view)) == same


@quiet
@given(views(), views())
def test_arrays_share_where_type_shape_and_bytes_do(a: Any, b: Any) -> None:
    if of(a) == of(b):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        if a.dtype.char not in "gG":
            assert a.tobytes() == b.tobytes()


@quiet
@given(views())
def test_small_buffers_give_the_same_digest(view: Any) -> None:
    whole = of(view)
    size, _arrays._BUFFER_ITEMS = _arrays._BUFFER_ITEMS, 16
    try:
        assert of(view) == whole
    finally:
        _arrays._BUFFER_ITEMS = size


@quiet
@given(hnp.arrays(dtypes, hnp.array_shapes(max_dims=2, max_side=4)))
def test_every_dtype_has_a_digest(array: Any) -> None:
    assert of(array) == of(array.copy(order="K"))


cells = {
    pa.int16(): st.integers(-9, 9),
    pa.float64(): st.floats(allow_nan=False),
    pa.string(): st.text(max_size=5),
    pa.binary(): st.binary(max_size=5),
    pa.bool_(): st.booleans(),
    pa.list_(pa.string()): st.lists(st.none() | st.text(max_size=3), max_size=3),
    pa.struct([("a", pa.int8()), ("b", pa.list_(pa.int8()))]): st.fixed_dictionaries(
        {"a": st.none() | st.integers(0, 5), "b": st.none() | st.lists(st.integers(0, 5), max_size=2)}
    ),
}
columns = st.sampled_from(list(cells)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | cells[kind], max_size=12))
)


@quiet
@given(columns, st.data())
def test_arrow_chunks_and_slices_do_not_count(column: tuple[Any, list[Any]], data: st.DataObject) -> None:
    kind, items = column
    whole = pa.array(items, kind)
    cut = data.draw(st.integers(0, len(items)))
    around = pa.concat_arrays([whole, whole, whole])
    assert of(around[len(items) : 2 * len(items)]) == of(whole)
    assert of(pa.chunked_array([whole[:cut], whole[cut:]])) == of(pa.chunked_array([whole]))
    assert of(around[cut : cut + len(items)]) == of(pa.array([*items[cut:], *items[:cut]], kind))


@quiet
@given(columns, st.data())
def test_polars_chunks_and_slices_do_not_count(column: tuple[Any, list[Any]], data: st.DataObject) -> None:
    kind, items = column
    whole = pl.Series(pl.from_arrow(pa.array(items, kind)))
    cut = data.draw(st.integers(0, len(items)))
    around = pl.concat([whole, whole, whole], rechunk=data.draw(st.booleans()))
    assert of(around.slice(len(items), len(items))) == of(whole)
    assert of(pl.concat([whole[:cut], whole[cut:]], rechunk=False)) == of(whole)


@quiet
@given(columns, columns)
def test_columns_share_where_type_and_items_do(a: tuple[Any, list[Any]], b: tuple[Any, list[Any]]) -> None:
    same = a[0] == b[0] and repr(a[1]) == repr(b[1])
    assert (of(pa.array(a[1], a[0])) == of(pa.array(b[1], b[0]))) == same


@pytest.mark.parametrize("kind", ["f8", "f4", "f2", "i1", "u2", "i8", "?", "c8", "c16"])
def test_simple_arrays_are_hashed_as_others_are(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = np.arange(24).astype(kind)
    arrays = [made, made.reshape(4, 6), made[3:5], made[:1].reshape(()), made[:0], made.reshape(2, 12).T]
    arrays += [
        np.frombuffer(made.tobytes(), kind),
        made[::2],
        made.astype(">" + kind) if kind[1:] > "1" else made[::3],
    ]
    quick = [of(array) for array in arrays]
    monkeypatch.setattr(_arrays, "_simple_fields", lambda _: None)
    assert quick == [of(array) for array in arrays]
    assert len(set(quick)) == len(quick)
