"""When a worker stops rather than drain a topic into dead letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.limits import WINDOW, StopLimit, Tolerance
from streams.errors import PoisonError

RUN = Tolerance().run


def limit_of(tolerance: Tolerance | None = None) -> StopLimit:
    return StopLimit("articles-3", tolerance or Tolerance())


def add(limit: StopLimit, understood: int, failed: int) -> None:
    limit.add(understood, {"invalid_json": failed} if failed else {})


def test_a_long_run_of_failures_stops_the_worker() -> None:
    limit = limit_of()
    add(limit, 0, RUN - 1)
    with pytest.raises(PoisonError, match="1,000 records in a row"):
        add(limit, 0, 1)


def test_a_good_record_ends_a_run() -> None:
    limit = limit_of(Tolerance(share=1.0))
    for _ in range(5):
        add(limit, 0, RUN - 1)
        add(limit, RUN, 0)
    with pytest.raises(PoisonError):  # the run begins anew, and its end is where it was
        add(limit, 0, RUN)


def test_mostly_failures_over_a_long_window_stop_the_worker() -> None:
    limit = limit_of()
    with pytest.raises(PoisonError, match=r"1,900 of the last 2,000 records.*TOCSIN_STOP_FAILURE_RATIO=0\.9"):
        for _ in range(WINDOW):
            add(limit, 1, 19)


def test_half_failures_do_not() -> None:
    limit = limit_of()
    for _ in range(WINDOW):
        add(limit, 1, 1)
    assert len(limit._last) == WINDOW // 2  # it has seen more than a window of them


def test_exactly_the_share_is_still_tolerated() -> None:
    limit = limit_of()
    for _ in range(WINDOW // 10):
        add(limit, 1, 9)
    with pytest.raises(PoisonError):
        add(limit, 1, 10)
        add(limit, 0, 9)


def test_ticks_count_as_neither() -> None:
    limit = limit_of()
    with pytest.raises(PoisonError):
        for _ in range(RUN):
            add(limit, 0, 1)
            add(limit, 0, 0)


def test_a_batch_with_a_third_of_bad_records_between_good_ones_does_not_stop_the_worker() -> None:
    limit = limit_of()
    for _ in range(20):
        add(limit, 2800, 1200)
    add(limit, 2000, 1900)
    with pytest.raises(PoisonError):
        add(limit, 1, 40_000)


def test_nothing_is_kept_of_ticks_and_no_more_of_records_than_the_window() -> None:
    limit = limit_of()
    for _ in range(3 * WINDOW):
        add(limit, 0, 0)
        add(limit, 1, 0)
    assert len(limit._last) == WINDOW


def test_with_both_limits_switched_off_nothing_stops_it() -> None:
    limit = limit_of(Tolerance(run=0, share=1.0))
    for _ in range(50):
        add(limit, 0, WINDOW)
    assert limit._run == 50 * WINDOW


def test_a_share_of_nothing_stops_it_at_the_first_failure_in_a_full_window() -> None:
    limit = limit_of(Tolerance(run=0, share=0.0))
    add(limit, 0, 5)
    with pytest.raises(PoisonError, match="5 of the last 2,000"):
        add(limit, WINDOW - 5, 0)


def test_the_message_says_which_limit_and_partition_why_and_what_to_do() -> None:
    limit = limit_of(Tolerance(run=10))
    with pytest.raises(PoisonError) as caught:
        limit.add(0, {"bad_time": 2, "text_too_long": 7, "no_text": 1, "future": 1})
    (said,) = str(caught.value).splitlines()  # the supervisor tells the last line of a log
    assert "articles-3: 11 records in a row" in said
    assert "(7 text_too_long, 2 bad_time, 1 no_text)" in said
    assert "TOCSIN_STOP_AFTER_FAILURES=10" in said
    assert "tocsin dead-letters ls" in said
    assert "tocsin dead-letters retry --reason text_too_long" in said
    assert caught.value.exit_code == 4


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=150), st.integers(0, 200), st.floats(0, 1))
def test_it_stops_exactly_where_counting_all_records_again_would(
    batches: list[tuple[int, int]], run: int, share: float
) -> None:
    limit, told = limit_of(Tolerance(run, share)), list[tuple[int, int]]()
    for understood, failed in batches:
        told += [(understood, failed)] * bool(understood or failed)
        in_row, seen, bad = 0, 0, 0
        for good, dead in told:
            in_row = 0 if good else in_row + dead
        for good, dead in reversed(told):
            if seen >= WINDOW:
                break
            seen, bad = seen + good + dead, bad + dead
        stops = bool(understood or failed) and (0 < run <= in_row or (seen >= WINDOW and bad > share * seen))
        try:
            add(limit, understood, failed)
        except PoisonError:
            assert stops
            return
        assert not stops
