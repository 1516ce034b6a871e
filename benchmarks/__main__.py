"""Measure memofp beside its peers and judge each mark: `python -m benchmarks`.

The contenders of a row are measured in turns, a round of each, so that a machine that becomes slower
or faster does so for all of them; what counts are medians over the rounds of their ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import _calls, _growth, _hashes, _processes
from benchmarks._plot import draw
from benchmarks._report import as_json, as_markdown, describe_machine, from_json, machine_text, result_lines
from benchmarks._rounds import FULL, QUICK, TINY, Bench, Scale
from benchmarks._rows import ROWS, Result, Row

BEGIN, END = "<!-- begin of the table -->", "<!-- end of the table -->"
MODULES = (_calls, _hashes, _processes, _growth)  # each enters its rows into ROWS


def main() -> int:
    """Measure the rows that are asked for, write what is asked for, and return the exit code."""
    options = _parse()
    measured = TINY if options.tiny else QUICK if options.quick else FULL
    names = options.only or list(ROWS)
    if unknown := [name for name in names if name not in ROWS]:
        print(f"no row {', '.join(unknown)}; there are {', '.join(ROWS)}", file=sys.stderr)
        return 2
    if options.again:
        tree = json.loads(options.again.read_text("utf-8"))
        machine, scale, results = tree["machine"], tree["scale"], from_json(tree, names)
        print(*(line for result in results for line in result_lines(result)), sep="\n")
    else:
        machine, scale = describe_machine(), measured.name
        print(*machine_text(machine, scale), sep="\n")
        results = [result for name in names if (result := _measure(ROWS[name], measured))]
    if options.json:
        options.json.write_text(json.dumps(as_json(results, machine, scale), indent=1) + "\n", "utf-8")
    if options.markdown:
        _write_between_marks(options.markdown, as_markdown(results, machine, scale))
    if options.plot:
        options.plot.write_text(draw(results, machine_text(machine, scale)), "utf-8")
    verdicts = [verdict.is_met for result in results for verdict in result.verdicts()]
    print(
        f"{verdicts.count(True)} marks met, {verdicts.count(False)} not, {verdicts.count(None)} not measured"
    )
    return 0 if options.again or len(results) == len(names) else 1


def _write_between_marks(path: Path, text: str) -> None:
    """Write a table into a page, in the place of the one that is there; or make a file of it alone."""
    page = path.read_text("utf-8") if path.exists() else ""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    path.write_text(f"{head}{begin}\n\n{text}\n{end}{tail}" if begin and end else text, "utf-8")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes, and fewer rounds")
    parser.add_argument("--tiny", action="store_true", help="only see whether each row can be measured")
    parser.add_argument(
        "--only", metavar="NAME", action="append", help=f"one of: {', '.join(ROWS)}; repeatable"
    )
    parser.add_argument(
        "--again", metavar="FILE", type=Path, help="measure nothing: show what an earlier run wrote as JSON"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every figure here")
    parser.add_argument(
        "--markdown", metavar="FILE", type=Path, help="write the table here, or into this page"
    )
    parser.add_argument("--plot", metavar="FILE.svg", type=Path, help="write a picture here")
    return parser.parse_args()


def _measure(row: Row, scale: Scale) -> Result | None:
    """Measure one row in a directory of its own, and say what came out; None if that fails."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="memofp-bench-", ignore_cleanup_errors=True) as directory:
        # Neither the user's signing key nor the facts of earlier runs take part.
        os.environ["MEMOFP_FACTS_DIR"] = str(Path(directory) / "facts")
        bench = Bench(scale, Path(directory))
        try:
            result = Result(row, row.measure(bench), bench.missing)
        except Exception as error:  # noqa: BLE001 # a peer may fail in any way; the other rows are still wanted
            print(f"{row.name}: {type(error).__name__}: {error}", file=sys.stderr)
            return None
        finally:
            _close_stores()
    print(*result_lines(result), f"  measured in {time.monotonic() - start:.0f} s", sep="\n", flush=True)
    return result


def _close_stores() -> None:
    from memofp._store._open import close_all

    close_all()


if __name__ == "__main__":
    os.environ.setdefault("MEMOFP_SIGNING_KEY", secrets.token_hex(32))
    raise SystemExit(main())
