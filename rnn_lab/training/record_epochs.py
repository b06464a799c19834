"""One epoch over records, batch by batch."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.rng import named_rng
from rnn_lab.rules import Rule
from rnn_lab.rules.rule import WindowGradient, begin_epoch
from rnn_lab.sequences import Records
from rnn_lab.training.layout import TimeMajor
from rnn_lab.training.optimizer import Optimizer
from rnn_lab.training.state import TrainingState
from rnn_lab.training.together import blocks
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


class RecordEpochs:
    """Updates on batches of the training records.

    Args:
        network, trainer, rule, optimizer: what to train and how.
        seeds: one for each replica; they order its records.
        records: scaled training records.
        fresh: gives each epoch, from 1, records of its own; None: always the same.

    Raises:
        BadInput: the optimizer goes down one loss, and there would be several.
    """

    def __init__(
        self,
        network: Network,
        trainer: Trainer,
        rule: Rule,
        optimizer: Optimizer,
        seeds: Sequence[int],
        records: Records,
        fresh: Callable[[int], Records] | None = None,
    ) -> None:
        self.network, self.trainer, self.optimizer, self.seeds = network, trainer, optimizer, seeds
        self.records, self.fresh = TimeMajor(network, records), fresh
        self.batch = trainer.batch(len(records))
        self.clipping = trainer.clipping(rule)
        if optimizer.one_loss:
            self._refuse_several_losses()
        self.rule = rule
        self._gradients: dict[tuple[int, int, int], WindowGradient] = {}
        self._noise: Sequence[np.random.Generator] = ()
        self.blocks = [slice(0, len(seeds))]
        if not optimizer.one_loss:  # which asks for one replica at a time
            if trainer.backend == "numpy":  # compiled, each replica is by itself
                parameters, k = network.zeros(1).flat.shape[1], min(trainer.bptt_truncate, self.records.steps)
                self.blocks = blocks(len(seeds), network, parameters, self.batch, k)
            for block in self.blocks:  # now, so that a rule that does not fit says so before anything is written
                self.gradient(block.start, block.stop - block.start, self.batch)

    def _refuse_several_losses(self) -> None:
        name, N = type(self.optimizer).__name__, len(self.records)
        if self.fresh is not None:
            raise BadInput(f"the optimizer {name} goes down one loss: it needs data.fresh=false.")
        if self.trainer.clip_value is not None or self.trainer.clip_norm is not None:
            raise BadInput(f"the optimizer {name} needs trainer.clip_value and trainer.clip_norm null.")
        if self.batch != N:
            raise BadInput(
                f"the optimizer {name} uses all {N} training records at once: set trainer.batch_size=null "
                f"(it is {self.trainer.batch_size})."
            )

    def gradient(self, first: int, replicas: int, batch: int) -> WindowGradient:
        """The rule at work for some replicas on batches of one size: the usual one, and perhaps a smaller last one."""
        size = first, replicas, batch
        if size not in self._gradients:
            self._gradients[size] = self.rule.for_windows(self.network, replicas, batch, self.trainer.reach)
            begin_epoch(self._gradients[size], self.rule, self._noise[first : first + replicas])
        return self._gradients[size]

    @property
    def described(self) -> str:
        """Batch size and truncation, in words."""
        T = self.records.steps
        return f"in batches of {self.batch}, gradient through {min(self.trainer.bptt_truncate, T)} of {T} steps"

    def order(self, epoch: int) -> Array:
        """Indices of the records in their order in an epoch, (R, N)."""
        N = len(self.records)
        if self.trainer.shuffle and not self.optimizer.one_loss:
            return np.stack([named_rng(seed, "shuffle", epoch).permutation(N) for seed in self.seeds])
        return np.broadcast_to(np.arange(N), (len(self.seeds), N))

    def __call__(self, state: TrainingState) -> tuple[Array, Array]:
        """Train all replicas for one epoch, in place.

        Returns:
            The mean over updates of the gradient's length before clipping, and the share of updates clipped, each (R,).
        """
        trainer = self.trainer
        if self.fresh is not None:
            self.records = TimeMajor(self.network, self.fresh(state.epoch + 1))
        order = self.order(state.epoch + 1)
        share = trainer.scheduled_sampling * state.epoch / trainer.epochs
        self._noise = coins = [named_rng(seed, "noise", state.epoch + 1) for seed in self.seeds]
        for (first, replicas, _), gradient in self._gradients.items():
            begin_epoch(gradient, self.rule, coins[first : first + replicas])
        lengths, clips = self.updates(state, order, share).mean(axis=0)
        return lengths, clips

    def updates(self, state: TrainingState, order: Array, share: float) -> Array:
        """Update by one batch after the other, in place.

        Args:
            state: as in an epoch.
            order: (R, N), of the records.
            share: of steps that read the last output instead of X.

        Returns:
            Each update's length of the gradient before clipping, and whether it was clipped: (U, 2, R).
        """
        starts = range(0, order.shape[1], self.batch)
        seen = np.zeros((len(starts), 2, len(self.seeds)))
        for block in self.blocks:
            part = state.of(block) if len(self.blocks) > 1 else state
            for i, start in enumerate(starts):
                which = order[block, start : start + self.batch]
                sampled = None
                if share:
                    size = self.records.steps, which.shape[1]
                    sampled = np.stack([coin.random(size) < share for coin in self._noise[block]])
                loss = BatchLoss(self.records, which, partial(self.gradient, block.start), sampled)
                done = self.optimizer.step(part, loss, self.clipping, i / len(starts), self.trainer.epochs)
                seen[i, :, block] = done
            if part is not state:
                for name, moment in part.moments.items():  # an optimizer may have put new arrays in the views' place
                    state.moments[name][block] = moment
        state.updates = part.updates
        return seen


class BatchLoss:
    """Loss and gradient of one batch: of all replicas, or of one alone.

    Args:
        records: all of them.
        which: (R, B), each replica's batch.
        gradient: the rule at work, for so many replicas and records.
        sampled: (R, T, B), steps that read the last output instead of X; None for none.
    """

    def __init__(
        self,
        records: TimeMajor,
        which: Array,
        gradient: Callable[[int, int], WindowGradient],
        sampled: Array | None = None,
    ) -> None:
        self.records, self.which, self.gradient, self.sampled = records, which, gradient, sampled
        self._gathered: dict[int | None, tuple[Array, Array, Array | None]] = {}

    def __call__(self, parameters: Parameters, replica: int | None = None) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient."""
        which = self.which if replica is None else self.which[replica : replica + 1]
        if replica not in self._gathered:  # a line search asks again and again
            self._gathered = {replica: self.records.batch(which)}
        X, Y, weights = self._gathered[replica]
        return self.gradient(len(which), which.shape[1])(parameters, X, Y, weights, self.sampled)
