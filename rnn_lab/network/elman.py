"""The Elman recurrent layer: its equation, its forward pass and its truncated backward pass.

    h_t = f(x_t W_xh + h_{t-1} W_hh + b_h)

`Elman` describes the layer (it is what ``conf/model/elman.yaml`` writes out); `ElmanPass` computes with it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import TANH, ActivationField
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import Array, LayerPass, Weights, accumulate_outer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Elman(Architecture):
    """An Elman layer.

    Args:
        activation: f; all else as in `Architecture`.

    Example:
        >>> Elman(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 3)

    Reference: Elman, "Finding structure in time" (1990).
    """

    activation: ActivationField = TANH

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "ElmanPass":
        """See `Architecture`."""
        return ElmanPass(self, replicas, batch, history, dtype)


class ElmanPass(LayerPass):
    """An Elman layer over time; see `LayerPass`."""

    def __init__(self, layer: Elman, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.activation = layer.activation

    def allocate_preactivations(self, width: int, dtype: Any) -> Array:
        """The drive is written where the states will be: f turns one into the other in place."""
        return self.states[:, 1:]

    def forward_steps(self, weights: Weights, first: int) -> None:
        """See `LayerPass`."""
        W_hh, h, step, apply = weights["W_hh"], self.h, self.dh, self.activation.apply
        for t in range(first, self.history):
            np.matmul(h[t], W_hh, out=step)
            np.add(h[t + 1], step, out=h[t + 1])
            apply(h[t + 1])

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """Go back: delta_t = dh_t * f'(a_t), dh_{t-1} = delta_t W_hh^T + what reaches h_{t-1} from above."""
        delta, dh, last = self.delta, self.dh, upstream[-1]
        assert last is not None
        W_hh_T = weights["W_hh"].swapaxes(1, 2)
        self.activation.slope(self.states[:, first + 1 :], self.deltas[:, first:])
        if self.recorder is not None:
            self.recorder[:, -1] = last
        np.multiply(delta[-1], last, out=delta[-1])
        for t in range(self.history - 1, first, -1):
            np.matmul(delta[t], W_hh_T, out=dh)
            if (outer := upstream[t - 1]) is not None:
                np.add(dh, outer, out=dh)
            if self.recorder is not None:
                self.recorder[:, t - 1] = dh
            np.multiply(delta[t - 1], dh, out=delta[t - 1])
        if self.learned:
            np.matmul(delta[first], W_hh_T, out=dh)

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """Write dW_hh = sum_t h_{t-1}^T delta_t."""
        accumulate_outer(self.states[:, first:-1], self.deltas[:, first:], gradient["W_hh"])
