"""Change code and captured state within one process: the next call sees it (rows 57 and 60-64)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from project import Project

UTIL = "def h(x):\n    return x * 2\n"

TOOLS = """
    import importlib, pathlib
    def rewrite(name, old, new):
        path = pathlib.Path(name)
        path.write_text(path.read_text().replace(old, new))
        importlib.invalidate_caches()
"""

START = """\
import memofp
import util
from tools import rewrite
@memofp.memoize
def main(x):
    return util.h(x)
def digest():
    return main.fingerprint().digest
assert main(3) == 6
first = digest()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project", tmp_path / "state")
    made.edit("util.py", "", UTIL)
    made.edit("tools.py", "", TOOLS)
    return made


def script(project: Project, body: str) -> None:
    """Run a program that begins with `START` and asserts what it sees."""
    project.edit("main.py", "", START + body)
    project.run("main.py")


@pytest.mark.scenario(57)
def test_shadowed_builtin_is_seen(project: Project) -> None:
    script(
        project,
        "@memofp.memoize\n"
        "def count(x):\n"
        "    return len(x)\n"
        "assert count([1]) == 1\n"
        "before = count.fingerprint().digest\n"
        "len = lambda x: 77\n"
        "assert count.fingerprint().digest != before\n"
        "assert count([1]) == 77\n"
        "del len\n"
        "assert count.fingerprint().digest == before\n"
        "assert count([1]) == 1\n",
    )


@pytest.mark.scenario(57)
def test_name_that_becomes_bound_is_seen(project: Project) -> None:
    script(
        project,
        "@memofp.memoize\n"
        "def late(x):\n"
        "    try:\n"
        "        return extra + x\n"
        "    except NameError:\n"
        "        return x\n"
        "assert late(1) == 1\n"
        "extra = 10\n"
        "assert late(1) == 11\n"
        "extra = 20\n"
        "assert late(1) == 21\n"
        "del extra\n"
        "assert late(1) == 1\n",
    )


@pytest.mark.scenario(57)
def test_attribute_added_to_a_module_is_seen(project: Project) -> None:
    script(
        project,
        "@memofp.memoize\n"
        "def late(x):\n"
        "    return util.extra + x if hasattr(util, 'extra') else x\n"
        "assert late(1) == 1\n"
        "util.extra = 10\n"
        "assert late(1) == 11\n",
    )


@pytest.mark.scenario(60)
def test_file_edited_under_a_living_process_changes_nothing(project: Project) -> None:
    script(
        project,
        "rewrite('util.py', 'x * 2', 'x * 3')\n"
        "assert digest() == first\n"
        "assert memofp.fingerprint(main.__wrapped__).digest == first\n"
        "assert main(3) == 6 and main.is_cached(3)\n",
    )


@pytest.mark.scenario(60)
def test_file_edited_between_import_and_first_fingerprint(project: Project) -> None:
    """The running code counts: the text on disk has never been executed."""
    body = (
        "import memofp, util\n"
        "from tools import rewrite\n"
        "rewrite('util.py', 'x * 2', '{new}')\n"
        "def main(x):\n"
        "    return util.h(x)\n"
        "print(memofp.fingerprint(main).digest, main(3))\n"
    )
    printed = []
    for new in ("x * 3", "x * 4"):
        project.edit("util.py", "", UTIL)
        (project.root / "late.py").write_text(body.replace("{new}", new))
        printed.append(project.run("late.py"))
    project.edit("util.py", "", UTIL)
    (project.root / "late.py").write_text(body.replace("{new}", "x * 2"))
    printed.append(project.run("late.py"))
    digests, results = zip(*(text.split() for text in printed), strict=True)
    assert set(results) == {"6"}
    assert digests[0] == digests[1], "the key follows text that was never executed"


@pytest.mark.scenario(61)
def test_stale_pyc_of_the_same_second_and_size_follows_the_running_code(project: Project) -> None:
    body = "import memofp, util\ndef main(x):\n    return util.h(x)\n"
    body += "print(memofp.fingerprint(main).digest, main(3))\n"
    project.edit("main.py", "", body)
    util = project.root / "util.py"
    os.utime(util, (1_600_000_000, 1_600_000_000))
    first = project.run("main.py", PYTHONDONTWRITEBYTECODE="")
    project.edit("util.py", "x * 2", "x * 3")
    os.utime(util, (1_600_000_000, 1_600_000_000))
    stale = project.run("main.py", PYTHONDONTWRITEBYTECODE="")
    assert stale.split()[1] == "6", "the trap was not set: Python read the source again"
    util.touch()
    fresh = project.run("main.py", PYTHONDONTWRITEBYTECODE="")
    assert fresh.split()[1] == "9"
    assert fresh.split()[0] != first.split()[0]
    assert fresh.split()[0] != stale.split()[0]


@pytest.mark.scenario(61)
def test_stale_pyc_never_serves_a_wrong_result(project: Project) -> None:
    body = "import memofp, util\n@memofp.memoize\ndef main(x):\n    return util.h(x)\n"
    body += "print(main(3), util.h(3))\n"
    project.edit("main.py", "", body)
    util = project.root / "util.py"
    for old, new, stale in (("x * 2", "x * 2", True), ("x * 2", "x * 3", True), ("x * 3", "x * 4", False)):
        project.edit("util.py", old, new)
        moment = 1_600_000_000 if stale else 1_700_000_000
        os.utime(util, (moment, moment))
        served, direct = project.run("main.py", PYTHONDONTWRITEBYTECODE="").split()
        assert served == direct


@pytest.mark.scenario(62)
def test_monkeypatched_helper_is_seen(project: Project) -> None:
    script(
        project,
        "original = util.h\n"
        "util.h = lambda x: x * 5\n"
        "assert digest() != first and main(3) == 15\n"
        "util.h = original\n"
        "assert digest() == first and main(3) == 6\n",
    )


@pytest.mark.scenario(62)
def test_monkeypatched_method_is_seen(project: Project) -> None:
    script(
        project,
        "class Base:\n    def go(self):\n        return 1\n"
        "class Child(Base):\n    pass\n"
        "@memofp.memoize\ndef use():\n    return Child().go()\n"
        "assert use() == 1\n"
        "Base.go = lambda self: 2\n"
        "assert use() == 2\n"
        "Child.go = lambda self: 3\n"
        "assert use() == 3\n",
    )


@pytest.mark.scenario(62)
def test_reloaded_module_is_seen(project: Project) -> None:
    script(
        project,
        "import importlib\n"
        "rewrite('util.py', 'x * 2', 'x * 30')\n"
        "importlib.reload(util)\n"
        "assert digest() != first and main(3) == 90\n",
    )


@pytest.mark.scenario(63)
def test_swapped_code_is_seen(project: Project) -> None:
    script(
        project,
        "old = util.h.__code__\n"
        "util.h.__code__ = (lambda x: x * 7).__code__\n"
        "assert digest() != first and main(3) == 21\n"
        "util.h.__code__ = old\n"
        "assert digest() == first and main(3) == 6\n",
    )


@pytest.mark.scenario(63)
def test_swapped_defaults_are_seen(project: Project) -> None:
    script(
        project,
        "def h(x, k=2, *, m=3):\n    return x * k * m\n"
        "@memofp.memoize\ndef use(x):\n    return h(x)\n"
        "assert use(1) == 6\n"
        "h.__defaults__ = (5,)\n"
        "assert use(1) == 15\n"
        "h.__kwdefaults__ = {'m': 4}\n"
        "assert use(1) == 20\n"
        "h.__kwdefaults__['m'] = 6\n"
        "assert use(1) == 30\n",
    )


@pytest.mark.scenario(64)
def test_changed_global_containers_are_seen(project: Project) -> None:
    script(
        project,
        "rows, table, members = [1], {'a': [1]}, {1}\n"
        "@memofp.memoize\ndef use():\n    return sum(rows) + len(table['a']) * 100 + len(members) * 10000\n"
        "assert use() == 10101\n"
        "rows.append(5)\n"
        "assert use() == 10106\n"
        "rows[0] = 2\n"
        "assert use() == 10107\n"
        "table['a'].append(2)\n"
        "assert use() == 10207\n"
        "members.add(9)\n"
        "assert use() == 20207\n"
        "rows.pop()\n"
        "assert use() == 20202\n",
    )


@pytest.mark.scenario(64)
def test_changed_instance_is_seen(project: Project) -> None:
    script(
        project,
        "class Box:\n    def __init__(self):\n        self.n = 1\n        self.parts = [1]\n"
        "box = Box()\n"
        "@memofp.memoize\ndef use():\n    return box.n * 10 + len(box.parts)\n"
        "assert use() == 11\n"
        "box.n = 2\n"
        "assert use() == 21\n"
        "box.parts.append(1)\n"
        "assert use() == 22\n"
        "Box.n = 7\n"
        "del box.n\n"
        "assert use() == 72\n",
    )


@pytest.mark.scenario(64)
def test_changed_cell_is_seen(project: Project) -> None:
    script(
        project,
        "def pair():\n"
        "    n = 1\n"
        "    def get():\n        return n\n"
        "    def put(m):\n        nonlocal n\n        n = m\n"
        "    return get, put\n"
        "get, put = pair()\n"
        "get = memofp.memoize(get)\n"
        "assert get() == 1\n"
        "put(2)\n"
        "assert get() == 2\n",
    )


@pytest.mark.scenario(64)
def test_changed_numpy_array_is_seen(project: Project) -> None:
    pytest.importorskip("numpy")
    script(
        project,
        "import numpy as np\n"
        "grid = np.zeros(1000)\n"
        "@memofp.memoize\ndef total():\n    return float(grid.sum())\n"
        "assert total() == 0\n"
        "grid[500] = 1\n"
        "assert total() == 1\n",
    )
