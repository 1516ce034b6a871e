"""Show memoized functions and their counts in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from memofp._memoize._core import Core
    from memofp._memoize._info import CacheInfo

__all__ = ["function_html", "info_html"]

LISTED = 12  # dependencies that are shown before the rest is folded away


def info_html(info: CacheInfo) -> str:
    """Return a table of counts."""
    return _table(("hits", "misses", "entries", "size", "saved"), [_counts(info)])


def function_html(name: str, signature: str, doc: str | None, core: Core) -> str:
    """Return what a function is called, what it has done, where its entries are and what it depends on."""
    title = f"<code><b>{escape(name)}</b>{escape(signature)}</code>"
    summary = (doc or "").strip().partition("\n")[0]
    parts = [
        f"<div>{title}</div>",
        f"<div>{escape(summary)}</div>" if summary else "",
        info_html(core.info()),
    ]
    parts.append(f"<div><small>in {escape(core.store.where)}</small></div>")
    parts.append(_dependencies(core))
    return "".join(parts)


def _dependencies(core: Core) -> str:
    try:
        fingerprint = core.watch.current()
    except Exception as error:  # noqa: BLE001 # such as a blind spot under strict="error": say it, and show the rest
        return f"<div>no fingerprint: {escape(str(error))}</div>"
    rows = [
        (dependency.kind, dependency.name, _place(dependency.file, dependency.line), dependency.value or "")
        for dependency in fingerprint.manifest.dependencies
    ]
    table = _table(("kind", "name", "where", "value"), rows)
    state = " open" if len(rows) <= LISTED else ""
    title = f"version <code>{fingerprint.digest}</code>, {len(rows)} dependencies"
    return f"<details{state}><summary>{title}</summary>{table}</details>"


def _place(file: str | None, line: int | None) -> str:
    return "" if file is None else file if line is None else f"{file}:{line}"


def _counts(info: CacheInfo) -> tuple[Any, ...]:
    from memofp._memoize._progress import spoken_duration

    return info.hits, info.misses, info.entries, _size(info.bytes), spoken_duration(info.seconds_saved)


def _size(size_bytes: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.3g} TB"


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
