"""What can run freely without any training loop, each fed with its own forecasts: the network's rivals.

persistence   holds the last observed row
ARp           the largest of the baselines' autoregressions, on each target's own past
ESN32         the echo-state network of the network's size, on the network's windows; a stream has none
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.autoregression import Autoregression, choose_order
from rnn_lab.evaluation.baselines import autoregressions, echo_state
from rnn_lab.evaluation.free_run.loop import feed_back
from rnn_lab.evaluation.free_run.segment import Array, Track, stretches
from rnn_lab.sequences import Data, SeriesDataset, StreamDataset
from rnn_lab.training.survey import scored


def rivals(data: Data, track: Track, starts: NDArray[np.int64], steps: int, hidden_dim: int) -> dict[str, Array]:
    """Free runs (K, steps, O) of each, fitted on training data only.

    Args:
        data: the network's.
        track: the rows to run along.
        starts: (K,) each run's first row to forecast, of the track.
        steps: S.
        hidden_dim: units of the echo-state network.
    """
    found = {"persistence": np.repeat(track.series[starts - 1][:, None], steps, axis=1)}

    def run(forecast: Callable[[Array], Array], window: int, horizon: int, columns: list[int]) -> Array:
        """``forecast`` maps windows (K, T, D) to (K, O)."""
        observed = stretches(track.series[:, columns], starts, 1 - window - horizon, 0)[None]
        runs = feed_back(
            lambda windows: forecast(windows[0].swapaxes(0, 1))[None],
            observed, steps, window=window, outputs=track.series.shape[1], fed_back=columns,
        )  # fmt: skip
        return np.asarray(runs[0])

    if isinstance(data, SeriesDataset | StreamDataset):
        order, linear = _linear(data, track)
        found[f"AR{order}"] = run(linear.forecast, order, data.horizon, list(range(track.series.shape[1])))
    if isinstance(data, SeriesDataset):
        reservoir, scaler = echo_state(data, hidden_dim), data.input_scaler
        found[f"ESN{hidden_dim}"] = run(
            lambda windows: reservoir.predict(scaler.apply(windows)), data.window, data.horizon, track.inputs
        )
    return found


def _linear(data: SeriesDataset | StreamDataset, track: Track) -> tuple[int, Autoregression]:
    if isinstance(data, SeriesDataset):
        return list(autoregressions(data).items())[-1]
    train = scored(data)["train"]
    series = data.target_scaler.undo(train.read_targets(0, train.length))
    reach = min(int(10 * np.log10(train.length)), (train.length - data.horizon) // 2, track.warm_up + 1 - data.horizon)
    at = np.arange(data.horizon - 1 + max(1, reach), train.length)
    order = choose_order(series, at, max(1, reach), data.horizon)
    return order, Autoregression.fit(series, at, order, data.horizon)
