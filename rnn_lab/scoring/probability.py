"""Probability that one draw of A is better than one of B, from a few of each."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

NORMAL_QUANTILE = 1.959963984540054
"""Two-sided 95 %."""


def better_share(a: ArrayLike, b: ArrayLike, *, minimize: bool = True) -> float:
    """Share of the pairs in which A's value is the better one; ties count half.

    It is the Mann-Whitney statistic over its largest value, and estimates P(A better than B).

    Args:
        a, b: (R_a,) and (R_b,); ``nan`` if one is empty.
        minimize: whether lower values are better.

    Example:
        >>> better_share([1.0, 2.0], [2.0, 3.0])
        0.875
    """
    difference = np.asarray(b, np.float64)[None, :] - np.asarray(a, np.float64)[:, None]
    sign = np.sign(difference if minimize else -difference)
    return float((1 + sign.mean()) / 2) if sign.size else math.nan


def share_interval(share: float, a: int, b: int | None) -> tuple[float, float]:
    """Give a 95 % interval of P(A better than B), by a score method that holds up where the share is 0 or 1.

        (share - p)^2 = z^2 V(p),    V(p) = p (1 - p) (1 + (n - 1) ((1 - p) / (2 - p) + p / (1 + p))) / (a b)

    with n = (a + b) / 2. Its ends are the two p that fit (Newcombe's method 5; measured coverage:
    experiments/statistics). Where B has no random part, the share is a plain proportion of A's values and the interval
    is Wilson's.

    Args:
        share: as found by `better_share`.
        a, b: how many values it is from; None for a B without a random part.

    Example:
        >>> low, high = share_interval(1.0, 5, 5)
        >>> round(low, 2), high
        (0.64, 1.0)
        >>> tuple(round(end, 3) for end in share_interval(0.5, 10, None))
        (0.237, 0.763)

    References:
        Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic", part 2 (2006);
        Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if b is None:
        return _ends(share, lambda p: p * (1 - p) / a)
    n = (a + b) / 2

    def variance(p: float) -> float:
        return p * (1 - p) * (1 + (n - 1) * ((1 - p) / (2 - p) + p / (1 + p))) / (a * b)

    return _ends(share, variance)


def _ends(share: float, variance: Callable[[float], float]) -> tuple[float, float]:
    """Solve for the ends by bisection: the misfit changes its sign once on either side of the share."""

    def end(edge: float) -> float:
        inside, outside = share, edge
        for _ in range(60):
            middle = (inside + outside) / 2
            fits = (share - middle) ** 2 <= NORMAL_QUANTILE**2 * variance(middle)
            inside, outside = (middle, outside) if fits else (inside, middle)
        return (inside + outside) / 2

    return (0.0 if share == 0 else end(0.0)), (1.0 if share == 1 else end(1.0))
