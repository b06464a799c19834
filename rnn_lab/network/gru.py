"""The gated recurrent unit, in its two published variants.

    r_t = sigmoid(x_t W_xr + h_{t-1} W_hr + b_r)                     reset gate
    z_t = sigmoid(x_t W_xz + h_{t-1} W_hz + b_z)                     update gate
    n_t = tanh(x_t W_xn + (r_t * h_{t-1}) W_hn + b_n)                candidate, reset="before" (Cho et al. 2014)
    n_t = tanh(x_t W_xn + b_n + r_t * (h_{t-1} W_hn + b_hn))         candidate, reset="after" (cuDNN, PyTorch)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

The gates lie side by side in the order r, z, n: W_xh = [W_xr W_xz W_xn], W_hh = [W_hr W_hz W_hn].
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import SIGMOID, TANH
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.layer import Array, LayerPass, Weights, accumulate_outer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class GRU(Architecture):
    """A layer of gated recurrent units.

    Args:
        reset: where the reset gate acts: ``before`` the product with W_hn, or ``after`` it, which leaves one product a
            step and adds the bias b_hn. All else as in `Architecture`.

    Example:
        >>> GRU(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 9)

    Reference: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    GATES: ClassVar[int] = 3

    reset: Literal["before", "after"] = "after"

    def layer_shapes(self, inputs: int, positions: int | None) -> dict[str, tuple[int, ...]]:
        """See `Architecture`."""
        extra = {"b_hn": (self.hidden_dim,)} if self.bias and self.reset == "after" else {}
        return super().layer_shapes(inputs, positions) | extra

    def candidate(self, weights: Weights) -> Array:
        """W_hn, (R, H, H)."""
        return weights["W_hh"][:, :, 2 * self.hidden_dim :]

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "GRUPass":
        """See `Architecture`."""
        kind = ResetAfterPass if self.reset == "after" else ResetBeforePass
        return kind(self, replicas, batch, history, dtype)


class GRUPass(LayerPass):
    """What both variants share: after `forward_steps`, ``a`` holds r, z and n of each remembered step."""

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        H = self.H = layer.hidden_dim
        self.remembered.append(self.preactivations)
        self.slopes = np.zeros_like(self.preactivations)
        self.step = np.zeros((replicas, batch, 3 * H), dtype)
        self.rz, self.r, self.z, self.n = (
            [a[..., part] for a in self.a]
            for part in (slice(0, 2 * H), slice(0, H), slice(H, 2 * H), slice(2 * H, None))
        )

    def interpolate(self, t: int) -> None:
        """h_t = n_t + z_t * (h_{t-1} - n_t)."""
        before, after = self.h[t], self.h[t + 1]
        np.subtract(before, self.n[t], out=after)
        np.multiply(self.z[t], after, out=after)
        np.add(after, self.n[t], out=after)

    def gate_slopes(self, first: int) -> None:
        """Write f' of every gate of every remembered step at once."""
        H, gates, slopes = self.H, self.preactivations[:, first:], self.slopes[:, first:]
        SIGMOID.slope(gates[..., : 2 * H], slopes[..., : 2 * H])
        TANH.slope(gates[..., 2 * H :], slopes[..., 2 * H :])

    def interpolate_backward(self, t: int) -> None:
        """From dh_t: the gradients at z_t's and n_t's pre-activations, and what z_t lets through to dh_{t-1}."""
        H, dh, delta, slope = self.H, self.dh, self.delta[t], self.slopes[:, t]
        dz, dn = delta[..., H : 2 * H], delta[..., 2 * H :]
        np.subtract(self.h[t], self.n[t], out=dz)
        dz *= dh
        dz *= slope[..., H : 2 * H]
        np.multiply(dh, self.z[t], out=dn)
        np.subtract(dh, dn, out=dn)
        dn *= slope[..., 2 * H :]
        dh *= self.z[t]


class ResetAfterPass(GRUPass):
    """The variant with the reset gate after the product."""

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.proposed = np.zeros((replicas, history, batch, self.H), dtype)  # h_{t-1} W_hn + b_hn
        self.recurrent = np.zeros_like(self.deltas)  # the gradient with respect to h_{t-1} W_hh, gate by gate
        self.remembered.append(self.proposed)

    def forward_steps(self, weights: Weights, first: int) -> None:
        """See `LayerPass`."""
        W_hh, H, step = weights["W_hh"], self.H, self.step
        b_hn = weights["b_hn"][:, None] if "b_hn" in weights else 0.0
        for t in range(first, self.history):
            np.matmul(self.h[t], W_hh, out=step)
            np.add(self.rz[t], step[..., : 2 * H], out=self.rz[t])
            SIGMOID.apply(self.rz[t])
            proposed = self.proposed[:, t]
            np.add(step[..., 2 * H :], b_hn, out=proposed)
            self.n[t][...] += self.r[t] * proposed
            np.tanh(self.n[t], out=self.n[t])
            self.interpolate(t)

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """See `LayerPass`."""
        H, W_hh_T = self.H, weights["W_hh"].swapaxes(1, 2)
        self.gate_slopes(first)
        self.dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            if (outer := upstream[t]) is not None:
                self.dh += outer
            if self.recorder is not None:
                self.recorder[:, t] = self.dh
            self.interpolate_backward(t)
            delta, recurrent = self.delta[t], self.recurrent[:, t]
            dr, dn = delta[..., :H], delta[..., 2 * H :]
            np.multiply(dn, self.proposed[:, t], out=dr)
            dr *= self.slopes[:, t, :, :H]
            recurrent[..., : 2 * H] = delta[..., : 2 * H]
            np.multiply(dn, self.r[t], out=recurrent[..., 2 * H :])
            if t > first or self.learned:
                self.dh += recurrent @ W_hh_T

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """See `LayerPass`."""
        recurrent = self.recurrent[:, first:]
        accumulate_outer(self.states[:, first:-1], recurrent, gradient["W_hh"])
        if "b_hn" in gradient:
            recurrent[..., 2 * self.H :].sum(axis=(1, 2), out=gradient["b_hn"])


class ResetBeforePass(GRUPass):
    """The variant with the reset gate before the product."""

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.reset_state = np.zeros((replicas, history, batch, self.H), dtype)  # r_t * h_{t-1}
        self.remembered.append(self.reset_state)

    def forward_steps(self, weights: Weights, first: int) -> None:
        """See `LayerPass`."""
        H, W_hh = self.H, weights["W_hh"]
        W_rz, W_n = W_hh[..., : 2 * H], W_hh[..., 2 * H :]
        for t in range(first, self.history):
            np.add(self.rz[t], self.h[t] @ W_rz, out=self.rz[t])
            SIGMOID.apply(self.rz[t])
            reset = self.reset_state[:, t]
            np.multiply(self.r[t], self.h[t], out=reset)
            np.add(self.n[t], reset @ W_n, out=self.n[t])
            np.tanh(self.n[t], out=self.n[t])
            self.interpolate(t)

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """See `LayerPass`."""
        H = self.H
        W_rz_T = weights["W_hh"][..., : 2 * H].swapaxes(1, 2)
        W_n_T = weights["W_hh"][..., 2 * H :].swapaxes(1, 2)
        self.gate_slopes(first)
        self.dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            if (outer := upstream[t]) is not None:
                self.dh += outer
            if self.recorder is not None:
                self.recorder[:, t] = self.dh
            self.interpolate_backward(t)
            delta = self.delta[t]
            dr, dreset = delta[..., :H], delta[..., 2 * H :] @ W_n_T
            np.multiply(dreset, self.h[t], out=dr)
            dr *= self.slopes[:, t, :, :H]
            if t > first or self.learned:
                self.dh += dreset * self.r[t]
                self.dh += delta[..., : 2 * H] @ W_rz_T

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """See `LayerPass`."""
        H, deltas = self.H, self.deltas[:, first:]
        accumulate_outer(self.states[:, first:-1], deltas[..., : 2 * H], gradient["W_hh"][..., : 2 * H])
        accumulate_outer(self.reset_state[:, first:], deltas[..., 2 * H :], gradient["W_hh"][..., 2 * H :])
