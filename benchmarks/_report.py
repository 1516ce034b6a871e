"""Write results: a table for people, Markdown for the documentation, JSON for programs."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._rows import ROWS, Mark, Result, Verdict, quartiles

__all__ = [
    "as_json",
    "as_markdown",
    "describe_machine",
    "from_json",
    "machine_text",
    "mark_text",
    "result_lines",
]

LIBRARIES = (
    "memofp", "joblib", "diskcache", "checkpointer", "cachier", "xxhash", "numpy", "pandas", "polars",
)  # fmt: skip


def describe_machine() -> dict[str, Any]:
    """Return what the figures are measured on; the load is that of the moment."""
    load = [round(value, 1) for value in os.getloadavg()] if hasattr(os, "getloadavg") else []
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": load,
        "versions": {name: _version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "from this directory" if name == "memofp" else "not installed"


def machine_text(machine: dict[str, Any], scale: str) -> Iterator[str]:
    """Yield sentences about a machine and a run."""
    cores = f"{machine['cores']} cores"
    yield f"{machine['when']}: {machine['python']}, {machine['system']}, {machine['processor']}, {cores}."
    if machine["load"]:
        load = ", ".join(map(str, machine["load"]))
        yield f"Load when it began, in runnable programs over 1, 5 and 15 minutes: {load}."
    yield ", ".join(f"{name} {version}" for name, version in machine["versions"].items()) + "."
    if scale != "full":
        yield f"Scale {scale}: smaller sizes and fewer rounds than the marks are meant for."


def mark_text(mark: Mark, unit: str) -> str:
    """Return a mark as the issue writes it."""
    sign = "≥" if mark.is_least else "≤"
    of = "" if mark.of == "memofp" else f"{mark.of}: "
    if mark.peer:
        return f"{of}{sign} {mark.limit:g}x {mark.peer}"
    return f"{of}{sign} {figure_text(mark.limit, unit)}"


def verdict_text(verdict: Verdict, unit: str) -> str:
    """Return what was measured for a mark, with the quartiles."""
    if verdict.value is None:
        return "not measured"
    if verdict.mark.peer:
        return f"{verdict.value:.2f}x ({verdict.low:.2f}..{verdict.high:.2f})"
    middle, low, high = (figure_text(v, unit) for v in (verdict.value, verdict.low, verdict.high))
    return middle if low == high == middle else f"{middle} ({low}..{high})"


def met_text(verdict: Verdict) -> str:
    """Return yes, no or a dash."""
    return "-" if verdict.is_met is None else "yes" if verdict.is_met else "**no**"


def figure_text(value: float, unit: str) -> str:
    """Return a figure with its unit."""
    if unit == "executions":
        return f"{value:g}"
    if unit == "bytes":
        return f"{value / (1 << 20):.1f} MiB"
    for factor, name in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if abs(value) * factor >= 1 or name == "us":
            return f"{value * factor:.3g} {name}"
    raise AssertionError


def figures_text(result: Result) -> str:
    """Return each contender's median with its quartiles."""
    parts = []
    for name, samples in result.samples.items():
        low, middle, high = (figure_text(v, result.row.unit) for v in quartiles(samples))
        parts.append(f"{name} {middle}" if low == high else f"{name} {middle} ({low}..{high})")
    return ", ".join(parts)


def result_lines(result: Result) -> Iterator[str]:
    """Yield a result for a terminal."""
    yield f"{result.row.name}: {result.row.work} [{result.row.clock}]"
    for verdict in result.verdicts():
        mark, found = mark_text(verdict.mark, result.row.unit), verdict_text(verdict, result.row.unit)
        yield f"  {mark:38} {found:34} {met_text(verdict).strip('*')}"
    yield f"  {figures_text(result)}"
    for name, command in result.missing.items():
        yield f"  without {name}: {command}"


def as_markdown(results: Iterable[Result], machine: dict[str, Any], scale: str) -> str:
    """Return the whole table."""
    results = list(results)
    lines = [*machine_text(machine, scale), ""]
    lines += ["| row | work | mark | measured | met |", "| --- | --- | --- | --- | --- |"]
    for result in results:
        name, work = f"`{result.row.name}`", result.row.work
        for verdict in result.verdicts():
            mark, found = mark_text(verdict.mark, result.row.unit), verdict_text(verdict, result.row.unit)
            lines.append(f"| {name} | {work} | {mark} | {found} | {met_text(verdict)} |")
            name = work = ""
    lines += ["", "Each contender's median, in brackets the quartiles:", ""]
    lines += ["| row | clock | figures |", "| --- | --- | --- |"]
    lines += [f"| `{r.row.name}` | {r.row.clock} | {figures_text(r)} |" for r in results]
    missing = {name: command for result in results for name, command in result.missing.items()}
    lines += [f"\nNot measured for want of {name}: `{command}`." for name, command in missing.items()]
    return "\n".join(lines) + "\n"


def as_json(results: Iterable[Result], machine: dict[str, Any], scale: str) -> dict[str, Any]:
    """Return everything that was measured."""
    return {"machine": machine, "scale": scale, "rows": [_row_json(result) for result in results]}


def from_json(tree: dict[str, Any], names: Iterable[str]) -> list[Result]:
    """Return results that `as_json` wrote, of those rows that there still are."""
    rows = {found["name"]: found for found in tree["rows"]}
    return [
        Result(ROWS[name], rows[name]["samples"], rows[name]["missing"]) for name in names if name in rows
    ]


def _row_json(result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "name": row.name, "work": row.work, "unit": row.unit, "clock": row.clock,
        "samples": result.samples, "missing": result.missing,
        "marks": [
            {**v.mark._asdict(), "text": mark_text(v.mark, row.unit), "value": v.value, "low": v.low,
             "high": v.high, "met": v.is_met}
            for v in result.verdicts()
        ],
    }  # fmt: skip
