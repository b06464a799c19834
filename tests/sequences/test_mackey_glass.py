"""The delay equation: a closed form, a stationary state, and the order that the integrator claims."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import MackeyGlass
from rnn_lab.sequences.scaling import Array

RNG = np.random.default_rng(0)


def first_segment(t: Array) -> Array:
    """Up to t = tau the delayed value is 1.2: y' = c - 0.1 y with constant c."""
    c = 0.2 * 1.2 / (1 + 1.2**10)
    return c / 0.1 + (1.2 - c / 0.1) * np.exp(-0.1 * t)


@pytest.mark.parametrize("tau", [17.0, 30.0])
def test_the_first_segment_has_a_closed_form(tau: float) -> None:
    y = MackeyGlass(length=int(tau) + 1, transient=0, tau=tau)(RNG)[:, 0]
    np.testing.assert_allclose(y, first_segment(np.arange(float(len(y)))), rtol=1e-10)


def test_the_error_falls_with_order_four_on_the_first_segment() -> None:
    exact = first_segment(np.arange(18.0))
    errors = [np.abs(MackeyGlass(length=18, transient=0, substeps=s)(RNG)[:, 0] - exact).max() for s in (1, 2, 4, 8)]
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 4.0, atol=0.1)


@pytest.mark.parametrize("tau", [17.0, 30.0])
def test_the_error_falls_with_order_four_where_the_delay_feeds_back(tau: float) -> None:
    """Over three delays, against a step 16 times finer: here the interpolated half steps count."""
    rows = int(3 * tau) + 1

    def series(substeps: int) -> Array:
        return MackeyGlass(length=rows, tau=tau, transient=0, substeps=substeps)(RNG)[:, 0]

    exact = series(256)
    errors = [np.abs(series(substeps) - exact)[int(tau) + 1 :].max() for substeps in (4, 8, 16)]
    np.testing.assert_allclose(np.log2(np.array(errors[:-1]) / errors[1:]), 4.0, atol=0.3)


def test_the_second_segment_agrees_with_quadrature() -> None:
    """Variation of constants with the first segment as the known forcing; SciPy's quad does the integral."""
    from scipy.integrate import quad

    tau, t = 17.0, 30.0

    def forcing(s: float) -> float:
        delayed = float(first_segment(np.array(s - tau)))
        return float(np.exp(-0.1 * (t - s)) * 0.2 * delayed / (1 + delayed**10))

    integral, _ = quad(forcing, tau, t, epsabs=1e-13, epsrel=1e-13)
    expected = float(first_segment(np.array(tau))) * np.exp(-0.1 * (t - tau)) + integral
    np.testing.assert_allclose(MackeyGlass(length=31, transient=0, substeps=40)(RNG)[30, 0], expected, rtol=1e-9)


@pytest.mark.parametrize("tau", [1.0, 17.0, 30.0])
def test_one_is_stationary_for_any_delay(tau: float) -> None:
    np.testing.assert_allclose(MackeyGlass(length=50, tau=tau, transient=0, start=1.0)(RNG), 1.0, rtol=1e-14)


def test_a_short_delay_settles_at_one() -> None:
    np.testing.assert_allclose(MackeyGlass(length=5, tau=2.0, transient=400)(RNG), 1.0, atol=1e-6)


def test_rows_lie_step_apart() -> None:
    fine = MackeyGlass(length=61, step=0.5, transient=0, substeps=5)(RNG)
    coarse = MackeyGlass(length=31, step=1.0, transient=0, substeps=10)(RNG)
    np.testing.assert_allclose(coarse, fine[::2], rtol=1e-13)


def test_a_delay_of_a_single_step() -> None:
    """tau = step / substeps: the half step is interpolated in the step before, which is still correct."""
    y = MackeyGlass(length=6, tau=1.0, transient=0, substeps=1)(RNG)[:, 0]
    np.testing.assert_allclose(y, MackeyGlass(length=6, tau=1.0, transient=0, substeps=64)(RNG)[:, 0], rtol=1e-4)


def test_a_delay_off_the_grid_is_refused() -> None:
    with pytest.raises(BadInput, match=r"data\.series\.tau=17\.05 must be a multiple of .* = 0\.1$"):
        MackeyGlass(length=10, transient=0, tau=17.05)(RNG)
    with pytest.raises(BadInput, match=r"data\.series\.tau=0\.01 must be a multiple"):
        MackeyGlass(length=10, transient=0, tau=0.01)(RNG)
    MackeyGlass(length=10, transient=0, tau=17.3)(RNG)


@pytest.mark.parametrize("runaway", [{"gamma": 50.0}, {"gamma": -1.0, "exponent": 9.5}])
def test_divergence_is_refused_with_its_step(runaway: dict[str, float]) -> None:
    with pytest.raises(BadInput, match=r"data\.series \(MackeyGlass\) diverges at step \d+:"):
        MackeyGlass(length=2000, transient=0, **runaway)(RNG)  # type: ignore[arg-type]
