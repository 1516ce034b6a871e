"""Take out of band what NumPy's own pickling would copy in band; imported only where it is loaded."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

__all__ = ["REDUCERS"]

_SMALL = 8 * 1024  # bytes; below, NumPy's own way is as good


def _reduce_array(array: Any) -> Any:
    """Reduce big arrays of dates and big strided views as contiguous raw bytes."""
    dtype = array.dtype
    if array.nbytes < _SMALL or dtype.hasobject or dtype.kind == "T":
        return array.__reduce_ex__(5)
    contiguous = array.flags.c_contiguous or array.flags.f_contiguous
    if contiguous and dtype.kind not in "mM":
        return array.__reduce_ex__(5)
    order: Any = "F" if contiguous and not array.flags.c_contiguous else "C"
    flat: Any = (array if contiguous else np.ascontiguousarray(array)).reshape(-1, order=order)
    return _rebuild, (pickle.PickleBuffer(flat.view("u1")), dtype, array.shape, order)


def _rebuild(data: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> Any:
    return np.frombuffer(data, dtype=np.uint8).view(dtype).reshape(shape, order=order)


REDUCERS: dict[type, Any] = {np.ndarray: _reduce_array}
