"""Keep Arrow and polars tables as Arrow IPC streams, out of band.

Imported only where the table's library is loaded.  Frames of pandas need no conversion:
pickle 5 takes their NumPy and Arrow blocks out of band without a copy, exactly.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from memofp._store._encode import Encoded

__all__ = ["ENCODERS", "decode"]


def _encode_table(table: Any) -> Encoded | None:
    import pyarrow as pa

    if _has_extension(table.schema):
        return None  # where it is not registered, it would come back as its storage
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write(table)
    kind = "arrow-batch" if isinstance(table, pa.RecordBatch) else "arrow-table"
    return Encoded(kind, b"", (sink.getvalue(),))


def _has_extension(schema: Any) -> bool:
    import pyarrow as pa

    kinds = [field.type for field in schema]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, pa.BaseExtensionType):
            return True
        kinds += [kind.field(index).type for index in range(kind.num_fields)]
        if pa.types.is_dictionary(kind):
            kinds.append(kind.value_type)
    return False


def _encode_polars(frame: Any) -> Encoded | None:
    import polars as pl

    if any(dtype.base_type() is pl.Object for dtype in frame.dtypes):
        return None
    sink = io.BytesIO()
    frame.write_ipc_stream(sink, compat_level=pl.CompatLevel.newest())
    return Encoded("arrow-polars", b"", (sink.getbuffer(),))


def _encode_series(series: Any) -> Encoded | None:
    encoded = _encode_polars(series.to_frame())
    return encoded and encoded._replace(codec="arrow-series")


ENCODERS: dict[str, Callable[[Any], Encoded | None]] = {
    "pyarrow.Table": _encode_table,
    "pyarrow.RecordBatch": _encode_table,
    "polars.DataFrame": _encode_polars,
    "polars.Series": _encode_series,
}


def decode(codec: str, buffers: Sequence[Any]) -> Any:
    """Return a fresh table."""
    if codec in ("arrow-table", "arrow-batch"):
        import pyarrow as pa

        reader = pa.ipc.open_stream(pa.py_buffer(buffers[0]))
        return reader.read_all() if codec == "arrow-table" else reader.read_next_batch()
    import polars as pl

    frame = pl.read_ipc_stream(io.BytesIO(buffers[0]))
    return frame if codec == "arrow-polars" else frame.to_series()
