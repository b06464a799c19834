"""The Elman recurrent layer: its equation, its forward pass and its truncated backward pass.

    h_t = f(x_t W_xh + h_{t-1} W_hh + b_h)

`Elman` describes the layer (it is what ``conf/model/elman.yaml`` writes out); `ElmanPass` computes with it.
"""

from typing import Any

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import ACTIVATIONS, ActivationName
from rnn_lab.network.layer import Array, Layer, LayerPass, summed
from rnn_lab.network.parameters import Parameters


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Elman(Layer):
    """An Elman layer.

    Args:
        activation: f; all else as in `Layer`.

    Example:
        >>> Elman(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 3)

    Reference: Elman, "Finding structure in time" (1990).
    """

    activation: ActivationName = "tanh"

    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "ElmanPass":
        """See `Layer`."""
        return ElmanPass(self, replicas, batch, keep, dtype)


class ElmanPass(LayerPass):
    """An Elman layer over time; see `LayerPass`."""

    def __init__(self, layer: Elman, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, keep, dtype)
        self.activation = ACTIVATIONS[layer.activation]
        self._step = np.zeros_like(self.h[0])

    def allocate_drive(self, width: int, dtype: Any) -> Array:
        """The drive is written where the states will be: f turns one into the other in place."""
        return self.states[:, 1:]

    def start(self) -> None:
        """See `LayerPass`."""
        self.h[0].fill(0.0)

    def carry(self, t: int) -> None:
        """See `LayerPass`."""
        self.h[0][...] = self.h[t]

    def advance(self, parameters: Parameters, steps: int) -> None:
        """See `LayerPass`."""
        W_hh, h, step, apply = parameters["W_hh"], self.h, self._step, self.activation.apply
        for t in range(1, steps + 1):
            np.matmul(h[t - 1], W_hh, out=step)
            np.add(h[t], step, out=h[t])
            apply(h[t])

    def retreat(self, parameters: Parameters, dh: Array) -> None:
        """Go back: delta_T = dh * f'(a_T), delta_{t-1} = (delta_t W_hh^T) * f'(a_{t-1})."""
        delta, step = self.delta, self._step
        W_hh_T = parameters["W_hh"].swapaxes(1, 2)
        self.activation.slope(self.states[:, 1:], self.deltas)
        np.multiply(delta[-1], dh, out=delta[-1])
        for t in range(len(delta) - 1, 0, -1):
            np.matmul(delta[t], W_hh_T, out=step)
            np.multiply(delta[t - 1], step, out=delta[t - 1])

    def recurrent_gradient(self, gradient: Parameters) -> None:
        """Write dW_hh = sum_t h_{t-1}^T delta_t."""
        summed(self.states[:, :-1], self.deltas, gradient["W_hh"])
