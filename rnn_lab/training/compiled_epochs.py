"""One epoch over records by compiled kernels: gradient, clipping and update of all batches in one call."""

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from rnn_lab.kernels import update_rule
from rnn_lab.kernels.update_rule import Update
from rnn_lab.training.optimizer import Array, Optimizer
from rnn_lab.training.optimizers import SGD, Adam, RMSprop
from rnn_lab.training.record_epochs import RecordEpochs
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Moments = tuple[str, str]
"""Names of an optimizer's mean and of its mean square."""


def _sgd(optimizer: SGD) -> tuple[Update, Moments]:
    kind = update_rule.NESTEROV if optimizer.nesterov else update_rule.SGD
    return Update(kind, first=optimizer.momentum), ("velocity", "")


def _rmsprop(optimizer: RMSprop) -> tuple[Update, Moments]:
    return Update(update_rule.RMSPROP, second=optimizer.decay, epsilon=optimizer.epsilon), ("", "square")


def _adam(optimizer: Adam) -> tuple[Update, Moments]:
    decays = optimizer.beta1, optimizer.beta2
    return Update(update_rule.ADAM, *decays, optimizer.epsilon, optimizer.weight_decay), ("mean", "square")


UPDATES: dict[type[Optimizer], Callable[[Any], tuple[Update, Moments]]] = {
    SGD: _sgd,
    RMSprop: _rmsprop,
    Adam: _adam,
}
"""Optimizers that have kernels; with any other one, the gradient alone is compiled."""


AT_ONCE = 2**22
"""Numbers of inputs that are gathered for one call."""


def compiles(trainer: Trainer, optimizer: Optimizer) -> bool:
    """True where an epoch's updates can be carried out by kernels."""
    return trainer.backend == "numba" and type(optimizer) in UPDATES


class CompiledRecordEpochs(RecordEpochs):
    """Updates on batches of the training records, all of an epoch at once; replicas over the cores of the run."""

    def updates(self, state: TrainingState, order: Array, share: float) -> Array:
        """Carry out an epoch's updates; gives each one's losses, norms and clipped shares, as `RecordEpochs` does."""
        gradient: Any = self.gradient(0, len(order), self.batch)
        if not gradient.updates_at_once:
            return super().updates(state, order, share)
        optimizer: Any = self.optimizer
        rule, names = UPDATES[type(optimizer)](optimizer)
        value, norm = (inf if limit is None else limit for limit in (self.clipping.value, self.clipping.norm))
        rule = rule._replace(value=value, norm=norm)
        mean, square = (state.moments.get(name) for name in names)
        starts = range(0, order.shape[1], self.batch)
        factors = [
            optimizer.schedule.factor(state.schedule, state.epoch + i / len(starts), self.trainer.epochs)
            for i in range(len(starts))
        ]
        rates = np.ascontiguousarray((optimizer.learning_rate * np.array(factors)).T)
        together = max(AT_ONCE // (len(order) * self.batch * self.records.steps * self.network.inputs), 1)
        full = order.shape[1] // self.batch
        groups = [(first, min(first + together, full), self.batch) for first in range(0, full, together)]
        if full < len(starts):
            groups.append((full, len(starts), order.shape[1] - full * self.batch))
        seen = []
        for first, last, size in groups:
            X, Y, weights = self.records.batch(
                order[:, first * self.batch : first * self.batch + (last - first) * size]
            )
            records = X, Y if self.network.each_step else Y[:, None], weights
            at_work: Any = self.gradient(0, len(order), size)
            found = at_work.updates(
                state.parameters, rule, (mean, square), records, rates[:, first:last], state.updates
            )
            state.updates += last - first
            seen.append(np.stack(found))
        return np.concatenate(seen, axis=2).transpose(2, 0, 1)
