"""Parts that the gated cells share: gates side by side, all sigmoids but for the last one, a tanh, and their slopes."""

from typing import Any

import numpy as np

from rnn_lab.network.activations import SIGMOID, TANH
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import Array, LayerPass

IN_CACHE = 2**15
"""Numbers that stay in a core's cache from when they are written to when they are read."""


class GatedPass(LayerPass):
    """Base class of the gated layers over time.

    Attributes:
        gates: (R, k, B, G H), of each remembered step.
    """

    def __init__(self, layer: Architecture, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.H = layer.hidden_dim
        self.gates = np.zeros_like(self.preactivations)
        self.remembered.append(self.gates)
        self.block = min(history, max(IN_CACHE // (replicas * batch * layer.GATES * self.H), 1))
        self._slopes = np.zeros_like(self.gates[:, : self.block])

    def slope(self, t: int) -> Array:
        """Slopes (R, B, G H) of step t's gates, asked from the last step on; they come for a block of steps at once."""
        later = (self.history - 1 - t) % self.block
        if later == 0:
            steps, split = min(self.block, t + 1), self.gates.shape[-1] - self.H
            gates, slopes = self.gates[:, t + 1 - steps : t + 1], self._slopes[:, self.block - steps :]
            SIGMOID.slope(gates[..., :split], slopes[..., :split])
            TANH.slope(gates[..., split:], slopes[..., split:])
        return self._slopes[:, self.block - 1 - later]
