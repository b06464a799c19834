"""One epoch of first-order updates, batch by batch."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network, Parameters
from rnn_lab.network.tutorial import TutorialRule
from rnn_lab.rng import named_rng
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.sequences import Records
from rnn_lab.training.clipping import clip
from rnn_lab.training.layout import TimeMajor
from rnn_lab.training.optimizers import Optimizer
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]
Rule = Callable[..., tuple[Array, Parameters]]


class FirstOrder:
    """What turns one gradient after another into updates.

    Args:
        trainer, optimizer: how.
    """

    def __init__(self, trainer: Trainer, optimizer: Optimizer) -> None:
        self.trainer, self.optimizer = trainer, optimizer
        # The tutorial's rule clips after every time step, by itself.
        self.clip_value = None if trainer.update_rule == "tutorial" else trainer.clip_value

    def __call__(self, state: TrainingState, gradient: Parameters, progress: float) -> Array:
        """Clip a gradient and change the state's parameters by it.

        Args:
            state: changed in place.
            gradient: overwritten.
            progress: share of the epoch that lies before this update.

        Returns:
            The gradient's length before clipping, and whether it was clipped: (2, R).
        """
        lengths, clipped = clip(gradient.flat, self.clip_value, self.trainer.clip_norm)
        state.updates += 1
        factor = self.optimizer.schedule.factor(state.schedule, state.epoch + progress, self.trainer.epochs)
        rate = (self.optimizer.learning_rate * factor).astype(gradient.flat.dtype)[:, None]
        self.optimizer.update(state.parameters.flat, gradient.flat, rate, state.moments, state.updates)
        return np.stack([lengths, clipped])


class MiniBatches:
    """Updates on batches of the training records.

    Args:
        network, trainer, optimizer: what to train and how.
        seeds: one for each replica; they order its records.
        records: scaled training records.
        fresh: gives each epoch, from 1, records of its own; None: always the same.
    """

    def __init__(
        self,
        network: Network,
        trainer: Trainer,
        optimizer: Optimizer,
        seeds: Sequence[int],
        records: Records,
        fresh: Callable[[int], Records] | None = None,
    ) -> None:
        self.network, self.trainer, self.seeds = network, trainer, seeds
        self.update = FirstOrder(trainer, optimizer)
        self.records, self.fresh = TimeMajor(network, records), fresh
        self.batch = trainer.batch(len(records))
        self._rules: dict[int, Rule] = {}
        self._rule(self.batch)  # refuses a rule that does not fit before anything has happened

    def _rule(self, batch: int) -> Rule:
        """The gradient for batches of one size: the usual one, and perhaps a smaller last one."""
        if batch not in self._rules:
            R, k = len(self.seeds), self.trainer.bptt_truncate
            if self.trainer.update_rule == "tutorial":
                limit = np.inf if self.trainer.clip_value is None else self.trainer.clip_value
                self._rules[batch] = TutorialRule(self.network, R, batch, k, limit)
            else:
                self._rules[batch] = TruncatedGradient(self.network, R, batch, k, self.trainer.bptt_stride)
        return self._rules[batch]

    def order(self, epoch: int) -> Array:
        """Indices of the records in their order in an epoch, (R, N)."""
        N = len(self.records)
        if self.trainer.shuffle:
            return np.stack([named_rng(seed, "shuffle", epoch).permutation(N) for seed in self.seeds])
        return np.broadcast_to(np.arange(N), (len(self.seeds), N))

    def __call__(self, state: TrainingState) -> tuple[Array, Array]:
        """Train all replicas for one epoch, in place.

        Returns:
            The mean over updates of the gradient's length before clipping, and the share of updates clipped, each (R,).
        """
        trainer, parameters = self.trainer, state.parameters
        if self.fresh is not None:
            self.records = TimeMajor(self.network, self.fresh(state.epoch + 1))
        order = self.order(state.epoch + 1)
        share = trainer.scheduled_sampling * state.epoch / trainer.epochs
        coins = [named_rng(seed, "noise", state.epoch + 1) for seed in self.seeds]
        starts = range(0, order.shape[1], self.batch)
        seen = np.zeros((len(starts), 2, len(self.seeds)))
        for i, start in enumerate(starts):
            which = order[:, start : start + self.batch]
            X, Y, weights = self.records.batch(which)
            rule = self._rule(which.shape[1])
            if share:
                sampled = np.stack([coin.random(X.shape[1:3]) < share for coin in coins])
                _, gradient = rule(parameters, X, Y, weights, sampled)
            else:
                _, gradient = rule(parameters, X, Y, weights)
            seen[i] = self.update(state, gradient, i / len(starts))
        lengths, clips = seen.mean(axis=0)
        return lengths, clips
