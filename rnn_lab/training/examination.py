"""What is known of the weights after an epoch: losses and errors, and what follows from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import ForwardPass, Network, Parameters
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
            forward = ForwardPass(network, replicas, len(records.Y))
            X = network.time_major(records.X, replicas)
            Y = np.broadcast_to(records.Y.astype(network.dtype), forward.outputs.shape)
            self.parts.append((name, key, forward, X, Y, self.scaler.undo(records.Y)))

    def __call__(self, parameters: Parameters) -> tuple[dict[str, Array], dict[str, Array]]:
        """Metrics ``train/loss``, ``train/rmse``, ``val/loss``, ``val/rmse``, each (R,), and predictions (R, N, O).

        The loss is the one trained on, of scaled targets; RMSE and predictions are in the data's own units.
        """
        metrics, predictions = {}, {}
        for name, key, forward, X, Y, truth in self.parts:
            outputs = forward(parameters, X)
            metrics[f"{name}/loss"] = half_mean_squared_error(outputs, Y, np.empty_like(outputs))
            predictions[key] = self.scaler.undo(outputs.astype(np.float64))
            metrics[f"{name}/rmse"] = np.sqrt(np.mean((predictions[key] - truth) ** 2, axis=(1, 2)))
        return metrics, predictions


def judge(state: TrainingState, metrics: dict[str, Array], trainer: Trainer) -> None:
    """Keep the best weights of each replica, and stop those that diverged or no longer improve."""
    train, validation = metrics["train/loss"], metrics["val/loss"]
    if state.epoch == 0:
        state.first_loss = train.copy()
    lost = ~np.isfinite(train + validation)
    state.stop(lost, "the loss is not finite", state.epoch, diverged=True)
    exploded = train > trainer.explode * state.first_loss
    state.stop(
        exploded, f"the training loss exceeds {trainer.explode:g} times its first value", state.epoch, diverged=True
    )
    better = state.running & (validation < state.best_loss)
    state.best_loss = np.where(better, validation, state.best_loss)
    state.kept_epoch = np.where(better, state.epoch, state.kept_epoch)
    state.best.flat[better] = state.parameters.flat[better]
    if trainer.patience is not None:
        tired = state.epoch - state.kept_epoch >= trainer.patience
        state.stop(tired, f"no lower validation loss for {trainer.patience} epochs", state.epoch)
