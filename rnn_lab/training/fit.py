"""The training loop: update, evaluate, tell the observers, stop in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.sequences import Dataset, StreamDataset
from rnn_lab.training.examination import Examination, judge, spectral_radii
from rnn_lab.training.lbfgs import LBFGS, FullBatch
from rnn_lab.training.minibatch import MiniBatches
from rnn_lab.training.optimizers import Optimizer
from rnn_lab.training.state import TrainingState
from rnn_lab.training.streaming import Lanes
from rnn_lab.training.survey import StreamExamination
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Epoch:
    """What observers are told after each epoch; its arrays are live, so copy what you keep.

    Attributes:
        epoch: 0 is before any update.
        metrics: name -> (R,), of those weights; ``grad/norm`` and ``grad/clipped`` are NaN for a replica that has
            stopped before.
        parameters: the weights as they are; see `TrainingState`.
        predictions: ``train`` and ``validation``, (R, M, O), in the data's own units: what a plot shows of them.
        state: all of it, for a checkpoint.
    """

    epoch: int
    metrics: dict[str, Array]
    parameters: Parameters
    predictions: dict[str, Array]
    state: TrainingState


class Observer(Protocol):
    """Someone who watches the epochs go by."""

    def __call__(self, epoch: Epoch) -> str | None:
        """Look; a returned string asks the run to stop and says why."""


def engine(
    network: Network,
    dataset: Dataset | StreamDataset,
    trainer: Trainer,
    optimizer: Optimizer | LBFGS,
    seeds: Sequence[int],
    state: TrainingState | None = None,
) -> MiniBatches | FullBatch | Lanes:
    """What trains for one epoch.

    Raises:
        BadInput: where the settings do not fit the data, each other or the state.
    """
    if state is not None and state.epoch > trainer.epochs:
        raise BadInput(f"trainer.epochs={trainer.epochs} is less than the {state.epoch} epochs that are done already.")
    if trainer.scheduled_sampling and not dataset.feeds_back:
        raise BadInput(
            f"trainer.scheduled_sampling={trainer.scheduled_sampling:g} needs a series of numbers whose target at "
            "each step is the next input: data.each_step=true, data.horizon=1 and the input columns as targets."
        )
    if trainer.scheduled_sampling and (isinstance(optimizer, LBFGS) or trainer.update_rule != "bptt"):
        raise BadInput("trainer.scheduled_sampling needs a first-order optimizer and trainer.update_rule=bptt.")
    if isinstance(dataset, StreamDataset):
        if isinstance(optimizer, LBFGS):
            raise BadInput("optimizer=lbfgs goes down one loss, and a stream has another one at every chunk.")
        return Lanes(network, trainer, optimizer, seeds, dataset)
    if isinstance(optimizer, LBFGS):
        if dataset.fresh is not None:
            raise BadInput("optimizer=lbfgs goes down one loss: it needs data.fresh=false.")
        return FullBatch(network, trainer, optimizer, seeds, dataset.train)
    return MiniBatches(network, trainer, optimizer, seeds, dataset.train, dataset.fresh)


def fit(
    network: Network,
    dataset: Dataset | StreamDataset,
    trainer: Trainer,
    optimizer: Optimizer | LBFGS,
    seeds: Sequence[int],
    observers: Sequence[Observer] = (),
    state: TrainingState | None = None,
) -> TrainingState:
    """Train R replicas in lockstep.

    Args:
        network, dataset, trainer, optimizer: what is trained, on what, and how.
        seeds: one for each replica: its initial weights and its order of records.
        observers: told of each epoch, from epoch 0 (or from the one after ``state``) on.
        state: where to go on; None to start from fresh weights. It is changed in place.

    Returns:
        The state at the end, whose ``parameters`` are the weights that the run keeps. To go on later, start from one
        that an observer saved: there, weights and moments belong to the same epoch.

    Raises:
        BadInput: where the settings do not fit the data, each other or the state.
    """
    advance = engine(network, dataset, trainer, optimizer, seeds, state)
    examine: Examination | StreamExamination
    if isinstance(dataset, StreamDataset):
        examine = StreamExamination(network, dataset, len(seeds))
    else:
        examine = Examination(network, dataset, len(seeds))

    def rates(state: TrainingState) -> Array:
        """Learning rates (R,) of an epoch's first update; L-BFGS has none, so that 1 stands for its full step."""
        if isinstance(optimizer, LBFGS):
            return np.ones(len(seeds))
        return np.array(
            optimizer.learning_rate * optimizer.schedule.factor(state.schedule, state.epoch, trainer.epochs)
        )

    def look(state: TrainingState, lengths: Array, clips: Array, rate: Array, seconds: float) -> str | None:
        """Evaluate the weights, judge them and tell the observers."""
        metrics, predictions = examine(state.parameters)
        metrics |= {
            "grad/norm": lengths,
            "grad/clipped": clips,
            **spectral_radii(network.model, state.parameters),
            "lr": rate,
            "epoch_seconds": np.full(len(seeds), seconds),
        }
        judge(state, metrics, trainer)
        if not isinstance(optimizer, LBFGS):
            optimizer.schedule.observe(state.schedule, metrics["val/loss"])
        asked = [observer(Epoch(state.epoch, metrics, state.parameters, predictions, state)) for observer in observers]
        return next((reason for reason in asked if reason), None)

    reason = None
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is looked for, and reported in words
        if state is None:
            state = TrainingState.before(network.initial(seeds))
            if not isinstance(optimizer, LBFGS):
                state.moments = optimizer.begin(state.parameters.flat)
                state.schedule = optimizer.schedule.begin(len(seeds))
            nothing = np.full(len(seeds), np.nan)  # no gradient yet
            reason = look(state, nothing, nothing, rates(state), 0.0)
        while state.epoch < trainer.epochs and state.running.any() and not reason:
            started, rate = perf_counter(), rates(state)
            stopped = ~state.running
            lengths, clips = advance(state)
            lengths[stopped] = clips[stopped] = np.nan  # in lockstep, but no longer training
            state.freeze()
            state.epoch += 1
            reason = look(state, lengths, clips, rate, perf_counter() - started)
    state.freeze()
    for r in np.flatnonzero(state.running):
        state.reasons[r] = reason or f"all {trainer.epochs} epochs are done"
        if trainer.keep == "best":
            state.parameters.flat[r] = state.best.flat[r]
        else:
            state.kept_epoch[r] = state.epoch
    return state
