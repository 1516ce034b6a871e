"""memofp in notebooks: a real IPython kernel, driven by nbclient."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: pip install 'memofp[test]'")
pytest.importorskip("ipykernel", reason="ipykernel is not installed: pip install 'memofp[test]'")
nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).parents[2]
START = "import memofp\nfrom memofp import fingerprint, memoize, sticky"


class Kernel:
    """A running kernel, and what its cells show."""

    def __init__(self, directory: Path) -> None:
        from jupyter_client.manager import KernelManager

        # Started by hand: no kernel has to be registered on the machine, and it is this Python.
        manager = KernelManager()
        manager.kernel_spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self.notebook = nbformat.v4.new_notebook()
        self.client = nbclient.NotebookClient(
            self.notebook, km=manager, timeout=60, resources={"metadata": {"path": str(directory)}}
        )
        self.client.start_new_kernel(cwd=str(directory))
        self.client.start_new_kernel_client()

    def run(self, text: str) -> str:
        """Run a cell; return what it prints and its value as text, or as HTML if it has that."""
        cell = nbformat.v4.new_code_cell(text)
        self.notebook.cells.append(cell)
        self.client.execute_cell(cell, len(self.notebook.cells) - 1)
        shown = ""
        for output in cell.outputs:
            data: Any = output.get("data", {})
            shown += output.get("text") or data.get("text/html") or data.get("text/plain", "")
        return shown.strip()

    def stop(self) -> None:
        self.client.km.shutdown_kernel(now=True)
        self.client.kc.stop_channels()


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("MEMOFP_CACHE_DIR", "MEMOFP_DISABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEMOFP_SIGNING_KEY", "a key for tests")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernels.append(Kernel(tmp_path))
        kernels[-1].run(START)
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.stop()


HELPER = 'def helper(x):\n    """Add one."""\n    return x + STEP'
FUNCTION = "@memoize\ndef f(x, text='a'):\n    print('running')\n    return helper(x)"


def test_a_notebook_from_first_cell_to_next_kernel(start: Any) -> None:
    """One kernel for many steps, since each takes a second to start."""
    kernel = start()
    kernel.run("STEP = 1")
    kernel.run(HELPER)
    kernel.run(FUNCTION)
    assert kernel.run("f(1)") == "running\n2"
    assert kernel.run("f(1)") == "2"

    # Redefined with the same code, in another cell with another number: a hit.
    kernel.run("# a comment\n" + FUNCTION)
    kernel.run(HELPER.replace("Add one", "Add one, still") + "  # same")
    assert kernel.run("f(1)") == "2"

    # A helper with another meaning: a miss; back again: a hit.
    kernel.run(HELPER.replace("x +", "x + 1 +"))
    assert kernel.run("f(1)") == "running\n3"
    kernel.run(HELPER)
    assert kernel.run("f(1)") == "2"
    kernel.run("STEP = 5")
    assert kernel.run("f(1)") == "running\n6"
    kernel.run("STEP = 1")

    # Another kernel: its cells lie in files of other names.
    keys = kernel.run("print(f.key(1), f.fingerprint().digest)")
    place = kernel.run("print(f.__wrapped__.__code__.co_filename)")
    other = start()
    for cell in ("1 + 1", "STEP = 1", FUNCTION, HELPER):
        other.run(cell)
    assert other.run("print(f.__wrapped__.__code__.co_filename)") != place
    assert other.run("print(f.key(1), f.fingerprint().digest)") == keys
    assert other.run("f(1)") == "2"
    assert other.run("f.cache_info().hits") == "1"


def test_what_a_notebook_shows(start: Any) -> None:
    kernel = start()
    kernel.run("LABEL = '<script>alert(1)</script>'")
    kernel.run("@memoize\ndef f(x='<b>'):\n    '''Say <i>it</i>.'''\n    return LABEL")
    kernel.run("f()")
    shown = kernel.run("f")
    assert "<table>" in shown
    assert "&lt;script&gt;" in shown
    assert "Say &lt;i&gt;it&lt;/i&gt;." in shown
    for raw in ("<script", "<b>'", "<i>"):
        assert raw not in shown
    info = kernel.run("f.cache_info()")
    assert info.startswith("<table>")
    assert "<th style='text-align:left'>hits</th>" in info
    assert "<table>" in kernel.run("class A:\n    @memoize\n    def m(self): return 1\nA().m")
    kernel.run("@memoize\nasync def waits(x):\n    return x")
    assert kernel.run("await waits(1)") == kernel.run("await waits(1)") == "1"
    assert kernel.run("waits.cache_info().hits") == "1"


def test_autoreload(start: Any, tmp_path: Path) -> None:
    module = tmp_path / "mymodule.py"
    text = "from memofp import memoize\ndef helper(x):\n    return x + 1\n"
    text += "@memoize\ndef inside(x):\n    return helper(x)\n"
    module.write_text(text)
    kernel = start()
    kernel.run("import sys; sys.path.insert(0, '.'); sys.dont_write_bytecode = True")
    kernel.run("%load_ext autoreload\n%autoreload 2\nimport mymodule\nfrom mymodule import helper, inside")
    kernel.run("@memoize\ndef f(x):\n    print('running')\n    return helper(x)")
    assert kernel.run("print(f(1), inside(1))") == "running\n2 2"
    later = module.stat().st_mtime + 10

    def edit(new: str, seconds: int) -> None:
        module.write_text(new)
        os.utime(module, (later + seconds, later + seconds))

    edit("# moved down\n" + text, 0)
    assert kernel.run("print(f(1), inside(1), mymodule.inside(1))") == "2 2 2"
    edit(text.replace("x + 1", "x + 10"), 10)
    assert kernel.run("print(f(1), mymodule.inside(1), inside(1))") == "running\n11 11 11"
    edit(text, 20)
    assert kernel.run("print(f(1), mymodule.inside(1), inside(1))") == "2 2 2"


def test_sticky_cells(start: Any) -> None:
    kernel = start()
    cell = "import functools\n@sticky\n@functools.lru_cache\ndef f(x):\n    return x * STEP"
    kernel.run("STEP = 2")
    kernel.run(cell)
    kernel.run("f(1), f(2)")
    kernel.run("# again\n" + cell)
    assert kernel.run("f.cache_info().currsize") == "2"
    kernel.run("STEP = 3")
    kernel.run(cell)
    assert kernel.run("f.cache_info().currsize") == "0"
    assert kernel.run("f(2)") == "6"
