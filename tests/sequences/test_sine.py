"""The sine held to its recurrence and to its best linear forecast."""

import numpy as np
import pytest

from rnn_lab.sequences import Sine

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("omega", [1.0, 0.3, 2.9])
def test_two_past_values_foretell_it(omega: float) -> None:
    x = Sine(length=300, amplitude=2.5, omega=omega, phase=0.7)(RNG)[:, 0]
    np.testing.assert_allclose(x[2:], 2 * np.cos(omega) * x[1:-1] - x[:-2], atol=1e-12)


def test_one_past_value_does_not() -> None:
    """The best AR(1) leaves sin(omega) / sqrt 2: of x_{n+1} = cos(omega) x_n + sin(omega) cos(omega n)."""
    x = Sine(length=100_000)(RNG)[:, 0]
    coefficient = x[:-1] @ x[1:] / (x[:-1] @ x[:-1])
    residual = np.sqrt(np.mean((x[1:] - coefficient * x[:-1]) ** 2))
    np.testing.assert_allclose(residual, np.sin(1.0) / np.sqrt(2), rtol=1e-4)


def test_amplitude_and_phase() -> None:
    np.testing.assert_allclose(Sine(length=2, amplitude=3.0, phase=np.pi / 2)(RNG)[0, 0], 3.0)
