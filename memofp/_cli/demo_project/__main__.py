"""Run the pipeline over files, and print what was computed and what was found.

Reads name -> path from stdin as JSON, and writes one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from . import pipeline

MEMOIZED = (pipeline.parse, pipeline.vocabulary, pipeline.measure, pipeline.aggregate)


def main() -> None:
    """Analyse the files and print the report."""
    texts = {name: Path(path).read_text("utf-8") for name, path in json.load(sys.stdin).items()}
    start = time.perf_counter()
    words = {name: pipeline.vocabulary(text) for name, text in texts.items()}
    measures = {name: pipeline.measure(pipeline.parse(text)) for name, text in texts.items()}
    figures = pipeline.aggregate(measures)
    report = {
        "seconds": time.perf_counter() - start,
        "functions": {
            f.__qualname__: {"hits": info.hits, "misses": info.misses, "seconds_saved": info.seconds_saved}
            for f in MEMOIZED
            for info in [f.cache_info()]
        },
        "versions": {f.__qualname__: f.fingerprint().digest for f in MEMOIZED},
        "figures": {**figures, "most words": max(words.items(), key=lambda item: item[1], default=None)},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
