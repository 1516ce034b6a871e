"""Check the options of `memoize` when a function is decorated, not when it is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from memofp._call import parameter_names
from memofp._config import check_directory, seconds_of
from memofp._errors import ConfigurationError, DecorationError
from memofp._memoize._store_options import (
    check_exceptions,
    check_flight,
    check_format,
    check_on_expiry,
    check_switch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Options", "check_ignored_names", "check_options"]

INFINITY = float("inf")


FINGERPRINT_OPTIONS = ("strict", "depends_on", "neutral", "packages")  # handed on to `Watch`
KNOWN = (
    "cache_dir", "ignore", "version", "ttl", "on_expiry", "exceptions", "compress", "codec", "mmap",
    "single_flight", "lock_timeout", "verbose", *FINGERPRINT_OPTIONS,
)  # fmt: skip


class Options:
    """The options of one memoized function, checked.

    Attributes:
        cache_dir: where its entries live, None for the configured directory.
        ignore: names of the parameters that are left out of its keys.
        version: the text of `version`, None if there is none.
        ttl_s: seconds that an entry lives, None for ever.
        is_refreshed: whether an expired entry is served while it is computed again.
        exceptions: classes of exceptions that are stored as results are.
        verbose: whether it says what it does, None for what is configured.
        saving: arguments of the store's `save`: `codec`, `compress`.
        loading: arguments of the store's `load`: `codec`, `mmap`.
        limits: arguments of `open_store`: `single_flight`, `lock_timeout_s`.
        fingerprint: options that go to the fingerprint as they are.
        given: the options as the user wrote them.
    """

    __slots__ = (
        "cache_dir", "exceptions", "fingerprint", "given", "ignore", "is_refreshed", "limits", "loading",
        "saving", "ttl_s", "verbose", "version",
    )  # fmt: skip

    cache_dir: str | None
    ignore: frozenset[str]
    version: str | None
    ttl_s: float | None
    is_refreshed: bool
    exceptions: tuple[type[Exception], ...]
    verbose: bool | None
    saving: dict[str, Any]
    loading: dict[str, Any]
    limits: dict[str, Any]
    fingerprint: dict[str, Any]
    given: Mapping[str, Any]

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Check what the user wrote; see `check_options` for what it may raise."""
        directory = given.get("cache_dir")
        self.cache_dir = None if directory is None else check_directory(directory, "memoize")
        self.ignore = _check_ignore(given.get("ignore", ()))
        self.version = _check_version(given.get("version"))
        self.ttl_s = _check_ttl(given.get("ttl"))
        self.is_refreshed = check_on_expiry(given.get("on_expiry", "recompute"), self.ttl_s)
        self.exceptions = check_exceptions(given.get("exceptions", ()))
        self.verbose = check_switch("verbose", given.get("verbose"))
        codec, compress = check_format(given.get("codec"), given.get("compress"))
        self.saving = {**codec, **compress}
        self.loading = {**codec, **({"mmap": True} if check_switch("mmap", given.get("mmap")) else {})}
        if "mmap" in self.loading and compress:
            raise ConfigurationError(
                "memoize(mmap=True) needs results that are not compressed: no compress=..."
            )
        self.limits = check_flight(given.get("single_flight"), given.get("lock_timeout"))
        self.fingerprint = {name: given[name] for name in FINGERPRINT_OPTIONS if given.get(name) is not None}
        self.given = dict(given)


def check_options(given: Mapping[str, Any]) -> Options:
    """Return the options of one use of `memoize`, before it is known for which function.

    Raises:
        DecorationError: an option is unknown or of the wrong type.
        ConfigurationError: an option's value makes no sense.
    """
    for name in given:
        if name not in KNOWN:
            raise DecorationError(f"memoize has no option {name!r}; its options are {', '.join(KNOWN)}")
    return Options(given)


def check_ignored_names(function: Callable[..., object], ignore: frozenset[str], where: str) -> None:
    """Refuse names in `ignore` that the function has no parameter for.

    Raises:
        DecorationError: naming the signature.
    """
    names = parameter_names(function)
    unknown = sorted(ignore.difference(names))
    if unknown:
        raise DecorationError(
            f"memoize(ignore=...): {where} has no parameter {' or '.join(map(repr, unknown))}; "
            f"its signature is {_signature_text(function)}, so ignore takes names out of "
            f"{', '.join(names) or '(none)'}{_wrapper_hint(function)}"
        )


def _wrapper_hint(function: Callable[..., object]) -> str:
    if getattr(function, "__wrapped__", None) is None:
        return ""
    return "; it is a decorator's wrapper: put @memoize below that decorator to name the function's own"


def _signature_text(function: Callable[..., object]) -> str:
    from inspect import signature

    try:
        return str(signature(function, follow_wrapped=False))
    except (TypeError, ValueError):
        return "unknown"


def _check_ignore(names: object) -> frozenset[str]:
    if isinstance(names, str):
        return frozenset((names,))
    if isinstance(names, Iterable):
        listed = list(names)
        if all(isinstance(name, str) for name in listed):
            return frozenset(listed)
    raise DecorationError(
        f"memoize(ignore=...) takes a tuple of parameters' names, such as ignore=('log',), not {names!r}"
    )


def _check_version(version: object) -> str | None:
    if version is None:
        return None
    kind = type(version)
    if kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__:
        raise DecorationError(
            f"memoize(version=...) takes anything that prints the same in every process; "
            f"{kind.__qualname__} objects print their address; give a string or a number"
        )
    return str(version)


def _check_ttl(ttl: object) -> float | None:
    if ttl is None:
        return None
    seconds = seconds_of(ttl)
    if seconds is None:
        raise DecorationError(f"memoize(ttl=...) takes seconds or a datetime.timedelta, not {ttl!r}")
    if not 0 < seconds < INFINITY:
        raise ConfigurationError(
            f"memoize(ttl=...) must be positive and finite, not {ttl!r}; leave it out for entries that stay"
        )
    return seconds
