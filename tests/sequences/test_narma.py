"""NARMA: its equation, a hand-computed prefix, its published moments, its divergence."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import NARMA


def narma30(**options: int) -> NARMA:
    return NARMA(order=30, alpha=0.2, beta=0.04, gamma=1.5, delta=0.001, **options)


def test_a_prefix_by_hand() -> None:
    """Order 2, y_0 = y_1 = 0: y_2 = 1.5 u_0 u_1 + 0.1, y_3 = 0.3 y_2 + 0.05 y_2 (y_2 + y_1) + 1.5 u_1 u_2 + 0.1."""
    values = NARMA(length=4, order=2, transient=0)(np.random.default_rng(5))
    u, y = values.T
    second = 1.5 * u[0] * u[1] + 0.1
    third = 0.3 * second + 0.05 * second * second + 1.5 * u[1] * u[2] + 0.1
    np.testing.assert_allclose(y, [0.0, 0.0, second, third], rtol=1e-14)


@pytest.mark.parametrize("order", [1, 10])
def test_every_row_obeys_the_equation(order: int) -> None:
    u, y = NARMA(length=300, order=order, transient=20)(np.random.default_rng(1)).T
    for t in range(order - 1, 299):
        history = sum(y[t - i] for i in range(order))
        expected = 0.3 * y[t] + 0.05 * y[t] * history + 1.5 * u[t - order + 1] * u[t] + 0.1
        np.testing.assert_allclose(y[t + 1], expected, rtol=1e-12)


def test_the_input_is_uniform_up_to_a_half() -> None:
    u = NARMA(length=20_000)(np.random.default_rng(2))[:, 0]
    assert u.min() >= 0.0
    assert u.max() < 0.5
    assert abs(u.mean() - 0.25) < 4 * np.sqrt(1 / 48 / 20_000)
    assert abs(u.var() * 48 - 1) < 4 * np.sqrt(0.8 / 20_000)


@pytest.mark.parametrize(
    ("generator", "mean", "variance"),
    [(NARMA(length=40_000, transient=200), 0.387, 0.0119), (narma30(length=40_000, transient=200), 0.157, 0.0085)],
)
def test_published_moments(generator: NARMA, mean: float, variance: float) -> None:
    y = generator(np.random.default_rng(0))[:, 1]
    np.testing.assert_allclose(y.mean(), mean, rtol=0.02)
    np.testing.assert_allclose(y.var(), variance, rtol=0.06)


def test_divergence_is_refused_not_returned() -> None:
    with pytest.raises(BadInput, match=r"data\.series \(NARMA\) diverges at step \d+.* another data\.seed"):
        NARMA(length=500, alpha=0.9)(np.random.default_rng(0))
