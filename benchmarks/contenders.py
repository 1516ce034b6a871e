"""memofp and its peers, each as a way to decorate a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Function = Callable[..., Any]


def with_memofp(function: Function, directory: Path) -> Function:
    import memofp

    return memofp.memoize(cache_dir=directory)(function)


def with_joblib(function: Function, directory: Path) -> Function:
    import joblib

    return joblib.Memory(directory, verbose=0).cache(function)  # type: ignore[no-any-return]


def with_diskcache(function: Function, directory: Path) -> Function:
    import diskcache

    return diskcache.Cache(str(directory)).memoize()(function)  # type: ignore[no-any-return]


def joblib_key(function: Function, *args: Any, **kwargs: Any) -> Any:
    """Return the digest of a call's arguments as joblib makes it."""
    import joblib
    from joblib.func_inspect import filter_args

    return joblib.hash(filter_args(function, [], args, kwargs))


DECORATORS = {"memofp": with_memofp, "joblib": with_joblib, "diskcache": with_diskcache}

SCRIPTS = {
    "bare": "number(7)\n",
    "memofp": "import memofp\nf = memofp.memoize(cache_dir=directory)(number)\nf(7)\n",
    "joblib": "import joblib\nf = joblib.Memory(directory, verbose=0).cache(number)\nf(7)\n",
    "diskcache": "import diskcache\nf = diskcache.Cache(directory).memoize()(number)\nf(7)\n",
}
"""What a script does with the function `number` and a `directory`."""
