"""Act on blind spots: places that static analysis could not follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from memofp._errors import BlindSpotError, BlindSpotWarning, ConfigurationError
from memofp._warn import warn

if TYPE_CHECKING:
    from memofp._manifest import BlindSpot

__all__ = ["Strict", "check_strict", "report"]

Strict = Literal["warn", "error"]
_SHOWN = 5


def check_strict(value: object) -> Strict | None:
    """Return the option `strict` as it is, checked."""
    if value is None:
        return None
    if value == "warn":
        return "warn"
    if value == "error":
        return "error"
    raise ConfigurationError(f"strict must be 'warn', 'error' or None, not {value!r}")


def report(spots: Sequence[BlindSpot], strict: Strict) -> None:
    """Warn of blind spots, or refuse them.

    Raises:
        BlindSpotError: under `error`.
    """
    shown = "; ".join(_describe(spot) for spot in spots[:_SHOWN])
    more = f"; and {len(spots) - _SHOWN} more" if len(spots) > _SHOWN else ""
    text = (
        f"the key cannot cover {shown}{more}; name what is used there with depends_on=[...], "
        f"or leave strict out to accept it"
    )
    if strict == "error":
        raise BlindSpotError(text)
    warn(text, BlindSpotWarning)


def _describe(spot: BlindSpot) -> str:
    place = f" ({spot.file}:{spot.line})" if spot.file and spot.line else ""
    return f"{spot.what} in {spot.where}{place}"
