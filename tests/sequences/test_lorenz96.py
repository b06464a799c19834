"""Lorenz's circle: its equation site by site, its fixed point, its energy."""

import numpy as np
import pytest

from rnn_lab.sequences import Lorenz96

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("sites", [4, 5, 40])
def test_the_equation_site_by_site(sites: int) -> None:
    x = np.random.default_rng(1).standard_normal(sites)
    expected = [(x[(j + 1) % sites] - x[j - 2]) * x[j - 1] - x[j] + 8.0 for j in range(sites)]
    np.testing.assert_allclose(Lorenz96(length=1, sites=sites).derivative(x), expected, rtol=1e-14)


def test_every_site_at_the_forcing_is_a_fixed_point() -> None:
    np.testing.assert_array_equal(Lorenz96(length=50, forcing=7.0, push=0.0)(RNG), np.full((50, 40), 7.0))


def test_the_quadratic_terms_keep_the_energy() -> None:
    x = 5 * np.random.default_rng(2).standard_normal(40)
    rate = x @ Lorenz96(length=1, forcing=3.0).derivative(x)
    np.testing.assert_allclose(rate, -(x @ x) + 3.0 * x.sum(), rtol=1e-12)


def test_the_push_grows_into_chaos() -> None:
    """On the attractor the energy neither grows nor falls in the long run: mean x^2 = F mean x."""
    x = Lorenz96(length=3000, transient=1000)(RNG)
    np.testing.assert_allclose(np.mean(x**2), 8.0 * x.mean(), rtol=0.03)
    assert (np.ptp(x, axis=0) > 5).all()
