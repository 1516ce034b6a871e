"""Name every error and warning that memofp raises.

Each error derives from `MemofpError` and, where one fits, from the builtin that a
caller would expect.  Errors keep their fields through pickling, because they travel
between the processes of a pool.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "AcceptanceError",
    "BlindSpotError",
    "BlindSpotWarning",
    "ConfigurationError",
    "DecorationError",
    "ImpureFunctionWarning",
    "MemofpError",
    "MemofpWarning",
    "StoreError",
    "StoreWarning",
    "UnhashableArgumentError",
    "UnstorableResultWarning",
]


class MemofpError(Exception):
    """Base of all errors of memofp.

    Keyword fields given to a subclass's constructor become attributes and survive
    pickling: `__reduce__` carries the instance's `__dict__` beside its arguments.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(kind: type[MemofpError], args: tuple[Any, ...], fields: dict[str, Any]) -> MemofpError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class UnhashableArgumentError(MemofpError, TypeError):
    """A call's argument cannot be hashed soundly, so the call has no key.

    Attributes:
        path: where the value sits, from the parameter's name on (`value.model.lock`).
        reason: what cannot be hashed and why, in a few words.
        function: qualified name of the memoized function, empty if there is none.
    """

    def __init__(self, path: str, reason: str, function: str = "") -> None:
        self.path = path
        self.reason = reason
        self.function = function
        root = path.split(".")[0].split("[")[0]
        where = f" of {function}" if function else ""
        super().__init__(
            f"cannot hash argument {root!r}{where}: {path} {reason}; "
            f"pass ignore=({root!r},) to leave the argument out of the key, call "
            f"memofp.register_hasher(...) for its type, or give its class a __memofp__() method"
        )


class DecorationError(MemofpError, TypeError):
    """`memoize` was given something that it cannot memoize, or an option that it does not know."""


class ConfigurationError(MemofpError, ValueError):
    """An option, a `configure` argument or an environment variable has a value that makes no sense."""


class StoreError(MemofpError, OSError):
    """A cache directory cannot be used.  Raised by the command line only; a call is never failed by it."""


class AcceptanceError(MemofpError, LookupError):
    """There is no older version to accept, or no acceptance to take back."""


class BlindSpotError(MemofpError, TypeError):
    """Under `strict="error"`: the code does something that static analysis cannot follow."""


class MemofpWarning(UserWarning):
    """Base of all warnings of memofp."""


class StoreWarning(MemofpWarning):
    """The store cannot be used as it should; the call goes on without it."""


class UnstorableResultWarning(StoreWarning):
    """A result cannot be stored; it was returned to the caller all the same."""


class ImpureFunctionWarning(MemofpWarning):
    """A memoized call changed state that its own key depends on; its result was not stored."""


class BlindSpotWarning(MemofpWarning):
    """Under `strict="warn"`: the code does something that static analysis cannot follow."""
