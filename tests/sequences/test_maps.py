"""Chaotic maps: hand-computed orbits, closed forms, Lyapunov exponents."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import Henon, Logistic

RNG = np.random.default_rng(0)


def test_the_logistic_maps_first_steps_by_hand() -> None:
    np.testing.assert_allclose(
        Logistic(length=4)(RNG)[:, 0], [0.5, 0.975, 0.0950625, 0.335499922266], rtol=0, atol=5e-13
    )


def test_at_r_4_the_logistic_map_doubles_an_angle() -> None:
    """x_n = sin^2(2^n theta); the rounding of x_0 is doubled with it."""
    theta = 0.3
    x = Logistic(length=20, r=4.0, start=float(np.sin(theta) ** 2))(RNG)[:, 0]
    np.testing.assert_allclose(x, np.sin(2.0 ** np.arange(20) * theta) ** 2, atol=1e-9)


def test_at_r_4_its_lyapunov_exponent_is_ln_2() -> None:
    x = Logistic(length=100_000, r=4.0, start=0.3)(RNG)[:, 0]
    np.testing.assert_allclose(np.mean(np.log(np.abs(4.0 * (1 - 2 * x)))), np.log(2), atol=5e-3)


def test_the_logistic_maps_fixed_point_stays() -> None:
    """x = 1 - 1/r, stable for r = 2.5, reached from elsewhere."""
    np.testing.assert_allclose(Logistic(length=3, r=2.5, transient=200)(RNG), 0.6, rtol=1e-12)


def test_the_henon_maps_first_steps_by_hand() -> None:
    values = Henon(length=5)(RNG)
    np.testing.assert_allclose(values[:, 0], [0, 1, -0.4, 1.076, -0.7408864], rtol=0, atol=1e-12)
    np.testing.assert_allclose(values[1:, 1], 0.3 * values[:-1, 0])


def test_the_henon_maps_fixed_point() -> None:
    """x = 0.6313545 by the quadratic formula; unstable, so it is left soon, but not at once."""
    a, b = 1.4, 0.3
    x = (b - 1 + np.sqrt((1 - b) ** 2 + 4 * a)) / (2 * a)
    np.testing.assert_allclose(x, 0.6313545, atol=5e-8)
    np.testing.assert_allclose(Henon(length=5, start=[float(x), float(b * x)])(RNG)[:, 0], x, rtol=1e-12)


def test_the_henon_map_shrinks_every_area_alike() -> None:
    """The triangle of three neighbours shrinks by b at every step: the exponents sum to ln b."""
    corners = [[0.1, 0.1], [0.1 + 1e-6, 0.1], [0.1, 0.1 + 1e-6]]
    orbits = np.array([Henon(length=4, start=corner)(RNG) for corner in corners])
    first, second = orbits[1] - orbits[0], orbits[2] - orbits[0]
    areas = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    np.testing.assert_allclose(np.diff(np.log(areas)), np.log(0.3), atol=1e-3)


@pytest.mark.parametrize("runaway", [Logistic(length=100, r=4.0, start=2.0), Henon(length=100, start=[5.0, 0.0])])
def test_a_runaway_orbit_is_refused_with_its_step(runaway: Logistic | Henon) -> None:
    """By hand: |x'| is about 4 x^2 (1.4 x^2), so log2 |x| is 1, 3, 8.2 ... 649, 1300 (2.3, 5.1 ... 713, 1426).

    The greatest double is 2^1024: step 9 is the first beyond it.
    """
    with pytest.raises(BadInput, match=r"diverges at step 9:"):
        runaway(RNG)


def test_the_step_counts_the_transient() -> None:
    with pytest.raises(BadInput) as late:
        Logistic(length=100, r=4.0, start=2.0)(RNG)
    with pytest.raises(BadInput) as early:
        Logistic(length=10, transient=90, r=4.0, start=2.0)(RNG)
    assert str(early.value) == str(late.value)
