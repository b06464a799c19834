"""Leaky units: each keeps a share of its state from one step to the next.

Forward:   n_t = f(a_t + h_{t-1} W_hh),  h_t = (1 - leak) h_{t-1} + leak n_t,  with a_t = x_t W_xh + b_h
Backward:  dh_t = u_t + (1 - leak) dh_{t+1} + delta_{t+1} W_hh^T,  delta_t = leak dh_t * f'
"""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Architecture, reference
from rnn_lab.network.activations import TANH, ActivationField
from rnn_lab.network.layer import LayerPass, accumulate_outer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Leaky(Architecture):
    """Layers of leaky units.

    Args:
        leak: share of the state that is new at each step, in (0, 1].
        activation: f; all else as in `Architecture`.

    Reference: Jaeger, Lukosevicius, Popovici & Siewert, "Optimization and applications of echo state networks with
    leaky-integrator neurons" (2007).
    """

    leak: Annotated[float, Field(gt=0, le=1)] = 0.5
    activation: ActivationField = TANH

    def reference(self, weights, x, state):
        """One step as in the equation."""
        new = reference.elman_step(weights, x, state["h_0"], self.activation)
        return {"h_0": (1 - self.leak) * state["h_0"] + self.leak * new}

    def unroll(self, replicas, batch, history, dtype):
        """Allocate one layer's passes for batches of one size."""
        return LeakyPass(self, replicas, batch, history, dtype)


class LeakyPass(LayerPass):
    """One leaky layer over time; new (R, k, B, H) holds the n_t of the remembered steps."""

    def __init__(self, layer, replicas, batch, history, dtype):
        super().__init__(layer, replicas, batch, history, dtype)
        self.layer, self.new = layer, np.zeros_like(self.deltas)
        self.back = np.zeros_like(self.dh)
        self.remembered.append(self.new)  # moves with the steps when the window slides

    def forward_steps(self, weights, first):
        """n_t and h_t."""
        leak, apply = self.layer.leak, self.layer.activation.apply
        for t in range(first, self.history):
            new, after = self.new[:, t], self.h[t + 1]
            np.matmul(self.h[t], weights["W_hh"], out=new)
            new += self.a[t]
            apply(new)
            np.multiply(self.h[t], 1 - leak, out=after)
            after += np.multiply(new, leak, out=self.back)

    def backward_steps(self, weights, upstream, first):
        """dh_t and delta_t."""
        leak, W_hh_T = self.layer.leak, weights["W_hh"].swapaxes(1, 2)
        self.layer.activation.slope(self.new[:, first:], self.deltas[:, first:])
        self.dh.fill(0.0)
        for t in range(self.history - 1, first - 1, -1):
            self.receive(upstream, t)  # dh_t is whole now
            np.multiply(self.delta[t], self.dh, out=self.delta[t])
            self.delta[t] *= leak
            self.dh *= 1 - leak
            self.dh += np.matmul(self.delta[t], W_hh_T, out=self.back)

    def recurrent_gradient(self, gradient, first):
        """dW_hh = sum_t h_{t-1}^T delta_t."""
        accumulate_outer(self.states[:, first:-1], self.deltas[:, first:], gradient["W_hh"])
