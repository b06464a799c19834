"""Spread over R replicas: their typical value, how they vary, and an interval that holds its level."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
FACTOR = 3.0
"""Positive values that differ by more than this factor are described by their logarithms.

Chosen by simulation (experiments/statistics): at 10 the interval covers what it names in 84 % of lognormal cases, at 2
in less than 93 % of some normal ones.
"""


@dataclass(frozen=True)
class Spread:
    """A metric over replicas, those left out whose value is NaN or infinite.

    Attributes:
        mean: arithmetic; ``nan`` where no replica has a finite value.
        standard_deviation: of one replica (``ddof=1``); None for fewer than two.
        typical: what the interval is of: the mean, or the geometric mean.
        of: its name, ``"mean"`` or ``"geometric mean"``.
        interval: Student's 95 % interval of ``typical``; None where none can be had.
        replicas: how many finite values these describe.
        diverged: how many replicas were left out.
    """

    mean: float
    standard_deviation: float | None
    typical: float
    of: str
    interval: tuple[float, float] | None
    replicas: int
    diverged: int

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return described(self.as_dict())


def spread(values: ArrayLike, finalists: int = 1) -> Spread:
    r"""Describe the values of R replicas.

    The interval of the mean is :math:`\bar v \pm t_{R-1} s / \sqrt R` with the 97.5 % quantile of Student's t: exact
    for normal values, and of them only. Where all values are positive and the largest is more than three times the
    smallest, the same is computed of their logarithms and transformed back. It then is an interval of the *geometric
    mean*, which is the median if the logarithms are symmetric; it says nothing of the arithmetic mean, which a single
    bad seed decides. Coverage of what it names, measured: 93-97 % on normal values for R = 2 to 30; at least 90 % on
    lognormal ones for R >= 5.

    There is no interval from one value, nor from values that are all equal: that five seeds of five solve a task does
    not show that each would.

    Args:
        values: (R,), one number a replica.
        finalists: of how many the best was chosen by these values: the interval then has the level
            1 - 0.05 / finalists, so that it covers in 95 % of cases although it was chosen (Bonferroni).

    Example:
        >>> print(spread([0.21, 0.24, 0.22, 0.25]))
        0.23 ± 0.018 (95 % interval of the mean 0.2009 to 0.2591)
        >>> print(spread([0.001, 0.1, 0.01, 0.01, float("nan")]))
        0.03025 ± 0.047 (geometric mean 0.01, 95 % interval 0.0005021 to 0.1992; 4 of 5 replicas)
        >>> spread([0.21]).interval is None
        True

    Reference: Student, "The probable error of a mean" (1908).
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1:
        raise ValueError(f"one number a replica is expected, not an array of shape {values.shape}")
    finite = values[np.isfinite(values)]
    R, diverged = len(finite), len(values) - len(finite)
    mean = float(finite.mean()) if R else float("nan")
    if R < 2:
        return Spread(mean, None, mean, "mean", None, R, diverged)
    deviation = float(finite.std(ddof=1))
    if np.ptp(finite) == 0:
        return Spread(mean, deviation, mean, "mean", None, R, diverged)
    if spans(finite):
        center, low, high = np.exp(student(np.log(finite), finalists))
        return Spread(mean, deviation, float(center), "geometric mean", (float(low), float(high)), R, diverged)
    _, low, high = student(finite, finalists)
    return Spread(mean, deviation, mean, "mean", (float(low), float(high)), R, diverged)


def spans(values: ArrayLike) -> bool:
    """Tell whether values are positive and differ by more than ``FACTOR``, so that their logarithms are looked at.

    Example:
        >>> spans([0.1, 0.5]), spans([0.1, 0.2]), spans([0.0, 0.5])
        (True, False, False)
    """
    values = np.asarray(values, np.float64)
    return bool(values.size and values.min() > 0 and values.max() > FACTOR * values.min())


def student(values: NDArray[np.float64], finalists: int = 1) -> NDArray[np.float64]:
    """Mean, lower and upper end of its 95 % interval by Student's t; R >= 2.

    Example:
        >>> student(np.array([-1.0, 1.0])).round(1).tolist()
        [0.0, -12.7, 12.7]
    """
    mean, margin = (
        values.mean(),
        student_quantile(len(values) - 1, finalists) * values.std(ddof=1) / np.sqrt(len(values)),
    )
    return np.array([mean, mean - margin, mean + margin])


def student_quantile(freedom: float, finalists: int = 1) -> float:
    """Give the factor of the standard error that makes a two-sided 95 % interval, for so many degrees of freedom.

    Example:
        >>> student_quantile(4)
        2.776
    """
    from scipy.special import stdtrit  # most runs have one replica, and start faster without SciPy

    return float(stdtrit(freedom, 1 - (1 - CONFIDENCE) / (2 * finalists)))


def described(spread: Mapping[str, Any], *, counted: bool = True) -> str:
    """Say in one line what `Spread.as_dict` holds, also as read back from JSON.

    Args:
        spread: what it holds.
        counted: whether to say how many replicas are left where some diverged.

    Example:
        >>> described(spread([0.5]).as_dict()), described(spread([0.5, float("inf")]).as_dict())
        ('0.5', '0.5 (1 of 2 replicas)')
    """
    numbers = {name: float(spread[name]) for name in ("mean", "typical")}
    text, notes = f"{numbers['mean']:.4g}", []
    if spread["standard_deviation"] is not None:
        text += f" ± {float(spread['standard_deviation']):.2g}"
    if spread["interval"] is not None:
        low, high = (float(end) for end in spread["interval"])
        ends = f"{low:.4g} to {high:.4g}"
        geometric = spread["of"] != "mean"
        notes.append(
            f"{spread['of']} {numbers['typical']:.4g}, 95 % interval {ends}"
            if geometric
            else f"95 % interval of the mean {ends}"
        )
    if counted and spread["diverged"]:
        notes.append(f"{spread['replicas']} of {spread['replicas'] + spread['diverged']} replicas")
    return text + (f" ({'; '.join(notes)})" if notes else "")
