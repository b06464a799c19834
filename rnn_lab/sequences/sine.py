"""Sine waves: plain, damped, and several superimposed."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Formula
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sine(Formula):
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

    def at(self, n: Array) -> Array:
        """Return x_n."""
        wave: Array = self.amplitude * np.sin(self.omega * n + self.phase)
        return wave


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DampedSine(Sine):
    """x_n = A exp(-decay n) sin(omega n + phase): a damped harmonic oscillator, sampled.

    x_{n+1} = 2 exp(-decay) cos(omega) x_n - exp(-2 decay) x_{n-1}.

    Args:
        decay: the envelope's decay per step, >= 0; it halves every ln(2) / decay steps.

    Example:
        >>> DampedSine(length=3, omega=1.0, decay=0.5)(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.5104], [0.3345]]
    """

    omega: float = 0.3
    decay: float = Field(default=0.005, ge=0.0)

    def at(self, n: Array) -> Array:
        """Return x_n."""
        envelope: Array = np.exp(-self.decay * n)
        return envelope * super().at(n)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MSO(Formula):
    """Multiple superimposed oscillators: x_n = sum_i sin(omega_i n).

    The frequencies have no common period, so the series never repeats; yet the linear recurrence whose polynomial
    is prod_i (z^2 - 2 cos(omega_i) z + 1), twice as long as there are oscillators, foretells it exactly.

    Args:
        omegas: angular frequencies, radians per step; at least one. MSO2 .. MSO8 take the first 2 .. 8 of the
            default's.

    Example:
        >>> MSO(length=3, omegas=[0.2, 0.311])(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.5047], [0.9722]]

    References:
        Jaeger & Haas, "Harnessing nonlinearity" (2004), for two; Koryakin, Lohmann & Butz, "Balanced echo state
        networks" (2012), for eight.
    """

    omegas: list[float] = Field(default_factory=lambda: [0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97], min_length=1)

    def at(self, n: Array) -> Array:
        """Return x_n."""
        wave: Array = np.sin(np.outer(n, self.omegas)).sum(axis=1)
        return wave
