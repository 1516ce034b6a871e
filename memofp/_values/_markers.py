"""Mark parameters: hash by a function's result, leave out, hash a file by its content."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike, fspath
from typing import Any

__all__ = ["By", "File", "Ignore"]


class By:
    """`Annotated[T, By(function)]`: what the function makes of the argument enters the key instead of it.

    Attributes:
        function: takes the argument, returns a value that can be hashed.
    """

    __slots__ = ("function",)

    def __init__(self, function: Callable[[Any], object]) -> None:
        if not callable(function):
            raise TypeError(f"By takes a function, not {function!r}")
        self.function: Callable[[Any], object] = function

    def __repr__(self) -> str:
        return f"By({self.function!r})"


class Ignore:
    """`Annotated[T, Ignore]`: the parameter does not enter the key."""

    __slots__ = ()


class File:
    """A file that counts by its content, wherever it lies.

    As a value it stands for the content; as `Annotated[str, File]` or as the annotation itself it
    says so of a parameter that takes a path.

    Attributes:
        path: path of the file.
    """

    __slots__ = ("path",)

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path: str = fspath(path)

    def __fspath__(self) -> str:
        return self.path

    def __repr__(self) -> str:
        return f"File({self.path!r})"
