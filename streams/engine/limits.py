"""When a worker had rather stop than go on: most of what comes in cannot be processed."""

from __future__ import annotations

from collections import deque

from streams.errors import PoisonError

RUN = 1_000
"""Failures of a partition, in batches in a row of which nothing could be processed."""
WINDOW, RATIO = 2_000, 0.9
"""Of the last WINDOW records of a partition, to whole batches, this share."""


class StopLimit:
    """Counts of one partition, ticks left out: they come however bad the articles are."""

    def __init__(self) -> None:
        self._run = self._seen = self._bad = 0
        self._last: deque[tuple[int, int]] = deque()

    def add(self, understood: int, failed: int) -> None:
        """Enter a committed batch. Raises PoisonError beyond a limit; the next worker goes on behind the batch."""
        if not understood and not failed:
            return
        self._run = 0 if understood else self._run + failed
        self._enter(understood, failed, 1)
        self._last.append((understood, failed))
        while self._seen - sum(self._last[0]) >= WINDOW:
            self._enter(*self._last.popleft(), -1)
        seen, bad = self._seen, self._bad
        if self._run >= RUN or (seen >= WINDOW and bad >= RATIO * seen):
            raise PoisonError(
                f"{max(bad, self._run)} of the last {max(seen, self._run)} records could not be processed: stopped "
                "rather than drain the topic into dead letters. `tocsin dead-letters ls` says why"
            )

    def _enter(self, understood: int, failed: int, sign: int) -> None:
        self._seen += sign * (understood + failed)
        self._bad += sign * failed
