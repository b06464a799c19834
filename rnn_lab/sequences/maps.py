"""Chaotic maps: the logistic map and the Henon map."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.scaling import Array
from rnn_lab.sequences.trajectory import Trajectory


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Logistic(Trajectory):
    """The logistic map x_{n+1} = r x_n (1 - x_n).

    For r in [0, 4] and x_0 in [0, 1] it stays in [0, 1]; elsewhere it runs away. At r = 4 it is sin^2(theta) with
    theta doubled at each step, and its Lyapunov exponent is ln 2: a forecast loses one bit per step.

    Args:
        r: growth rate; 3.9 is chaotic.
        start: x_0.

    Example:
        >>> Logistic(length=3)(np.random.default_rng(0)).round(7).tolist()
        [[0.5], [0.975], [0.0950625]]

    References:
        May, "Simple mathematical models with very complicated dynamics" (1976).
    """

    r: float = 3.9
    start: float = 0.5

    def simulate(self, rows: int, rng: np.random.Generator) -> Array:
        """Return (rows, 1)."""
        values = np.empty((rows, 1))
        x = self.start
        for n in range(rows):
            values[n, 0] = x
            x = self.r * x * (1.0 - x)
        return values


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Henon(Trajectory):
    """The Henon map x' = 1 - a x^2 + y, y' = b x.

    It shrinks every area by |b|, so its Lyapunov exponents sum to ln |b|. A fixed point on the attractor is
    x = (b - 1 + sqrt((1 - b)^2 + 4 a)) / (2 a) = 0.6313545 for the defaults.

    Args:
        a: bend; 1.4 is chaotic.
        b: contraction.
        start: [x_0, y_0].

    Example:
        >>> Henon(length=3)(np.random.default_rng(0)).round(4).tolist()
        [[0.0, 0.0], [1.0, 0.0], [-0.4, 0.3]]

    References:
        Hénon, "A two-dimensional mapping with a strange attractor" (1976).
    """

    a: float = 1.4
    b: float = 0.3
    start: list[float] = Field(default_factory=lambda: [0.0, 0.0], min_length=2, max_length=2)

    @property
    def columns(self) -> tuple[str, ...]:
        """Both coordinates."""
        return ("x", "y")

    def simulate(self, rows: int, rng: np.random.Generator) -> Array:
        """Return (rows, 2)."""
        values = np.empty((rows, 2))
        x, y = self.start
        for n in range(rows):
            values[n] = x, y
            x, y = 1.0 - self.a * x * x + y, self.b * x
        return values
