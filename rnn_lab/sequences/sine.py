"""The sine wave."""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sine(Generator):
    """x_n = A sin(omega n + phase), n = 0 .. length - 1.

    Two past values foretell it exactly: x_{n+1} = 2 cos(omega) x_n - x_{n-1}. One does not: the best AR(1) leaves
    a residual RMSE of A sin(omega) / sqrt(2).

    Args:
        amplitude: A, in the units of x.
        omega: angular frequency, radians per step.
        phase: radians.

    Example:
        >>> Sine(length=3)(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.8415], [0.9093]]
    """

    amplitude: float = 1.0
    omega: float = 1.0
    phase: float = 0.0

    def sample(self, rng: np.random.Generator) -> Array:
        """Return (length, 1)."""
        wave: Array = self.amplitude * np.sin(self.omega * np.arange(self.length) + self.phase)
        return wave[:, None]
