"""Long short-term memory with a forget gate.

    i_t = sigmoid(x_t W_xi + h_{t-1} W_hi + b_i)      input gate
    f_t = sigmoid(x_t W_xf + h_{t-1} W_hf + b_f)      forget gate
    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)         candidate
    o_t = sigmoid(x_t W_xo + h_{t-1} W_ho + b_o)      output gate
    c_t = f_t * c_{t-1} + i_t * g_t,    h_t = o_t * tanh(c_t)

The gates lie side by side in the order i, f, o, g: three that are sigmoids, then the candidate.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network.activations import SIGMOID, TANH
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import Array, LayerPass, Weights, accumulate_outer
from rnn_lab.network.parameters import Shapes, numbered


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LSTM(Architecture):
    """A layer of long short-term memory cells.

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

    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        if self.forget_bias and not self.bias:
            raise BadInput(
                f"model.forget_bias={self.forget_bias:g} needs model.bias=true; without biases it must be 0."
            )

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """See `Architecture`; b_f starts at ``forget_bias``."""
        drawn = super().initial(seed, shapes)
        if self.bias:
            for number in range(1, self.layers + 1):
                drawn[numbered("b_h", number)][self.hidden_dim : 2 * self.hidden_dim] = self.forget_bias
        return drawn

    def candidate(self, weights: Weights) -> Array:
        """W_hg, (R, H, H)."""
        return weights["W_hh"][:, :, 3 * self.hidden_dim :]

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "LSTMPass":
        """See `Architecture`."""
        return LSTMPass(self, replicas, batch, history, dtype)


class LSTMPass(LayerPass):
    """An LSTM layer over time: after `forward_steps`, ``a`` holds the gates of each remembered step.

    Attributes:
        cells: (R, k+1, B, H), c before the first of k steps and after each.
        squashed: (R, k, B, H), tanh(c_t).
    """

    def __init__(self, layer: LSTM, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        H = self.H = layer.hidden_dim
        self.cells = np.zeros_like(self.states)
        self.squashed = np.zeros((replicas, history, batch, H), dtype)
        self.carried["c_0"] = self.cells
        self.remembered += [self.preactivations, self.squashed]
        self.slopes = np.zeros_like(self.preactivations)
        self.step = np.zeros((replicas, batch, 4 * H), dtype)
        self.scratch, self.dc = np.zeros((2, replicas, batch, H), dtype)
        self.c = [self.cells[:, t] for t in range(history + 1)]
        self.gates = [a[..., : 3 * H] for a in self.a]
        self.i, self.f, self.o, self.g = ([a[..., p * H : (p + 1) * H] for a in self.a] for p in range(4))

    def forward_steps(self, weights: Weights, first: int) -> None:
        """See `LayerPass`."""
        W_hh, step, scratch = weights["W_hh"], self.step, self.scratch
        for t in range(first, self.history):
            np.matmul(self.h[t], W_hh, out=step)
            np.add(self.a[t], step, out=self.a[t])
            SIGMOID.apply(self.gates[t])
            np.tanh(self.g[t], out=self.g[t])
            np.multiply(self.f[t], self.c[t], out=self.c[t + 1])
            np.multiply(self.i[t], self.g[t], out=scratch)
            np.add(self.c[t + 1], scratch, out=self.c[t + 1])
            np.tanh(self.c[t + 1], out=self.squashed[:, t])
            np.multiply(self.o[t], self.squashed[:, t], out=self.h[t + 1])

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """Go back: dc_t = dh_t * o_t * (1 - tanh(c_t)^2) + dc_{t+1} * f_{t+1}, and from it every gate's delta."""
        H, W_hh_T, dh, dc, slope_c = self.H, weights["W_hh"].swapaxes(1, 2), self.dh, self.dc, self.scratch
        gates, slopes = self.preactivations[:, first:], self.slopes[:, first:]
        SIGMOID.slope(gates[..., : 3 * H], slopes[..., : 3 * H])
        TANH.slope(gates[..., 3 * H :], slopes[..., 3 * H :])
        dh.fill(0.0)
        dc.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            if (outer := upstream[t]) is not None:
                dh += outer
            if self.recorder is not None:
                self.recorder[:, t] = dh
            delta = self.delta[t]
            TANH.slope(self.squashed[:, t], slope_c)
            slope_c *= self.o[t]
            slope_c *= dh
            dc += slope_c
            np.multiply(dc, self.g[t], out=delta[..., :H])
            np.multiply(dc, self.c[t], out=delta[..., H : 2 * H])
            np.multiply(dh, self.squashed[:, t], out=delta[..., 2 * H : 3 * H])
            np.multiply(dc, self.i[t], out=delta[..., 3 * H :])
            delta *= self.slopes[:, t]
            if t > first or self.learned:
                np.matmul(delta, W_hh_T, out=dh)
                dc *= self.f[t]

    def start_gradients(self) -> dict[str, Array]:
        """See `LayerPass`."""
        return {"h_0": self.dh, "c_0": self.dc}

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """See `LayerPass`."""
        accumulate_outer(self.states[:, first:-1], self.deltas[:, first:], gradient["W_hh"])
