"""Was the space sampled densely enough? What fewer trials would have found."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.trials import Finding, Trials

Array = NDArray[np.float64]
TOLERANCE = 0.1
"""Up to which a value counts as good as the best: relative, or of the middle half of the values if they are linear."""
SURE = 0.8


@dataclass(frozen=True, eq=False)
class BestByBudget:
    """Best value of n of the trials, over all choices of n of them.

    Attributes:
        budgets: (N,) 1 .. N.
        middle: (N,) median.
        low, high: (N,) 5 % and 95 % quantiles, of the better and of the worse choices.
    """

    budgets: Array
    middle: Array
    low: Array
    high: Array


def best_by_budget(values: Array, *, minimize: bool = True) -> BestByBudget:
    """Work out, exactly, what n trials drawn without replacement would have had as their best.

    P(best of n is none of the k best of N) = C(N - k, n) / C(N, n).

    Example:
        >>> best_by_budget(np.array([3.0, 1.0, 2.0])).middle.tolist()
        [2.0, 1.0, 1.0]
    """
    ordered = np.sort(values) if minimize else -np.sort(-values)
    N = len(ordered)
    rows = []
    for n in range(1, N + 1):
        beyond = np.array([_none_of(k, n, N) for k in range(1, N + 1)])
        rows.append([ordered[int(np.argmax(1 - beyond >= q - 1e-12))] for q in (0.05, 0.5, 0.95)])
    low, middle, high = np.array(rows).T
    return BestByBudget(np.arange(1.0, N + 1), middle, low, high)


def density(trials: Trials, noise: float = 0.0) -> Finding:
    """Say whether half as many trials would have done as well: if so, the other half only confirmed it.

    A value within 10 % of the best counts as good (of the middle half of the values, if they are not all positive), or
    within two standard deviations of the noise. Half of the trials contain one in 80 % of choices if three are.

    Args:
        trials: of the sweep.
        noise: relative standard deviation from seed to seed, if it is known.
    """
    losses, logarithmic = trials.losses()
    found = losses[trials.complete]
    N, least = len(found), 2 * len(trials.axes) + 5
    if least > N:
        text = f"Density: {N} complete trials of {len(trials.axes)} parameters are too few; take {least} at the least."
        return Finding("sparse", text, warns=True)
    tolerance = max(TOLERANCE, 2 * noise)
    good = _good(found, tolerance, logarithmic, bool(np.all(trials.values[trials.complete] > 0)))
    chance = 1 - _none_of(good, N // 2, N)
    if chance >= SURE:
        return Finding(
            "fine",
            f"Density: {good} of {N} complete trials are as good as the best, within {tolerance:.0%}; half as many "
            f"trials would have found one in {chance:.0%} of cases.",
        )
    return Finding(
        "sparse",
        f"Density: only {good} of {N} complete trials {'is' if good == 1 else 'are'} within {tolerance:.0%} of the "
        f"best; half as many trials would have found so good a value in {chance:.0%} of cases: "
        "more trials can be expected to find better ones.",
        warns=True,
    )


def _good(losses: Array, tolerance: float, logarithmic: bool, positive: bool) -> int:
    best = losses.min()
    if logarithmic:
        return int(np.sum(losses <= best + math.log1p(tolerance)))
    low, high = np.quantile(losses, [0.25, 0.75])
    return int(np.sum(losses <= best + tolerance * (abs(best) if positive else high - low)))


def _none_of(k: int, n: int, N: int) -> float:
    """Chance that n of N, drawn without replacement, hold none of k."""
    return math.comb(N - k, n) / math.comb(N, n) if N - k >= n else 0.0
