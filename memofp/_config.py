"""Hold what is set for the whole process: `configure`, `disabled`, the environment.

A memoized function reads this once, at its first use, and again only when `generation`
has changed, so a call costs one comparison.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memofp._errors import ConfigurationError

if TYPE_CHECKING:
    from types import EllipsisType, TracebackType

__all__ = [
    "Settings",
    "check_directory",
    "configure",
    "current",
    "disabled",
    "is_disabled",
    "resolve_directory",
]

DEFAULT_DIRECTORY = ".memofp_cache"
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


class Settings:
    """What `configure` has set.  Replaced as a whole, never changed.

    Attributes:
        cache_dir: the directory for functions that name none; None for the environment's or the default.
        python_in_key: whether the minor version of Python is a part of every key.
    """

    __slots__ = ("cache_dir", "python_in_key")

    def __init__(self, cache_dir: str | None = None, python_in_key: bool = True) -> None:
        self.cache_dir = cache_dir
        self.python_in_key = python_in_key


current = Settings()
generation = 0  # goes up at each change here; memoized functions compare it at each call
_suspensions = 0  # how many `disabled()` blocks are open, in all threads


def configure(
    *,
    cache_dir: str | os.PathLike[str] | EllipsisType | None = ...,
    python_in_key: bool | EllipsisType = ...,
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

    Raises:
        ConfigurationError: an option has a value that makes no sense.
    """
    global current, generation
    directory, with_python = current.cache_dir, current.python_in_key
    if cache_dir is not ...:
        directory = None if cache_dir is None else os.path.abspath(check_directory(cache_dir, "configure"))
    if python_in_key is not ...:
        if not isinstance(python_in_key, bool):
            raise ConfigurationError(f"configure: python_in_key must be True or False, not {python_in_key!r}")
        with_python = python_in_key
    current = Settings(directory, with_python)
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
    if current.cache_dir is not None:
        return current.cache_dir
    named = os.environ.get("MEMOFP_CACHE_DIR")
    return os.path.abspath(os.path.expanduser(named) if named else DEFAULT_DIRECTORY)


def check_directory(directory: object, where: str) -> str:
    """Return a `cache_dir` as a string with `~` expanded.

    Args:
        directory: what the user gave.
        where: what it was given to, for the error.

    Raises:
        ConfigurationError: it is not a path, or an empty one.
    """
    path = os.fspath(directory) if isinstance(directory, (str, os.PathLike)) else None
    if not isinstance(path, str) or not path:
        raise ConfigurationError(
            f"{where}: cache_dir must be the path of a directory, as str or pathlib.Path, not {directory!r}"
        )
    return os.path.expanduser(path)
