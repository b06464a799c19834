"""Rossler's band: chaos with a single nonlinear term."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.runge_kutta import Flow3D
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rossler(Flow3D):
    """dx/dt = -y - z, dy/dt = x + a y, dz/dt = b + z (x - c).

    A turn takes about 5.9 units of time. Its fixed points are (a s, -s, s) with
    s = (c +- sqrt(c^2 - 4 a b)) / (2 a).

    Args:
        a: growth of the spiral.
        b: inflow of z.
        c: where the spiral folds; 5.7 is chaotic.

    Example:
        >>> Rossler(length=2, transient=0, substeps=1)(np.random.default_rng(0)).round(4).tolist()
        [[1.0, 1.0, 1.0], [0.8139, 1.1116, 0.6351]]

    References:
        Rössler, "An equation for continuous chaos" (1976).
    """

    transient: int = Field(default=500, ge=0)
    step: float = Field(default=0.1, gt=0.0)
    substeps: int = Field(default=2, gt=0)
    a: float = 0.2
    b: float = 0.2
    c: float = 5.7

    def derivative(self, state: Array) -> Array:
        """Return f(x, y, z)."""
        x, y, z = state
        return np.array([-y - z, x + self.a * y, self.b + z * (x - self.c)])
