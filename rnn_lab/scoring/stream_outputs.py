"""Outputs of networks along a stretch of a stream, read in lanes that start from a warmed-up state."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network, Parameters
from rnn_lab.network.recurrence import Recurrence
from rnn_lab.scoring.answers import Answers
from rnn_lab.scoring.targets import Targets
from rnn_lab.sequences import Rows

Array = NDArray[Any]

LANE = 1_000
"""Steps of a lane at least: the stretch is read in lanes, for speed."""
WARM_UP = 100
"""Steps that every lane reads before its first; the first lane fewer, where the series begins with it."""
CHUNK = 100


class StreamOutputs:
    """Answers of R networks at every step of a stretch.

    Args:
        network: what is asked.
        targets: they make answers of its outputs.
        rows: the stretch.
        replicas: R.
    """

    def __init__(self, network: Network, targets: Targets, rows: Rows, replicas: int) -> None:
        self.network, self.targets, self.rows, self.replicas = network, targets, rows, replicas
        lanes = max(1, min(64, self.rows.length // LANE))
        self.lane = -(-self.rows.length // lanes)
        self.starts = np.linspace(0, self.rows.length - self.lane, lanes).astype(int)  # they may overlap a little
        self.recurrence: Recurrence = network.unroll(replicas, lanes, min(CHUNK, self.lane))

    def __call__(self, parameters: Parameters) -> Answers:
        """Ask networks with these weights."""
        with np.errstate(over="ignore", invalid="ignore"):  # a network that diverged says so in its outputs
            collector = self.targets.of_stream(self.replicas, self.rows.length)
            self.recurrence.begin(parameters)
            self._warm_up(parameters)
            for start in range(0, self.lane, self.recurrence.history):
                steps = min(self.recurrence.history, self.lane - start)
                outputs, Y = self._read(parameters, self.starts + start, steps)
                collector.add((self.starts + start)[None] + np.arange(steps)[:, None], outputs, Y)
            return collector.answers()

    def _warm_up(self, parameters: Parameters) -> None:
        """Run every lane through the rows before its first; the first lane begins anew at the series' first row."""
        past = min(WARM_UP, self.rows.first)
        longest = WARM_UP if len(self.starts) > 1 else past
        for first, last in ((-longest, -past), (-past, 0)):
            self.recurrence.begin(parameters, slice(0, 1))
            for start in range(first, last, self.recurrence.history):
                starts = np.maximum(self.starts + start, -self.rows.first)
                self._read(parameters, starts, min(self.recurrence.history, last - start))

    def _read(self, parameters: Parameters, starts: Array, steps: int) -> tuple[Array, Array]:
        """Go on by some steps: outputs (R, n, B, O) and their targets."""
        X, Y = self.rows.read(starts, steps)
        X = np.broadcast_to(X.astype(self.network.dtype), (self.replicas, *X.shape))
        outputs = np.empty((*X.shape[:3], self.network.outputs), self.network.dtype)
        self.network.readout(parameters, self.recurrence.forward_steps(parameters, X), X, outputs)
        return outputs.astype(np.float64), Y
