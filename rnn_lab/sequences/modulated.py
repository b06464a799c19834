"""Sine waves whose frequency or amplitude changes in time."""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.scaling import Array
from rnn_lab.sequences.sine import Sine


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Chirp(Sine):
    """x_n = A sin(omega n + rate n^2 / 2 + phase): a linear chirp.

    The instantaneous angular frequency, the derivative of the argument, is omega + rate n.

    Args:
        omega: angular frequency at n = 0, radians per step.
        rate: its growth, radians per step squared.

    Example:
        >>> Chirp(length=3, omega=0.0, rate=1.0)(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.4794], [0.9093]]
    """

    omega: float = 0.05
    rate: float = 0.0005

    def at(self, n: Array) -> Array:
        """Return x_n."""
        wave: Array = self.amplitude * np.sin(self.omega * n + 0.5 * self.rate * n**2 + self.phase)
        return wave


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AmplitudeModulated(Sine):
    """x_n = A (1 + depth cos(omega_m n)) sin(omega n + phase).

    Its spectrum is the carrier, amplitude A at omega, and two sidebands, amplitude A depth / 2 at omega +- omega_m.

    Args:
        depth: modulation depth m; above 1 the carrier's sign flips.
        omega_m: the modulation's angular frequency, radians per step.

    Example:
        >>> AmplitudeModulated(length=2, depth=1.0, omega_m=np.pi)(np.random.default_rng(0)).tolist()
        [[0.0], [0.0]]
    """

    omega: float = 0.5
    depth: float = 0.5
    omega_m: float = 0.05

    def at(self, n: Array) -> Array:
        """Return x_n."""
        envelope: Array = 1.0 + self.depth * np.cos(self.omega_m * n)
        return envelope * super().at(n)
