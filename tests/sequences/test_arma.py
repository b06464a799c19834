"""ARMA processes held to their autocovariances; stationarity to the roots of the polynomial."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from rnn_lab.sequences import ARMA
from rnn_lab.sequences.arma import is_stationary, stationary_covariance


def variance(process: ARMA) -> float:
    """The first state is the series itself."""
    return float(stationary_covariance(*process._state_space())[0, 0]) * process.sigma**2


def autocovariance(x: np.ndarray, lag: int) -> float:
    return float(x[: len(x) - lag] @ x[lag:] / len(x))


@pytest.mark.parametrize("phi", [0.9, -0.5, 0.0])
def test_variance_of_ar1(phi: float) -> None:
    np.testing.assert_allclose(variance(ARMA(length=1, ar=[phi], sigma=2.0)), 4.0 / (1 - phi**2))


def test_variance_of_ar2() -> None:
    """Yule-Walker: sigma^2 (1 - b) / ((1 + b) ((1 - b)^2 - a^2))."""
    a, b = 1.6, -0.8
    expected = (1 - b) / ((1 + b) * ((1 - b) ** 2 - a**2))
    np.testing.assert_allclose(variance(ARMA(length=1, ar=[a, b])), expected)


def test_variance_of_arma11_and_of_moving_averages() -> None:
    phi, theta = 0.9, 0.4
    np.testing.assert_allclose(
        variance(ARMA(length=1, ar=[phi], ma=[theta])), (1 + 2 * phi * theta + theta**2) / (1 - phi**2)
    )
    np.testing.assert_allclose(variance(ARMA(length=1, ar=[], ma=[0.5, -2.0])), 1 + 0.25 + 4.0)
    np.testing.assert_allclose(variance(ARMA(length=1, ar=[])), 1.0)


def test_autocorrelation_of_ar1_is_phi_to_the_lag() -> None:
    x = ARMA(length=100_000, ar=[0.8])(np.random.default_rng(1))[:, 0]
    for lag in range(1, 6):
        # Bartlett: the standard error here is at most sqrt((1 + 0.64) / (1 - 0.64) / 1e5) = 0.0067.
        assert abs(autocovariance(x, lag) / autocovariance(x, 0) - 0.8**lag) < 4 * 0.0067


def test_autocorrelation_of_arma11() -> None:
    """rho_1 = (1 + phi theta)(phi + theta) / (1 + 2 phi theta + theta^2), then rho_k = phi rho_{k-1}."""
    phi, theta = 0.6, 0.5
    x = ARMA(length=100_000, ar=[phi], ma=[theta])(np.random.default_rng(2))[:, 0]
    rho = (1 + phi * theta) * (phi + theta) / (1 + 2 * phi * theta + theta**2)
    for lag in range(1, 4):
        assert abs(autocovariance(x, lag) / autocovariance(x, 0) - rho * phi ** (lag - 1)) < 4 * 0.006


def test_the_innovations_are_what_the_equation_leaves() -> None:
    """x_n - sum ar x - sum ma e is white, of deviation sigma, and was never seen before."""
    ar, ma, sigma = [1.2, -0.5, 0.1], [0.4, 0.3], 1.5
    x = ARMA(length=20_000, ar=ar, ma=ma, sigma=sigma)(np.random.default_rng(3))[:, 0]
    innovations = np.zeros(len(x))
    for n in range(3, len(x)):  # a wrong start decays: the moving average is invertible
        past = innovations[n - 2 : n][::-1] @ ma
        innovations[n] = x[n] - x[n - 3 : n][::-1] @ ar - past
    e = innovations[100:]
    error = 1 / np.sqrt(len(e))
    assert abs(e.std() / sigma - 1) < 4 * error / np.sqrt(2)
    for lag in range(1, 5):
        assert abs(autocovariance(e, lag) / sigma**2) < 4 * error


@pytest.mark.slow
def test_the_first_row_is_already_stationary() -> None:
    """Over many seeds its variance is the process's, ten times that of an innovation."""
    process = ARMA(length=1, ar=[0.95])
    first = np.array([process(np.random.default_rng(seed))[0, 0] for seed in range(2000)])
    assert abs(first.var() / (1 / (1 - 0.95**2)) - 1) < 4 * np.sqrt(2 / 2000)


@pytest.mark.parametrize("ar", [[1.0], [-1.0], [1.5], [2.0, -1.0], [0.5, 0.5], [0.0, 0.0, 1.0]])
def test_roots_on_or_inside_the_unit_circle_are_refused(ar: list[float]) -> None:
    with pytest.raises(ValidationError, match=r"must be stationary, but a root of .* on or inside the unit circle"):
        ARMA(length=10, ar=ar)


@pytest.mark.slow
@given(ar=st.lists(st.floats(-2, 2), min_size=1, max_size=5))
def test_stationarity_agrees_with_the_roots(ar: list[float]) -> None:
    """The characteristic roots, of z^p - ar_1 z^(p-1) - ... - ar_p, must lie inside the circle."""
    radius = np.abs(np.roots([1.0, *(-a for a in ar)])).max(initial=0.0)
    assume(abs(radius - 1.0) > 1e-6)
    assert is_stationary(ar) == (radius < 1.0)


@pytest.mark.parametrize("sigma", [0.0, -1.0])
def test_innovations_need_a_spread(sigma: float) -> None:
    with pytest.raises(ValidationError, match="sigma"):
        ARMA(length=10, sigma=sigma)
