"""One value from those of a trial's replicas."""

import math
from collections.abc import Sequence
from statistics import fmean, median, stdev
from typing import Any


def aggregate(values: float | Sequence[float], how: str, *, minimize: bool = True) -> float:
    r"""Reduce the values of R replicas to one number.

    ``mean``, ``median``, or ``upper``: the 95 % confidence bound of the mean on its bad side,
    :math:`\bar v \pm 1.96\, s / \sqrt R`, above the mean when minimising and below it when maximising. NaN wins over
    everything: a configuration that fails for one seed is not a good one.

    Args:
        values: one number, or a sequence of R numbers (an array will do).
        how: ``mean``, ``median`` or ``upper``.
        minimize: whether lower values are better.

    >>> aggregate([1.0, 2.0, 6.0], "mean"), aggregate([1.0, 2.0, 6.0], "median"), aggregate(4, "upper")
    (3.0, 2.0, 4.0)
    """
    each = _numbers(values)
    if any(math.isnan(value) for value in each):
        return math.nan
    if how == "median":
        return median(each)
    center = fmean(each)
    if how == "upper" and len(each) > 1:
        margin = 1.96 * stdev(each) / math.sqrt(len(each))
        return center + margin if minimize else center - margin
    return center


def _numbers(values: Any) -> list[float]:
    if getattr(values, "ndim", None) == 0 or not hasattr(values, "__len__"):
        return [float(values)]
    return [float(value) for value in values]
