"""Permutation test of Welch's t: exact whatever the distribution, where two groups are drawn alike."""

import math
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST = 100
"""Arrangements from which the test can be had: with fewer, p-values are too coarse to be read at 5 %."""
LISTED = 10_000
"""Arrangements up to which all are looked at; beyond, that many are drawn (the same ones each time)."""


def permutation_p_value(a: Array, b: Array) -> float | None:
    r"""Two-sided p-value: the share of arrangements of the R_a + R_b values whose \|t\| is at least the one found.

    If nothing but chance tells A from B, every arrangement is as likely as the one seen, so the p-value is below 5 % in
    at most 5 % of cases: for normal values as for any others. As t has both groups' own variances in it, the test holds
    its level in large samples also where they differ and only the means agree.

    Returns:
        None where there are fewer than ``FEWEST`` arrangements, as of 4 and 4 values.

    Example:
        >>> permutation_p_value(np.arange(5.0), np.arange(5.0) + 10)
        0.0079

    Reference: Janssen, "Studentized permutation tests for non-i.i.d. hypotheses and the generalized Behrens-Fisher
    problem" (1997).
    """
    count = math.comb(len(a) + len(b), len(a))
    if count < FEWEST or min(len(a), len(b)) < 2:
        return None
    values = np.concatenate([a, b])
    values = values - values.mean()
    chosen = _arrangements(len(a), len(b))
    t = _statistics(chosen, values, len(a), len(b))
    seen = _statistics(np.arange(len(values))[None] < len(a), values, len(a), len(b))[0]
    extreme = np.count_nonzero(t >= seen * (1 - 1e-9))  # the same values summed in another order are the same
    return float(extreme / count if count <= LISTED else (1 + extreme) / (1 + LISTED))


def _statistics(chosen: NDArray[np.bool_], values: Array, a: int, b: int) -> Array:
    total, squares = values.sum(), (values**2).sum()
    weights = chosen.astype(np.float64)
    sums, sums_of_squares = weights @ values, weights @ values**2
    mean_a, mean_b = sums / a, (total - sums) / b
    within_a = np.maximum(sums_of_squares - a * mean_a**2, 0.0) / (a - 1)
    within_b = np.maximum(squares - sums_of_squares - b * mean_b**2, 0.0) / (b - 1)
    rounding = 1e-14 * squares / len(values)
    error = np.sqrt(within_a / a + within_b / b + rounding)
    return np.asarray(np.abs(mean_a - mean_b) / error)


@lru_cache(maxsize=16)
def _arrangements(a: int, b: int) -> NDArray[np.bool_]:
    """Arrangements of the values, (K, a + b): True for those that belong to A."""
    n = a + b
    if math.comb(n, a) <= LISTED:
        chosen = np.zeros((math.comb(n, a), n), np.bool_)
        for row, picked in zip(chosen, combinations(range(n), a), strict=True):
            row[list(picked)] = True
        return chosen
    ranks = np.random.default_rng(0).random((LISTED, n)).argsort(axis=1)
    return np.asarray(ranks < a)
