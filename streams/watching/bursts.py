"""Bursts: counts that are improbable against their own past, told once an episode.

A series of counts has one regular step. The windows that end with a step (15 min, 1 h, 6 h, 24 h) are each held
against their baseline: the **surprise** of a window is -log10 of the probability that it holds so much or more. Two
neighbouring windows have to agree, so that a lone spike of one step weighs less than a burst as high: their p-values
are averaged geometrically, which times e is again a p-value however they depend on each other (Vovk and Wang, Combining
p-values via averaging, 2020), and times the number of pairs (Bonferroni). The best pair counts. The tail of the
negative binomial serves sparse and dense counts alike; where they are dense it nears the gamma's, which bursty counts
follow further out than a z score's normal (bench/watching compares both).

From the surprise come episodes, each of which rings once, and scores (see surprises.py). An episode opens where p is at
most `p_below`, goes on while p is at most about its square root, and ends at the first step where it is not.

Nothing is judged while cold: before 3 days and 7 of a window's lengths are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import e, log, log10
from typing import Any

from streams.watching.baselines import NEVER_CUT, Baseline, memory_steps, window_steps
from streams.watching.surprises import Episodes, Scores
from streams.watching.tails import log_upper_tail

_DAY_MS = 86_400_000
_COLD_MS, _COLD_WINDOWS = 3 * _DAY_MS, 7
_LEAST_P = 1e-300


@dataclass(frozen=True)
class Sensitivity:
    """What a rule's author decides. `step_ms` is the length of a step, at least a second.

    `at_least`: a window with fewer counts is never surprising. `p_below`, in (0, 1): how improbable a burst is.
    """

    step_ms: int
    at_least: int = 3
    p_below: float = 1e-3
    refractory_ms: int = _DAY_MS

    def __post_init__(self) -> None:
        if self.step_ms < 1000 or self.at_least < 1 or not 0 < self.p_below < 1 or self.refractory_ms < 0:
            raise ValueError(f"out of range: {self}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one step (0-based). `expected` and `p_value` are None while cold.

    `observed`, `expected`: counts of the window of `window_ms` that is the most surprising; `p_value` is of all
    windows. `episode`: its number, from 1, while one is going on. `opened`: it began here; `ended`: one was over before
    this step (both, if a stronger one follows at once).
    """

    step: int
    observed: int
    expected: float | None
    p_value: float | None
    window_ms: int
    score: float
    episode: int | None
    opened: bool
    ended: bool

    @property
    def firing(self) -> bool:
        return self.episode is not None


class Detector:
    """Judges a series step by step. Its state is small: two sums a window, and the counts of the last day."""

    def __init__(self, sensitivity: Sensitivity, empty_steps: int = 0) -> None:
        """`empty_steps`: how many steps without any count are already known to have passed."""
        self._sensitivity = sensitivity
        step_ms = sensitivity.step_ms
        memory = memory_steps(step_ms)
        self._baselines = [Baseline(steps, memory) for steps in window_steps(step_ms)]
        self._sums = [0] * len(self._baselines)
        self._counts: dict[int, int] = {}
        self._next = empty_steps
        pairs = len(self._baselines) - 1
        self._looks = log10(e * pairs) if pairs else 0.0
        opens = self._looks - log10(sensitivity.p_below)
        refractory = sensitivity.refractory_ms / step_ms
        self._episodes = Episodes(opens, refractory, patience=self._baselines[-1].steps)
        self._scores = Scores(opens, refractory)
        self._cold = -(-_COLD_MS // step_ms)

    @property
    def is_blank(self) -> bool:
        """Whether it can be forgotten: `Detector(sensitivity, steps)` is as good.

        No window holds anything, nothing of an episode matters, and the past has faded.
        """
        quiet = not self._counts and self._episodes.is_over(self._next) and not self._scores.rising
        return quiet and all(baseline.is_blank(self._next) for baseline in self._baselines)

    @property
    def steps(self) -> int:
        """How many have been judged or skipped, those known at the start included."""
        return self._next

    def update(self, count: int) -> Judgement:
        """The next step holds `count` >= 0. Raises ValueError if it is negative."""
        if count < 0:
            raise ValueError(f"a count is not negative: {count}")
        now = self._next
        self._slide(now, count)
        surprises = [self._surprise(now, at) for at in range(len(self._baselines))]
        surprise, strongest = self._combined(surprises)
        opened, ended = self._episodes.step(now, surprise)
        score = self._scores.step(now, surprise)
        baseline = self._baselines[strongest]
        cold = surprises[strongest] is None
        judgement = Judgement(
            step=now,
            observed=self._sums[strongest],
            expected=None if cold else baseline.expects(now)[0],
            p_value=None if cold else min(1.0, max(10 ** (self._looks - surprise), _LEAST_P)),
            window_ms=baseline.steps * self._sensitivity.step_ms,
            score=score,
            episode=self._episodes.number if self._episodes.firing else None,
            opened=opened,
            ended=ended,
        )
        for baseline, total in zip(self._baselines, self._sums, strict=True):
            baseline.take(now, total)
        self._next += 1
        return judgement

    def skip(self, steps: int) -> list[Judgement]:
        """The next `steps` are empty: exactly what as many `update(0)` do, but work only where a window changes.

        Gives the judgements at which an episode ended or opened.
        """
        turns, end = [], self._next + steps
        while self._next < end:
            judgement = self.update(0)
            if judgement.ended or judgement.opened:
                turns.append(judgement)
            self._next = self._unchanged_to(end)
        return turns

    def _unchanged_to(self, end: int) -> int:
        """Up to which step, at most `end`, empty ones change nothing; where there is something to judge, the next."""
        most = max(self._sums)
        if most >= self._sensitivity.at_least or most > NEVER_CUT or self._episodes.firing or self._scores.rising:
            return self._next
        for baseline, total in zip(self._baselines, self._sums, strict=True):
            if total:
                first = self._next - baseline.steps
                leaves = baseline.steps + next(step for step in self._counts if step >= first)
                end = min(end, leaves, baseline.steps - 1 if first < 0 else leaves)
        return end

    def _slide(self, now: int, count: int) -> None:
        for at, baseline in enumerate(self._baselines):
            self._sums[at] += count - self._counts.get(now - baseline.steps, 0)
        self._counts.pop(now - self._baselines[-1].steps, None)
        if count:
            self._counts[now] = count

    def _surprise(self, now: int, at: int) -> float | None:
        """-log10 of the p-value of one window; 0 where it holds no more than expected, None while it is cold."""
        baseline, count = self._baselines[at], self._sums[at]
        if now < max(self._cold, _COLD_WINDOWS * baseline.steps):
            return None
        if count < self._sensitivity.at_least:
            return 0.0
        mean, variance = baseline.expects(now)
        return -log_upper_tail(count, mean, variance) / log(10) if count > mean else 0.0

    def _combined(self, surprises: list[float | None]) -> tuple[float, int]:
        """The surprise of all windows together, and which of them is the strongest in the pair that decides."""
        known = [surprise for surprise in surprises if surprise is not None]
        if len(known) < 2:
            return (known or [0.0])[0], 0
        pairs = [(known[at] + known[at + 1], -at) for at in range(len(known) - 1)]
        both, at = max(pairs)
        return both / 2, -at if known[-at] >= known[-at + 1] else -at + 1

    def dump(self) -> list[Any]:
        """All that has been learned, as plain values for JSON; `Detector.of` makes the same detector of it."""
        latest, scores = self._episodes, self._scores
        return [
            self._next,
            [latest.number, latest.firing, latest.opened_at, latest.ended_at, latest.strength, latest.recent],
            [scores.rising, scores.told, scores.at],
            [[past.total, past.squares, past.at, past.held] for past in self._baselines],
            [[step, count] for step, count in self._counts.items()],
        ]

    @classmethod
    def of(cls, sensitivity: Sensitivity, memory: list[Any]) -> Detector:
        """What `dump` gave, under the same sensitivity."""
        steps, latest, scores, baselines, counts = memory
        self = cls(sensitivity, steps)
        blank = self._episodes
        self._episodes = Episodes(blank.opens, blank.refractory, blank.patience, *latest)
        self._scores = Scores(self._scores.opens, self._scores.fades, *scores)
        for baseline, sums in zip(self._baselines, baselines, strict=True):
            baseline.total, baseline.squares, baseline.at, baseline.held = sums
        self._counts = dict(counts)
        self._sums = [
            sum(count for step, count in counts if step >= steps - baseline.steps) for baseline in self._baselines
        ]
        return self
