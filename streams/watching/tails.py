"""How improbable a count is: the upper tail of the negative binomial, in logarithms, without other libraries.

The negative binomial is the Poisson whose rate varies: with mean m and variance v > m its shape is r = m² / (v - m),
and P(X >= x) is the regularised incomplete beta function I_z(x, r) at z = m / (m + r) (DLMF 8.17.5). It is computed by
the continued fraction of DLMF 8.17.22 with Lentz's method (Numerical Recipes, 3rd edition, 6.4).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TURNS = 1_000
"""Of the fraction. It needs about √max(x, r) of them, and a shape is at most _MOST_SHAPE."""
_LEAST_SHAPE, _MOST_SHAPE = 1e-3, 1e3
"""Below, nothing is improbable any more. Above, no rate is known better than to 3 %, 1/√1000: a step from 1,000,000 to
1,010,000 is no burst."""
_EXACT = 1e-12
_TINY = 1e-300


def log_upper_tail(count: float, mean: float, variance: float) -> float:
    """ln P(X >= count) for the negative binomial with this `mean` > 0 and `variance`; at most 0.

    A variance at or below the mean is that of a Poisson, as near as _MOST_SHAPE comes to one. The result is exact to
    about nine digits, however far in the tail; it falls as `count` grows.
    """
    if count <= 0:
        return 0.0
    shape = min(max(mean * mean / max(variance - mean, _TINY), _LEAST_SHAPE), _MOST_SHAPE)
    z = mean / (mean + shape)
    front = count * log(z) - shape * log1p(mean / shape) + lgamma(count + shape) - lgamma(count) - lgamma(shape)
    if z < (count + 1) / (count + shape + 2):
        return min(0.0, front - log(count) + log(_fraction(z, count, shape)))
    below = exp(front) * _fraction(1 - z, shape, count) / shape
    return log1p(-min(below, 1 - 1e-16))


def _fraction(z: float, a: float, b: float) -> float:
    """The continued fraction of I_z(a, b); fast where z < (a + 1) / (a + b + 2)."""
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * z / (a + 1))
    value = d
    for turn in range(1, _TURNS):
        twice = a + 2 * turn
        even = turn * (b - turn) * z / ((twice - 1) * twice)
        c, d = _nonzero(1 + even / c), 1 / _nonzero(1 + even * d)
        value *= c * d
        odd = -(a + turn) * (a + b + turn) * z / (twice * (twice + 1))
        c, d = _nonzero(1 + odd / c), 1 / _nonzero(1 + odd * d)
        value *= c * d
        if abs(c * d - 1) < _EXACT:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
