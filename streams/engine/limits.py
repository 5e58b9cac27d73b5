"""When a worker had rather stop than go on: most of what comes in cannot be processed."""

from __future__ import annotations

from collections import deque

from streams.errors import PoisonError

RUN = 1_000
"""Failures in a row, in one partition."""
WINDOW, RATIO = 2_000, 0.9
"""Of the last WINDOW records of a partition, this share."""


class StopLimit:
    """Counts of one partition, ticks left out: they come however bad the articles are."""

    def __init__(self) -> None:
        self._run = 0
        self._last: deque[bool] = deque(maxlen=WINDOW)

    def add(self, understood: int, failed: int) -> None:
        """Enter a committed batch. Raises PoisonError beyond a limit; the next worker goes on behind the batch."""
        self._run = failed + (0 if understood else self._run)
        self._last.extend([False] * understood + [True] * failed)
        bad = sum(self._last)
        if self._run >= RUN or (len(self._last) == WINDOW and bad >= RATIO * WINDOW):
            raise PoisonError(
                f"{bad} of the last {len(self._last)} records could not be processed: stopped rather than drain the "
                "topic into dead letters. `tocsin dead-letters ls` says why"
            )
