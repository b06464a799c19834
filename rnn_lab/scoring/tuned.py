"""Comparison of what two searches found: the seeds of both winners, and how lucky a search can be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.scoring.comparison import LEVEL, Comparison, compare
from rnn_lab.scoring.power import POWER, noncentral_power
from rnn_lab.scoring.spread import spans, spread, student_quantile

Array = NDArray[np.float64]

BEST = 5
"""Trials that a search's luck is read from: of 99 in 100 resamples one of them is the best."""
FREEDOM = 2.0
"""Degrees of freedom that the estimate of a search's luck is worth: twice its squared mean over its variance, which is
between 1.5 and 2.5 where many searches are simulated (experiments/statistics)."""
SURE_OF_ERROR = 2 / 3
"""Confidence of the upper limit of the standard error that a stated power is worked out with."""


@dataclass(frozen=True)
class SearchLuck:
    """Variance of what a search of the same kind and size finds.

    Attributes:
        variance: of the best value, or of its logarithm; NaN where fewer than two trials are complete.
        relative: whether it is of the logarithm.
    """

    variance: float
    relative: bool

    def of_mean(self, values: Array, *, ratio: bool) -> float:
        """Give the variance in the units of values, or of their logarithms if ``ratio``."""
        scale = float(values.mean()) ** 2
        if self.relative == ratio:
            return self.variance
        return self.variance * scale if self.relative else self.variance / scale


def search_luck(
    reported: Mapping[int, float],
    fresh: Mapping[int, ArrayLike] | None = None,
    trials: int | None = None,
    *,
    minimize: bool = True,
) -> SearchLuck:
    r"""Estimate how much the best of n trials varies from one search to another, by the bootstrap over trials.

    Among n trials drawn with replacement from those that there are, the i-th best is the best one with probability

        p_i = (1 - (i - 1) / n)^n - (1 - i / n)^n,

    so the variance is :math:`\sum_i p_i (v_i - \sum_j p_j v_j)^2`; the first five of them have 99 % of the weight.
    A trial that ran with fresh seeds has their mean for its value; those that did not are moved by what the others lost
    (their median), for a search reports lucky values.

    Args:
        reported: trial -> its value in the search, of the complete ones.
        fresh: trial -> values of fresh seeds, of a few.
        trials: n, with those that were pruned; None: as many as are complete.
        minimize: whether lower values are better.

    Example:
        >>> search_luck({0: 1.0, 1: 1.0, 2: 2.0}).variance < search_luck({0: 1.0, 1: 2.0, 2: 2.0}).variance
        True

    References:
        Efron & Tibshirani, "An introduction to the bootstrap" (1993), ch. 7; that a comparison must vary what a search
        finds too: Bouthillier et al., "Accounting for variance in machine learning benchmarks" (2021).
    """
    values, relative = _without_luck(reported, fresh or {})
    found = (np.sort(values) if minimize else -np.sort(-values))[:BEST]
    if len(found) < 2:
        return SearchLuck(math.nan, relative)
    n = max(trials or 0, len(values))
    beyond = (1 - np.arange(len(found) + 1) / n).clip(min=0) ** n
    weights = -np.diff(beyond)
    weights = weights / weights.sum()
    return SearchLuck(float(weights @ (found - weights @ found) ** 2), relative)


def _without_luck(reported: Mapping[int, float], fresh: Mapping[int, ArrayLike]) -> tuple[Array, bool]:
    """Values of all trials as fresh seeds would have them, or their logarithms, and which of the two it is."""
    typical = {trial: spread(values).typical for trial, values in fresh.items() if trial in reported}
    typical = {trial: value for trial, value in typical.items() if math.isfinite(value)}
    values = np.array(list(reported.values()))
    relative = bool(values.size) and values.min() > 0 and spans(list(typical.values()) or np.sort(values)[:BEST])
    scaled = {trial: math.log(value) if relative else value for trial, value in reported.items()}
    known = {trial: math.log(value) if relative else value for trial, value in typical.items()}
    lost = float(np.median([known[trial] - scaled[trial] for trial in known])) if known else 0.0
    return np.array([known.get(trial, value + lost) for trial, value in scaled.items()]), relative


@dataclass(frozen=True)
class TunedComparison(Comparison):
    """Comparison of the seeds of two winners that allows for the luck of the two searches.

    Attributes:
        error: standard error of the effect (of its logarithm if ``ratio``); None where there is none.
        freedom: its degrees of freedom.
    """

    error: float | None = None
    freedom: float = math.inf

    @property
    def detectable(self) -> float | None:
        """Least effect, in units of the mean or as a ratio, that is found with a power of 80 % by one such test."""
        if not self.error:
            return None
        low, high = 0.0, self.error
        while self.power(high) < POWER:
            high *= 2
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.power(middle) >= POWER else (middle, high)
        return math.exp(high) if self.ratio else high

    def power(self, effect: float) -> float:
        """Chance that a true difference (or a logarithm of a ratio) is found, on its side, at 5 % by one such test.

        The standard error is an estimate of few degrees of freedom, and a power promises too much where it happens to
        be small. So its place is taken by an upper limit, which the true one exceeds in one of three cases.

        Example:
            >>> sure = search_luck({0: 1.0, 1: 1.0})
            >>> round(compare_tuned([3.0, 4.0, 5.0], [3.0, 4.0, 5.0], sure, sure).power(1.0), 2)
            0.11

        Reference: Kieser & Wassmer, "On the use of the upper confidence limit for the variance from a pilot sample for
        sample size determination" (1996).
        """
        if not self.error:
            return LEVEL / 2
        from scipy.special import chdtri

        limit = self.error * math.sqrt(self.freedom / float(chdtri(self.freedom, SURE_OF_ERROR)))
        return noncentral_power(self.freedom, abs(effect) / limit, one_sided=True)

    def _test(self) -> str:
        if self.corrected is None:
            return "too few values for a test ({} and {} seeds)".format(*self.counts)
        corrected = f" (Holm, {self.comparisons} comparisons)" if self.comparisons > 1 else ""
        seeds = "{} and {}".format(*self.counts)
        return f"t test of {seeds} seeds that allows for the luck of both searches, p = {self.corrected:.2g}{corrected}"

    def _could_tell(self) -> str:
        least = self.detectable
        if self.verdict != "not told apart from" or least is None:
            return ""
        size = f"a ratio of {least:.3g}" if self.ratio else f"a difference of {least:.3g}"
        return f" Seeds and searches like these find {size} or more in four of five cases."


def compare_tuned(
    a: ArrayLike, b: ArrayLike, luck_a: SearchLuck, luck_b: SearchLuck, *, minimize: bool = True
) -> TunedComparison:
    r"""Compare the fresh seeds of what two searches found, as things that were tuned and not as two single configs.

        t = (mean(a) - mean(b)) / sqrt(s_a^2 / R_a + s_b^2 / R_b + tau_a^2 + tau_b^2)

    with :math:`\tau^2` of `search_luck`, and the degrees of freedom of Welch and Satterthwaite. Seeds alone tell two
    winners apart that differ because one search was luckier: of equals they accuse most. The p-value is the larger of
    this test's and of `rnn_lab.scoring.comparison.compare`'s. The probability and its interval are those of the two
    winners' seeds.

    Args:
        a, b: (R_a,) and (R_b,): values of seeds that neither search nor choice has seen.
        luck_a, luck_b: of the searches.
        minimize: whether lower values are better.

    Example:
        >>> lucky, sure = search_luck({0: 1.0, 1: 1.5, 2: 2.0}), search_luck({0: 1.0, 1: 1.0})
        >>> a, b = [1.0, 1.1, 1.2, 0.9, 1.0], [1.5, 1.6, 1.5, 1.4, 1.7]
        >>> compare_tuned(a, b, sure, sure).verdict, compare_tuned(a, b, lucky, lucky).verdict
        ('better than', 'not told apart from')

    Reference: Satterthwaite, "An approximate distribution of estimates of variance components" (1946).
    """
    from scipy.special import stdtr

    plain = compare(a, b, minimize=minimize)
    x, y = (values[np.isfinite(values)] for values in (np.asarray(each, np.float64) for each in (a, b)))
    given = {name: getattr(plain, name) for name in Comparison.__dataclass_fields__}
    if min(len(x), len(y)) < 2 or math.isnan(luck_a.variance + luck_b.variance):
        return TunedComparison(**given | {"interval": None, "p_value": None, "corrected": None})
    u, v = (np.log(x), np.log(y)) if plain.ratio else (x, y)
    parts = np.array([
        u.var(ddof=1) / len(u), v.var(ddof=1) / len(v),
        luck_a.of_mean(x, ratio=plain.ratio), luck_b.of_mean(y, ratio=plain.ratio),
    ])  # fmt: skip
    error = math.sqrt(parts.sum())
    if error == 0:
        return TunedComparison(**given)
    freedom = float(parts.sum() ** 2 / np.sum(parts**2 / [len(u) - 1, len(v) - 1, FREEDOM, FREEDOM]))
    effect, margin = float(u.mean() - v.mean()), student_quantile(freedom) * error
    p_value = max(plain.p_value or 0.0, float(2 * stdtr(freedom, -abs(effect) / error)))
    ends = (effect - margin, effect + margin)
    interval = (math.exp(ends[0]), math.exp(ends[1])) if plain.ratio else ends
    changed = {"interval": interval, "p_value": p_value, "corrected": p_value}
    return TunedComparison(**given | changed, error=error, freedom=freedom)
