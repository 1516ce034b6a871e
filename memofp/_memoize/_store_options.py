"""Check the options of `memoize` that say how results are kept."""

from __future__ import annotations

from typing import Any

from memofp._config import seconds_of
from memofp._errors import ConfigurationError, DecorationError

__all__ = ["check_exceptions", "check_flight", "check_format", "check_on_expiry", "check_switch"]


def check_switch(name: str, value: object) -> bool | None:
    """Return an option that is on or off, None if it is neither.

    Raises:
        DecorationError: it is something else.
    """
    if value is None or isinstance(value, bool):
        return value
    raise DecorationError(f"memoize({name}=...) takes True or False, not {value!r}")


def check_exceptions(kinds: object) -> tuple[type[Exception], ...]:
    """Return the classes of exceptions that are to be stored.

    Raises:
        DecorationError: there is something else among them.
    """
    listed: tuple[Any, ...] = tuple(kinds) if isinstance(kinds, (tuple, list, set, frozenset)) else (kinds,)
    for kind in listed:
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            raise DecorationError(
                f"memoize(exceptions=...) takes classes of exceptions, such as exceptions=(KeyError,), "
                f"not {kind!r}; what is no Exception (KeyboardInterrupt, SystemExit) is never stored"
            )
    return listed


def check_on_expiry(what: object, ttl_s: float | None) -> bool:
    """Return whether an expired entry is to be served and refreshed.

    Raises:
        DecorationError: it is neither `"recompute"` nor `"refresh"`.
        ConfigurationError: nothing ever expires.
    """
    if what not in ("recompute", "refresh"):
        raise DecorationError(f"memoize(on_expiry=...) takes 'recompute' or 'refresh', not {what!r}")
    if what == "refresh" and ttl_s is None:
        raise ConfigurationError("memoize(on_expiry='refresh') needs a ttl: without one no entry expires")
    return what == "refresh"


def check_format(codec: Any, compress: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return `codec` and `compress` as arguments for the store, empty for what is not given.

    Raises:
        ConfigurationError: the codec has no usable `name`, `encode` and `decode`, or the compression is
            unknown or not installed.
    """
    if codec is not None:
        from memofp._store import check_codec

        check_codec(codec)
    if compress is not None:
        if not isinstance(compress, str):
            raise DecorationError(f"memoize(compress=...) takes 'zlib' or 'zstd', not {compress!r}")
        from memofp._store import check_compression

        check_compression(compress)
    return ({} if codec is None else {"codec": codec}), ({} if compress is None else {"compress": compress})


def check_flight(single_flight: object, lock_timeout: object) -> dict[str, Any]:
    """Return the limits of `open_store` that say how to wait for others.

    Raises:
        DecorationError: an option is of a wrong type.
        ConfigurationError: the timeout is negative or not a number.
    """
    limits: dict[str, Any] = {}
    if check_switch("single_flight", single_flight) is False:
        limits["single_flight"] = False
    if lock_timeout is not None:
        seconds = seconds_of(lock_timeout)
        if seconds is None:
            raise DecorationError(
                f"memoize(lock_timeout=...) takes seconds or a datetime.timedelta, not {lock_timeout!r}"
            )
        if not 0 <= seconds < float("inf"):
            raise ConfigurationError(
                f"memoize(lock_timeout=...) must be finite and not negative, not {lock_timeout!r}; "
                "leave it out to wait as long as the other computes"
            )
        limits["lock_timeout_s"] = seconds
    return limits
