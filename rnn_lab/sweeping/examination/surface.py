"""A smooth surface through the ranks of the trials' values: which parameters matter, and where it still falls."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.trials import Axis, Trials

Array = NDArray[np.float64]
SPARE = 4
"""Trials beyond the number of coefficients without which nothing is concluded."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Least squares of normal scores of the ranks on u and u^2 of each axis (dummies of a choice).

    Attributes:
        design: (N, C), the intercept first.
        scores: (N,).
        columns: axis -> its columns.
    """

    design: Array
    scores: Array
    columns: dict[str, list[int]]

    @classmethod
    def fit(cls, trials: Trials, rows: NDArray[np.int64] | None = None) -> "Surface | None":
        """Fit to complete trials that have every parameter; None where there are too few, or no two values differ."""
        losses, _ = trials.losses()
        units = {axis.name: trials.unit(axis) for axis in trials.axes}
        known = usable(trials)
        chosen = np.flatnonzero(known) if rows is None else rows[known[rows]]
        parts, columns, width = [np.ones((len(chosen), 1))], {}, 1
        for axis in trials.axes:
            part = _columns(axis, units[axis.name][chosen])
            parts.append(part)
            columns[axis.name] = list(range(width, width + part.shape[1]))
            width += part.shape[1]
        if len(chosen) < width + SPARE or np.ptp(losses[chosen]) == 0:
            return None
        return cls(np.hstack(parts), normal_scores(losses[chosen]), columns)

    @property
    def freedom(self) -> int:
        """Trials beyond the number of coefficients."""
        return len(self.scores) - int(self.design.shape[1])

    def p_value(self, names: Sequence[str]) -> float:
        """F test of whether the parameters can be left out."""
        without = np.delete(self.design, [c for name in names for c in self.columns[name]], axis=1)
        return f_test(without, self.design, self.scores)

    def gain(self, name: str, chosen: Array) -> float:
        """One-sided p-value of whether one option of a choice, (N,) 1 where a trial has it, is the better (t test)."""
        if not np.ptp(chosen):
            return 1.0
        design = np.column_stack([np.delete(self.design, self.columns[name], axis=1), chosen])
        return below_zero(design, self.scores, np.eye(design.shape[1])[-1])

    @property
    def fit_share(self) -> float:
        """Share of the scores' variance that the whole surface explains."""
        return 1 - residual(self.design, self.scores) / float(np.sum((self.scores - self.scores.mean()) ** 2))

    def with_products(self, pairs: Iterable[tuple[str, str]]) -> "Surface":
        """Add the product of the linear columns of pairs that interact, so that it disturbs nothing else."""
        products = [self.design[:, self.columns[a][0]] * self.design[:, self.columns[b][0]] for a, b in pairs]
        return replace(self, design=np.column_stack([self.design, *products]))

    def explained_by_resample(self, counts: Array) -> Array:
        """`explained` of each parameter where trial n occurs counts[b, n] times: (B, P).

        Leaving the columns S out adds b_S^T (G^-1_SS)^-1 b_S to the residual, with b = G^-1 X^T y and G = X^T X.
        """
        gram = np.einsum("bn,ni,nj->bij", counts, self.design, self.design, optimize=True)
        inverse = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
        solution = np.einsum("bij,bj->bi", inverse, counts @ (self.design * self.scores[:, None]))
        total = counts @ self.scores**2 - (counts @ self.scores) ** 2 / counts.sum(axis=1)
        shares = []
        for columns in self.columns.values():
            inner = np.linalg.pinv(inverse[:, columns][:, :, columns], rcond=1e-10, hermitian=True)
            shares.append(np.einsum("bi,bij,bj->b", solution[:, columns], inner, solution[:, columns]))
        return np.asarray(np.column_stack(shares) / total[:, None])

    def explained(self, name: str) -> float:
        """Share of the scores' variance that only this parameter explains."""
        without = np.delete(self.design, self.columns[name], axis=1)
        return (residual(without, self.scores) - residual(self.design, self.scores)) / float(
            np.sum((self.scores - self.scores.mean()) ** 2)
        )

    def interactions(self) -> dict[tuple[str, str], float]:
        """P-value of each pair's products of columns, added to the surface."""
        found = {}
        for a, b in combinations(self.columns, 2):
            first = [self.columns[a][0]] if len(self.columns[a]) else []
            second = [self.columns[b][0]] if len(self.columns[b]) else []
            products = [self.design[:, i] * self.design[:, j] for i in first for j in second]
            if products:
                larger = np.column_stack([self.design, *products])
                if len(larger) >= larger.shape[1] + SPARE:
                    found[a, b] = f_test(self.design, larger, self.scores)
        return found


def usable(trials: Trials) -> NDArray[np.bool_]:
    """(N,) which trials a surface can be fitted to: complete ones that have every parameter."""
    return np.asarray(trials.complete & np.all([~np.isnan(trials.unit(axis)) for axis in trials.axes], axis=0))


def _columns(axis: Axis, unit: Array) -> Array:
    if axis.kind != "choice":
        centred = 2 * unit - 1
        each = [centred, centred**2]
    else:
        each = [np.asarray(unit == k, float) for k in range(1, len(axis.choices))]
    varying = [column for column in each if np.ptp(column) > 0] if len(unit) else []
    return np.column_stack(varying) if varying else np.empty((len(unit), 0))


def normal_scores(losses: Array) -> Array:
    """Turn values into what a normal sample of their ranks would be: no outlier weighs more than its rank.

    Example:
        >>> normal_scores(np.array([3.0, 1e9, 2.0])).round(2).tolist()
        [0.0, 0.87, -0.87]
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(losses) - 0.375) / (len(losses) + 0.25)))


def residual(design: Array, scores: Array) -> float:
    """Sum of squares that a design leaves."""
    solution = np.linalg.lstsq(design, scores, rcond=None)[0]
    return float(np.sum((scores - design @ solution) ** 2))


def f_test(smaller: Array, larger: Array, scores: Array) -> float:
    """P-value of the columns that ``larger`` has beyond ``smaller``."""
    from scipy.special import fdtrc

    ranks = [int(np.linalg.matrix_rank(design)) for design in (smaller, larger)]
    extra, freedom = ranks[1] - ranks[0], len(scores) - ranks[1]
    if extra == 0 or freedom < 1:
        return 1.0
    left, gained = residual(larger, scores), residual(smaller, scores) - residual(larger, scores)
    if left <= 1e-12 * len(scores):
        return 0.0
    return float(fdtrc(extra, freedom, max(gained, 0.0) / extra / (left / freedom)))


def edge_slope(design: Array, scores: Array, columns: Sequence[int], side: int) -> float:
    """One-sided p-value of whether the surface falls outwards at an edge, side -1 or +1 of u in [-1, 1]."""
    direction = np.zeros(design.shape[1])
    direction[columns[0]] = side
    if len(columns) > 1:
        direction[columns[1]] = 2.0
    return below_zero(design, scores, direction)


def below_zero(design: Array, scores: Array, direction: Array) -> float:
    """One-sided p-value (t test) of whether this combination of the coefficients is below 0."""
    from scipy.special import stdtr

    inverse = np.linalg.pinv(design.T @ design)
    solution = inverse @ design.T @ scores
    freedom = len(scores) - int(np.linalg.matrix_rank(design))
    variance = float(np.sum((scores - design @ solution) ** 2)) / max(freedom, 1)
    error = math.sqrt(max(float(variance * direction @ inverse @ direction), 1e-300))
    return float(stdtr(max(freedom, 1), direction @ solution / error))
