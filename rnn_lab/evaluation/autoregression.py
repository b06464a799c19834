"""Least-squares autoregression: the linear model of few coefficients that a network must beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BLOCK = 4096
"""Forecasts made at a time: their lags are many times as large as they are."""
NUMBERS = 2**20
"""Lags of several columns held at a time: 8 MB."""


@dataclass(frozen=True, eq=False)
class Autoregression:
    """A direct linear forecast of each column of a series from its own last p values, with an intercept.

        y[t] = c + sum_{i=0}^{p-1} a_i y[t - horizon - i]

    "Direct" means that a horizon of 3 has coefficients of its own; the one-step model is not iterated.

    Args:
        coefficients: a, (p, O), the most recent lag first.
        intercept: c, (O,).
        horizon: steps between the last value seen and the one forecast, >= 1.

    Example:
        >>> sine = np.sin(np.arange(200.0))[:, None]
        >>> model = Autoregression.fit(sine, np.arange(50, 150), order=2, horizon=1)
        >>> model.coefficients.ravel().round(6).tolist(), round(2 * float(np.cos(1)), 6)
        ([1.080605, -1.0], 1.080605)

    Reference: Box, Jenkins, Reinsel & Ljung, "Time series analysis: forecasting and control" (2015), ch. 7.
    """

    coefficients: Array
    intercept: Array
    horizon: int

    @classmethod
    def fit(cls, series: Array, at: NDArray[np.int64], order: int, horizon: int) -> "Autoregression":
        """Least squares on the given targets only.

        Lags are centred before the fit, so that a series with a large offset loses no digits; where lags are
        collinear (a constant, or a sine with p > 2), the solution of smallest norm is taken.

        Args:
            series: (L, O).
            at: rows of the targets to fit, each at least ``horizon + order - 1``.
            order: p >= 1.
            horizon: steps between the last lag and the target, >= 1.
        """
        parts = _few_columns(series, len(at) * order)
        if len(parts) > 1:
            each = [cls.fit(part, at, order, horizon) for part in parts]
            joined = np.concatenate([one.coefficients for one in each], axis=1)
            return cls(joined, np.concatenate([one.intercept for one in each]), horizon)
        x, y = lags(series, at, order, horizon), series[at]
        x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
        coefficients = np.column_stack(
            [np.linalg.lstsq(x[:, :, o] - x_mean[:, o], y[:, o] - y_mean[o])[0] for o in range(series.shape[1])]
        )
        return cls(coefficients, y_mean - np.sum(x_mean * coefficients, axis=0), horizon)

    def predict(self, series: Array, at: NDArray[np.int64]) -> Array:
        """Forecast rows ``at`` of ``series`` (L, O) from the rows before them: (N, O)."""
        forecasts, order = np.empty((len(at), series.shape[1])), len(self.coefficients)
        for start in range(0, len(at), BLOCK):
            part = slice(start, start + BLOCK)
            x = lags(series, at[part], order, self.horizon)
            forecasts[part] = self.intercept + np.einsum("npo,po->no", x, self.coefficients)
        return forecasts

    def forecast(self, windows: Array) -> Array:
        """Forecast (..., O) the row ``horizon`` after the last of each window of p rows, (..., p, O)."""
        return np.asarray(self.intercept + np.einsum("...po,po->...o", windows[..., ::-1, :], self.coefficients))


def lags(series: Array, at: NDArray[np.int64], order: int, horizon: int) -> Array:
    """Gather what an AR(p) sees of each target: (N, p, O) with ``[n, i] = series[at[n] - horizon - i]``."""
    _check(at, order, horizon)
    return np.asarray(series[at[:, None] - horizon - np.arange(order)])


def _check(at: NDArray[np.int64], order: int, horizon: int) -> None:
    if at.min() < horizon + order - 1:
        raise ValueError(f"{order} lags at horizon {horizon} reach back before the series' first row")


def _few_columns(series: Array, lags_each: int) -> list[Array]:
    """Return the columns together, or one by one where their lags would be more numbers than should be held."""
    together = lags_each * series.shape[1] <= NUMBERS
    return [series] if together else [series[:, o : o + 1] for o in range(series.shape[1])]


def choose_order(series: Array, at: NDArray[np.int64], largest: int, horizon: int) -> int:
    """Find the order p in 1..``largest`` with the smallest corrected Akaike criterion.

        AICc(p) = N log(RSS_p / N) + 2 m N / (N - m - 1),    m = p + 2 parameters

    summed over columns, so that one p serves them all. The parameters are the p coefficients, the intercept
    and the noise variance. Every p is judged on the same N targets. AICc is preferred to AIC, which with 50
    lags on 100 targets would take them all, and to BIC or a held-out tail, since it estimates the error of
    forecasts and does so from all the training data. With ``horizon`` > 1 the residuals overlap and the
    criterion is an approximation. Orders too large for N are left out, and so are those above 10 log10(N),
    the usual limit, which keeps the cost small for long windows.

    Residuals below rounding count as equal: a sine, which obeys an exact recurrence, gets p = 2 and not more.

    Args:
        series: (L, O).
        at: rows of the training targets.
        largest: the window, so that the model sees no more of the past than the network does.
        horizon: steps between the last lag and the target, >= 1.

    Example:
        >>> choose_order(np.sin(np.arange(200.0))[:, None], np.arange(50, 150), largest=50, horizon=1)
        2

    Reference: Hurvich & Tsai, "Regression and time series model selection in small samples" (1989).
    """
    N = len(at)
    largest = min(largest, N - 4, int(10 * np.log10(N)))
    if largest < 2:
        return 1
    _check(at, largest, horizon)
    orders = np.arange(1, largest + 1)
    m = orders + 2
    criterion = series.shape[1] * 2.0 * m * N / (N - m - 1)
    for part in _few_columns(series, N * largest):
        xy = np.empty((N, largest + 1, part.shape[1]))  # filled lag by lag: of a long series they are many numbers
        for i in range(largest):
            xy[:, i] = part[at - horizon - i]
        xy[:, -1] = part[at]
        for o in range(part.shape[1]):
            criterion += N * np.log(_residual_squares(xy[:, :, o]) / N)
    return int(orders[np.argmin(criterion)])


def _residual_squares(xy: Array) -> Array:
    """Residual sums of squares of y, the last column, on an intercept and the first 1, 2, .. of those before it, x.

    One factorisation serves all p: in the triangular factor of [x, y], the last column holds y in the basis
    of the columns before it, and what the first p of them leave over is the rest of that column.
    ``xy`` (N, p + 1) is centred in place.
    """
    x, y = xy[:, :-1], np.ascontiguousarray(xy[:, -1])
    xy -= np.append(x.mean(axis=0), y.mean())
    y_in_basis = np.asarray(np.linalg.qr(xy, mode="r"))[:, -1]
    left_over = np.cumsum(y_in_basis[::-1] ** 2)[::-1]
    rounding = 64 * np.finfo(float).eps * np.abs(y).max()
    return np.asarray(np.maximum(left_over[1 : x.shape[1] + 1], len(y) * rounding**2 + np.finfo(float).tiny))
