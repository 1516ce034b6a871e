"""Mark parameters: hash by a function's result, leave out, hash a file by its content."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["By", "File", "Ignore"]


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
