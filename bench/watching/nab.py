"""The score of the Numenta Anomaly Benchmark, standard profile, after its paper.

Lavin and Ahmad, Evaluating Real-time Anomaly Detection Algorithms, 2015, section III: within a labelled window the
earliest detection counts, more the earlier it is; each detection outside costs, less just after a window; each window
without one costs; the threshold is the best over all series; 0 is the detector that is silent, 100 the perfect one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from bench.watching.series import Series

_FALSE = 0.11
"""What a detection outside costs; one inside gives, and a missed window costs, 1."""
_PROBATION = 0.15, 750
"""So much of a series is not scored, and at most so many rows."""


@dataclass(frozen=True)
class Result:
    """`recall`: of windows, at this threshold."""

    score: float
    threshold: float
    recall: float


@dataclass(frozen=True)
class _Detection:
    score: float
    row: int
    window: tuple[int, int] | None
    worth: float


def probation(series: Series) -> int:
    """The first row that is scored."""
    return int(min(_PROBATION[0] * len(series.counts), _PROBATION[1]))


def nab(corpus: Sequence[tuple[Series, Sequence[float]]]) -> Result:
    """Of series and the score of each of their rows; a row with 0 is never a detection."""
    found = [detection for at, (series, scores) in enumerate(corpus) for detection in _detections(at, series, scores)]
    found.sort(key=lambda detection: -detection.score)
    windows = sum(end >= probation(series) for series, _ in corpus for _, end in series.windows)
    earliest: dict[tuple[int, int], _Detection] = {}
    total = 0.0
    best = Result(0.0, 1.0, 0.0)
    for at, detection in enumerate(found):
        if detection.window is None:
            total += _FALSE * detection.worth
        else:
            known = earliest.get(detection.window)
            if known is None or detection.row < known.row:
                total += detection.worth - (known.worth if known else -1.0)
                earliest[detection.window] = detection
        last_of_threshold = at + 1 == len(found) or found[at + 1].score < detection.score
        score = 100 * total / (2 * windows)
        if last_of_threshold and score > best.score:
            best = Result(score, detection.score, len(earliest) / windows)
    return best


def _detections(at: int, series: Series, scores: Sequence[float]) -> list[_Detection]:
    found = []
    for row in range(probation(series), len(scores)):
        if scores[row] <= 0:
            continue
        inside = next((n for n, (first, last) in enumerate(series.windows) if first <= row <= last), None)
        before = max((window for window in series.windows if window[1] < row), default=None)
        if inside is not None:
            first, last = series.windows[inside]
            worth = _sigmoid(-(last - row + 1) / (last - first + 1)) / _sigmoid(-1.0)
            found.append(_Detection(scores[row], row, (at, inside), worth))
        else:
            far = 4.0 if before is None else (row - before[1]) / max(1, before[1] - before[0])
            found.append(_Detection(scores[row], row, None, -1.0 if far > 3 else _sigmoid(far)))
    return found


def _sigmoid(position: float) -> float:
    """1 far before a window's end, 0 at it, -1 far behind it."""
    return 2 / (1 + exp(5 * position)) - 1
