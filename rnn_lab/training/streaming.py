"""One epoch along a stream: B lanes side by side, an update after every chunk, and the state carried on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network
from rnn_lab.rng import named_rng
from rnn_lab.rules.bptt import TruncatedStreamGradient
from rnn_lab.sequences import Rows, StreamDataset
from rnn_lab.training.minibatch import FirstOrder
from rnn_lab.training.optimizers import Optimizer
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


class Lanes:
    """Updates along the training rows, in the place of `MiniBatches`.

    The rows are cut into B contiguous lanes of equal length (up to B - 1 rows at the end belong to none). An update
    takes the next k' steps of every lane, and the gradient goes back through k: BPTT(k; k'). What is held in memory are
    B lanes of k steps, however long the stream is.

    Args:
        network, trainer, optimizer: what to train and how.
        seeds: one for each replica; all read the same lanes.
        dataset: the stream.
    """

    def __init__(
        self, network: Network, trainer: Trainer, optimizer: Optimizer, seeds: Sequence[int], dataset: StreamDataset
    ) -> None:
        if trainer.update_rule != "bptt":
            raise BadInput("trainer.update_rule=tutorial is defined for windows, and the data is a stream.")
        if network.model.encoding == "positional":
            raise BadInput("model.encoding=positional has weights for each step of a window, and the data is a stream.")
        self.network, self.trainer, self.seeds = network, trainer, seeds
        self.rows: Rows = dataset.train
        self.update = FirstOrder(trainer, optimizer)
        lanes = trainer.lanes(self.rows.length)
        self.length = self.rows.length // lanes
        self.starts = self.length * np.arange(lanes)
        reach = min(trainer.bptt_truncate, self.length)  # there is nothing before a lane
        self.rule = TruncatedStreamGradient(network, len(seeds), lanes, reach)

    def __call__(self, state: TrainingState) -> tuple[Array, Array]:
        """Train all replicas for one epoch, in place; returns as `MiniBatches` does."""
        trainer, R = self.trainer, len(self.seeds)
        share = trainer.scheduled_sampling * state.epoch / trainer.epochs
        coins = [named_rng(seed, "noise", state.epoch + 1) for seed in self.seeds]
        total = np.zeros((2, R))
        updates = range(0, self.length, trainer.chunk)
        self.rule.begin(state.parameters)
        for start in updates:
            X, Y = self.rows.read(self.starts + start, min(trainer.chunk, self.length - start))
            sampled = np.stack([coin.random(X.shape[:2]) < share for coin in coins]) if share else None
            X, Y = (np.broadcast_to(part, (R, *part.shape)) for part in (X, Y))
            _, gradient = self.rule(state.parameters, X, Y, None, sampled)
            total += self.update(state, gradient, start / self.length)
        lengths, clips = total / len(updates)
        return lengths, clips
