"""Find the Pythons that a test may start: this one, and others that have memofp's dependencies."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import memofp

__all__ = ["environment", "others"]

PACKAGE_ROOT = Path(memofp.__path__[0]).parent
VERSIONS = ("3.11", "3.12", "3.13")


def environment(state: Path, hash_seed: str = "0", **extra: str) -> dict[str, str]:
    """Return a child process's environment: a hash seed, a private state directory, no options of memofp."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("MEMOFP_", "PYTHON", "COV_"))
    }
    home = {"HOME": str(state), "XDG_STATE_HOME": str(state), "LOCALAPPDATA": str(state)}
    python = {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    if PACKAGE_ROOT.name != "site-packages":  # a checkout: every interpreter may read it
        python["PYTHONPATH"] = str(PACKAGE_ROOT)
    return {**kept, **home, **python, **extra}


@functools.cache
def others() -> dict[str, str]:
    """Return minor version -> executable, for the other Pythons on which memofp can be imported.

    `MEMOFP_TEST_PYTHONS` (a path list) names them; without it those on PATH and pyenv's are tried.
    """
    named = os.environ.get("MEMOFP_TEST_PYTHONS", "")
    candidates = named.split(os.pathsep) if named else list(_discover())
    found: dict[str, str] = {}
    here = "{}.{}".format(*sys.version_info)
    for executable in filter(None, candidates):
        version = _version(executable)
        if version and version != here:
            found.setdefault(version, executable)
        elif version is None and named:
            raise RuntimeError(f"MEMOFP_TEST_PYTHONS names {executable}, which cannot import memofp")
    return found


def _discover() -> Iterator[str]:
    for version in VERSIONS:
        if found := shutil.which(f"python{version}"):
            yield found
        yield from map(str, _pyenv_root().glob(f"versions/{version}.*/bin/python"))


def _pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _version(executable: str) -> str | None:
    """Return an interpreter's minor version, or None where memofp or one of its dependencies is missing."""
    imports = "import sys, memofp, xxhash, diskcache, cloudpickle, typing_extensions"
    question = f"{imports}; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [executable, "-c", question],
            env=environment(Path.home()),
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
