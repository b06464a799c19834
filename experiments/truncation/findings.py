"""Statistics of the truncation study: memory without credit, the k at which learning starts, rules against RTRL."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.truncation.design import LONGEST
from experiments.truncation.rows import Rows, Setting, far
from rnn_lab.scoring.comparison import Comparison, compare, corrected
from rnn_lab.scoring.spread import Spread, spread

Array = NDArray[np.float64]

HALF = 0.5
ORDERS = 40_320
"""Orders that a p-value looks at: all of up to eight settings."""


def memory_alone(rows: Rows, setting: Setting) -> Spread:
    """Share of what the longest k knows that a readout of the same first weights knows, seed by seed."""
    shares = rows.shares(setting)
    return spread(shares[0] / shares[-1])


def taught(rows: Rows, setting: Setting) -> Comparison:
    """Comparison of the longest k with a readout alone."""
    return compare(rows.values(setting, f"k = {LONGEST}"), rows.values(setting, "k = 0"))


def starts(rows: Rows, setting: Setting) -> Array:
    """Smallest k, of each seed, that gains half of what the longest k gains over the readout; (R,)."""
    shares, ks = rows.shares(setting), np.array(rows.ks(setting))
    credit = shares - shares[0]
    return np.asarray(ks[(credit[1:] >= HALF * credit[-1]).argmax(axis=0) + 1], np.float64)


def suffices(rows: Rows, setting: Setting) -> int:
    """Smallest k that the longest one is not better than, at 5 % with Holm's correction for all k of the setting."""
    ks = [k for k in rows.ks(setting) if k != LONGEST]
    longest = rows.values(setting, f"k = {LONGEST}")
    made = corrected({(f"{k}", "longest"): compare(longest, rows.values(setting, f"k = {k}")) for k in ks})
    worse = [k for k in ks if made[f"{k}", "longest"].verdict == "better than"]
    return min((k for k in ks if k > max(worse, default=-1)), default=LONGEST)


def kappa(rows: Rows, setting: Setting, when: str) -> float:
    """Mean kappa at 0.5 of the network that the longest k trains, ``first`` (before) or ``later``."""
    return float(rows.values(setting, f"k = {LONGEST}", f"kappa_{when}").mean())


def rank_correlation(a: list[float], b: list[float]) -> tuple[float, float]:
    """Spearman's rank correlation and its two-sided permutation p-value, by all orders of up to eight values.

    Example:
        >>> rank_correlation([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 5.0, 9.0])
        (1.0, 0.0833)
    """
    x, y = stats.rankdata(a), stats.rankdata(b)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan"), float("nan")

    def size(order: Array, axis: int) -> Array:
        return np.abs(stats.pearsonr(order, y, axis=axis).statistic)

    test = stats.permutation_test(
        (x,), size, permutation_type="pairings", n_resamples=ORDERS, alternative="greater", random_state=0
    )
    return float(stats.spearmanr(a, b).statistic), float(test.pvalue)


def predicted(rows: Rows) -> dict[str, tuple[float, float]]:
    """Rank correlations, over settings where there is anything to be taught, with the k at which learning starts."""
    settings = learnable(rows)
    median = [float(np.median(starts(rows, setting))) for setting in settings]
    given = {
        "kappa(0.5) before training": [kappa(rows, s, "first") for s in settings],
        "kappa(0.5) in training": [kappa(rows, s, "later") for s in settings],
        "the longer lag": [float(far(s.task)) for s in settings],
        "the gain": [s.gain for s in settings],
    }
    return {name: rank_correlation(values, median) for name, values in given.items()}


def learnable(rows: Rows) -> list[Setting]:
    """Settings of the first part in which the longest k is better than the readout alone."""
    lags = [setting for setting in rows.settings("reach") if setting.task.startswith("lags")]
    return [setting for setting in lags if taught(rows, setting).verdict == "better than"]


def against_rtrl(rows: Rows) -> dict[tuple[Setting, str], Comparison]:
    """Compare each rule's loss with RTRL's in each setting, with Holm's correction for all of them."""
    made = {}
    for setting in [*rows.settings("rules"), *rows.settings("gated")]:
        exact = rows.values(setting, "RTRL")
        for how in rows.ways(setting):
            if how != "RTRL":
                made[repr(setting), how] = compare(rows.values(setting, how), exact)
    by_name = {repr(setting): setting for setting in [*rows.settings("rules"), *rows.settings("gated")]}
    return {(by_name[name], how): each for (name, how), each in corrected(made).items()}
