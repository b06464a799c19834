"""A gradient estimate from two forward passes: no way back, and no memory of the window."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import ForwardPass
from rnn_lab.rules.rule import WindowRule


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Perturbation(WindowRule):
    """Simultaneous perturbation: g = (L(theta + c d) - L(theta - c d)) / (2 c) d, with each d_i = -1 or 1 by chance.

    Right in the mean up to c^2, with a variance that grows with the number of parameters.

    Args:
        size: c.

    Reference: Spall, "Multivariate stochastic approximation using a simultaneous perturbation gradient approximation"
    (1992).
    """

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    estimates_gradient: ClassVar[bool] = True
    told_of_epochs: ClassVar[bool] = True
    no_stream: ClassVar[str] = "whose state would have to be kept three times: take rule=uoro"

    size: Annotated[float, Field(gt=0)] = 1e-3

    def for_windows(self, network, replicas, batch, settings):
        """Allocate what works on batches of windows of one size."""
        return PerturbedGradient(network, replicas, batch, self.size)


class PerturbedGradient:
    """The rule at work."""

    def __init__(self, network, replicas, batch, size):
        self.network, self.size = network, size
        self.forward, self.gradient = ForwardPass(network, replicas, batch), network.zeros(replicas)
        self.directions = np.zeros_like(self.gradient.flat)

    def begin_epoch(self, noise):
        """Draw from these generators from now on, one a replica."""
        self.noise = noise

    def __call__(self, parameters, X, Y, weights=None, sampled=None):
        """Losses (R,) and the estimate, which the next call overwrites."""
        for direction, rng in zip(self.directions, self.noise, strict=True):
            direction[...] = rng.choice([-1.0, 1.0], direction.shape)
        ends = [self.loss(parameters, X, Y, weights, sign * self.size) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * self.size)
        np.multiply(slope[:, None], self.directions, out=self.gradient.flat)
        return self.loss(parameters, X, Y, weights, 0.0), self.gradient

    def loss(self, parameters, X, Y, weights, step):
        """Losses (R,) so far along the directions."""
        outputs = self.forward(parameters.like(parameters.flat + step * self.directions), X)
        return self.network.loss(outputs, Y, np.empty_like(outputs), weights)

    def signals(self):
        """Nothing is recorded."""
        return {}
