from __future__ import annotations

from fractions import Fraction
from math import comb, exp, isfinite, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.watching.tails import log_upper_tail

BEYOND = 10**6


def exact(count: int, mean: int, shape: int) -> float:
    """ln P(X >= count) by exact sums: of the tail below, or where that is nearly all, of the tail itself."""
    z = Fraction(mean, mean + shape)
    below = sum((comb(k + shape - 1, k) * z**k for k in range(count)), Fraction()) * (1 - z) ** shape
    tail = 1 - below
    return log(tail.numerator) - log(tail.denominator)


@pytest.mark.parametrize(
    ("count", "mean", "shape"),
    [
        (1, 1, 1),
        (3, 1, 2),
        (5, 20, 3),
        (60, 20, 3),
        (300, 20, 3),
        (400, 2, 30),
        (12, 300, 1),
        (700, 300, 1),
        (800, 10, 50),
    ],
)
def test_the_tail_is_that_of_exact_sums_to_nine_digits(count: int, mean: int, shape: int) -> None:
    found = log_upper_tail(count, mean, mean + mean**2 / shape)
    assert found == pytest.approx(exact(count, mean, shape), rel=1e-9, abs=1e-12)


def test_a_tail_far_below_the_smallest_float_still_has_its_logarithm() -> None:
    assert log_upper_tail(800, 1, 1.5) == pytest.approx(exact(800, 1, 2), rel=1e-9)
    assert exp(log_upper_tail(2000, 1, 1.5)) == 0 < -log_upper_tail(2000, 1, 1.5)


@given(
    st.integers(0, BEYOND),
    st.integers(1, BEYOND),
    st.floats(1e-6, BEYOND),
    st.floats(0, 1e9),
)
def test_it_never_rises_with_the_count(count: int, more: int, mean: float, extra: float) -> None:
    nearer, further = (log_upper_tail(at, mean, mean + extra) for at in (count, count + more))
    assert isfinite(further)
    assert further <= nearer + 1e-9 * (1 + abs(nearer))
    assert nearer <= 0


def test_a_variance_below_the_mean_counts_as_a_poisson() -> None:
    assert log_upper_tail(8, 2, 0) == log_upper_tail(8, 2, 2)
    assert log_upper_tail(8, 2, 0) == pytest.approx(log(0.001096719), abs=0.02)


def test_no_rate_is_so_well_known_that_one_percent_more_is_improbable() -> None:
    assert exp(log_upper_tail(1_010_000, 1_000_000, 1_000_000)) > 0.3
