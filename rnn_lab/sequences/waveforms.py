"""The square, the sawtooth and the triangle: periodic, of a sine's phase, and with a corner or a jump.

Each is the plain function at whole steps, not a band-limited one: above the Nyquist frequency its harmonics alias.
"""

from abc import abstractmethod

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Formula
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Waveform(Formula):
    """x_n = A w(u_n), where u_n = n / period + phase / (2 pi) mod 1 is the fraction of the period that has passed.

    Args:
        amplitude: A: the wave lies within [-A, A].
        period: steps, > 0; not necessarily a whole number.
        phase: radians.
    """

    amplitude: float = 1.0
    period: float = Field(default=20.0, gt=0.0)
    phase: float = 0.0

    @abstractmethod
    def shape(self, u: Array) -> Array:
        """Return w(u) of fractions u in [0, 1), (rows,) -> (rows,)."""

    def at(self, n: Array) -> Array:
        """Return x_n."""
        u = (n / self.period + self.phase / (2 * np.pi)) % 1.0
        return self.amplitude * self.shape(u)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Square(Waveform):
    """w(u) = 1 for u < 1/2, else -1; in series (4 / pi) sum over odd k of sin(2 pi k u) / k.

    Example:
        >>> Square(length=5, period=4.0)(np.random.default_rng(0))[:, 0].tolist()
        [1.0, 1.0, -1.0, -1.0, 1.0]
    """

    def shape(self, u: Array) -> Array:
        """Return w(u)."""
        return np.where(u < 0.5, 1.0, -1.0)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sawtooth(Waveform):
    """w(u) = 2 u - 1, rising; in series -(2 / pi) sum over all k of sin(2 pi k u) / k.

    Example:
        >>> Sawtooth(length=5, period=4.0)(np.random.default_rng(0))[:, 0].tolist()
        [-1.0, -0.5, 0.0, 0.5, -1.0]
    """

    def shape(self, u: Array) -> Array:
        """Return w(u)."""
        return 2.0 * u - 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Triangle(Waveform):
    """w(u) = 1 - 4 |(u + 1/4 mod 1) - 1/2|; in series (8 / pi^2) sum over odd k of +-sin(2 pi k u) / k^2.

    Example:
        >>> Triangle(length=5, period=4.0)(np.random.default_rng(0))[:, 0].tolist()
        [0.0, 1.0, 0.0, -1.0, 0.0]
    """

    def shape(self, u: Array) -> Array:
        """Return w(u)."""
        return 1.0 - 4.0 * np.abs((u + 0.25) % 1.0 - 0.5)
