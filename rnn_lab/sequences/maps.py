"""Chaotic maps: the logistic map and the Henon map."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
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

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float]]:
        """Yield x_0, x_1, ..."""
        x = self.start
        while True:
            yield (x,)
            x = self.r * x * (1.0 - x)


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

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        """Yield (x_0, y_0), (x_1, y_1), ..."""
        x, y = self.start
        while True:
            yield x, y
            x, y = 1.0 - self.a * x * x + y, self.b * x
