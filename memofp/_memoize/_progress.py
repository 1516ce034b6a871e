"""Say what a function computes, what it waits for and what a hit saved: one line each."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from memofp._store import Hit

__all__ = ["Progress", "spoken_duration"]


class Progress:
    """What one function says.

    A line goes to the logger `memofp` at INFO if the program shows that, else to stderr.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def computing(self, arguments: str) -> None:
        """Say that a miss is computed."""
        _say(f"computing {self._name}({arguments})")

    def computed(
        self, arguments: str, duration_s: float, error: BaseException | None, *, stored: bool
    ) -> None:
        """Say how a computation ended."""
        how = "took" if error is None else f"raised {type(error).__name__} after"
        kept = "stored" if stored else "not stored"
        _say(f"{self._name}({arguments}) {how} {spoken_duration(duration_s)}, {kept}")

    def waiting_for(self, arguments: str) -> Callable[[int | None], None]:
        """Return what says that a call has begun to wait, given the process that holds the key."""
        began = time.time()

        def notice(pid: int | None) -> None:
            who = f"process {pid}{_since(pid)}" if pid else "another thread or process"
            _say(f"waiting since {_clock(began)} for {who}, which computes {self._name}({arguments})")

        return notice

    def hit(self, found: Hit) -> None:
        """Say what a hit saved."""
        age, saved = _moment(found.created), spoken_duration(found.duration_s)
        _say(f"{self._name}({_arguments(found)}) is in the cache, stored {age}: saves {saved}")

    def refreshing(self, arguments: str) -> None:
        """Say that an expired result is served and computed again in the background."""
        _say(f"{self._name}({arguments}) has expired: served, and computed again in the background")


def _arguments(found: Hit) -> str:
    try:
        return found.info.arguments
    except OSError:  # the entry is gone meanwhile
        return "..."


def spoken_duration(duration_s: float) -> str:
    """Return a duration as people say it: `3.2 s`."""
    if duration_s < 1:
        return f"{duration_s * 1000:.3g} ms"
    if duration_s < 120:
        return f"{duration_s:.1f} s"
    minutes, seconds = divmod(round(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"


def _since(pid: int) -> str:
    """Return since when a process runs, in brackets; nothing where that cannot be told."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            ticks = int(file.read().rpartition(b")")[2].split()[19])  # starttime, proc_pid_stat(5)
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):  # not Linux, or it is gone
        return ""
    return f" (running since {_moment(time.time() - age_s)})"


def _clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


def _moment(moment: float) -> str:
    """Return a time of today as a time, any other as a date."""
    local, now = time.localtime(moment), time.localtime()
    return time.strftime("%H:%M:%S" if local[:3] == now[:3] else "%Y-%m-%d %H:%M", local)


def _say(line: str) -> None:
    logging = sys.modules.get("logging")  # who has not imported it shows no logs
    if logging is not None:
        logger = logging.getLogger("memofp")
        if logger.isEnabledFor(logging.INFO) and logger.hasHandlers():
            logger.info("%s", line)
            return
    if sys.stderr is not None:  # None under pythonw
        sys.stderr.write(f"memofp: {line}\n")
