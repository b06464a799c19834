"""Long short-term memory with a forget gate.

    i_t = sigmoid(x_t W_xi + h_{t-1} W_hi + b_i)      input gate
    f_t = sigmoid(x_t W_xf + h_{t-1} W_hf + b_f)      forget gate
    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)         candidate
    o_t = sigmoid(x_t W_xo + h_{t-1} W_ho + b_o)      output gate
    c_t = f_t * c_{t-1} + i_t * g_t,    h_t = o_t * tanh(c_t),    c_0 = 0

The gates lie side by side in the order i, f, o, g: three that are sigmoids, then the candidate.
"""

from typing import Any, ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, BadInput
from rnn_lab.network.activations import ACTIVATIONS
from rnn_lab.network.layer import Array, Layer, LayerPass, summed
from rnn_lab.network.parameters import Parameters, Shapes


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LSTM(Layer):
    """A layer of long short-term memory cells.

    Args:
        forget_bias: b_f before training: above 0, the cell starts by remembering. All else as in `Layer`.

    Example:
        >>> LSTM(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 12)

    Reference: Hochreiter & Schmidhuber, "Long short-term memory" (1997); Gers, Schmidhuber & Cummins, "Learning to
    forget" (2000).
    """

    GATES: ClassVar[int] = 4

    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        if self.forget_bias and not self.bias:
            raise BadInput(
                f"model.forget_bias={self.forget_bias:g} needs model.bias=true; without biases it must be 0."
            )

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """See `Layer`; b_f starts at ``forget_bias``."""
        drawn = super().initial(seed, shapes)
        if self.bias:
            drawn["b_h"][self.hidden_dim : 2 * self.hidden_dim] = self.forget_bias
        return drawn

    def candidate(self, parameters: Parameters) -> Array:
        """W_hg, (R, H, H)."""
        return parameters["W_hh"][:, :, 3 * self.hidden_dim :]

    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "LSTMPass":
        """See `Layer`."""
        return LSTMPass(self, replicas, batch, keep, dtype)


class LSTMPass(LayerPass):
    """An LSTM layer over time: after `advance`, ``a`` holds the gates of each kept step.

    Attributes:
        cells: (R, k+1, B, H), c before the last block and in it.
        squashed: (R, k, B, H), tanh(c_t).
    """

    def __init__(self, layer: LSTM, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, keep, dtype)
        H = self.H = layer.hidden_dim
        self.cells = np.zeros_like(self.states)
        self.squashed = np.zeros((replicas, keep, batch, H), dtype)
        self.slopes = np.zeros_like(self.drive)
        self.step = np.zeros((replicas, batch, 4 * H), dtype)
        self.scratch = np.zeros((replicas, batch, H), dtype)
        self.c = [self.cells[:, t] for t in range(keep + 1)]
        self.gates = [a[..., : 3 * H] for a in self.a]
        self.i, self.f, self.o, self.g = ([a[..., p * H : (p + 1) * H] for a in self.a] for p in range(4))

    def start(self) -> None:
        """See `LayerPass`."""
        self.h[0].fill(0.0)
        self.c[0].fill(0.0)

    def carry(self, t: int) -> None:
        """See `LayerPass`."""
        self.h[0][...] = self.h[t]
        self.c[0][...] = self.c[t]

    def advance(self, parameters: Parameters, steps: int) -> None:
        """See `LayerPass`."""
        W_hh, step, scratch = parameters["W_hh"], self.step, self.scratch
        for t in range(steps):
            np.matmul(self.h[t], W_hh, out=step)
            np.add(self.a[t], step, out=self.a[t])
            ACTIVATIONS["sigmoid"].apply(self.gates[t])
            np.tanh(self.g[t], out=self.g[t])
            np.multiply(self.f[t], self.c[t], out=self.c[t + 1])
            np.multiply(self.i[t], self.g[t], out=scratch)
            np.add(self.c[t + 1], scratch, out=self.c[t + 1])
            np.tanh(self.c[t + 1], out=self.squashed[:, t])
            np.multiply(self.o[t], self.squashed[:, t], out=self.h[t + 1])

    def retreat(self, parameters: Parameters, dh: Array) -> None:
        """Go back: dc_t = dh_t * o_t * (1 - tanh(c_t)^2) + dc_{t+1} * f_{t+1}, and from it every gate's delta."""
        H, W_hh_T = self.H, parameters["W_hh"].swapaxes(1, 2)
        ACTIVATIONS["sigmoid"].slope(self.drive[..., : 3 * H], self.slopes[..., : 3 * H])
        ACTIVATIONS["tanh"].slope(self.drive[..., 3 * H :], self.slopes[..., 3 * H :])
        dc, slope_c = np.zeros_like(dh), self.scratch
        for t in range(len(self.delta) - 1, -1, -1):
            delta = self.delta[t]
            ACTIVATIONS["tanh"].slope(self.squashed[:, t], slope_c)
            slope_c *= self.o[t]
            slope_c *= dh
            dc += slope_c
            np.multiply(dc, self.g[t], out=delta[..., :H])
            np.multiply(dc, self.c[t], out=delta[..., H : 2 * H])
            np.multiply(dh, self.squashed[:, t], out=delta[..., 2 * H : 3 * H])
            np.multiply(dc, self.i[t], out=delta[..., 3 * H :])
            delta *= self.slopes[:, t]
            if t:
                dh = delta @ W_hh_T
                dc *= self.f[t]

    def recurrent_gradient(self, gradient: Parameters) -> None:
        """See `LayerPass`."""
        summed(self.states[:, :-1], self.deltas, gradient["W_hh"])
