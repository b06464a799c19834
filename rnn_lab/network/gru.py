"""The gated recurrent unit, in its two published variants.

    r_t = sigmoid(x_t W_xr + h_{t-1} W_hr + b_r)                     reset gate
    z_t = sigmoid(x_t W_xz + h_{t-1} W_hz + b_z)                     update gate
    n_t = tanh(x_t W_xn + (r_t * h_{t-1}) W_hn + b_n)                candidate, reset="before" (Cho et al. 2014)
    n_t = tanh(x_t W_xn + b_n + r_t * (h_{t-1} W_hn + b_hn))         candidate, reset="after" (cuDNN, PyTorch)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

The gates lie side by side in the order r, z, n: W_xh = [W_xr W_xz W_xn], W_hh = [W_hr W_hz W_hn].
"""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import ACTIVATIONS
from rnn_lab.network.layer import Array, Layer, LayerPass, summed
from rnn_lab.network.parameters import Parameters, Shapes


@dataclass(frozen=True, kw_only=True, config=STRICT)
class GRU(Layer):
    """A layer of gated recurrent units.

    Args:
        reset: where the reset gate acts: ``before`` the product with W_hn, or ``after`` it, which leaves one product a
            step and adds the bias b_hn. All else as in `Layer`.

    Example:
        >>> GRU(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 9)

    Reference: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    GATES: ClassVar[int] = 3

    reset: Literal["before", "after"] = "after"

    def shapes(self, inputs: int, outputs: int, window: int) -> Shapes:
        """See `Layer`."""
        extra = {"b_hn": (self.hidden_dim,)} if self.bias and self.reset == "after" else {}
        return {**super().shapes(inputs, outputs, window), **extra}

    def candidate(self, parameters: Parameters) -> Array:
        """W_hn, (R, H, H)."""
        return parameters["W_hh"][:, :, 2 * self.hidden_dim :]

    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "GRUPass":
        """See `Layer`."""
        kind = ResetAfterPass if self.reset == "after" else ResetBeforePass
        return kind(self, replicas, batch, keep, dtype)


class GRUPass(LayerPass):
    """What both variants share: after `advance`, ``a`` holds r, z and n of each kept step."""

    def __init__(self, layer: GRU, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, keep, dtype)
        H = self.H = layer.hidden_dim
        self.slopes = np.zeros_like(self.drive)
        self.step = np.zeros((replicas, batch, 3 * H), dtype)
        self.dh = np.zeros((replicas, batch, H), dtype)
        self.rz, self.r, self.z, self.n = (
            [a[..., part] for a in self.a]
            for part in (slice(0, 2 * H), slice(0, H), slice(H, 2 * H), slice(2 * H, None))
        )

    def start(self) -> None:
        """See `LayerPass`."""
        self.h[0].fill(0.0)

    def carry(self, t: int) -> None:
        """See `LayerPass`."""
        self.h[0][...] = self.h[t]

    def mix(self, t: int) -> None:
        """h_t = n_t + z_t * (h_{t-1} - n_t)."""
        before, after = self.h[t], self.h[t + 1]
        np.subtract(before, self.n[t], out=after)
        np.multiply(self.z[t], after, out=after)
        np.add(after, self.n[t], out=after)

    def gate_slopes(self) -> None:
        """Write f' of every gate of every kept step at once."""
        H = self.H
        ACTIVATIONS["sigmoid"].slope(self.drive[..., : 2 * H], self.slopes[..., : 2 * H])
        ACTIVATIONS["tanh"].slope(self.drive[..., 2 * H :], self.slopes[..., 2 * H :])

    def unmix(self, t: int) -> None:
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

    def __init__(self, layer: GRU, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, keep, dtype)
        self.proposed = np.zeros((replicas, keep, batch, self.H), dtype)  # h_{t-1} W_hn + b_hn
        self.recurrent = np.zeros_like(self.deltas)  # the gradient with respect to h_{t-1} W_hh, gate by gate

    def advance(self, parameters: Parameters, steps: int) -> None:
        """See `LayerPass`."""
        W_hh, H, step = parameters["W_hh"], self.H, self.step
        b_hn = parameters["b_hn"][:, None] if "b_hn" in parameters else 0.0
        for t in range(steps):
            np.matmul(self.h[t], W_hh, out=step)
            np.add(self.rz[t], step[..., : 2 * H], out=self.rz[t])
            ACTIVATIONS["sigmoid"].apply(self.rz[t])
            proposed = self.proposed[:, t]
            np.add(step[..., 2 * H :], b_hn, out=proposed)
            self.n[t][...] += self.r[t] * proposed
            np.tanh(self.n[t], out=self.n[t])
            self.mix(t)

    def retreat(self, parameters: Parameters, dh: Array) -> None:
        """See `LayerPass`."""
        H, W_hh_T = self.H, parameters["W_hh"].swapaxes(1, 2)
        self.gate_slopes()
        self.dh[...] = dh
        for t in range(len(self.delta) - 1, -1, -1):
            self.unmix(t)
            delta, recurrent = self.delta[t], self.recurrent[:, t]
            dr, dn = delta[..., :H], delta[..., 2 * H :]
            np.multiply(dn, self.proposed[:, t], out=dr)
            dr *= self.slopes[:, t, :, :H]
            recurrent[..., : 2 * H] = delta[..., : 2 * H]
            np.multiply(dn, self.r[t], out=recurrent[..., 2 * H :])
            if t:
                self.dh += recurrent @ W_hh_T

    def recurrent_gradient(self, gradient: Parameters) -> None:
        """See `LayerPass`."""
        summed(self.states[:, :-1], self.recurrent, gradient["W_hh"])
        if "b_hn" in gradient:
            self.recurrent[..., 2 * self.H :].sum(axis=(1, 2), out=gradient["b_hn"])


class ResetBeforePass(GRUPass):
    """The variant with the reset gate before the product."""

    def __init__(self, layer: GRU, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, keep, dtype)
        self.reset_state = np.zeros((replicas, keep, batch, self.H), dtype)  # r_t * h_{t-1}

    def advance(self, parameters: Parameters, steps: int) -> None:
        """See `LayerPass`."""
        H, W_hh = self.H, parameters["W_hh"]
        W_rz, W_n = W_hh[..., : 2 * H], W_hh[..., 2 * H :]
        for t in range(steps):
            np.add(self.rz[t], self.h[t] @ W_rz, out=self.rz[t])
            ACTIVATIONS["sigmoid"].apply(self.rz[t])
            reset = self.reset_state[:, t]
            np.multiply(self.r[t], self.h[t], out=reset)
            np.add(self.n[t], reset @ W_n, out=self.n[t])
            np.tanh(self.n[t], out=self.n[t])
            self.mix(t)

    def retreat(self, parameters: Parameters, dh: Array) -> None:
        """See `LayerPass`."""
        H = self.H
        W_rz_T = parameters["W_hh"][..., : 2 * H].swapaxes(1, 2)
        W_n_T = parameters["W_hh"][..., 2 * H :].swapaxes(1, 2)
        self.gate_slopes()
        self.dh[...] = dh
        for t in range(len(self.delta) - 1, -1, -1):
            self.unmix(t)
            delta = self.delta[t]
            dr, dreset = delta[..., :H], delta[..., 2 * H :] @ W_n_T
            np.multiply(dreset, self.h[t], out=dr)
            dr *= self.slopes[:, t, :, :H]
            if t:
                self.dh += dreset * self.r[t]
                self.dh += delta[..., : 2 * H] @ W_rz_T

    def recurrent_gradient(self, gradient: Parameters) -> None:
        """See `LayerPass`."""
        H = self.H
        summed(self.states[:, :-1], self.deltas[..., : 2 * H], gradient["W_hh"][..., : 2 * H])
        summed(self.reset_state, self.deltas[..., 2 * H :], gradient["W_hh"][..., 2 * H :])
