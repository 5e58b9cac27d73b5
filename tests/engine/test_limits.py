"""When a worker stops rather than drain a topic into dead letters."""

import pytest

from streams.engine.limits import RATIO, RUN, WINDOW, StopLimit
from streams.errors import PoisonError


def test_a_long_run_of_failures_stops_the_worker() -> None:
    limit = StopLimit()
    limit.add(0, RUN - 1)
    with pytest.raises(PoisonError, match="dead-letters ls"):
        limit.add(0, 1)


def test_a_good_record_ends_a_run() -> None:
    limit = StopLimit()
    for _ in range(5):
        limit.add(0, RUN - 1)
        limit.add(RUN, 0)
    with pytest.raises(PoisonError):  # the run begins anew, and its end is where it was
        limit.add(0, RUN)


def test_mostly_failures_over_a_long_window_stop_the_worker() -> None:
    limit = StopLimit()
    with pytest.raises(PoisonError):
        for _ in range(WINDOW):
            limit.add(1, 19)


def test_half_failures_do_not() -> None:
    limit = StopLimit()
    assert RATIO > 0.5
    for _ in range(WINDOW):
        limit.add(1, 1)


def test_ticks_count_as_neither() -> None:
    limit = StopLimit()
    with pytest.raises(PoisonError):
        for _ in range(RUN):
            limit.add(0, 1)
            limit.add(0, 0)


def test_a_batch_with_a_third_of_bad_records_between_good_ones_does_not_stop_the_worker() -> None:
    limit = StopLimit()
    for _ in range(20):
        limit.add(2800, 1200)
    limit.add(2000, 1900)
    with pytest.raises(PoisonError):
        limit.add(1, 40_000)


def test_nothing_is_kept_of_ticks_and_no_more_of_records_than_the_window() -> None:
    limit = StopLimit()
    for _ in range(3 * WINDOW):
        limit.add(0, 0)
        limit.add(1, 0)
    assert len(limit._last) == WINDOW
