"""Power of the t test with so many seeds, for differences said as P(A better than B)."""

import math

from rnn_lab.scoring.spread import student_quantile

POWER = 0.8
MOST = 100_000


def power(probability: float, a: int, b: int | None) -> float:
    r"""Chance that the two-sided test at 5 % tells A from B, if values are normal and vary alike.

    A difference of d standard deviations makes A better with P = Phi(d / sqrt 2); it is found as often as a noncentral
    t with noncentrality d / sqrt(1/a + 1/b) and Welch's degrees of freedom lies beyond the test's bounds.

    Args:
        probability: P that a draw of A is better than one of B, in [0.5, 1).
        a, b: draws of each; None for a B without a random part (then P = Phi(d)).

    Example:
        >>> round(power(0.75, 30, 30), 3), round(power(0.5, 5, 5), 3)
        (0.953, 0.05)

    Reference: Cohen, "Statistical power analysis for the behavioral sciences" (1988), ch. 2.
    """
    from scipy.special import ndtri

    standardised = float(ndtri(probability))
    if b is None:
        freedom, noncentrality = float(a - 1), standardised * math.sqrt(a)
    else:
        freedom = (1 / a + 1 / b) ** 2 / (1 / (a * a * (a - 1)) + 1 / (b * b * (b - 1)))
        noncentrality = math.sqrt(2) * standardised / math.sqrt(1 / a + 1 / b)
    return noncentral_power(freedom, noncentrality)


def noncentral_power(freedom: float, noncentrality: float, *, one_sided: bool = False) -> float:
    """Chance that a noncentral t lies beyond the bounds of the two-sided t test at 5 %, or beyond the upper one only.

    Example:
        >>> round(noncentral_power(10.0, 0.0), 3), round(noncentral_power(1e6, 2.8), 2)
        (0.05, 0.8)
    """
    from scipy.special import nctdtr

    bound = student_quantile(freedom)
    # SciPy has no value for what is below its smallest number.
    below, beneath = (
        0.0 if math.isnan(p := float(nctdtr(freedom, noncentrality, end))) else p for end in (bound, -bound)
    )
    return 1.0 - below + (0.0 if one_sided else beneath)


def detectable(a: int, b: int | None, wanted: float = POWER) -> float:
    """Give the least P(A better than B) that so many draws find with the wanted power.

    Example:
        >>> round(detectable(5, 5), 3), round(detectable(30, 30), 3)
        (0.924, 0.699)
    """
    low, high = 0.5, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle, a, b) >= wanted else (middle, high)
    return high


def seeds_needed(probability: float, wanted: float = POWER) -> int:
    """Give the least number of draws a side that finds a given P(A better than B) with the wanted power.

    Example:
        >>> seeds_needed(0.75, 0.95), seeds_needed(0.75), seeds_needed(0.9)
        (30, 19, 6)

    Noether's formula for the one-sided rank test gives 29 for the first, which Bouthillier et al., "Accounting for
    variance in machine learning benchmarks" (2021), recommend.

    Raises:
        ValueError: the probability does not lie between 0.5 and 1.
    """
    if not 0.5 < probability < 1:
        raise ValueError(f"P(A better than B) = {probability} cannot be found: it is above 0.5 and below 1")
    high = 2
    while high < MOST and power(probability, high, high) < wanted:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(probability, middle, middle) >= wanted else (middle, high)
    return high
