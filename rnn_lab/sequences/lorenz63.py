"""Lorenz's model of convection in three variables."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.runge_kutta import Flow3D
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Lorenz63(Flow3D):
    """dx/dt = sigma (y - x), dy/dt = x (rho - z) - y, dz/dt = x y - beta z.

    Its Lyapunov exponents sum to -(sigma + 1 + beta), -13.67 for the defaults, of which the greatest is about 0.906
    per unit of time: errors grow e-fold in 1.1 units. The centres of the two wings are the fixed points
    (+-sqrt(beta (rho - 1)), the same, rho - 1).

    Args:
        sigma: Prandtl number.
        rho: Rayleigh number, in units of its critical value; 28 is chaotic.
        beta: a geometric factor.

    Example:
        >>> Lorenz63(length=2, transient=0)(np.random.default_rng(0)).round(4).tolist()
        [[1.0, 1.0, 1.0], [1.0126, 1.2599, 0.9849]]

    References:
        Lorenz, "Deterministic nonperiodic flow" (1963).
    """

    transient: int = Field(default=1000, ge=0)
    sigma: float = 10.0
    rho: float = 28.0
    beta: float = 8.0 / 3.0

    def derivative(self, state: Array) -> Array:
        """Return f(x, y, z)."""
        x, y, z = state
        return np.array([self.sigma * (y - x), x * (self.rho - z) - y, x * y - self.beta * z])
