"""The Elman recurrent layer.

Forward, for t = 1, 2, ..:

    a_t = x_t W_xh + b_h
    h_t = f(a_t + h_{t-1} W_hh)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer (the readout, or the layer above):

    dh_t    = u_t + delta_{t+1} W_hh^T
    delta_t = dh_t * f'                         the gradient at a_t
    dW_hh   = sum_t h_{t-1}^T delta_t           dW_xh = sum_t x_t^T delta_t,  db_h = sum_t delta_t
"""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.network import reference
from rnn_lab.network.activations import TANH, ActivationField
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import Array, LayerPass, Weights, accumulate_outer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Elman(Architecture):
    """Layers of Elman's: what ``conf/model/elman.yaml`` writes out.

    Args:
        activation: f, by its name or as a component; all else as in `Architecture`.

    Example:
        >>> Elman(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 3)

    Reference: Elman, "Finding structure in time" (1990).
    """

    __repr__ = short_repr

    activation: ActivationField = TANH
    gain: Annotated[float, Field(ge=0)] = 0.8

    def reference(self, weights: Weights, x: Array, state: reference.State) -> reference.State:
        """One step as in the equation."""
        return {"h_0": reference.elman_step(weights, x, state["h_0"], self.activation)}

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "ElmanPass":
        """Allocate one layer's passes for batches of one size."""
        return ElmanPass(self, replicas, batch, history, dtype)


class ElmanPass(LayerPass):
    """One Elman layer over time."""

    def __init__(self, layer: Elman, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.activation = layer.activation
        self.product = np.zeros((replicas, batch, layer.hidden_dim), dtype)  # h_{t-1} W_hh

    def forward_steps(self, weights: Weights, first: int) -> None:
        """h_t = f(a_t + h_{t-1} W_hh)."""
        a, h, product, apply = self.a, self.h, self.product, self.activation.apply
        for t in range(first, self.history):
            np.matmul(h[t], weights["W_hh"], out=product)
            np.add(a[t], product, out=h[t + 1])
            apply(h[t + 1])

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """dh_t = u_t + delta_{t+1} W_hh^T, delta_t = dh_t * f'."""
        delta, dh, W_hh_T = self.delta, self.dh, weights["W_hh"].swapaxes(1, 2)
        self.activation.slope(self.states[:, first + 1 :], self.deltas[:, first:])  # f' of all steps at once
        dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            self.receive(upstream, t)
            np.multiply(delta[t], dh, out=delta[t])
            if t > first or self.learned:
                np.matmul(delta[t], W_hh_T, out=dh)

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """dW_hh = sum_t h_{t-1}^T delta_t."""
        accumulate_outer(self.states[:, first:-1], self.deltas[:, first:], gradient["W_hh"])
