"""The training loop: update, evaluate, tell whoever watches, stop in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_lab.capacity import refuse_too_large
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.observers import Observer, Snapshot, Training, Watcher
from rnn_lab.rng import refuse_seeds
from rnn_lab.rules import BPTT, Rule
from rnn_lab.rules.rule import memory_of_steps
from rnn_lab.scoring import Evaluator, Targets, targets_of
from rnn_lab.scoring.refused_data import refuse_data
from rnn_lab.sequences import Data, Records, Rows
from rnn_lab.training.compiled_epochs import CompiledRecordEpochs, compiles
from rnn_lab.training.optimizer import Optimizer
from rnn_lab.training.optimizers import Adam
from rnn_lab.training.progress import Progress
from rnn_lab.training.record_epochs import RecordEpochs
from rnn_lab.training.state import TrainingState
from rnn_lab.training.stopping import update_early_stopping
from rnn_lab.training.stream_epochs import StreamEpochs
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]
EpochRunner = RecordEpochs | StreamEpochs


@dataclass(frozen=True, eq=False)
class Epoch:
    """Report to listeners after each epoch; its arrays are live, so copy what you keep.

    Attributes:
        epoch: 0 is before any update.
        metrics: name -> (R,), of those weights, what observers measured among them; ``grad/norm`` and ``grad/clipped``
            are NaN for a replica that has stopped before.
        parameters: the weights as they are; see `TrainingState`.
        predictions: ``train`` and ``validation``, (R, M, O): what a plot shows of them.
        truth: of the same, (M, O).
        state: all of it, for a checkpoint.
        arrays: name -> (R, ...), what observers measured beside metrics.
        lost: observers that raised at this epoch, and why; they are asked no more.
    """

    epoch: int
    metrics: dict[str, Array]
    parameters: Parameters
    predictions: dict[str, Array]
    truth: dict[str, Array]
    state: TrainingState
    arrays: dict[str, Array] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


class Listener(Protocol):
    """Someone who is told of each epoch: a journal, a checkpoint, a progress bar, a pruner."""

    def __call__(self, epoch: Epoch) -> str | None:
        """Look; a returned string asks the run to stop and says why."""


@dataclass(frozen=True)
class _Runner:
    """Visitor of the training split that makes a runner of epochs for its records or for its rows."""

    network: Network
    data: Data
    trainer: Trainer
    rule: Rule
    optimizer: Optimizer
    seeds: Sequence[int]

    def of_records(self, records: Records) -> RecordEpochs:
        kind = CompiledRecordEpochs if compiles(self.trainer, self.optimizer) else RecordEpochs
        return kind(self.network, self.trainer, self.rule, self.optimizer, self.seeds, records, self.data.fresh)

    def of_rows(self, rows: Rows) -> StreamEpochs:
        return StreamEpochs(self.network, self.trainer, self.rule, self.optimizer, self.seeds, rows)


def make_epoch_runner(
    network: Network,
    data: Data,
    trainer: Trainer,
    optimizer: Optimizer,
    rule: Rule,
    seeds: Sequence[int],
    state: TrainingState | None = None,
) -> EpochRunner:
    """Make what trains for one epoch at a time.

    Raises:
        BadInput: where the settings do not fit the data, each other or the state.
    """
    refuse_data(network, data)
    refuse_seeds(seeds)
    if state is not None:
        fresh = TrainingState.before(network.zeros(len(seeds)))
        optimizer.begin_training(fresh)
        if part := state.mismatch(fresh):
            raise BadInput(f"the state to go on from does not fit this network and optimizer: its {part} differs.")
    if state is not None and state.epoch > trainer.epochs:
        raise BadInput(f"trainer.epochs={trainer.epochs} is less than the {state.epoch} epochs that are done already.")
    name = type(rule).__name__
    if trainer.scheduled_sampling and not data.feeds_back:
        raise BadInput(
            f"trainer.scheduled_sampling={trainer.scheduled_sampling:g} needs a series of numbers whose target at "
            "each step is the next input: data.each_step=true, data.horizon=1 and the input columns as targets."
        )
    if trainer.scheduled_sampling and (optimizer.one_loss or not rule.supports_sampling):
        raise BadInput(
            f"trainer.scheduled_sampling={trainer.scheduled_sampling:g} needs a first-order optimizer and a rule that "
            f"can read outputs as inputs, such as rule=bptt; they are {type(optimizer).__name__} and {name}."
        )
    if optimizer.one_loss and not rule.is_gradient:
        raise BadInput(
            f"the optimizer {type(optimizer).__name__} needs the loss's own gradient: rule=bptt, and not {name}."
        )
    rule.refuse(network)
    _refuse_too_large(network, data, trainer, rule, len(seeds))
    at_work = trainer.at_work(rule, network)
    runner: EpochRunner = data.train.accept(_Runner(network, data, trainer, at_work, optimizer, seeds))
    return runner


def _refuse_too_large(network: Network, data: Data, trainer: Trainer, rule: Rule, replicas: int) -> None:
    """Say what the parameters, and the states of k steps, would need, before anything is allocated.

    Of parameters there are six: themselves, the best ones, a gradient, and up to three of an optimizer.
    """
    size, H = np.dtype(network.dtype).itemsize, network.model.hidden_dim
    parameters = sum(float(np.prod(shape, dtype=float)) for shape in network.shapes.values())
    everything = data.shapes["train"]["X"][0] if data.window else 1  # of a stream, null is one lane
    batch = trainer.batch_size or everything
    k = min(trainer.bptt_truncate, data.window or max(data.train.length // batch, 1))  # no further than a lane is long
    refuse_too_large(
        replicas * size * 6 * parameters + memory_of_steps(network, replicas, batch, k),
        f"model.hidden_dim={H} with replicas={replicas}, trainer.batch_size={trainer.batch_size} and "
        f"trainer.bptt_truncate={trainer.bptt_truncate}",
    )
    refuse_too_large(
        rule.memory(network, replicas, batch, trainer.reach),
        f"the rule {type(rule).__name__} with model.hidden_dim={H}, replicas={replicas} and "
        f"trainer.batch_size={trainer.batch_size}",
    )


def fit(
    network: Network,
    data: Data,
    trainer: Trainer | None = None,
    optimizer: Optimizer | None = None,
    seeds: Sequence[int] = (0,),
    listeners: Sequence[Listener] = (),
    state: TrainingState | None = None,
    *,
    rule: Rule | None = None,
    observers: Mapping[str, Observer] | None = None,
    targets: Targets | None = None,
    progress: bool = False,
) -> TrainingState:
    """Train R replicas in lockstep.

    Args:
        network, data, trainer, optimizer: what is trained, on what, and how.
        seeds: one for each replica: its initial weights and its order of records.
        listeners: told of each epoch, from epoch 0 (or from the one after ``state``) on.
        state: where to go on; None to start from fresh weights. It is changed in place.
        rule: how the gradient is obtained; None for truncated back-propagation.
        observers: what is measured of each epoch beyond scores, by name.
        targets: what outputs are worth; None for the data's own targets, with the usual scores.
        progress: whether a line says how far training has come; see `Progress`.

    Returns:
        The state at the end, whose ``parameters`` are the weights that the run keeps, and whose ``curves`` are every
        metric by epoch. To go on later, start from one that a listener saved: there, weights and moments belong to the
        same epoch.

    Raises:
        BadInput: where the settings do not fit the data, each other or the state.
    """
    trainer, optimizer, rule = trainer or Trainer(), optimizer or Adam(), rule or BPTT()
    refuse_data(network, data)
    targets = targets or targets_of(data, network.loss)
    listeners = [*listeners, Progress(trainer.epochs)] if progress else listeners
    run_epoch = make_epoch_runner(network, data, trainer, optimizer, rule, seeds, state)
    evaluator = Evaluator(network, targets, data.watched, len(seeds))
    shown = {split: part.shown for split, part in data.watched.items()}
    training = Training(network, data, rule, trainer.reach, seeds, trainer.epochs)
    watchers = {name: observer.watch(training) for name, observer in (observers or {}).items()}

    def evaluate_and_notify(
        state: TrainingState, lengths: Array, clips: Array, rate: Array, seconds: float
    ) -> str | None:
        """Evaluate the weights, note the best ones, let observers measure and tell the listeners."""
        answers = evaluator.answers(state.parameters)
        metrics = evaluator.metrics(answers, each_epoch=True)
        predictions = {split: given.plot_values(shown[split]) for split, given in answers.items()}
        metrics |= {"grad/norm": lengths, "grad/clipped": clips, "lr": rate}
        metrics["epoch_seconds"] = np.full(len(seeds), seconds)
        truth = {split: given.plot_targets(shown[split]) for split, given in answers.items()}
        epoch = Epoch(state.epoch, metrics, state.parameters, predictions, truth, state)
        asked = [_look(watchers, name, epoch) for name in list(watchers)]
        update_early_stopping(state, metrics, trainer)
        optimizer.observe(state, metrics["val/loss"])
        for name, values in metrics.items():
            state.history.setdefault(name, []).append(values.copy())
        asked += [listener(epoch) for listener in listeners]
        return next((reason for reason in asked if reason), None)

    reason = None
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is looked for, and reported in words
        if state is None:
            state = TrainingState.before(network.initial(seeds))
            optimizer.begin_training(state)
            nothing = np.full(len(seeds), np.nan)  # no gradient yet
            rate = optimizer.rates(state, trainer.epochs)
            reason = evaluate_and_notify(state, nothing, nothing, rate, 0.0)
        while state.epoch < trainer.epochs and state.running.any() and not reason:
            started, rate = perf_counter(), optimizer.rates(state, trainer.epochs)
            stopped = ~state.running
            lengths, clips = run_epoch(state)
            lengths[stopped] = clips[stopped] = np.nan  # in lockstep, but no longer training
            state.freeze()
            state.epoch += 1
            reason = evaluate_and_notify(state, lengths, clips, rate, perf_counter() - started)
    state.freeze()
    for r in np.flatnonzero(state.running):
        state.reasons[r] = reason or f"all {trainer.epochs} epochs are done"
        if trainer.keep == "best":
            state.parameters.flat[r] = state.best.flat[r]
        else:
            state.kept_epoch[r] = state.epoch
    return state


def _look(watchers: dict[str, Watcher], name: str, epoch: Epoch) -> str | None:
    """Let one observer measure an epoch; one that raises is asked no more, and the run goes on."""
    try:
        seen = watchers[name](Snapshot(epoch.epoch, epoch.parameters, epoch.metrics))
        epoch.metrics.update(seen.metrics)
        epoch.arrays.update(seen.arrays)
    except Exception as error:  # somebody's own code: whatever it raises must not end the run
        del watchers[name]
        epoch.lost[name] = f"{type(error).__name__}: {error}"
        return None
    return seen.stop
