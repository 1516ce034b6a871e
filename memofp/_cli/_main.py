"""Read the command line and run what it names.

Exit codes: 0 done, 1 done and the answer is no, 2 it cannot be done as asked.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from memofp._cli import _accept, _demo, _explain, _graph, _inspect, _report, _upkeep
from memofp._cli._screen import open_screen
from memofp._errors import MemofpError

__all__ = ["main"]

COMMANDS = (_explain, _inspect, _graph, _accept, _report, _upkeep, _demo)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit code.

    Args:
        argv: the arguments without the program's name; those of this process if None.
    """
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options, open_screen(sys.stdout))
        sys.stdout.flush()
    except MemofpError as error:
        print(f"memofp: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()  # the reader has seen enough (`| head`)
        return 0
    except OSError as error:
        _drop_output()
        print(f"memofp: cannot write the answer: {error}", file=sys.stderr)
        return 2
    return code


def _drop_output() -> None:
    """Let what is left in stdout's buffer go nowhere: Python flushes it at exit, and would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m memofp",
        description="Disk memoization that fingerprints code: see what is cached, and how it works.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_command(commands)
    return parser
