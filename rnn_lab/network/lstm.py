"""Long short-term memory with a forget gate.

Forward, for t = 1, 2, .., with the gates side by side in the order i, f, o, g (three sigmoids, then the candidate):

    a_t = x_t W_xh + b_h + h_{t-1} W_hh
    i_t = sigmoid(a_t,i)      input gate
    f_t = sigmoid(a_t,f)      forget gate
    o_t = sigmoid(a_t,o)      output gate
    g_t = tanh(a_t,g)         candidate
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer, and ' a slope:

    dh_t = u_t + delta_{t+1} W_hh^T
    dc_t = dc_{t+1} * f_{t+1} + (1 - tanh(c_t)^2) * o_t * dh_t
    delta_t = [dc_t * g_t * i'   dc_t * c_{t-1} * f'   dh_t * tanh(c_t) * o'   dc_t * i_t * g']
    dW_hh = sum_t h_{t-1}^T delta_t
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.errors import BadInput
from rnn_lab.network import reference
from rnn_lab.network.activations import SIGMOID, TANH
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.gated import GatedPass
from rnn_lab.network.layer import Array, Weights, accumulate_outer
from rnn_lab.network.parameters import Shapes, numbered


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LSTM(Architecture):
    """Layers of long short-term memory cells.

    Args:
        forget_bias: b_f before training: above 0, the cell starts by remembering. All else as in `Architecture`.

    Example:
        >>> LSTM(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 12)

    Reference: Hochreiter & Schmidhuber, "Long short-term memory" (1997); Gers, Schmidhuber & Cummins, "Learning to
    forget" (2000).
    """

    GATES: ClassVar[int] = 4
    STARTS: ClassVar[tuple[str, ...]] = ("h_0", "c_0")

    __repr__ = short_repr

    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        if self.forget_bias and not self.bias:
            raise BadInput(
                f"model.forget_bias={self.forget_bias:g} needs model.bias=true; without biases it must be 0."
            )

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """Draw one replica's parameters; b_f starts at ``forget_bias``."""
        drawn = super().initial(seed, shapes)
        if self.bias:
            for number in range(1, self.layers + 1):
                drawn[numbered("b_h", number)][self.hidden_dim : 2 * self.hidden_dim] = self.forget_bias
        return drawn

    def candidate(self, weights: Weights) -> Array:
        """W_hg, (R, H, H)."""
        return weights["W_hh"][:, :, 3 * self.hidden_dim :]

    def reference(self, weights: Weights, x: Array, state: reference.State) -> reference.State:
        """One step as in the equations."""
        return dict(zip(self.STARTS, reference.lstm_step(weights, x, state["h_0"], state["c_0"]), strict=True))

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "LSTMPass":
        """Allocate one layer's passes for batches of one size."""
        return LSTMPass(self, replicas, batch, history, dtype)


class LSTMPass(GatedPass):
    """One LSTM layer over time.

    Attributes:
        gates: (R, k, B, 4 H), i_t, f_t, o_t and g_t of each remembered step.
        cells: (R, k+1, B, H), c before the first of k steps and after each.
        squashed: (R, k, B, H), tanh(c_t).
    """

    def __init__(self, layer: LSTM, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        H = self.H
        self.cells = np.zeros_like(self.states)
        self.squashed = np.zeros((replicas, history, batch, H), dtype)
        self.carried["c_0"] = self.cells
        self.remembered.append(self.squashed)
        self.product = np.zeros((replicas, batch, 4 * H), dtype)  # h_{t-1} W_hh
        # i_t * g_t; dc_t; and of dc_t the part that comes from dh_t.
        self.written, self.dc, self.to_cell = np.zeros((3, replicas, batch, H), dtype)
        self.c = [self.cells[:, t] for t in range(history + 1)]
        self.gate = [self.gates[:, t] for t in range(history)]
        self.sigmoids = [gate[..., : 3 * H] for gate in self.gate]
        self.i, self.f, self.o, self.g = ([gate[..., p * H : (p + 1) * H] for gate in self.gate] for p in range(4))

    def forward_steps(self, weights: Weights, first: int) -> None:
        """The gates, c_t, h_t."""
        product, written = self.product, self.written
        for t in range(first, self.history):
            np.matmul(self.h[t], weights["W_hh"], out=product)
            np.add(self.a[t], product, out=self.gate[t])
            SIGMOID.apply(self.sigmoids[t])
            TANH.apply(self.g[t])
            np.multiply(self.f[t], self.c[t], out=self.c[t + 1])
            np.multiply(self.i[t], self.g[t], out=written)
            np.add(self.c[t + 1], written, out=self.c[t + 1])
            np.tanh(self.c[t + 1], out=self.squashed[:, t])
            np.multiply(self.o[t], self.squashed[:, t], out=self.h[t + 1])

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """dh_t, dc_t, delta_t."""
        H, W_hh_T, dh, dc, to_cell = self.H, weights["W_hh"].swapaxes(1, 2), self.dh, self.dc, self.to_cell
        dh.fill(0.0)
        dc.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            self.receive(upstream, t)
            delta = self.delta[t]
            TANH.slope(self.squashed[:, t], to_cell)
            to_cell *= self.o[t]
            to_cell *= dh
            dc += to_cell
            np.multiply(dc, self.g[t], out=delta[..., :H])
            np.multiply(dc, self.c[t], out=delta[..., H : 2 * H])
            np.multiply(dh, self.squashed[:, t], out=delta[..., 2 * H : 3 * H])
            np.multiply(dc, self.i[t], out=delta[..., 3 * H :])
            delta *= self.slope(t)
            if t > first or self.learned:
                np.matmul(delta, W_hh_T, out=dh)
                dc *= self.f[t]

    def start_gradients(self) -> dict[str, Array]:
        """Gradients (R, B, H) at h and c before the first step."""
        return {"h_0": self.dh, "c_0": self.dc}

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """dW_hh = sum_t h_{t-1}^T delta_t."""
        accumulate_outer(self.states[:, first:-1], self.deltas[:, first:], gradient["W_hh"])
