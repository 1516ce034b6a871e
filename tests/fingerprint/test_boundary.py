"""The boundary: whose code a file, a module, a function or a class is."""

from __future__ import annotations

import collections
import json
import os
import sys
from types import ModuleType

import numpy as np
import pytest

from memofp._fingerprint._boundary import (
    place_of_class,
    place_of_file,
    place_of_function,
    place_of_module,
)
from memofp._fingerprint._foreign import public_module


@pytest.mark.parametrize(
    ("path", "kind", "package"),
    [
        ("/home/me/project/app.py", "user", ""),
        ("/venv/lib/python3.12/site-packages/yaml/__init__.py", "package", "yaml"),
        ("/venv/lib/python3.12/site-packages/six.py", "package", "six"),
        ("/usr/lib/python3/dist-packages/attr/_make.py", "package", "attr"),
        (json.__file__, "python", ""),
        (os.__file__, "python", ""),
    ],
)
def test_files(path: str, kind: str, package: str) -> None:
    place = place_of_file(path)
    assert (place.kind, place.package) == (kind, package)


def test_modules() -> None:
    assert place_of_module(sys).kind == "python"
    assert place_of_module(json).kind == "python"
    assert place_of_module(np).package == "numpy"
    assert place_of_module(ModuleType("made_by_hand")).kind == "user"


def test_classes_and_functions() -> None:
    class Mine:
        pass

    assert place_of_class(Mine).kind == "user"
    assert place_of_class(dict).kind == "python"
    assert place_of_class(collections.OrderedDict).kind == "python"
    assert place_of_class(np.ndarray).package == "numpy"
    assert place_of_function(json.dumps).kind == "python"
    assert place_of_function(lambda: 1).kind == "user"


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("posixpath", "os.path"),
        ("ntpath", "os.path"),
        ("_functools", "functools"),
        ("pathlib._local", "pathlib"),
        ("numpy.core", "numpy.core"),
        ("__main__", "__main__"),
    ],
)
def test_public_names(name: str, public: str) -> None:
    assert public_module(name) == public
