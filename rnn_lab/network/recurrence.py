"""Recurrent layers one above the other: forward in blocks of steps, and back through those that are remembered."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import ALL, Array
from rnn_lab.network.parameters import Parameters


class Recurrence:
    """All recurrent layers of a model over time, with a memory of the last ``history`` steps.

    Args:
        model: their description.
        inputs: D.
        replicas, batch: R, B.
        history: k, steps that `backward` can reach.
        dtype: float64 or float32.

    Attributes:
        layers: the passes, the lowest first.
        inputs: (R, k, B, D), x_t of the remembered steps.
        time: steps since `begin`.
    """

    def __init__(self, model: Architecture, inputs: int, replicas: int, batch: int, history: int, dtype: Any) -> None:
        self.history, self.time = history, 0
        self.layers = [model.unroll(replicas, batch, history, dtype) for _ in range(model.layers)]
        self.inputs = np.zeros((replicas, history, batch, inputs), dtype)
        self.skip = model.input_skip
        self._read = [self.inputs, *(self._joined(layer.states[:, 1:]) for layer in self.layers[:-1])]

    def _joined(self, states: Array) -> Array:
        """Input of a layer above the first: the states below it, with ``input_skip`` beside x_t in a buffer."""
        if not self.skip:
            return states
        return np.zeros((*states.shape[:3], states.shape[3] + self.inputs.shape[3]), states.dtype)

    @property
    def top(self) -> Array:
        """(R, k, B, H): the last layer's states after the remembered steps."""
        return self.layers[-1].states[:, 1:]

    def begin(self, parameters: Parameters, records: slice = ALL) -> None:
        """Go to the state before the first step, with all records or with some of them."""
        self.time = 0
        for number, layer in enumerate(self.layers, 1):
            layer.begin(parameters.layer(number), records)

    def forward_steps(self, parameters: Parameters, X: Array) -> Array:
        """Go some steps on, at most k.

        Args:
            parameters: of all layers.
            X: (R, n, B, D).

        Returns:
            The last layer's states after each of them, (R, n, B, H): a view of `top`.
        """
        first = self.history - X.shape[1]
        if first:  # else nothing older stays
            self.inputs[:, :first] = self.inputs[:, self.history - first :]
        self.inputs[:, first:] = X
        for number, layer in enumerate(self.layers, 1):
            weights, read = parameters.layer(number), self._read[number - 1]
            if number > 1 and self.skip:
                H = self.layers[number - 2].states.shape[3]
                read[..., :H], read[..., H:] = self.layers[number - 2].states[:, 1:], self.inputs
            layer.slide(X.shape[1])
            layer.project(weights, read[:, first:], self.time)
            layer.forward_steps(weights, first)
        self.time += X.shape[1]
        return self.top[:, first:]

    def iter_blocks(self, parameters: Parameters, X: Array) -> Iterator[tuple[slice, Array]]:
        """Go through whole windows X (R, T, B, D) from the beginning, block by block.

        The first block may be shorter, so that the last ones are those that are remembered. Yields each block's place
        in the window and its states (R, n, B, H).
        """
        self.begin(parameters)
        T, start = X.shape[1], 0
        stop = T % self.history or self.history
        while start < T:
            block = slice(start, stop)
            yield block, self.forward_steps(parameters, X[:, block])
            start, stop = stop, stop + self.history

    def backward(self, parameters: Parameters, upstream: Sequence[Array | None], gradient: Parameters) -> None:
        """Send gradients at the last layer's states back through all remembered steps of all layers.

        Args:
            parameters: as in the steps.
            upstream: for each of the k steps dL/dh_t (R, B, H) from outside the layers, or None for zero; the last
                one is there.
            gradient: written: all but the readout's.
        """
        for number in range(len(self.layers), 0, -1):
            layer, weights = self.layers[number - 1], parameters.layer(number)
            layer.backward(weights, self._read[number - 1], upstream, gradient.layer(number), self.time)
            if number > 1:
                first, H = self.history - layer.n_steps, layer.states.shape[3]
                below = layer.deltas[:, first:] @ weights["W_xh"][:, None, :H].swapaxes(2, 3)
                upstream = [None] * first + [below[:, t] for t in range(layer.n_steps)]
