"""`python -m bench.watching.bursts`: the detector of bursts beside what a user would pick instead, on made-up series.

The others are river's (`pip install river`) and a z score by hand. Each gets what helps it: a row that is not above all
of its last 24 hours has score 0, so that an anomaly is told once; and its threshold is the best there is. An episode
of theirs is a row above the threshold, and the day after. Ours is judged by its own episodes, at its defaults.

Prints a table on stderr and one line of JSON on stdout: medians over seeds of the score of the Numenta Anomaly
Benchmark, false episodes a series and week, recall of labelled windows by episodes; CPU in microseconds a row. For
headlines: alarms in the quiet seven months before the first event, and the part of events (counts of the day and of the
week at least fivefold) that rings within 24 hours.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, get_args

from bench.watching.nab import nab, probation
from bench.watching.series import Regime, Series, headlines, mentions
from streams.watching.bursts import Detector, Judgement, Sensitivity

SEEDS, SERIES = 3, 6
HEADLINES = 30
_DAY_MS = 86_400_000
_MEMORY = 14 * 288

Scorer = Callable[[Series], list[float]]
Figures = dict[str, float]


def ours(series: Series) -> list[Judgement]:
    """With the defaults."""
    detector = Detector(Sensitivity(series.step_ms))
    return [detector.update(count) for count in series.counts]


def z_score(series: Series) -> list[float]:
    """Of each count against the exponentially weighted mean and variance of 14 days."""
    mean, variance, scores = float(series.counts[0]), 0.0, []
    for count in series.counts:
        scores.append(max(0.0, count - mean) / max(variance, 1.0) ** 0.5)
        away = count - mean
        mean += away / _MEMORY
        variance += (away * away - variance) / _MEMORY
    return scores


def gaussian(series: Series) -> list[float]:
    """river's, of the counts above its mean."""
    scorer, scores = _river("anomaly").GaussianScorer(window_size=_MEMORY), []
    for count in series.counts:
        above = count > scorer.gaussian.mu
        scores.append(float(scorer.score_one(None, count)) if above else 0.0)
        scorer.learn_one(None, count)
    return scores


def half_space_trees(series: Series) -> list[float]:
    """river's, of the count and its sum over an hour, scaled."""
    scaler, trees = _river("preprocessing").MinMaxScaler(), _river("anomaly").HalfSpaceTrees(seed=1)
    hour = deque[int](maxlen=12)
    scores = []
    for count in series.counts:
        hour.append(count)
        seen = {"count": count, "hour": sum(hour)}
        scaler.learn_one(seen)
        scaled = scaler.transform_one(seen)
        scores.append(float(trees.score_one(scaled)))
        trees.learn_one(scaled)
    return scores


def adwin(series: Series) -> list[float]:
    """river's: 1 where it sees a change upwards."""
    detector, scores = _river("drift").ADWIN(), []
    for count in series.counts:
        before = detector.estimation
        detector.update(count)
        scores.append(float(detector.drift_detected and detector.estimation > before))
    return scores


def page_hinkley(series: Series) -> list[float]:
    """river's, for changes upwards, its threshold in standard deviations of the first days."""
    known = series.counts[: probation(series)]
    spread = max(1.0, statistics.pstdev(known))
    detector, scores = _river("drift").PageHinkley(threshold=50 * spread, mode="up"), []
    for count in series.counts:
        detector.update(count)
        scores.append(float(detector.drift_detected))
    return scores


PEERS: dict[str, Scorer] = {
    "z score by hand": z_score,
    "river GaussianScorer": gaussian,
    "river HalfSpaceTrees": half_space_trees,
    "river ADWIN": adwin,
    "river PageHinkley": page_hinkley,
}


def _river(part: str) -> Any:
    try:
        return import_module(f"river.{part}")
    except ImportError:
        sys.exit("this benchmark compares with river: pip install river")


def rested(scores: Sequence[float], rows: int) -> list[float]:
    """0 where a score is not above all of the `rows` before it."""
    highest: deque[tuple[float, int]] = deque()
    told = []
    for row, score in enumerate(scores):
        while highest and highest[0][1] < row - rows:
            highest.popleft()
        told.append(score if not highest or score > highest[0][0] else 0.0)
        while highest and highest[-1][0] <= score:
            highest.pop()
        highest.append((score, row))
    return told


def opened(scores: Sequence[float], threshold: float, rows: int) -> list[int]:
    """Rows at or above the threshold that do not follow another within `rows`."""
    found: list[int] = []
    for row, score in enumerate(scores):
        if score >= threshold and (not found or row - found[-1] > rows):
            found.append(row)
    return found


def figures(corpus: Sequence[tuple[Series, list[float]]], episodes: Sequence[list[int]] | None) -> Figures:
    """Of one seed's series. `episodes`: the rows where they open, None: those at the best threshold."""
    best = nab(corpus)
    false = weeks = hit = windows = 0.0
    for at, (series, scores) in enumerate(corpus):
        rows = episodes[at] if episodes else opened(scores, best.threshold, _DAY_MS // series.step_ms)
        inside = [any(first <= row <= last for first, last in series.windows) for row in rows]
        false += sum(row >= probation(series) and not held for row, held in zip(rows, inside, strict=True))
        weeks += series.weeks
        hit += sum(any(first <= row <= last for row in rows) for first, last in series.windows)
        windows += len(series.windows)
    return {"nab": best.score, "false_a_week": false / weeks, "recall": hit / windows}


def compare() -> dict[str, Figures]:
    """By detector: its figures in all regimes, medians over seeds, and its CPU a row."""
    corpora = {
        (regime, seed): [mentions(1000 * seed + at, regime) for at in range(SERIES)]
        for regime in get_args(Regime)
        for seed in range(SEEDS)
    }
    rows = sum(len(series.counts) for corpus in corpora.values() for series in corpus)
    table: dict[str, Figures] = {}
    for name in ("tocsin", *PEERS):
        found: dict[str, list[Figures]] = {}
        seconds = 0.0
        for (regime, _), corpus in corpora.items():
            started = time.process_time()
            judged = [ours(series) for series in corpus] if name == "tocsin" else []
            scores = [PEERS[name](series) for series in corpus] if name != "tocsin" else []
            seconds += time.process_time() - started
            if name == "tocsin":
                told = [[judgement.score for judgement in one] for one in judged]
                episodes = [[judgement.step for judgement in one if judgement.opened] for one in judged]
                found.setdefault(regime, []).append(figures(list(zip(corpus, told, strict=True)), episodes))
            else:
                told = [rested(one, _DAY_MS // series.step_ms) for one, series in zip(scores, corpus, strict=True)]
                found.setdefault(regime, []).append(figures(list(zip(corpus, told, strict=True)), None))
        table[name] = {
            f"{regime}_{figure}": round(statistics.median(one[figure] for one in ones), 2)
            for regime, ones in found.items()
            for figure in ones[0]
        }
        table[name]["us_a_row"] = round(seconds / rows * 1e6, 1)
    return table


def quiet_and_loud(step_hours: int) -> Figures:
    """Of headlines, at the defaults."""
    alarms, in_time = [], []
    for seed in range(HEADLINES):
        series = headlines(seed, step_hours)
        day = _DAY_MS // series.step_ms
        rows = [judgement.step for judgement in ours(series) if judgement.opened]
        first = series.windows[0][0]
        alarms.append(sum(first - 213 * day <= row < first for row in rows))
        for start, _ in series.windows:
            usual = sum(series.counts[start - 28 * day : start]) / 28
            after, week = sum(series.counts[start : start + day]), sum(series.counts[start : start + 7 * day]) / 7
            if min(after, week) >= max(8, 5 * usual):
                in_time.append(any(start <= row <= start + day for row in rows))
    return {
        "quiet_alarms_median": statistics.median(alarms),
        "quiet_alarms_90": sorted(alarms)[int(0.9 * len(alarms))],
        "events": len(in_time),
        "in_24_hours": round(sum(in_time) / len(in_time), 2),
    }


def main() -> None:
    _river("anomaly")
    table = compare()
    columns = list(table["tocsin"])
    sys.stderr.write(f"{'':<22}" + "".join(f"{column:>23}" for column in columns) + "\n")
    for name, row in table.items():
        sys.stderr.write(f"{name:<22}" + "".join(f"{row[column]:>23}" for column in columns) + "\n")
    told = {f"headlines_{hours}h": quiet_and_loud(hours) for hours in (1, 24)}
    for name, row in told.items():
        sys.stderr.write(f"{name:<22}" + "".join(f"  {figure} {value}" for figure, value in row.items()) + "\n")
    sys.stdout.write(json.dumps({**table, **told}) + "\n")


if __name__ == "__main__":
    main()
