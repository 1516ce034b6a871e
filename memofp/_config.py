"""Hold what is set for the whole process: `configure`, `disabled`, the environment.

A memoized function reads this once, at its first use, and again only when `generation`
has changed, so a call costs one comparison.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from memofp._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta
    from types import EllipsisType, TracebackType

__all__ = [
    "Settings",
    "check_directory",
    "configure",
    "current",
    "disabled",
    "is_disabled",
    "resolve_directory",
    "restore",
    "seconds_of",
]

DEFAULT_DIRECTORY = ".memofp_cache"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class Settings:
    """What `configure` has set.  Replaced as a whole, never changed.

    Attributes:
        cache_dir: the directory for functions that name none; None for the environment's or the default.
        python_in_key: whether the minor version of Python is a part of every key.
        progress: whether functions say what they compute, wait for and find.
        limits: what `open_store` is given beside the directory.
        isolated_dir: the directory for all functions, whatever they name; for tests of users' code.
    """

    __slots__ = ("cache_dir", "isolated_dir", "limits", "progress", "python_in_key")

    def __init__(
        self,
        cache_dir: str | None = None,
        python_in_key: bool = True,
        progress: bool = False,
        limits: Mapping[str, Any] | None = None,
        isolated_dir: str | None = None,
    ) -> None:
        self.cache_dir = cache_dir
        self.python_in_key = python_in_key
        self.progress = progress
        self.limits = limits or {}
        self.isolated_dir = isolated_dir

    def replaced(self, **changes: Any) -> Settings:
        """Return settings that differ in these attributes."""
        return Settings(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})


current = Settings()
generation = 0  # goes up at each change here; memoized functions compare it at each call
is_looking = False  # whether results are served, and not stored
_suspensions = 0  # how many `disabled()` blocks are open, in all threads


def configure(
    *,
    cache_dir: str | os.PathLike[str] | EllipsisType | None = ...,
    python_in_key: bool | EllipsisType = ...,
    progress: bool | EllipsisType = ...,
    max_bytes: int | EllipsisType | None = ...,
    max_entries: int | EllipsisType | None = ...,
    max_age: float | timedelta | EllipsisType | None = ...,
    front_bytes: int | EllipsisType = ...,
    trusted_dirs: Iterable[str | os.PathLike[str]] | EllipsisType = ...,
) -> None:
    """Set what holds for every memoized function of this process, from its next call on.

    Options that are left out stay as they are.  A function's own options win over these,
    and these win over the environment.

    Args:
        cache_dir: the directory for functions that name none of their own, made at the
            first use; a relative one is taken from the working directory of this moment.
            None goes back to `MEMOFP_CACHE_DIR` or, without that, to `.memofp_cache`
            below the working directory at each function's first use.
        python_in_key: False shares entries between minor versions of Python.  They are
            kept apart by default, since the same code may give another result there.
        progress: True lets every function say what it computes, what it waits for and what a
            hit saved, as `memoize(verbose=True)` does for one.
        max_bytes: size of all entries of a directory; beyond it those are evicted that save the
            fewest seconds per byte.  None for no limit, as from the start.
        max_entries: number of all entries of a directory, likewise.
        max_age: seconds or timedelta after which an entry may be evicted whatever it saves.
        front_bytes: size of the results that this process keeps in memory for each directory, 64 MiB from
            the start; 0 for none.
        trusted_dirs: cache directories that are used although others own them or may write to them.

    Raises:
        ConfigurationError: an option has a value that makes no sense.
    """
    changes: dict[str, Any] = {}
    if cache_dir is not ...:
        changes["cache_dir"] = (
            None if cache_dir is None else os.path.abspath(check_directory(cache_dir, "configure"))
        )
    for name, switch in (("python_in_key", python_in_key), ("progress", progress)):
        if switch is not ...:
            if not isinstance(switch, bool):
                raise ConfigurationError(f"configure: {name} must be True or False, not {switch!r}")
            changes[name] = switch
    limits = dict(current.limits)
    for name, limit in (("max_bytes", max_bytes), ("max_entries", max_entries), ("max_age", max_age)):
        if limit is not ...:
            limits["max_age_s" if name == "max_age" else name] = _check_limit(name, limit)
    if front_bytes is not ...:
        is_off = type(front_bytes) is int and front_bytes == 0
        limits["front_bytes"] = 0 if is_off else _check_limit("front_bytes", front_bytes)
    if trusted_dirs is not ...:
        limits["trusted_dirs"] = _check_directories(trusted_dirs)
    restore(current.replaced(limits=limits, **changes))


def restore(settings: Settings) -> None:
    """Let earlier settings, or others, hold from now on."""
    global current, generation
    current = settings
    generation += 1


class disabled:  # noqa: N801 # used like a function: `with disabled():`
    """Switch memoization off inside a `with` block: functions run as if never decorated.

    Nothing is looked up, stored or counted.  It holds for all threads of the process, and
    blocks may be nested.  `MEMOFP_DISABLE=1` in the environment does the same for a whole run.
    """

    def __enter__(self) -> None:
        _suspend(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _suspend(-1)


class looking:  # noqa: N801 # used like a function: `with looking():`
    """Store nothing inside a `with` block; hits are served.

    For commands that import a user's program to ask about it: what a program calls while it
    is imported must not change the answer.  It holds for all threads of the process.
    """

    def __enter__(self) -> None:
        global is_looking
        is_looking = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global is_looking
        is_looking = False


def _suspend(step: int) -> None:
    # Two statements without a call between them: CPython hands over to another thread
    # only at calls and jumps backwards, so no step is lost.
    global generation, _suspensions
    _suspensions += step
    generation += 1


def is_disabled() -> bool:
    """Return whether calls are to run unmemoized: an open `disabled()` block or `MEMOFP_DISABLE`.

    Raises:
        ConfigurationError: `MEMOFP_DISABLE` is neither a yes nor a no.
    """
    if _suspensions > 0:
        return True
    word = os.environ.get("MEMOFP_DISABLE", "").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ConfigurationError(f"MEMOFP_DISABLE in the environment is {word!r}; set it to 1 or 0, or unset it")


def resolve_directory() -> str:
    """Return the absolute path of the directory for functions that name none of their own."""
    if current.isolated_dir is not None:
        return current.isolated_dir
    if current.cache_dir is not None:
        return current.cache_dir
    named = os.environ.get("MEMOFP_CACHE_DIR")
    return os.path.abspath(os.path.expanduser(named) if named else DEFAULT_DIRECTORY)


def check_directory(directory: object, where: str, option: str = "cache_dir") -> str:
    """Return a `cache_dir` as a string with `~` expanded.

    Args:
        directory: what the user gave.
        where: what it was given to, for the error.
        option: by which name.

    Raises:
        ConfigurationError: it is not a path, or an empty one.
    """
    path = os.fspath(directory) if isinstance(directory, (str, os.PathLike)) else None
    if not isinstance(path, str) or not path:
        raise ConfigurationError(
            f"{where}: {option} must be the path of a directory, as str or pathlib.Path, not {directory!r}"
        )
    return os.path.expanduser(path)


def seconds_of(duration: object) -> float | None:
    """Return seconds or a timedelta as seconds, None for anything else.

    Nobody can have a timedelta without having imported datetime, so it is not imported here.
    """
    total = getattr(duration, "total_seconds", None)
    seconds: object = total() if callable(total) else duration
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return None
    return float(seconds)


def _check_limit(name: str, limit: object) -> float | None:
    """Return a limit as a number, seconds where it is a time; None for no limit."""
    if limit is None:
        return None
    number = seconds_of(limit) if name == "max_age" else limit
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 < number < float("inf"):
        expected = "seconds or a datetime.timedelta" if name == "max_age" else "a number"
        raise ConfigurationError(f"configure: {name} must be {expected} above 0, or None, not {limit!r}")
    return number


def _check_directories(directories: object) -> tuple[str, ...]:
    if isinstance(directories, (str, bytes, os.PathLike)) or not hasattr(type(directories), "__iter__"):
        raise ConfigurationError(f"configure: trusted_dirs must be several directories, not {directories!r}")
    listed: Iterable[object] = directories  # type: ignore[assignment] # as just checked
    return tuple(
        os.path.abspath(check_directory(directory, "configure", "each of trusted_dirs"))
        for directory in listed
    )
