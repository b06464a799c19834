"""What a network must beat: forecasts that need no training loop, on exactly its targets, in the data's own units.

    mean          the mean of the training targets
    persistence   the target's last value inside the window, series[at - horizon]
    AR1, AR2      least-squares autoregressions on the target's own past, fitted on the training targets
    ARp           the same with the p that AICc prefers on the training targets, at most the window
    ESN32         an echo-state network of (say) 32 units on exactly the network's windows: its recurrent weights are
                  random, and ridge regression fits its readout; there if its size is asked for

Nothing here is fitted on validation or test data. With several targets each has a mean, a last value and
coefficients of its own, one p for all; inputs that are no targets are used by the echo-state network alone. A
target need not be among the inputs: the other baselines read its past from the series.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.autoregression import Autoregression, choose_order
from rnn_lab.evaluation.echo_state import EchoState
from rnn_lab.rng import named_rng
from rnn_lab.scoring.metrics import scores
from rnn_lab.sequences import Records, SeriesDataset

Array = NDArray[np.float64]
Scores = dict[str, dict[str, float]]


def forecasts(dataset: SeriesDataset, hidden_dim: int | None = None) -> dict[str, dict[str, Array]]:
    """Each baseline's forecasts: ``{"train": {"mean": (N, O), ...}, "validation": ..., "test": ...}``.

    Names run from the plainest baseline to the best informed: mean, persistence, AR1, AR2, AR9 (say), ESN32. ARp
    is left out where the chosen order is 1 or 2, and AR2 where the window holds one step. ``test`` is there if
    the data has it.

    Args:
        dataset: what the network is trained and scored on.
        hidden_dim: units of the echo-state network, so that it is of the same size as the network; None leaves it
            out. It costs twice a forward pass over the windows and a factorisation, (N, hidden_dim): milliseconds at
            32 units. Its reservoir is one draw, the same in every run.
    """
    series, train = targets(dataset), dataset.train.at
    models, mean = autoregressions(dataset), series[train].mean(axis=0)
    found = {
        split: {
            "mean": np.tile(mean, (len(at), 1)),
            "persistence": series[at - dataset.horizon],
            **{f"AR{p}": model.predict(series, at) for p, model in models.items()},
        }
        for split, at in rows(dataset).items()
    }
    if hidden_dim is not None:
        network = echo_state(dataset, hidden_dim)
        for split, forecast in found.items():
            forecast[f"ESN{hidden_dim}"] = network.predict(splits(dataset)[split].X)
    return found


def autoregressions(dataset: SeriesDataset) -> dict[int, Autoregression]:
    """Fit AR(1), AR(2) and AR(p) with the p that AICc prefers, by their orders from small to large."""
    series, horizon, train = targets(dataset), dataset.horizon, dataset.train.at
    chosen = choose_order(series, train, dataset.window, horizon)
    return {p: Autoregression.fit(series, train, p, horizon) for p in sorted({1, min(2, dataset.window), chosen})}


def echo_state(dataset: SeriesDataset, hidden_dim: int) -> EchoState:
    """Fit an echo-state network on the training windows, as the network has them scaled, to unscaled targets."""
    rng = named_rng(0, "initialisation", hidden_dim)  # keyed: not the numbers that the network's own weights are
    return EchoState.fit(dataset.train.X, targets(dataset)[dataset.train.at], hidden_dim, rng)


def baselines(dataset: SeriesDataset, hidden_dim: int | None = None) -> dict[str, Scores]:
    """Each baseline's errors: ``{"train": {"mean": {"rmse": ..., "mae": ..., "nrmse": ...}, ...}, ...}``.

    Arguments, splits and names as in `forecasts`; plain floats, so that the mapping can be written as JSON.
    """
    series, forecast = targets(dataset), forecasts(dataset, hidden_dim)
    return {
        split: {
            name: {metric: float(value) for metric, value in scores(predicted, series[at]).items()}
            for name, predicted in forecast[split].items()
        }
        for split, at in rows(dataset).items()
    }


def splits(dataset: SeriesDataset) -> dict[str, Records]:
    """Name the records of each split that there is."""
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {split: records for split, records in parts.items() if records is not None}


def rows(dataset: SeriesDataset) -> dict[str, NDArray[np.int64]]:
    """Locate the series' rows at which each split's targets lie."""
    return {split: records.at for split, records in splits(dataset).items()}


def targets(dataset: SeriesDataset) -> Array:
    """Read the target columns of the whole series, (L, O), in original units."""
    return dataset.series[:, [dataset.columns.index(name) for name in dataset.targets]]
