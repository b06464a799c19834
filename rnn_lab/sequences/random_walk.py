"""The random walk."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Orbit


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RandomWalk(Orbit):
    """x_0 = start, x_n = x_{n-1} + drift + e_n, e_n ~ N(0, sigma^2) independent.

    After n steps its mean is start + drift n and its variance sigma^2 n: it has no level to return to. The best
    forecast is the last value (plus the drift), with RMSE sigma; whoever beats it has seen the future.

    Args:
        start: x_0.
        drift: the mean of a step.
        sigma: the standard deviation of a step, in the units of x, >= 0.

    Example:
        >>> RandomWalk(length=3, drift=2.0, sigma=0.0)(np.random.default_rng(0)).tolist()
        [[0.0], [2.0], [4.0]]
    """

    start: float = 0.0
    drift: float = 0.0
    sigma: float = Field(default=1.0, ge=0.0)

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float]]:
        """Yield x_0, x_1, ..."""
        x = self.start
        while True:
            yield (x,)
            x += self.drift + self.sigma * rng.standard_normal()
