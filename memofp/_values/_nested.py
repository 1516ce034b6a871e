"""Digest the values of a call of which some are more than flat lists, tuples and dicts of atoms."""

from __future__ import annotations

from memofp._digest import digest
from memofp._values._small import NotSmallError, SmallEncoder
from memofp._values._walk import Walk

__all__ = ["digest_nested"]


def digest_nested(
    values: tuple[object, ...], names: tuple[str, ...], prefix: bytes, function: str
) -> tuple[bytes, bool]:
    """Return the 16-byte digest of a call's values, and whether there is code among them.

    Args:
        values: one for each name.
        names: the parameters' names, for errors.
        prefix: what comes before the values in what is hashed; the names are in it.
        function: qualified name, for errors.

    Raises:
        UnhashableArgumentError: for a value that cannot be hashed soundly; it has the path.
    """
    small = SmallEncoder()
    try:
        return digest(prefix + small.encode_all(values)), bool(small.codes)
    except NotSmallError:
        walk = Walk(function)
        walk.reduced = small.reduced  # so that nothing is hashed twice
        return walk.digest(values, names, prefix), walk.met_code
