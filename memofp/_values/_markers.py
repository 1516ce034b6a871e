"""Mark parameters: hash by a function's result, leave out, hash a file by its content."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from memofp._digest import Hasher

__all__ = ["By", "File", "Ignore"]

_CHUNK = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True)
class By:
    """`Annotated[T, By(function)]`: what the function makes of the argument enters the key instead of it.

    Attributes:
        function: takes the argument, returns a value that can be hashed.
    """

    function: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Ignore:
    """`Annotated[T, Ignore]`: the parameter does not enter the key."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that counts by its content, as a value or as `Annotated[T, File]` on a parameter.

    Attributes:
        path: path of the file.
    """

    path: str | os.PathLike[str]

    def __memofp__(self) -> object:
        """Return what stands for the file: digest and length of its content, None if it cannot be read."""
        hasher = Hasher()
        size = 0
        try:
            with open(self.path, "rb", buffering=0) as file:
                while chunk := file.read(_CHUNK):
                    hasher.update(chunk)
                    size += len(chunk)
        except OSError:
            return None
        return (hasher.digest(), size)
