"""How the benchmarks measure and tell: medians of interleaved rounds of CPU seconds; a table, and a line of JSON."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping

Works = Mapping[str, Callable[[], object]]


def cpu_seconds(works: Works, rounds: int) -> dict[str, float]:
    """Of one call of each: the median of interleaved rounds."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            gc.freeze()  # as a worker does with what stays for good
            started = time.process_time()
            work()
            taken[name].append(time.process_time() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def tell(result: Mapping[str, object]) -> None:
    """A table on stderr and one line of JSON on stdout."""
    width = max(map(len, result)) + 2
    for name, value in result.items():
        sys.stderr.write(f"{name:<{width}}{value}\n")
    sys.stdout.write(json.dumps(result) + "\n")
