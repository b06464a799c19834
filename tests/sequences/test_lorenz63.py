"""The Lorenz attractor: fixed points, contraction, and how fast a forecast is lost."""

import numpy as np
import pytest

from rnn_lab.sequences import Lorenz63
from rnn_lab.sequences.runge_kutta import rk4_step

RNG = np.random.default_rng(0)
LORENZ = Lorenz63(length=1)


@pytest.mark.parametrize("point", [(72**0.5, 72**0.5, 27.0), (-(72**0.5), -(72**0.5), 27.0), (0.0, 0.0, 0.0)])
def test_fixed_points(point: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(LORENZ.derivative(np.array(point)), 0.0, atol=1e-13)
    np.testing.assert_allclose(Lorenz63(length=20, start=list(point))(RNG)[-1], point, atol=1e-10)


def test_lyapunov_exponents_sum_to_the_divergence() -> None:
    """-(10 + 1 + 8/3) = -13.6667 wherever one stands: the trace of the Jacobian, by complex steps."""
    for state in np.random.default_rng(1).uniform(-20, 20, (5, 3)):
        columns = [LORENZ.derivative(state + 1e-30j * unit).imag / 1e-30 for unit in np.eye(3)]
        np.testing.assert_allclose(np.trace(columns), -(10 + 1 + 8 / 3), rtol=1e-13)


def test_errors_grow_as_published() -> None:
    """lambda_1 is about 0.906: 200 pairs of neighbours, drawn together again after every step (Benettin)."""
    rng = np.random.default_rng(2)
    state, direction = rng.uniform(-10, 10, (2, 3, 200))
    state[2] += 25.0
    distance, growth = 1e-8, np.zeros(200)
    settling, steps = 1000, 2000
    for n in range(settling + steps):
        neighbour = state + distance * direction / np.linalg.norm(direction, axis=0)
        state, neighbour = (rk4_step(LORENZ.derivative, x, 0.01) for x in (state, neighbour))
        direction = neighbour - state
        if n >= settling:
            growth += np.log(np.linalg.norm(direction, axis=0) / distance)
    exponents = growth / (steps * 0.01)
    standard_error = exponents.std() / np.sqrt(200)
    assert standard_error < 0.01
    assert abs(exponents.mean() - 0.906) < 3 * standard_error


def test_it_is_symmetric_and_lives_on_both_wings() -> None:
    """(x, y, z) -> (-x, -y, z) maps solutions to solutions."""
    one = Lorenz63(length=500)(RNG)
    other = Lorenz63(length=500, start=[-1.0, -1.0, 1.0])(RNG)
    np.testing.assert_allclose(other * [-1, -1, 1], one, rtol=1e-9)
    x = Lorenz63(length=4000, transient=1000)(RNG)[:, 0]
    assert x.min() < -10
    assert x.max() > 10
