"""Lorenz's model of a quantity on a circle of latitude."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.runge_kutta import Flow
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Lorenz96(Flow):
    """dx_j/dt = (x_{j+1} - x_{j-2}) x_{j-1} - x_j + F, j on a circle of J sites.

    The quadratic terms keep the energy: sum_j x_j dx_j/dt = -sum_j x_j^2 + F sum_j x_j. Every x_j = F is a fixed
    point, unstable for F > 8/9; the start is that point with the first site pushed off it.

    Args:
        sites: J, >= 4.
        forcing: F; 8 is chaotic.
        push: how far the first site starts from F.

    Example:
        >>> Lorenz96(length=2, transient=0)(np.random.default_rng(0))[1, :3].round(4).tolist()
        [8.0099, 7.9999, 7.9992]

    References:
        Lorenz, "Predictability: a problem partly solved" (1996).
    """

    transient: int = Field(default=1000, ge=0)
    sites: int = Field(default=40, ge=4)
    forcing: float = 8.0
    push: float = 0.01

    @property
    def columns(self) -> tuple[str, ...]:
        """One per site, x0 .. x{J-1}."""
        return tuple(f"x{site}" for site in range(self.sites))

    @property
    def width(self) -> int:
        """J; a hundred million names would take their time."""
        return self.sites

    def initial(self) -> Array:
        """Return (J,)."""
        state = np.full(self.sites, self.forcing)
        state[0] += self.push
        return state

    def derivative(self, state: Array) -> Array:
        """Return f(x)."""
        circle = np.concatenate((state[-2:], state, state[:1]))  # x_{-2}, x_{-1}, x_0 .. x_{J-1}, x_J
        return (circle[3:] - circle[:-3]) * circle[1:-2] - state + self.forcing
