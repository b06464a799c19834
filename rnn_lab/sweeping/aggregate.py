"""One value from those of a trial's replicas."""

import math
from collections.abc import Sequence
from statistics import fmean, median, stdev
from typing import Any

from rnn_lab.scoring.spread import student_quantile


def aggregate(values: float | Sequence[float], how: str, *, minimize: bool = True) -> float:
    r"""Reduce the values of R replicas to one number.

    ``mean``, ``median``, or ``upper``: the end on the bad side of the mean's 95 % interval,
    :math:`\bar v \pm t_{R-1}\, s / \sqrt R` with Student's t, above the mean when minimising and below it when
    maximising. At R = 2 that is 9 standard deviations away, at 3 it is 2.5, at 5 it is 1.2. NaN wins over everything: a
    configuration that fails for one seed is not a good one.

    Args:
        values: one number, or a sequence of R numbers (an array will do).
        how: ``mean``, ``median`` or ``upper``.
        minimize: whether lower values are better.

    >>> aggregate([1.0, 2.0, 6.0], "mean"), aggregate([1.0, 2.0, 6.0], "median"), aggregate(4, "upper")
    (3.0, 2.0, 4.0)
    >>> aggregate([1.0, 2.0, 6.0], "upper")
    9.572
    """
    each = _numbers(values)
    if any(math.isnan(value) for value in each):
        return math.nan
    if how == "median":
        return median(each)
    center = fmean(each)
    if how == "upper" and len(each) > 1:
        margin = student_quantile(len(each) - 1) * stdev(each) / math.sqrt(len(each))
        return center + margin if minimize else center - margin
    return center


def _numbers(values: Any) -> list[float]:
    if getattr(values, "ndim", None) == 0 or not hasattr(values, "__len__"):
        return [float(values)]
    return [float(value) for value in values]
