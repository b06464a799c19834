"""What is known of the weights after an epoch: losses and errors, and what follows from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Architecture, Network, Outputs, Parameters
from rnn_lab.network.losses import LOSSES
from rnn_lab.network.parameters import numbered
from rnn_lab.sequences import Dataset, Records, SeriesDataset
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]

SHOWN = 300
"""Predictions for records that are no windows of a series, as many as a plot can hold."""


class Examination:
    """Losses and errors on the training and the validation records, with buffers allocated once.

    Where each epoch trains on fresh records, as many of the first epoch's are looked at as there are for validation.

    Args:
        network, dataset: what is examined, on what.
        replicas: R.
    """

    def __init__(self, network: Network, dataset: Dataset, replicas: int) -> None:
        self.network, self.dataset = network, dataset
        self.parts = [
            ("val" if key == "validation" else key, key, Outputs(network, replicas, records.X), records)
            for key, records in looked_at(dataset).items()
        ]

    def __call__(self, parameters: Parameters) -> tuple[dict[str, Array], dict[str, Array]]:
        """Metrics of both splits such as ``val/loss``, each (R,) (see `examined`), and what is `shown` of outputs."""
        metrics: dict[str, Array] = {}
        predictions = {}
        for name, key, outputs_of, records in self.parts:
            outputs = outputs_of(parameters)
            found = examined(self.network, self.dataset, records, outputs)
            metrics |= {f"{name}/{score}": values for score, values in found.items()}
            predictions[key] = shown(self.dataset, records, outputs)
        return metrics, predictions


def examined(network: Network, dataset: Dataset, records: Records, outputs: Array) -> dict[str, Array]:
    """Score outputs (R, N, O) or (R, N, T, O) of some records; each score is (R,).

    ``loss`` is the one trained on, of scaled targets at every step that counts. ``rmse`` is in the data's own units.
    Classes have ``accuracy`` in its place, and tasks with a criterion of their own ``success``, the share of records
    that meet it.
    """
    weights = None
    if records.mask is not None:
        weights = np.broadcast_to(records.mask / records.mask.sum(), outputs.shape[:3]).astype(outputs.dtype)
    Y = records.Y if dataset.classes else records.Y.astype(outputs.dtype)
    scores = {"loss": LOSSES[network.loss](outputs, Y[None], np.empty_like(outputs), weights)}
    if dataset.classes:
        right = outputs.argmax(axis=-1) == records.Y
        scores["accuracy"] = dataset.judged(right[..., None], records).mean(axis=(1, 2))
    else:
        predicted, true = in_own_units(dataset, records, outputs), in_own_units(dataset, records, None)
        scores["rmse"] = np.sqrt(np.mean((predicted - true) ** 2, axis=(1, 2)))
    success = dataset.success(outputs, records)
    return scores if success is None else scores | {"success": success.mean(axis=1)}


def looked_at(dataset: Dataset) -> dict[str, Records]:
    """The records that are looked at after each epoch, ``train`` and ``validation``."""
    train, validation = dataset.train, dataset.validation
    if dataset.fresh is not None:
        train = train.first(len(validation))
    return {"train": train, "validation": validation}


def truth(dataset: Dataset) -> dict[str, Array]:
    """What `shown` predictions should be, (M, O), for the records that are looked at."""
    return {key: shown(dataset, records, None) for key, records in looked_at(dataset).items()}


def in_own_units(dataset: Dataset, records: Records, outputs: Array | None) -> Array:
    """The predictions (R, M, O) that are judged, or their true values (M, O), without scaling."""
    values = dataset.judged(records.Y if outputs is None else outputs, records)
    return dataset.target_scaler.undo(values.astype(np.float64))


def shown(dataset: Dataset, records: Records, outputs: Array | None) -> Array:
    """What a plot shows of outputs, (R, M, O); or of the truth, (M, O), where they are None.

    Numbers are shown in the data's own units. Of classes it is the probability of the right one, which should be 1.
    Of what is no series the first few hundred will do.
    """
    if not dataset.classes:
        values = in_own_units(dataset, records, outputs)
    elif outputs is None:
        values = dataset.judged(np.ones((*records.Y.shape, 1)), records)
    else:
        logits = outputs - outputs.max(axis=-1, keepdims=True)
        right = np.take_along_axis(logits, records.Y[None, ..., None], axis=-1)
        values = dataset.judged(np.exp(right) / np.exp(logits).sum(axis=-1, keepdims=True), records)
    return values if isinstance(dataset, SeriesDataset) else values[..., :SHOWN, :]


def spectral_radii(model: Architecture, parameters: Parameters) -> Mapping[str, Array]:
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
