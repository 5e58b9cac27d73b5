"""Series of counts with known bursts, made up: what mentions on social media and headlines look like, in many regimes.

Everything that a detector could be fitted to varies from series to series: the rate (0.5 to 300 a step, or few a week),
the dispersion, the cycles of day and week, slow drift, small bursts that nobody would call an event, lone spikes with a
Pareto tail, level shifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Regime = Literal["events", "prominent", "spiky"]
"""`events`: sustained bursts are labelled, all else is noise. `prominent`: whatever stands out most is labelled, lone
spikes too. `spiky`: as `events`, with lone spikes every few hours that are as high and mean nothing."""

_DAYS, _PER_DAY = 55, 288
_ROWS = _DAYS * _PER_DAY


@dataclass(frozen=True)
class Series:
    """`windows`: first and last row of each labelled anomaly."""

    step_ms: int
    counts: list[int]
    windows: list[tuple[int, int]]

    @property
    def weeks(self) -> float:
        return len(self.counts) * self.step_ms / (7 * 86_400_000)


def mentions(seed: int, regime: Regime) -> Series:
    """55 days of 5 minutes; 2 to 5 windows, a tenth of the series together, each around the start of a burst."""
    chance = np.random.default_rng(seed)
    base = 10 ** chance.uniform(np.log10(0.5), np.log10(300))
    rate = base * _cycles(chance) * _drift(chance, _ROWS, chance.uniform(3, 48) * 12, chance.uniform(0.05, 0.5))
    for _ in range(chance.poisson(0.7)):
        rate[chance.integers(_ROWS) :] *= np.exp(chance.normal(0, 0.5))
    found = _small_bursts(chance, rate, base) + _lone_spikes(chance, rate, base, often=regime == "spiky")
    windows = int(chance.integers(2, 6))
    if regime != "prominent":
        found = _events(chance, rate, base, windows)
    counts = chance.poisson(np.minimum(_overdispersed(chance, rate, 10 ** chance.uniform(0, 1.7)), 1e9))
    half = _ROWS // (20 * windows)
    starts: list[int] = []
    for _, start in sorted(found, reverse=True):
        apart = all(abs(start - other) > 2.2 * half for other in starts)
        if len(starts) < windows and 750 + 2 * half < start < _ROWS - 2 * half and apart:
            starts.append(start)
    return Series(300_000, counts.tolist(), [(start - half, start + half) for start in sorted(starts)])


def headlines(seed: int, step_hours: int) -> Series:
    """20 months of a subject in three outlets: from a few a week to tens a day, two events that stay for weeks."""
    chance = np.random.default_rng(10_000 + seed)
    per_day = 24 // step_hours
    rows = 610 * per_day
    base = 10 ** chance.uniform(-1.2, 1.3) / per_day
    day = np.arange(rows) / per_day
    daily = 1 + chance.uniform(0, 0.9) * np.cos(2 * np.pi * (day - chance.uniform())) if per_day > 1 else np.ones(rows)
    weekly = np.where(day.astype(int) % 7 >= 5, chance.uniform(0.3, 1), 1.0)
    rate = base * daily * weekly * _drift(chance, rows, chance.uniform(5, 40) * per_day, chance.uniform(0.1, 0.6))
    starts = [int(chance.uniform(*span) * rows) for span in ((0.4, 0.6), (0.7, 0.9))]
    for start in starts:
        since = np.arange(rows - start) / per_day
        shape = 0.8 * np.exp(-since / chance.uniform(10, 40)) + 0.1
        rate[start:] += max(base, 1 / per_day) * chance.uniform(8, 30) * shape
    counts = _self_exciting(chance, rate, per_day)
    return Series(step_hours * 3_600_000, counts, [(start, start + 14 * per_day) for start in starts])


def _cycles(chance: Generator) -> Floats:
    day = np.arange(_ROWS) / _PER_DAY
    depth = chance.uniform(0.1, 0.9) * chance.uniform(1, 3)
    daily = np.exp(depth * (np.cos(2 * np.pi * (day - chance.uniform())) - 1))
    cycles: Floats = daily / daily.mean() * np.where(day.astype(int) % 7 >= 5, chance.uniform(0.4, 1), 1.0)
    if chance.random() < 0.4:  # a market opens
        first = chance.integers(_PER_DAY)
        for at in range(_DAYS):
            if at % 7 < 5:
                cycles[at * _PER_DAY + first :][: chance.integers(1, 6)] *= chance.uniform(1.5, 5)
    return cycles


def _drift(chance: Generator, rows: int, memory: float, spread: float) -> Floats:
    keeps, level = np.exp(-1 / memory), 0.0
    drift = np.zeros(rows)
    for at, push in enumerate(chance.normal(0, spread * np.sqrt(1 - keeps**2), rows)):
        level = keeps * level + push
        drift[at] = level
    result: Floats = np.exp(drift - spread**2 / 2)
    return result


def _burst(rate: Floats, start: int, height: float, lasts: float, rises: int) -> float:
    """Added to the rate; returns how prominent it is."""
    since = np.arange(min(len(rate) - start, int(6 * lasts) + rises + 1))
    shape = np.where(since < rises, (since + 1) / max(rises, 1), np.exp(-(since - rises) / lasts))
    rate[start : start + len(since)] += height * shape
    return float(height * np.sqrt(shape.sum()))


def _small_bursts(chance: Generator, rate: Floats, base: float) -> list[tuple[float, int]]:
    tail, found = chance.uniform(0.9, 1.8), []
    for _ in range(chance.poisson(_DAYS / 7 * chance.uniform(0.5, 4))):
        start = int(chance.integers(0, _ROWS - 20))
        height = base * min(300.0, chance.uniform(0.5, 1.5) * (chance.pareto(tail) + 1))
        found.append((_burst(rate, start, height, 10 ** chance.uniform(0.3, 1.9), int(chance.integers(0, 8))), start))
    return found


def _lone_spikes(chance: Generator, rate: Floats, base: float, *, often: bool) -> list[tuple[float, int]]:
    tail = chance.uniform(0.9, 1.6) if often else chance.uniform(1.2, 3)
    a_day = 10 ** (chance.uniform(0, 0.8) if often else chance.uniform(-1, 0.5))
    least, found = chance.uniform(2, 6), []
    for _ in range(chance.poisson(_DAYS * a_day)):
        start = int(chance.integers(0, _ROWS))
        height = base * min(500.0, least * (chance.pareto(tail) + 1))
        rate[start] += height
        found.append((float(height), start))
    return found


def _events(chance: Generator, rate: Floats, base: float, wanted: int) -> list[tuple[float, int]]:
    apart, starts = _ROWS // (9 * wanted), list[int]()
    for _ in range(1000):
        start = int(chance.integers(750 + apart, _ROWS - apart))
        if len(starts) < wanted and all(abs(start - other) > apart for other in starts):
            height = base * chance.uniform(3, 10) * (chance.pareto(1.5) + 1) ** 0.5
            _burst(rate, start, height, 10 ** chance.uniform(1, 2.4), int(chance.integers(0, 12)))
            starts.append(start)
    return [(1.0, start) for start in starts]


def _overdispersed(chance: Generator, rate: Floats, shape: float) -> Floats:
    return chance.gamma(shape, rate / shape)


def _self_exciting(chance: Generator, rate: Floats, per_day: int) -> list[int]:
    """Each headline begets others within days."""
    begets, lag, shape = chance.uniform(0, 0.5), chance.uniform(0.3, 1.5) * per_day, 10 ** chance.uniform(0, 1.5)
    echo, counts = np.zeros(len(rate)), []
    for at in range(len(rate)):
        mean = rate[at] * (1 - begets) + echo[at]
        count = int(chance.poisson(mean * chance.gamma(shape, 1 / shape)))
        counts.append(count)
        for _ in range(chance.poisson(begets * count)):
            later = at + 1 + int(chance.exponential(lag))
            if later < len(rate):
                echo[later] += 1
    return counts
