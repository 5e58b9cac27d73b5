"""What a window of time usually holds: its mean count and variance, exponentially weighted, deaf to bursts.

Each step gives the count of the window that ends with it. Of all such counts so far a window keeps two sums, of the
counts and of their squares, each count weighted by q^age (q = 1 - 1/memory): mean and variance with the bias of a short
past corrected. Two things are peculiar:

- **Winsorised.** What is taken in is cut at the mean plus three standard deviations, so that a burst does not teach
  that bursts are normal. A new level is learned all the same: each cut count still widens the variance, by a fixed
  factor a memory, so that the cut reaches any level in a time that grows with the logarithm of the jump.
- **Lazy.** Fading is a power of q, and a count that stays the same has a geometric series for its sum. So nothing is
  done until the count changes, and any number of steps in which it does not costs nothing and gives, bit for bit, what
  single steps give.
"""

from __future__ import annotations

from dataclasses import dataclass

_DAY_MS = 86_400_000
_SPANS_MS = (_DAY_MS // 96, _DAY_MS // 24, _DAY_MS // 4, _DAY_MS)
_MEMORY_MS, _LEAST_MEMORY = 14 * _DAY_MS, 60
_CUT = 3.0
NEVER_CUT = 3.0
"""Counts up to here are taken as they are: among few events, one more is no burst."""
_UNSEEN = 0.5
"""Events taken to have been missed: what a past without any still leaves possible (Jeffreys' prior of a rate)."""


def window_steps(step_ms: int) -> tuple[int, ...]:
    """15 min, 1 h, 6 h and 24 h in steps, shortest first; those at least one step long, each once; else one step."""
    return tuple(sorted({round(span / step_ms) for span in _SPANS_MS if span >= step_ms})) or (1,)


def memory_steps(step_ms: int) -> float:
    """The time after which what was seen weighs 1/e: 14 days, and at least 60 steps."""
    return max(_MEMORY_MS / step_ms, _LEAST_MEMORY)


@dataclass(slots=True)
class Baseline:
    """Of the windows of `steps` steps.

    `total`, `squares`: the sums as they were after step `at` (0-based); every step since then took in `held`.
    """

    steps: int
    memory: float
    total: float = 0.0
    squares: float = 0.0
    at: int = -1
    held: float = 0.0

    def expects(self, now: int) -> tuple[float, float]:
        """Mean and variance of the window's count at step `now`, as far as it can be told from the steps before.

        The variance is at least the mean, and has in it how little is known: the past holds n = weight / steps windows
        that do not overlap, so the mean itself is uncertain by variance / n.
        """
        weight = self._weight(now)
        mean, variance = self._moments(now, weight)
        mean += _UNSEEN * self.steps / weight
        return mean, max(variance, mean) * (1 + self.steps / weight)

    def take(self, now: int, count: int) -> None:
        """The window that ends with step `now` held `count`. One that began before the first step says nothing."""
        if now < self.steps - 1:
            return
        taken = float(count)
        if count > NEVER_CUT and now >= 2 * self.steps:
            mean, variance = self._moments(now, self._weight(now))
            taken = min(taken, max(mean + _CUT * max(variance, mean) ** 0.5, NEVER_CUT))
        if taken != self.held:
            self.total, self.squares = self._sums(now)
            self.at, self.held = now - 1, taken

    def is_blank(self, now: int) -> bool:
        """Whether what is left of the past changes the mean by less than a tenth of what is assumed of no past."""
        return self._sums(now)[0] < 0.1 * _UNSEEN * self.steps

    def _sums(self, now: int) -> tuple[float, float]:
        """Before step `now`."""
        fade = self._fade(now - 1 - self.at)
        if not self.held:
            return self.total * fade, self.squares * fade
        since = self.memory * (1 - fade) * self.held
        return self.total * fade + since, self.squares * fade + since * self.held

    def _moments(self, now: int, weight: float) -> tuple[float, float]:
        total, squares = self._sums(now)
        mean = total / weight
        return mean, max(0.0, squares / weight - mean * mean)

    def _weight(self, now: int) -> float:
        """Of all windows that were whole before step `now`."""
        return self.memory * (1 - self._fade(now - self.steps + 1))

    def _fade(self, steps: int) -> float:
        return float((1 - 1 / self.memory) ** steps)
