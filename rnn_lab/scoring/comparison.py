"""Tests over seeds and draws of whether one thing is better than another, and how sure that is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.scoring.permutation import FEWEST, permutation_p_value
from rnn_lab.scoring.power import detectable
from rnn_lab.scoring.probability import better_share, share_interval
from rnn_lab.scoring.spread import CONFIDENCE, spans, student_quantile

Array = NDArray[np.float64]

LEVEL = 1 - CONFIDENCE
FEWEST_FOR_A_SHARE = 4
"""Values of each from which P(A better) has an interval: from three its 95 % are 89."""
Pair = tuple[str, str]
K = TypeVar("K")
C = TypeVar("C", bound="Comparison")


@dataclass(frozen=True)
class Comparison:
    """Comparison of the values of A with those of B.

    Attributes:
        effect: mean(A) - mean(B), or the ratio of the geometric means; see ``ratio``.
        interval: Welch's 95 % interval of the effect, not corrected for other comparisons; None where none can be had.
        ratio: whether the effect is a ratio: where all values are positive and span more than a factor of three.
        probability: that a seed of A is better than one of B; ties count half.
        probability_interval: its 95 % interval; None from fewer than four of either.
        p_value: of the two-sided test (of logarithms if ``ratio``); None where no test can be had.
        corrected: the same after Holm's correction for ``comparisons`` comparisons.
        comparisons: how many were made together.
        counts: finite values of A and of B; None for a B that has no random part.
        a_is_lower: which of the two is lower on average.
        minimize: whether lower values are better.
    """

    effect: float
    interval: tuple[float, float] | None
    ratio: bool
    probability: float
    probability_interval: tuple[float, float] | None
    p_value: float | None
    corrected: float | None
    comparisons: int
    counts: tuple[int, int | None]
    a_is_lower: bool
    minimize: bool

    @property
    def verdict(self) -> str:
        """``better than``, ``no better than`` (the other one is better) or ``not told apart from``."""
        if self.corrected is None or self.corrected >= LEVEL:
            return "not told apart from"
        return "better than" if self.a_is_lower == self.minimize else "no better than"

    def sentence(self, a: str, b: str) -> str:
        """Say it in one line, with the test, and with what so few values could have told where nothing is.

        Example:
            >>> print(compare([1.0, 1.2, 1.1], [2.0, 2.3, 2.2]).sentence("A", "B"))
            A is better than B: difference -1.067 (95 % interval -1.379 to -0.7546), P(A better) 1; \
Welch's t test of 3 and 3 values, p = 0.0011.
        """
        what = "ratio" if self.ratio else "difference"
        effect = f"{what} {self.effect:.4g}"
        if self.interval is not None:
            effect += " (95 % interval {:.4g} to {:.4g})".format(*self.interval)
        share = f"P({a} better) {self.probability:.2g}"
        if self.probability_interval is not None:
            share += " ({:.2g} to {:.2g})".format(*self.probability_interval)
        return f"{a} is {self.verdict} {b}: {effect}, {share}; {self._test()}.{self._could_tell()}"

    def _test(self) -> str:
        A, B = self.counts
        if self.corrected is None:
            return f"too few values for a test ({A} and {B})" if B is not None else f"too few values for a test ({A})"
        if B is None:
            name = f"Student's t test of {A} values"
        elif math.comb(A + B, A) < FEWEST:
            name = f"Welch's t test of {A} and {B} values"
        else:
            name = f"permutation test of Welch's t of {A} and {B} values"
        if self.ratio:
            name += "' logarithms"
        corrected = f" (Holm, {self.comparisons} comparisons)" if self.comparisons > 1 else ""
        return f"{name}, p = {self.corrected:.2g}{corrected}"

    def _could_tell(self) -> str:
        if self.verdict != "not told apart from" or self.p_value is None:
            return ""
        found = detectable(*self.counts)
        return f" So many find four of five differences whose P is {found:.2f} or more."


def compare(a: ArrayLike, b: ArrayLike, *, minimize: bool = True) -> Comparison:
    r"""Compare R_a values with R_b others, each a seed's or a draw's; NaN and infinite ones are left out.

        t = (mean(a) - mean(b)) / sqrt(s_a^2 / R_a + s_b^2 / R_b)

    The interval of the effect has Welch's degrees of freedom: the two may vary unlike. The p-value is that of a
    permutation test of t, which holds its level whatever the distribution; from fewer than 100 arrangements (4 and 4
    values, say) it is Welch's. Where all values are positive and span more than a factor of three, logarithms are
    compared.

    Args:
        a, b: (R_a,) and (R_b,), at least two each for a test.
        minimize: whether lower values are better.

    Example:
        >>> compare([1.0, 1.2, 1.1], [1.1, 1.3, 1.0]).verdict
        'not told apart from'

    Reference: Welch, "The generalization of 'Student's' problem when several different population variances are
    involved" (1947).
    """
    a, b = _finite(a), _finite(b)
    ratio = spans(np.concatenate([a, b]))
    x, y = (np.log(a), np.log(b)) if ratio else (a, b)
    effect, interval, p_value = _means(x) - _means(y), None, None
    if min(len(a), len(b)) > 1:
        parts = np.array([x.var(ddof=1) / len(a), y.var(ddof=1) / len(b)])
        error = math.sqrt(parts.sum())
        if error > 0:
            freedom = parts.sum() ** 2 / np.sum(parts**2 / [len(a) - 1, len(b) - 1])
            p_value, interval = _student(effect, error, float(freedom))
            p_value = permutation_p_value(x, y) or p_value
        else:
            p_value = min(1.0, 2 / math.comb(len(a) + len(b), len(a))) if effect else 1.0
    return _comparison(a, b, effect, interval, p_value, ratio, minimize, len(b))


def compare_with(a: ArrayLike, value: float, *, minimize: bool = True) -> Comparison:
    """Compare R values with a number that has no random part, such as the error of a linear model on the same records.

    Student's one-sample test; arguments and the scale as for `compare`.

    Example:
        >>> compare_with([1.0, 1.2, 1.1], 2.0).verdict, compare_with([1.0], 2.0).verdict
        ('better than', 'not told apart from')
    """
    a, b = _finite(a), np.array([value], np.float64)
    ratio = spans(np.concatenate([a, b]))
    x, y = (np.log(a), np.log(b)) if ratio else (a, b)
    effect, interval, p_value = _means(x) - float(y[0]), None, None
    if len(a) > 1 and np.ptp(x) > 0:
        p_value, interval = _student(effect, float(x.std(ddof=1)) / math.sqrt(len(a)), len(a) - 1)
    return _comparison(a, b, effect, interval, p_value, ratio, minimize, None)


def compare_all(groups: Mapping[str, ArrayLike], *, minimize: bool = True) -> dict[Pair, Comparison]:
    """Compare each pair of groups, with Holm's correction for their number.

    Example:
        >>> found = compare_all({"a": [1.0, 1.2, 1.1], "b": [2.0, 2.3, 2.2], "c": [1.1, 1.3, 1.0]})
        >>> [(a, each.verdict, b) for (a, b), each in found.items()]
        [('a', 'better than', 'b'), ('a', 'not told apart from', 'c'), ('b', 'no better than', 'c')]
    """
    return corrected({(a, b): compare(groups[a], groups[b], minimize=minimize) for a, b in combinations(groups, 2)})


def corrected(comparisons: Mapping[K, C]) -> dict[K, C]:
    """Correct comparisons that were made together by Holm's method; those without a test do not count."""
    tested = [key for key, each in comparisons.items() if each.p_value is not None]
    values = holm([p for key in tested if (p := comparisons[key].p_value) is not None])
    fair = dict(zip(tested, values, strict=True))
    count = len(tested)
    return {key: replace(each, corrected=fair.get(key), comparisons=count) for key, each in comparisons.items()}


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of even one false finding stays below the level at which they are read.

        p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)),    p_(1) <= ... <= p_(m)

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]

    Reference: Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(np.arange(len(p), 0, -1) * p[order]), 1.0)
    return [float(value) for value in adjusted]


def _student(effect: float, error: float, freedom: float) -> tuple[float, tuple[float, float]]:
    from scipy.special import stdtr

    margin = student_quantile(freedom) * error
    return float(2 * stdtr(freedom, -abs(effect) / error)), (effect - margin, effect + margin)


def _comparison(
    a: Array, b: Array, effect: float, interval: tuple[float, float] | None, p_value: float | None, ratio: bool,
    minimize: bool, draws: int | None,
) -> Comparison:  # fmt: skip
    share = better_share(a, b, minimize=minimize)
    if ratio and interval is not None:
        interval = (math.exp(interval[0]), math.exp(interval[1]))
    counts = (len(a), draws)
    enough = min(len(a), draws or len(a)) >= FEWEST_FOR_A_SHARE
    share_ends = share_interval(share, len(a), draws) if enough else None
    return Comparison(
        math.exp(effect) if ratio else effect, interval, ratio, share, share_ends, p_value, p_value, 1, counts,
        effect < 0, minimize,
    )  # fmt: skip


def _means(values: Array) -> float:
    return float(values.mean()) if len(values) else math.nan


def _finite(values: ArrayLike) -> Array:
    array = np.asarray(values, np.float64)
    if array.ndim != 1:
        raise ValueError(f"one number a seed is expected, not an array of shape {array.shape}")
    return np.asarray(array[np.isfinite(array)])
