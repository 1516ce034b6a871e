"""Write sizes, durations and moments as people read them."""

from __future__ import annotations

import datetime
import time

__all__ = ["ago", "bytes_text", "moment", "seconds_text", "shorten"]

AGES = ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "h"), (60, "min"))


def bytes_text(size: float) -> str:
    """Return a size given in bytes, in units of 1000: `12 B`, `4.5 kB`, `130 MB`."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 999.5 or unit == "TB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 99.95 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("the last unit has no upper limit")


def seconds_text(seconds: float) -> str:
    """Return a duration given in seconds: `12 us`, `3.4 ms`, `1.20 s`, `2 min 5 s`, `3 h 10 min`."""
    if seconds < 0.9995e-3:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.1f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def ago(moment: float, now: float | None = None) -> str:
    """Return how long ago a moment, in seconds since the epoch, was: `3 days ago`, `2 h ago`, `just now`."""
    age_s = (time.time() if now is None else now) - moment
    if age_s < -60:
        return "in the future"
    for unit_s, name in AGES:
        if age_s >= unit_s:
            count = int(age_s // unit_s)
            return f"{count} {name}{'s' if count > 1 and unit_s >= 86400 else ''} ago"
    return "just now"


def moment(seconds: float) -> str:
    """Return a moment, in seconds since the epoch, as local date and time."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone()
    return when.strftime("%Y-%m-%d %H:%M")


def shorten(text: str, width: int) -> str:
    """Return a text on one line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."
