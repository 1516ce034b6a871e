"""Describe a listed entry by what its head says."""

from __future__ import annotations

from memofp._store._envelope import NEVER, RejectedError, read_head, read_texts
from memofp._store._protocol import Row
from memofp._store._types import EntryInfo

__all__ = ["describe_row"]


def describe_row(row: Row) -> EntryInfo | None:
    """Return a listed row with what its head says; None for one that has no head of ours."""
    try:
        head = read_head(row.head, row.key)
    except RejectedError:
        return None
    texts = read_texts(row.head, head)
    return EntryInfo(
        key=row.key, function=row.function, version=row.version, created=head.created,
        expires=None if head.expires == NEVER else head.expires, duration_s=head.duration_s,
        size_bytes=row.size_bytes, uses=row.uses, last_use=row.last_use, codec=texts.codec,
        python=f"{head.major}.{head.minor}", arguments=texts.arguments,
    )  # fmt: skip
