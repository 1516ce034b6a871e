"""One module's globals, as the functions of a graph read them."""

from __future__ import annotations

import os
from typing import Any

from memofp._fingerprint._boundary import Place
from memofp._fingerprint._components import Target

__all__ = ["Followed", "Namespace", "module_name"]

Followed = tuple[Target | None, bytes]  # where a reference leads, and the attributes left there


class Namespace:
    """What a graph knows of one namespace; all functions of a module share it.

    Attributes:
        space: the globals.
        module: name of the module.
        bound: name -> value or `ABSENT`, of each name that was read; the guards compare these.
        followed: identity of a reference -> where it leads.
        places: name of a source file -> whose code it holds.
    """

    __slots__ = ("bound", "followed", "module", "places", "space")

    def __init__(self, space: dict[str, Any], bound: dict[str, Any]) -> None:
        self.space = space
        self.module: str = module_name(space)
        self.bound = bound
        self.followed: dict[int, Followed] = {}
        self.places: dict[str, Place] = {}


def module_name(space: dict[str, Any]) -> str:
    """Return a module's name; for `__main__` the stem of the script's file, so that both agree."""
    name = space.get("__name__")
    if not isinstance(name, str):
        return "?"
    if name == "__main__":
        file = space.get("__file__")
        if isinstance(file, str) and file:
            return os.path.splitext(os.path.basename(file))[0]
    return name
