"""Run the benchmarks and write a table: `python -m benchmarks [--quick] [-o FILE]`.

All contenders of a row are measured one after the other, and all rows several times over,
so that a machine that becomes slower or faster meanwhile does so for all of them.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
LIBRARIES = ("memofp", "joblib", "diskcache", "xxhash", "numpy")
Samples = dict[str, dict[str, list[float]]]
"""Row -> contender -> seconds a call, one for each round."""


def main() -> int:
    """Run all passes, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pass of short rounds")
    parser.add_argument("--passes", type=int, default=3, help="how often all rows are measured (default 3)")
    parser.add_argument(
        "-k", metavar="EXPRESSION", default="", help="only the benchmarks that pytest's -k selects"
    )
    parser.add_argument("-o", "--output", type=Path, help="write the table to this file too")
    options = parser.parse_args()
    samples: Samples = {}
    for _ in range(1 if options.quick else options.passes):
        if code := run_pass(samples, options.quick, options.k):
            return code
    text = "\n".join([*describe_machine(), "", *table(samples), ""])
    print(text)
    if options.output:
        options.output.write_text(text, "utf-8")
    return 0


def run_pass(samples: Samples, is_quick: bool, selection: str) -> int:
    """Run all benchmarks once, add their rounds to the samples, and return pytest's exit code."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        command = [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:xdist", "-W", "default"]
        command += [f"--benchmark-json={report}", "--benchmark-max-time", "0.1" if is_quick else "1"]
        command += ["--benchmark-warmup=on", "--benchmark-disable-gc", "--benchmark-columns=median,iqr"]
        finished = subprocess.run(
            [*command, "-k", selection], cwd=HERE.parent, capture_output=True, text=True, check=False
        )
        if finished.returncode:
            print(finished.stdout, finished.stderr, file=sys.stderr)
            return finished.returncode
        for found in json.loads(report.read_text("utf-8"))["benchmarks"]:
            contenders = samples.setdefault(found["group"], {})
            contenders.setdefault(found["params"]["contender"], []).extend(found["stats"]["data"])
    return 0


def describe_machine() -> Iterable[str]:
    """Yield what the figures were measured on."""
    cores = os.cpu_count()
    yield f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"
    yield ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    yield "Median seconds of a call, in brackets the quartiles; after it, the ratio to memofp's."


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def table(samples: Samples) -> Iterable[str]:
    """Yield the lines of a table in Markdown."""
    names = list(dict.fromkeys(name for contenders in samples.values() for name in contenders))
    yield f"| row | {' | '.join(names)} |"
    yield f"| --- |{' --- |' * len(names)}"
    for row, contenders in samples.items():
        # What the interpreter itself takes is no contender's work.
        floor = statistics.median(contenders["bare"]) if "bare" in contenders else 0.0
        ours = statistics.median(contenders["memofp"]) - floor if "memofp" in contenders else 0.0
        cells = [
            _cell(contenders.get(name), 0.0, 0.0)
            if name == "bare"
            else _cell(contenders.get(name), floor, ours)
            for name in names
        ]
        yield f"| {row}{', less the bare one' if floor else ''} | {' | '.join(cells)} |"


def _cell(seconds: list[float] | None, floor: float, ours: float) -> str:
    if not seconds:
        return ""
    low, median, high = (value - floor for value in statistics.quantiles(seconds, n=4))
    ratio = f" {median / ours:.1f}x" if ours > 0 else ""
    return f"{_text(median)} ({_text(low)}..{_text(high)}){ratio}"


def _text(seconds: float) -> str:
    if abs(seconds) < 1e-3:
        return f"{seconds * 1e6:.1f} us"
    return f"{seconds * 1e3:.1f} ms" if abs(seconds) < 1 else f"{seconds:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
