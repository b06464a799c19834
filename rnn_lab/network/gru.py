"""The gated recurrent unit, in its two published variants.

Forward, for t = 1, 2, .., with the gates side by side in the order r, z, n: W_hh = [W_hr W_hz W_hn].

    a_t = x_t W_xh + b_h
    r_t = sigmoid(a_t,r + h_{t-1} W_hr)                     reset gate
    z_t = sigmoid(a_t,z + h_{t-1} W_hz)                     update gate
    p_t = h_{t-1} W_hn + b_hn                               reset="after" (cuDNN, PyTorch)
    n_t = tanh(a_t,n + r_t * p_t)
    q_t = r_t * h_{t-1}                                     reset="before" (Cho et al. 2014)
    n_t = tanh(a_t,n + q_t W_hn)
    h_t = n_t + z_t * (h_{t-1} - n_t)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer, and ' a slope:

    dh_t = u_t + what t + 1 sends back
    dz_t = (h_{t-1} - n_t) * dh_t * z'                      dn_t = (dh_t - dh_t * z_t) * n'
    dr_t = dn_t * p_t * r'                                  reset="after"
    dr_t = (dn_t W_hn^T) * h_{t-1} * r'                     reset="before"
    delta_t = [dr_t dz_t dn_t]                              the gradient at a_t

    rho_t = [dr_t dz_t dn_t * r_t]                          reset="after", the gradient at h_{t-1} W_hh
    t sends back to dh_{t-1}:
        dh_t * z_t + rho_t W_hh^T                                               reset="after"
        dh_t * z_t + (dn_t W_hn^T) * r_t + [dr_t dz_t] [W_hr W_hz]^T            reset="before"

    dW_hh = sum_t h_{t-1}^T rho_t,  db_hn = sum_t dn_t * r_t                           reset="after"
    dW_hh = sum_t [h_{t-1}^T dr_t   h_{t-1}^T dz_t   q_t^T dn_t]                       reset="before"
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.network import reference
from rnn_lab.network.activations import SIGMOID, TANH
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.gated import GatedPass
from rnn_lab.network.layer import Array, Weights, accumulate_outer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class GRU(Architecture):
    """Layers of gated recurrent units.

    Args:
        reset: where the reset gate acts: ``before`` the product with W_hn, or ``after`` it, which leaves one product a
            step and adds the bias b_hn. All else as in `Architecture`.

    Example:
        >>> GRU(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 9)

    Reference: Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    GATES: ClassVar[int] = 3

    __repr__ = short_repr

    reset: Literal["before", "after"] = "after"

    def layer_shapes(self, inputs: int, positions: int | None) -> dict[str, tuple[int, ...]]:
        """Name -> shape of one layer's parameters: b_hn is the reset gate's own."""
        extra = {"b_hn": (self.hidden_dim,)} if self.bias and self.reset == "after" else {}
        return super().layer_shapes(inputs, positions) | extra

    def candidate(self, weights: Weights) -> Array:
        """W_hn, (R, H, H)."""
        return weights["W_hh"][:, :, 2 * self.hidden_dim :]

    def reference(self, weights: Weights, x: Array, state: reference.State) -> reference.State:
        """One step as in the equations."""
        return {"h_0": reference.gru_step(weights, x, state["h_0"], self.reset)}

    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> "GRUPass":
        """Allocate one layer's passes for batches of one size."""
        kind = ResetAfterPass if self.reset == "after" else ResetBeforePass
        return kind(self, replicas, batch, history, dtype)


class GRUPass(GatedPass):
    """Base class of both variants: the gates are r_t, z_t and n_t."""

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        H = self.H
        self.product = np.zeros((replicas, batch, 3 * H), dtype)  # h_{t-1} W_hh, or a part of it
        self.back = np.zeros((replicas, batch, H), dtype)  # one summand of what is sent back
        gate = [self.gates[:, t] for t in range(history)]
        parts = slice(0, 2 * H), slice(0, H), slice(H, 2 * H), slice(2 * H, None)
        self.rz, self.r, self.z, self.n = ([g[..., part] for g in gate] for part in parts)
        self.a_rz, self.a_n = ([a[..., part] for a in self.a] for part in (parts[0], parts[3]))

    def interpolate(self, t: int) -> None:
        """h_t = n_t + z_t * (h_{t-1} - n_t)."""
        before, after = self.h[t], self.h[t + 1]
        np.subtract(before, self.n[t], out=after)
        np.multiply(self.z[t], after, out=after)
        np.add(after, self.n[t], out=after)

    def interpolate_backward(self, t: int, slope: Array) -> None:
        """dz_t and dn_t; then of dh_t what z_t lets through."""
        H, dh, delta = self.H, self.dh, self.delta[t]
        dz, dn = delta[..., H : 2 * H], delta[..., 2 * H :]
        np.subtract(self.h[t], self.n[t], out=dz)
        dz *= dh
        dz *= slope[..., H : 2 * H]
        np.multiply(dh, self.z[t], out=dn)
        np.subtract(dh, dn, out=dn)
        dn *= slope[..., 2 * H :]
        dh *= self.z[t]


class ResetAfterPass(GRUPass):
    """The variant with the reset gate after the product.

    Attributes:
        proposed: (R, k, B, H), p_t.
        recurrent: (R, k, B, 3 H), rho_t: the gradient at h_{t-1} W_hh.
    """

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.proposed = np.zeros((replicas, history, batch, self.H), dtype)
        self.recurrent = np.zeros_like(self.deltas)
        self.remembered.append(self.proposed)

    def forward_steps(self, weights: Weights, first: int) -> None:
        """r_t and z_t, p_t, n_t, h_t."""
        H, product = self.H, self.product
        b_hn = weights["b_hn"][:, None] if "b_hn" in weights else 0.0
        for t in range(first, self.history):
            np.matmul(self.h[t], weights["W_hh"], out=product)
            np.add(self.a_rz[t], product[..., : 2 * H], out=self.rz[t])
            SIGMOID.apply(self.rz[t])
            proposed, gated = self.proposed[:, t], product[..., 2 * H :]
            np.add(gated, b_hn, out=proposed)
            np.multiply(self.r[t], proposed, out=gated)
            np.add(self.a_n[t], gated, out=self.n[t])
            TANH.apply(self.n[t])
            self.interpolate(t)

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """dz_t and dn_t, dr_t, rho_t, and what is sent back."""
        H, W_hh_T, back = self.H, weights["W_hh"].swapaxes(1, 2), self.back
        self.dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            self.receive(upstream, t)
            slope = self.slope(t)
            self.interpolate_backward(t, slope)
            delta, recurrent = self.delta[t], self.recurrent[:, t]
            dr, dn = delta[..., :H], delta[..., 2 * H :]
            np.multiply(dn, self.proposed[:, t], out=dr)
            dr *= slope[..., :H]
            recurrent[..., : 2 * H] = delta[..., : 2 * H]
            np.multiply(dn, self.r[t], out=recurrent[..., 2 * H :])
            if t > first or self.learned:
                self.dh += np.matmul(recurrent, W_hh_T, out=back)

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """dW_hh = sum_t h_{t-1}^T rho_t, db_hn = sum_t dn_t * r_t."""
        recurrent = self.recurrent[:, first:]
        accumulate_outer(self.states[:, first:-1], recurrent, gradient["W_hh"])
        if "b_hn" in gradient:
            recurrent[..., 2 * self.H :].sum(axis=(1, 2), out=gradient["b_hn"])


class ResetBeforePass(GRUPass):
    """The variant with the reset gate before the product.

    Attributes:
        reset_state: (R, k, B, H), q_t.
    """

    def __init__(self, layer: GRU, replicas: int, batch: int, history: int, dtype: Any) -> None:
        super().__init__(layer, replicas, batch, history, dtype)
        self.reset_state = np.zeros((replicas, history, batch, self.H), dtype)
        self.dq = np.zeros((replicas, batch, self.H), dtype)  # dn_t W_hn^T
        self.remembered.append(self.reset_state)

    def forward_steps(self, weights: Weights, first: int) -> None:
        """r_t and z_t, q_t, n_t, h_t."""
        H, W_hh = self.H, weights["W_hh"]
        W_rz, W_n = W_hh[..., : 2 * H], W_hh[..., 2 * H :]
        of_rz, of_n = self.product[..., : 2 * H], self.product[..., 2 * H :]
        for t in range(first, self.history):
            np.add(self.a_rz[t], np.matmul(self.h[t], W_rz, out=of_rz), out=self.rz[t])
            SIGMOID.apply(self.rz[t])
            reset = self.reset_state[:, t]
            np.multiply(self.r[t], self.h[t], out=reset)
            np.add(self.a_n[t], np.matmul(reset, W_n, out=of_n), out=self.n[t])
            TANH.apply(self.n[t])
            self.interpolate(t)

    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """dz_t and dn_t, dr_t, and what is sent back."""
        H, back, dq = self.H, self.back, self.dq
        W_rz_T = weights["W_hh"][..., : 2 * H].swapaxes(1, 2)
        W_n_T = weights["W_hh"][..., 2 * H :].swapaxes(1, 2)
        self.dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            self.receive(upstream, t)
            slope = self.slope(t)
            self.interpolate_backward(t, slope)
            delta = self.delta[t]
            dr = delta[..., :H]
            np.matmul(delta[..., 2 * H :], W_n_T, out=dq)
            np.multiply(dq, self.h[t], out=dr)
            dr *= slope[..., :H]
            if t > first or self.learned:
                self.dh += np.multiply(dq, self.r[t], out=back)
                self.dh += np.matmul(delta[..., : 2 * H], W_rz_T, out=back)

    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """dW_hh = sum_t [h_{t-1}^T dr_t  h_{t-1}^T dz_t  q_t^T dn_t]."""
        H, deltas = self.H, self.deltas[:, first:]
        accumulate_outer(self.states[:, first:-1], deltas[..., : 2 * H], gradient["W_hh"][..., : 2 * H])
        accumulate_outer(self.reset_state[:, first:], deltas[..., 2 * H :], gradient["W_hh"][..., 2 * H :])
