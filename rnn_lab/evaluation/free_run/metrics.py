"""Metrics of a forecast that feeds on itself: valid time, error at a horizon, growth of the error.

Shapes: ``forecast`` (..., K, S, O) holds free runs of S steps from K starts, of O targets; ``true`` (K, S, O) what
happened; ``deviation`` (O,) each target's standard deviation over a *long* stretch of the series, not over the S steps
of one run, which may see a corner of the attractor only. Leading axes, such as the R replicas, are kept. A run that
blew up (``inf``, ``nan``) counts as wrong without a warning.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def relative_error(forecast: ArrayLike, true: ArrayLike, deviation: ArrayLike) -> Array:
    """Error of each step in units of the targets' standard deviations: (..., S).

        e_s = sqrt(mean_o(((forecast_so - true_so) / deviation_o)^2))

    Of two unrelated states of one attractor it is sqrt(2) on average (root mean square): no forecast worse than that is
    worth a number. Any axes may stand before the last two.

    Example:
        >>> relative_error([[1.0, 20.0], [3.0, 60.0]], [[1.0, 20.0], [2.0, 40.0]], [2.0, 40.0]).tolist()
        [0.0, 0.5]

    Raises:
        ValueError: the shapes do not fit, which NumPy would quietly broadcast; or a deviation is not positive.
    """
    forecast, true, deviation = (np.asarray(array, np.float64) for array in (forecast, true, deviation))
    if true.ndim < 2 or forecast.shape[-true.ndim :] != true.shape or deviation.shape != true.shape[-1:]:
        raise ValueError(
            f"forecasts (..., S, O), truth (..., S, O) and deviations (O,) do not fit: {forecast.shape}, {true.shape}"
            f" and {deviation.shape}"
        )
    if not (deviation > 0).all():
        raise ValueError(f"the deviations must be positive, and are {deviation.tolist()}")
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.sqrt(np.mean(((forecast - true) / deviation) ** 2, axis=-1))
    return np.where(np.isnan(error), np.inf, error)


def valid_prediction_time(error: ArrayLike, *, step: float, lyapunov: float, threshold: float = 0.5) -> Array:
    """Time until the error first reaches the threshold, in Lyapunov times: (...).

        VPT = lyapunov * step * (number of steps before the first with e_s >= threshold)

    One Lyapunov time, 1 / lyapunov, is what an error takes to grow e-fold, so the number compares systems: with a
    perfect model and an initial error e_0 it is about ln(threshold / e_0). A return below the threshold does not count:
    two unrelated orbits meet now and then. If the threshold is never reached it is the whole run, a lower bound.

    Published values use several thresholds: .5 with exactly this error (Vlachas et al.), .4 with an error normalised
    by the root mean square instead of the deviation (Pathak et al.). So state it beside the number.

    Args:
        error: (..., S), as `relative_error` gives it; step s is s + 1 steps after the last observation.
        step: time between two rows, in the system's units; 1 for a map.
        lyapunov: the largest Lyapunov exponent, > 0, per unit of that time: about .906 for Lorenz-63, ln 2 for the
            logistic map at r = 4.
        threshold: in standard deviations.

    Example:
        >>> valid_prediction_time([[0.1, 0.2, 0.6, 0.1], [0.1] * 4], step=0.5, lyapunov=1.0).tolist()
        [1.0, 2.0]

    References:
        Vlachas et al., "Backpropagation algorithms and reservoir computing in recurrent neural networks for the
        forecasting of complex spatiotemporal dynamics" (2020); Pathak et al., "Hybrid forecasting of chaotic
        processes" (2018).
    """
    if not (step > 0 and lyapunov > 0 and threshold > 0):
        raise ValueError(f"step={step}, lyapunov={lyapunov} and threshold={threshold} must all be positive")
    valid = np.asarray(error, np.float64) < threshold  # nan is not
    return np.asarray(np.cumprod(valid, axis=-1).sum(axis=-1) * (step * lyapunov))


def nrmse_at(forecast: ArrayLike, true: ArrayLike, deviation: ArrayLike, horizons: Sequence[int] = (1, 6, 84)) -> Array:
    """Error over the K starts at some steps of the free run, each start weighing the same: (..., len(horizons)).

        NRMSE_h = sqrt(mean_k(e_kh^2))

    The horizons of the Mackey-Glass literature are the default: NRMSE_84 is that of Jaeger & Haas over K = 100 starts,
    rows 1.0 apart. An AR(p) or a mean scores 1 where it knows nothing.

    Args:
        forecast, true, deviation: as above, K >= 1.
        horizons: steps after the last observation, from 1 to S.

    Example:
        >>> true, forecast = np.zeros((2, 3, 1)), [[[1.0], [2.0], [3.0]], [[1.0], [4.0], [3.0]]]
        >>> nrmse_at(forecast, true, [2.0], horizons=[1, 2]).round(4).tolist()
        [0.5, 1.5811]

    References:
        Jaeger & Haas, "Harnessing nonlinearity: predicting chaotic systems and saving energy in wireless
        communication" (2004), supporting material.
    """
    error = _errors_of_starts(forecast, true, deviation)
    if not all(1 <= horizon <= error.shape[-1] for horizon in horizons):
        raise ValueError(f"horizons={list(horizons)} must lie between 1 and the {error.shape[-1]} steps of a run")
    with np.errstate(over="ignore"):
        return np.asarray(np.sqrt(np.mean(error[..., np.asarray(horizons) - 1] ** 2, axis=-2)))


def error_growth(forecast: ArrayLike, true: ArrayLike, deviation: ArrayLike) -> Array:
    """Typical error of each step, the geometric mean over the K starts: (..., S).

    Errors of chaotic systems grow exponentially at a rate that differs along the orbit, so their logarithms are what
    can be averaged: the curve of log e_s then rises by the largest Lyapunov exponent times the step until it bends over
    towards saturation. An arithmetic mean would show the fastest starts alone.

    Args:
        forecast, true, deviation: as above, K >= 1. An exact forecast pulls the mean to 0.

    Example:
        >>> true = np.zeros((2, 2, 1))
        >>> error_growth(true + [[[0.1], [1.0]], [[0.4], [4.0]]], true, [1.0]).round(6).tolist()
        [0.2, 2.0]

    References:
        Kantz & Schreiber, "Nonlinear time series analysis" (2004), section 5.2, on averages of logarithms.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.exp(np.mean(np.log(_errors_of_starts(forecast, true, deviation)), axis=-2))
    return np.where(np.isnan(growth), np.inf, growth)  # one start exact, another lost


def _errors_of_starts(forecast: ArrayLike, true: ArrayLike, deviation: ArrayLike) -> Array:
    """Errors (..., K, S), once it is sure that there are starts to average over."""
    if np.ndim(true) != 3:
        raise ValueError(f"the truth must be (K, S, O): K starts, S steps, O targets; it is {np.shape(true)}")
    return relative_error(forecast, true, deviation)
