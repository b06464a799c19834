"""What is known of the weights after an epoch: losses and errors, and what follows from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network, Outputs, Parameters
from rnn_lab.network.losses import half_mean_squared_error
from rnn_lab.sequences import Dataset
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


class Examination:
    """Loss and RMSE on the training and the validation records, with buffers allocated once.

    Args:
        network, dataset: what is examined, on what.
        replicas: R.
    """

    def __init__(self, network: Network, dataset: Dataset, replicas: int) -> None:
        self.scaler = dataset.target_scaler
        self.parts = []
        for name, key, records in (
            ("train", "train", dataset.train),
            ("val", "validation", dataset.validation),
        ):
            outputs = Outputs(network, replicas, records.X)
            self.parts.append((name, key, outputs, records.Y.astype(network.dtype), self.scaler.undo(records.Y)))

    def __call__(self, parameters: Parameters) -> tuple[dict[str, Array], dict[str, Array]]:
        """Metrics ``train/loss``, ``train/rmse``, ``val/loss``, ``val/rmse``, each (R,), and predictions (R, N, O).

        The loss is the one trained on, of scaled targets; RMSE and predictions are in the data's own units.
        """
        metrics, predictions = {}, {}
        for name, key, outputs_of, Y, truth in self.parts:
            outputs = outputs_of(parameters)
            metrics[f"{name}/loss"] = half_mean_squared_error(outputs, Y, np.empty_like(outputs))
            predictions[key] = self.scaler.undo(outputs.astype(np.float64))
            metrics[f"{name}/rmse"] = np.sqrt(np.mean((predictions[key] - truth) ** 2, axis=(1, 2)))
        return metrics, predictions


def spectral_radius(W: Array) -> Array:
    """Largest |eigenvalue| of each matrix, (R, H, H) -> (R,); NaN where an entry is not finite.

    Example:
        >>> spectral_radius(np.array([[[0.0, 2.0], [-2.0, 0.0]], [[np.inf, 0.0], [0.0, 1.0]]]))
        array([ 2., nan])
    """
    finite = np.isfinite(W).all(axis=(1, 2))
    radius = np.full(len(W), np.nan)
    radius[finite] = np.abs(np.linalg.eigvals(W[finite])).max(axis=1)  # eigvals refuses what is not finite
    return radius


def judge(state: TrainingState, metrics: dict[str, Array], trainer: Trainer) -> None:
    """Note the best weights of each replica, and which replicas stop: they diverged, or no longer improve."""
    train, validation = metrics["train/loss"], metrics["val/loss"]
    if state.epoch == 0:
        state.first_loss = train.copy()
    lost = ~(np.isfinite(train) & np.isfinite(validation))
    state.stop(lost, "the loss is not finite", diverged=True)
    # A saturating activation can hide an infinite weight from the loss.
    lost = ~np.isfinite(state.parameters.flat).all(axis=1)
    state.stop(lost, "a weight is not finite", diverged=True)
    exploded = (state.first_loss > 0) & (train / trainer.explode > state.first_loss)
    state.stop(exploded, f"the training loss exceeds {trainer.explode:g} times its first value", diverged=True)
    better = state.running & (validation < state.best_loss)
    state.best_loss = np.where(better, validation, state.best_loss)
    state.kept_epoch = np.where(better, state.epoch, state.kept_epoch)
    state.best.flat[better] = state.parameters.flat[better]
    if trainer.patience is not None:
        tired = state.epoch - state.kept_epoch >= trainer.patience
        state.stop(tired, f"no lower validation loss for {trainer.patience} epochs")
