"""What is known of the weights after an epoch: losses and errors, and what follows from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Layer, Network, Outputs, Parameters
from rnn_lab.network.losses import LOSSES
from rnn_lab.network.parameters import numbered
from rnn_lab.sequences import Dataset, Records
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]

SHOWN = 500
"""Predictions at each step, or of classes, that observers are shown of a split."""


class Examination:
    """Losses and errors on the training and the validation records, with buffers allocated once.

    Where each epoch trains on fresh records, as many of the first epoch's are looked at as there are for validation.

    Args:
        network, dataset: what is examined, on what.
        replicas: R.
    """

    def __init__(self, network: Network, dataset: Dataset, replicas: int) -> None:
        self.network, self.dataset = network, dataset
        train = dataset.train if dataset.fresh is None else first(dataset.train, len(dataset.validation))
        self.parts = [
            (name, key, Outputs(network, replicas, records.X), records)
            for name, key, records in (("train", "train", train), ("val", "validation", dataset.validation))
        ]

    def __call__(self, parameters: Parameters) -> tuple[dict[str, Array], dict[str, Array]]:
        """Metrics ``train/loss``, ``val/rmse``, .., each (R,), and predictions, each (R, n, O); see `shown`.

        The loss is the one trained on, of scaled targets; RMSE and predictions are in the data's own units. Classes
        have ``accuracy`` in the place of RMSE, and tasks with a criterion of their own ``success``, the share of
        records that meet it.
        """
        metrics: dict[str, Array] = {}
        predictions = {}
        for name, key, outputs_of, records in self.parts:
            outputs = outputs_of(parameters)
            metrics |= {
                f"{name}/{score}": value
                for score, value in examined(self.network, self.dataset, records, outputs).items()
            }
            predictions[key] = shown(self.dataset, records, outputs)
        return metrics, predictions


def examined(network: Network, dataset: Dataset, records: Records, outputs: Array) -> dict[str, Array]:
    """Score outputs (R, N, O) or (R, N, T, O) of some records: ``loss``, ``rmse`` or ``accuracy``, ``success``."""
    R = len(outputs)
    counted = None
    if records.mask is not None:
        counted = np.broadcast_to(records.mask / records.mask.sum(), (R, *records.mask.shape)).astype(outputs.dtype)
    Y = records.Y if dataset.classes else records.Y.astype(outputs.dtype)
    scores = {"loss": LOSSES[network.loss](outputs, Y[None], np.empty_like(outputs), counted)}
    if dataset.classes:
        scores["accuracy"] = averaged(outputs.argmax(axis=-1) == records.Y, records)
    else:
        scaler = dataset.target_scaler
        squares = (scaler.undo(outputs.astype(np.float64)) - scaler.undo(records.Y)) ** 2
        scores["rmse"] = np.sqrt(averaged(squares.mean(axis=-1), records))
    success = dataset.success(outputs, records)
    if success is not None:
        scores["success"] = success.mean(axis=1)
    return scores


def averaged(values: Array, records: Records) -> Array:
    """Mean of values (R, N) or (R, N, T) over the records and the steps that count: (R,)."""
    if records.mask is not None:
        return np.asarray(values[:, records.mask].mean(axis=1))
    return np.asarray(values.reshape(len(values), -1).mean(axis=1))


def first(records: Records, count: int) -> Records:
    """The first records of a split."""
    mask = None if records.mask is None else records.mask[:count]
    return Records(records.X[:count], records.Y[:count], records.at[:count], mask)


def shown(dataset: Dataset, records: Records, outputs: Array | None) -> Array:
    """What a plot of predictions shows of outputs (R, N, ..., O), (R, n, O); or of the truth, (n, O), where None.

    Numbers after the last step are shown as they are, in the data's own units, and numbers at each step for the first
    steps that count, one record after the other. Of classes it is the probability of the right one, with 1 for truth.
    """
    if dataset.classes:
        if outputs is None:
            values = np.ones((*records.Y.shape, 1))
        else:
            logits = outputs - outputs.max(axis=-1, keepdims=True)
            right = np.take_along_axis(logits, records.Y[None, ..., None], axis=-1)
            values = np.exp(right) / np.exp(logits).sum(axis=-1, keepdims=True)
    else:
        values = dataset.target_scaler.undo(records.Y if outputs is None else outputs.astype(np.float64))
    if not dataset.each_step:
        return values if not dataset.classes else values[..., :SHOWN, :]
    mask = np.ones(records.Y.shape[:2], bool) if records.mask is None else records.mask
    return np.asarray(values[..., mask, :][..., :SHOWN, :])


def spectral_radii(model: Layer, parameters: Parameters) -> Mapping[str, Array]:
    """Spectral radius of each recurrent layer's W_hh, or of the block of it that proposes the new state."""
    return {
        numbered("weights/spectral_radius", number): spectral_radius(model.candidate(parameters.layer(number)))
        for number in range(1, model.layers + 1)
    }


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
