"""Figures of what is at hand in a script or a notebook: data, training and predictions, without a run folder."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.scoring import Evaluator, targets_of
from rnn_lab.scoring.refused_data import refuse_data
from rnn_lab.sequences.dataset import SeriesDataset
from rnn_lab.training import TrainingState

if TYPE_CHECKING:
    from rnn_lab.figures import Figure

Array = NDArray[Any]


def plot_data(data: SeriesDataset) -> "Figure":
    """Draw a series with its splits, and one window with its target.

    Raises:
        BadInput: the data is no series.

    Example:
        >>> from rnn_lab import dataset
        >>> len(plot_data(dataset(np.sin(np.arange(100.0)), window=20)).axes)
        2
    """
    from rnn_lab import figures

    _only_series(data)
    return figures.data(
        data.series,
        columns=data.columns,
        inputs=data.inputs,
        targets=data.targets,
        at={split: records.at for split, records in data.splits.items()},
        window=data.window,
        horizon=data.horizon,
        index=data.index,
        index_name=data.index_name,
        name=data.name,
    )


def plot_curves(state: TrainingState, baselines: Mapping[str, Mapping[str, float]] | None = None) -> "Figure":
    """Draw losses and errors by epoch, and beside them what baselines reach on the validation targets.

    Args:
        state: what `fit` returned.
        baselines: name -> scores, such as ``baseline_scores(data, hidden_dim)["validation"]``; None draws none.
    """
    from rnn_lab import figures

    curves = state.curves
    for replica in np.flatnonzero(state.stopped >= 0):  # from then on it stood still
        for values in curves.values():
            values[state.stopped[replica] + 1 :, replica] = np.nan
    error = "nrmse" if "val/nrmse" in curves else "rmse"  # of targets in different units, which an RMSE would add up
    main = "loss" if "val/accuracy" in curves else error
    compared = {name: scores[main] for name, scores in (baselines or {}).items() if main in scores}
    epochs = np.arange(len(curves["val/loss"]))
    return figures.loss_curves(epochs, curves, best_epoch=state.kept_epoch, baselines=compared, score=error)


def plot_predictions(
    network: Network, parameters: Parameters, data: SeriesDataset, split: str = "validation"
) -> "Figure":
    """Draw true and predicted targets of a split, in their own units.

    Args:
        network, parameters: a trained network, such as ``fit(...).parameters``.
        data: windows of a series.
        split: ``train``, ``validation`` or ``test``.

    Raises:
        BadInput: the data is no series, or has no such split.
    """
    from rnn_lab import figures

    _only_series(data)
    refuse_data(network, data)
    network.refuse_parameters(parameters)
    if split not in data.splits:
        raise BadInput(f"split={split!r} is not there: the data has {', '.join(data.splits)}.")
    records = data.splits[split]
    targets = targets_of(data, network.loss)
    answers = Evaluator(network, targets, {split: records}, parameters.replicas).answers(parameters)[split]
    x: Array = np.arange(len(data.series)) if data.index is None else data.index
    return figures.predictions(
        answers.plot_targets(),
        answers.plot_values(),
        split=split,
        targets=data.targets,
        x=x[records.at],
        x_name=data.index_name,
    )


def _only_series(data: Any) -> None:
    if getattr(data, "series", None) is None:
        raise BadInput(f"a {type(data).__name__} is no series: only windows of one have such a figure.")
