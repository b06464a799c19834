"""The Rossler band: its fixed points and its turn."""

import numpy as np
import pytest

from rnn_lab.sequences import Rossler

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("sign", [-1, 1])
def test_fixed_points(sign: int) -> None:
    """(a s, -s, s) with s = (c +- sqrt(c^2 - 4 a b)) / (2 a)."""
    a, b, c = 0.2, 0.2, 5.7
    s = (c + sign * np.sqrt(c**2 - 4 * a * b)) / (2 * a)
    np.testing.assert_allclose(Rossler(length=1).derivative(np.array([a * s, -s, s])), 0.0, atol=1e-11)


def test_each_parameter_is_in_its_place() -> None:
    """By hand at (1, 2, 3) with a = .1, b = .2, c = 4."""
    rossler = Rossler(length=1, a=0.1, b=0.2, c=4.0)
    np.testing.assert_allclose(rossler.derivative(np.array([1.0, 2.0, 3.0])), [-5.0, 1.2, 0.2 + 3 * -3])


@pytest.mark.slow
def test_a_turn_takes_5_9() -> None:
    """Upward crossings of y = 0, about 5.86 units of time apart on average."""
    y = Rossler(length=12_000, step=0.05, transient=1000)(RNG)[:, 1]
    turns = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    np.testing.assert_allclose(np.diff(turns).mean() * 0.05, 5.86, atol=0.05)
