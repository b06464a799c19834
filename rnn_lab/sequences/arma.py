"""Autoregressive moving-average processes, started in their stationary state."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Orbit
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ARMA(Orbit):
    """x_n = sum_i ar_i x_{n-i} + e_n + sum_j ma_j e_{n-j}, e_n ~ N(0, sigma^2) independent.

    AR(p) has no ``ma``, MA(q) no ``ar``, white noise neither. The process is stationary: its first row is drawn from
    the same distribution as every other, so there is no transient. No forecaster can have a one-step RMSE below sigma
    in expectation.

    Args:
        ar: ar_1 .. ar_p; every root of 1 - ar_1 z - ... - ar_p z^p must lie outside the unit circle.
        ma: ma_1 .. ma_q.
        sigma: the innovations' standard deviation, in the units of x, > 0.

    Example:
        >>> ARMA(length=4, ar=[0.9], ma=[0.4])(np.random.default_rng(0)).shape
        (4, 1)

    References:
        Box & Jenkins, "Time Series Analysis" (1970); the state-space form and its stationary start are Harvey's,
        "Forecasting, Structural Time Series Models and the Kalman Filter" (1989).
    """

    ar: list[float] = Field(default_factory=lambda: [0.9])
    ma: list[float] = Field(default_factory=list)
    sigma: float = Field(default=1.0, gt=0.0)

    @field_validator("ar")
    @classmethod
    def _stationary(cls, ar: list[float]) -> list[float]:
        if not is_stationary(ar):
            raise ValueError(
                "it must be stationary, but a root of 1 - ar_1 z - ... - ar_p z^p lies on or inside the unit circle"
            )
        return ar

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float]]:
        """Yield x_0, x_1, ..."""
        transition, gain = self._state_space()
        covariance = stationary_covariance(transition, gain)
        eigenvalues, vectors = np.linalg.eigh(covariance)
        # No Cholesky: the state's covariance may be singular (a root that ar and ma share), its spectrum serves.
        root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
        state = root @ rng.standard_normal(len(gain))
        while True:
            state = transition @ state + gain * rng.standard_normal()
            yield (self.sigma * state[0],)

    def _state_space(self) -> tuple[Array, Array]:
        """Return Harvey's form s_n = T s_{n-1} + g e_n, x_n = s_n[0], with r = max(p, q + 1) states."""
        states = max(len(self.ar), len(self.ma) + 1)
        transition = np.zeros((states, states))
        transition[:-1, 1:] = np.eye(states - 1)
        transition[: len(self.ar), 0] = self.ar
        gain = np.zeros(states)
        gain[: len(self.ma) + 1] = [1.0, *self.ma]
        return transition, gain


def is_stationary(ar: list[float]) -> bool:
    """Tell whether every root of 1 - ar_1 z - ... - ar_p z^p lies outside the unit circle.

    Levinson and Durbin's recursion, run backwards, gives the partial autocorrelations; stationary means that each is
    below 1 in size. Unlike computed roots, which a double root on the circle throws off it, this is sharp there.

    Example:
        >>> is_stationary([1.6, -0.64]), is_stationary([2.0, -1.0]), is_stationary([])
        (True, False, True)

    References:
        Barndorff-Nielsen & Schou, "On the parametrization of autoregressive models by partial autocorrelations" (1973).
    """
    coefficients = np.array(ar, dtype=float)
    while len(coefficients):
        partial = coefficients[-1]
        if not abs(partial) < 1.0:
            return False
        rest = coefficients[:-1]
        coefficients = (rest + partial * rest[::-1]) / (1.0 - partial**2)
    return True


def stationary_covariance(transition: Array, gain: Array) -> Array:
    """Solve P = T P T' + g g' for the covariance P (r, r) of the states of unit innovations.

    Example:
        >>> stationary_covariance(np.array([[0.6]]), np.array([1.0])).item()  # 1 / (1 - 0.6^2)
        1.5625
    """
    states = len(gain)
    unknown: Array = np.eye(states**2) - np.kron(transition, transition)
    driven: Array = np.outer(gain, gain).ravel()
    covariance = np.linalg.solve(unknown, driven).reshape(states, states)
    return 0.5 * (covariance + covariance.T)
