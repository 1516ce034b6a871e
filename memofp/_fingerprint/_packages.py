"""Find the name and version of the distribution that a third-party import belongs to.

Scans the names of `*.dist-info` folders: importing `importlib.metadata` costs more than a whole
fingerprint.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any

__all__ = ["distribution_of"]

_INFO = r"^(?P<name>.+?)-(?P<version>[^-]+)\.(?:dist|egg)-info$"


@functools.cache
def distribution_of(package: str, folder: str) -> tuple[str, str]:
    """Return (distribution name, version) of a top-level import name that lies in a site folder.

    Args:
        package: the import name, `yaml` for instance.
        folder: the `site-packages` folder that holds it.

    Returns:
        The name in normalised form (PEP 503, with underscores) and the version; where no metadata
        tell them, the import name and what `__version__` says, or a digest of the package's files.
    """
    if package == "memofp":
        return "memofp", ""  # our own wrapper is looked through; its version is in the store's format
    found = _installed(folder)
    direct = found.get(_normal(package))
    if direct is not None:
        return _normal(package), direct[0]
    for name, (version, info) in sorted(found.items()):
        if package in _top_level(os.path.join(folder, info)):
            return name, version
    return package, _version_without_metadata(package, folder)


def _normal(name: str) -> str:
    import re  # here and below: 3 ms that a program without third-party code is spared

    return re.sub(r"[-_.]+", "_", name).lower()


@functools.lru_cache(maxsize=64)
def _installed(folder: str) -> dict[str, tuple[str, str]]:
    """Return normalised distribution name -> (version, name of its info folder)."""
    try:
        names = os.listdir(folder)
    except OSError:
        return {}
    import re

    found: dict[str, tuple[str, str]] = {}
    for name in sorted(names):
        match = re.match(_INFO, name)
        if match:
            found[_normal(match["name"])] = (match["version"], name)
    return found


@functools.cache
def _top_level(info: str) -> frozenset[str]:
    """Return the import names that a distribution installed, from `top_level.txt` or `RECORD`."""
    try:
        with open(os.path.join(info, "top_level.txt"), encoding="utf-8") as file:
            return frozenset(file.read().split())
    except (OSError, UnicodeError):
        pass
    try:
        with open(os.path.join(info, "RECORD"), encoding="utf-8") as file:
            tops = {line.split(",")[0].split("/")[0].split(".")[0] for line in file}
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(tops)


def _version_without_metadata(package: str, folder: str) -> str:
    module: Any = sys.modules.get(package)
    version = getattr(module, "__dict__", {}).get("__version__")
    if isinstance(version, str):
        return version
    from memofp._digest import Hasher

    hasher = Hasher()
    base = os.path.join(folder, package)
    for path in sorted(_files(base) if os.path.isdir(base) else [base + ".py"]):
        hasher.update(os.path.relpath(path, folder).replace(os.sep, "/").encode("utf-8", "surrogateescape"))
        try:
            with open(path, "rb") as file:
                hasher.update(file.read())
        except OSError:
            continue
    return "files-" + hasher.hexdigest()


def _files(folder: str) -> list[str]:
    return [os.path.join(at, n) for at, _, names in os.walk(folder) for n in names if n.endswith(".py")]
