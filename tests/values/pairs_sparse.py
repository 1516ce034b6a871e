"""Pairs of scipy's sparse matrices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse

Pair = tuple[str, object, object]
_DENSE = np.array([[1.0, 0.0], [0.0, 2.0]])


def differ() -> Iterator[Pair]:
    for kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
        make: Any = getattr(sparse, f"{kind}_matrix")
        yield f"{kind} cells", make(_DENSE), make(_DENSE * 2)
        yield f"{kind} shape", make((2, 3)), make((3, 2))
        yield f"{kind} dtype", make(_DENSE), make(_DENSE.astype("f4"))
        yield f"{kind} array and matrix", make(_DENSE), getattr(sparse, f"{kind}_array")(_DENSE)
    yield "formats", sparse.csr_matrix(_DENSE), sparse.csc_matrix(_DENSE)
    yield "sparse and dense", sparse.csr_matrix(_DENSE), _DENSE
    yield "explicit zero", sparse.csr_matrix(([0.0], ([0], [0])), shape=(2, 2)), sparse.csr_matrix((2, 2))


def share() -> Iterator[Pair]:
    for kind in ("csr", "csc", "coo", "bsr", "dia", "dok", "lil"):
        make: Any = getattr(sparse, f"{kind}_matrix")
        yield f"{kind} copies", make(_DENSE), make(_DENSE).copy()
        yield f"{kind} used", make(_DENSE), _used(make(_DENSE))


def _used(matrix: Any) -> Any:
    _ = matrix @ matrix, matrix.sum(), matrix.nnz, getattr(matrix, "has_sorted_indices", None)
    _ = getattr(matrix, "has_canonical_format", None)
    return matrix
