"""Whether time grows with the length of a text, or with its square."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def grows_in_line(work: Callable[[int], Callable[[], object]], small: int) -> bool:
    """`work(size)` prepares, what it returns is measured, at `small` and at eight times that.

    What grows in line takes 8 times as long, what grows with the square 64 times: 24 lies between, on a noisy machine
    too. The shortest of three CPU times counts, without the collector, whose cost depends on all that a test run holds.
    """

    def seconds(size: int) -> float:
        prepared, taken = work(size), []
        for _ in range(3):
            gc.collect()
            gc.disable()
            start = time.process_time()
            prepared()
            taken.append(time.process_time() - start)
            gc.enable()
        return min(taken)

    return seconds(8 * small) < 24 * max(seconds(small), 0.004)
