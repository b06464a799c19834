"""Ridge regression whose penalty is chosen by generalised cross-validation: one factorisation serves every penalty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PENALTIES = tuple(10.0**exponent for exponent in range(2, -15, -1))
"""Tried from the strongest to the weakest, as factors of the squared largest singular value of the features: the choice
does not depend on their units, and the weakest is the last that double precision can tell from none."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """A linear readout y = c + x W that minimises |y - c - x W|^2 + lambda |W|^2; the intercept is free.

    Args:
        coefficients: W, (H, O).
        intercept: c, (O,).
        penalty: lambda as a factor of the largest squared singular value of the centred features.
        score: the generalised cross-validation below, of each target in units of its variance, averaged.

    Example:
        >>> x = np.random.default_rng(0).normal(size=(50, 3))
        >>> Ridge.fit(x, x @ [[1.0], [-2.0], [0.0]] + 5.0).predict(np.ones((1, 3))).round(6).tolist()
        [[4.0]]

    References:
        Golub, Heath & Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter" (1979).
    """

    coefficients: Array
    intercept: Array
    penalty: float
    score: float

    @classmethod
    def fit(cls, x: Array, y: Array, penalties: Sequence[float] = PENALTIES) -> "Ridge":
        """Fit with the penalty that has the smallest score; where several are equal to rounding, with the strongest.

            GCV(lambda) = (RSS(lambda) / N) / (1 - m(lambda) / N)^2,    m = 1 + sum_i s_i^2 / (s_i^2 + lambda)

        m counts the parameters that the penalty leaves free (s: singular values). It is leave-one-out cross-validation
        with every record's leverage replaced by their mean, so it costs nothing beyond the fit and uses every training
        record. The other choice, a held-out tail, was measured on the shipped series with echo states as features:
        equal where there is no noise, and worse on few and noisy data (on the sunspots, whose last 42 training years
        were the tail, by up to half of the error), as one stretch of a series need not be like the next.

        Args:
            x: features (N, H).
            y: targets (N, O).
            penalties: factors to choose from, from strong to weak, each > 0.
        """
        x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
        H = x.shape[1]
        # The triangular factor holds all that N records say, so what follows does not depend on N.
        factor = np.asarray(np.linalg.qr(np.column_stack([x - x_mean, y - y_mean]), mode="r"))
        left, s, right = np.linalg.svd(factor[:H, :H], full_matrices=False)
        projected = left.T @ factor[:H, H:]
        beyond = np.sum(factor[H:, H:] ** 2, axis=0)  # what no penalty explains
        variance = y.var(axis=0)
        variance[np.ptp(y, axis=0) == 0] = 1.0
        rounding = len(y) * (64 * np.finfo(float).eps * np.abs(y).max(axis=0)) ** 2 + np.finfo(float).tiny
        unit = s[0] ** 2 or 1.0
        scores = []
        for penalty in penalties:
            kept = s**2 / (s**2 + penalty * unit)
            squares = np.maximum(beyond + np.sum(((1 - kept)[:, None] * projected) ** 2, axis=0), rounding)
            free = min(1 - (1 + kept.sum()) / len(y), 1.0)
            scores.append(float(np.mean(squares / variance) / len(y) / max(free, np.finfo(float).eps) ** 2))
        best = int(np.argmin(scores))
        coefficients = right.T @ ((s / (s**2 + penalties[best] * unit))[:, None] * projected)
        return cls(coefficients, y_mean - x_mean @ coefficients, penalties[best], scores[best])

    def predict(self, x: Array) -> Array:
        """Give (N, O) for features (N, H)."""
        return np.asarray(self.intercept + x @ self.coefficients)
