"""Early stopping: the best weights of each replica so far, and which replicas end."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


def update_early_stopping(state: TrainingState, metrics: Mapping[str, Array], trainer: Trainer) -> None:
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
        out_of_patience = state.epoch - state.kept_epoch >= trainer.patience
        state.stop(out_of_patience, f"no lower validation loss for {trainer.patience} epochs")
