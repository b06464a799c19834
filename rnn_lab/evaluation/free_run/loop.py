"""A forecaster fed with its own forecasts: one loop, whoever the forecaster is."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.free_run.segment import Segment

Array = NDArray[np.float64]


def feed_back(
    forecast: Callable[[Array], Array],
    observed: Array,
    steps: int,
    *,
    window: int,
    outputs: int,
    fed_back: Sequence[int] | None,
    ahead: Array | None = None,
) -> Array:
    """Run a forecaster freely from K starts at once: (R, K, steps, O).

        f_s = forecast(x_{s - lag} .. x_{s - horizon}),    x_s = f_s of the inputs' columns for s >= 0

    where x_{-lag} .. x_{-1} are observed, lag = T - 1 + horizon. What blows up ends as ``inf`` or ``nan``.

    Args:
        forecast: windows (R, T, K, D) -> forecasts (R, K, O) of the row ``horizon`` after each window's last.
        observed: (R, K, lag, D), the rows before the first one to forecast.
        steps: how many rows to forecast.
        window: T.
        outputs: O.
        fed_back: where each of the D inputs stands among the O targets; None feeds nothing back, and then ``steps`` may
            not exceed the horizon.
        ahead: (K, n, D), what is known of the rows after the observed ones, ``nan`` where the forecast is fed back.

    Example:
        >>> doubled = feed_back(lambda x: 2 * x[:, -1], np.ones((1, 1, 3, 1)), 4, window=3, outputs=1, fed_back=[0])
        >>> doubled.ravel().tolist()
        [2.0, 4.0, 8.0, 16.0]
    """
    R, K, lag, D = observed.shape
    rows = np.empty((R, lag + steps, K, D))
    rows[:, :lag] = observed.swapaxes(1, 2)
    forecasts = np.empty((R, K, steps, outputs))
    with np.errstate(over="ignore", invalid="ignore"):
        for s in range(steps):
            forecasts[:, :, s] = forecast(rows[:, s : s + window])
            if fed_back is not None:
                rows[:, lag + s] = forecasts[:, :, s, fed_back]
                if ahead is not None and s < ahead.shape[1]:
                    rows[:, lag + s] = np.where(np.isnan(ahead[:, s]), rows[:, lag + s], ahead[:, s])
    return forecasts


def run_freely(
    step: Callable[[Array], Array],
    segment: Segment,
    starts: NDArray[np.int64],
    steps: int,
    *,
    window: int,
    horizon: int,
    columns: list[int],
) -> Array:
    """Run what forecasts from windows freely from K starts of a segment: (K, steps, O).

    Args:
        step: windows (K, T, D) -> forecasts (K, O) of the row ``horizon`` after each window's last.
        segment, starts, steps: from where, and how far.
        window, horizon: T, and how many rows after it the forecast lies.
        columns: where each of the D inputs stands among the targets.
    """
    observed = segment.stretches(starts, 1 - window - horizon, 0)[None, :, :, columns]
    runs = feed_back(
        lambda windows: step(windows[0].swapaxes(0, 1))[None],
        observed, steps, window=window, outputs=segment.series.shape[1], fed_back=columns,
    )  # fmt: skip
    return np.asarray(runs[0])
