"""When a worker had rather stop than go on: most of what comes in cannot be processed."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from streams.errors import PoisonError

WINDOW = 2_000
"""Of the last so many records of a partition, to whole batches, the share of failures is taken."""


@dataclass(frozen=True)
class Tolerance:
    """What a partition may fail at.

    `run`: so many records in a row stop it, to whole batches; 0: no number does. `share` of the last 2,000: more than
    this stops it; so at 1.0 none does.
    """

    run: int = 1_000
    share: float = 0.9


class StopLimit:
    """Counts of one partition, ticks left out: they come however bad the articles are."""

    def __init__(self, place: str, tolerance: Tolerance) -> None:
        """`place` names the partition."""
        self._place, self._tolerance = place, tolerance
        self._run = self._seen = self._bad = 0
        self._last: deque[tuple[int, Mapping[str, int]]] = deque()

    def add(self, understood: int, failed: Mapping[str, int]) -> None:
        """Enter a committed batch; `failed`: how many by reason. Raises PoisonError beyond a limit.

        The next worker goes on behind the batch.
        """
        count = sum(failed.values())
        if not understood and not count:
            return
        self._run = 0 if understood else self._run + count
        self._enter(understood, count, 1)
        self._last.append((understood, failed))
        while self._seen - self._oldest_size() >= WINDOW:
            oldest, of_oldest = self._last.popleft()
            self._enter(oldest, sum(of_oldest.values()), -1)
        if 0 < self._tolerance.run <= self._run:
            raise self._stop(f"{self._run:,} records in a row", "TOCSIN_STOP_AFTER_FAILURES", self._tolerance.run)
        if self._seen >= WINDOW and self._bad > self._tolerance.share * self._seen:
            several = f"{self._bad:,} of the last {self._seen:,} records"
            raise self._stop(several, "TOCSIN_STOP_FAILURE_RATIO", self._tolerance.share)

    def _enter(self, understood: int, failed: int, sign: int) -> None:
        self._seen += sign * (understood + failed)
        self._bad += sign * failed

    def _oldest_size(self) -> int:
        understood, failed = self._last[0]
        return understood + sum(failed.values())

    def _stop(self, several: str, setting: str, value: float) -> PoisonError:
        reasons = sum((Counter(failed) for _, failed in self._last), Counter[str]()).most_common(3)
        told = ", ".join(f"{count:,} {reason}" for reason, count in reasons)
        return PoisonError(
            f"{self._place}: {several} could not be processed ({told}), which is beyond {setting}={value:g}: stopped "
            "rather than drain the topic into dead letters. `tocsin dead-letters ls` says why. Mend it, start again "
            f"(nothing is skipped), then `tocsin dead-letters retry --reason {reasons[0][0]}`"
        )
