"""Scores on many tasks in few numbers: interquartile mean, performance profile, and how sure they are.

Scores are (R, S): R runs on each of S tasks, comparable across tasks (say, an error over a baseline's). Runs of one
task have nothing to do with runs of another.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.scoring.probability import better_share
from rnn_lab.scoring.spread import CONFIDENCE

Array = NDArray[np.float64]
RESAMPLES = 2000


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of all R S scores: as robust as the median, nearly as sharp as the mean.

    Example:
        >>> interquartile_mean([[0.0, 1.0], [3.0, 1000.0]])
        2.0

    Reference: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice" (2021).
    """
    values = np.sort(np.asarray(scores, np.float64), axis=None)
    cut = len(values) // 4
    return float(values[cut : len(values) - cut].mean())


def performance_profile(scores: ArrayLike, thresholds: ArrayLike, *, minimize: bool = True) -> Array:
    """Share of runs that are better than each threshold, averaged over tasks.

    Args:
        scores: (R, S).
        thresholds: (K,).
        minimize: whether lower is better.

    Returns:
        (K,), from 0 to 1.

    Example:
        >>> performance_profile([[0.5, 2.0], [0.7, 3.0]], [0.6, 1.0, 4.0]).tolist()
        [0.25, 0.5, 1.0]

    Reference: Dolan & Moré, "Benchmarking optimization software with performance profiles" (2002).
    """
    values, limits = np.asarray(scores, np.float64)[..., None], np.asarray(thresholds, np.float64)
    return np.asarray(np.mean(values < limits if minimize else values > limits, axis=(0, 1)))


def probability_of_improvement(a: ArrayLike, b: ArrayLike, *, minimize: bool = True) -> float:
    """P that a run of A is better than one of B on a task drawn at random, (R_a, S) and (R_b, S).

    Example:
        >>> probability_of_improvement([[1.0, 5.0]], [[2.0, 3.0]])
        0.5
    """
    columns = zip(np.asarray(a, np.float64).T, np.asarray(b, np.float64).T, strict=True)
    return float(np.mean([better_share(x, y, minimize=minimize) for x, y in columns]))


def stratified_bootstrap(
    statistic: Callable[..., ArrayLike],
    *samples: ArrayLike,
    seed: int = 0,
    resamples: int = RESAMPLES,
    indices: list[NDArray[np.int64]] | None = None,
) -> Array:
    """95 % percentile interval of a statistic, for other runs on the same tasks.

    Runs are drawn with replacement within each task. It says nothing of other tasks. From fewer than ten runs a task it
    is too narrow for one task's mean; over many tasks the errors average out.

    Args:
        statistic: takes as many samples as are given, and gives a number or an array (K,).
        samples: (R, S) each.
        seed: of the resamples; the same one gives the same interval.
        resamples: B.
        indices: (B, R, S) a sample: which runs to take, instead of drawing them.

    Returns:
        (2,) or (2, K).

    Example:
        >>> scores = np.random.default_rng(0).normal(size=(10, 8))
        >>> low, high = stratified_bootstrap(interquartile_mean, scores)
        >>> bool(low < interquartile_mean(scores) < high)
        True
    """
    arrays = [np.asarray(sample, np.float64) for sample in samples]
    rng = np.random.default_rng(seed)
    chosen = indices or [rng.integers(len(each), size=(resamples, *each.shape)) for each in arrays]
    values = [
        statistic(*(np.take_along_axis(each, picked[i], axis=0) for each, picked in zip(arrays, chosen, strict=True)))
        for i in range(len(chosen[0]))
    ]
    return np.asarray(np.quantile(np.array(values), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0))
