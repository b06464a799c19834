"""One epoch along a stream: B lanes side by side, an update after every chunk, and the state carried on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.rng import named_rng
from rnn_lab.rules import Rule
from rnn_lab.rules.rule import begin_epoch
from rnn_lab.sequences import Rows
from rnn_lab.training.optimizer import Optimizer
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


class StreamEpochs:
    """Updates along the training rows.

    The rows are cut into B contiguous lanes of equal length (up to B - 1 rows at the end belong to none). An update
    takes the next k' steps of every lane, and the gradient goes back through k: BPTT(k; k'). What is held in memory are
    B lanes of k steps, however long the stream is.

    Args:
        network, trainer, rule, optimizer: what to train and how.
        seeds: one for each replica; all read the same lanes.
        rows: to train on.

    Raises:
        BadInput: the optimizer goes down one loss, or the network has weights for each step of a window.
    """

    def __init__(
        self, network: Network, trainer: Trainer, rule: Rule, optimizer: Optimizer, seeds: Sequence[int], rows: Rows
    ) -> None:
        if optimizer.one_loss:
            raise BadInput(
                f"the optimizer {type(optimizer).__name__} goes down one loss, and a stream has another one at every"
                " chunk."
            )
        if network.model.encoding == "positional":
            raise BadInput("model.encoding=positional has weights for each step of a window, and the data is a stream.")
        self.network, self.trainer, self.optimizer, self.seeds, self.rows = network, trainer, optimizer, seeds, rows
        self.clipping = trainer.clipping(rule)
        self.lanes = trainer.lanes(rows.length)
        self.length = rows.length // self.lanes
        self.starts = self.length * np.arange(self.lanes)
        self.rule = rule
        self.gradient = rule.for_stream(network, len(seeds), self.lanes, trainer.reach_within(self.length))

    @property
    def described(self) -> str:
        """Lanes, steps between updates and truncation, in words."""
        trainer = self.trainer
        return f"in {self.lanes} lanes, an update every {trainer.chunk} steps, gradient through {trainer.bptt_truncate}"

    def __call__(self, state: TrainingState) -> tuple[Array, Array]:
        """Train all replicas for one epoch, in place; returns as `RecordEpochs` does."""
        trainer, R = self.trainer, len(self.seeds)
        share = trainer.scheduled_sampling * state.epoch / trainer.epochs
        coins = [named_rng(seed, "noise", state.epoch + 1) for seed in self.seeds]
        begin_epoch(self.gradient, self.rule, coins)
        total = np.zeros((2, R))
        updates = range(0, self.length, trainer.chunk)
        self.gradient.begin(state.parameters)
        for start in updates:
            X, Y = self.rows.read(self.starts + start, min(trainer.chunk, self.length - start))
            sampled = np.stack([coin.random(X.shape[:2]) < share for coin in coins]) if share else None
            X, Y = (np.broadcast_to(part, (R, *part.shape)) for part in (X, Y))

            def loss(
                parameters: Parameters,
                replica: int | None = None,
                chunk: tuple[Array, Array, Array | None] = (X, Y, sampled),
            ) -> tuple[Array, Parameters]:
                X, Y, sampled = chunk
                return self.gradient(parameters, X, Y, sampled=sampled)

            total += self.optimizer.step(state, loss, self.clipping, start / self.length, trainer.epochs)
        lengths, clips = total / len(updates)
        return lengths, clips
