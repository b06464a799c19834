"""Contract of every activation function."""

import math

import numpy as np
import pytest

from rnn_lab.network.activations import ACTIVATIONS

LITERAL = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "tanh": lambda a: (math.exp(a) - math.exp(-a)) / (math.exp(a) + math.exp(-a)),
    "relu": lambda a: a if a > 0 else 0.0,
    "identity": lambda a: a,
}
COMPLEX = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": lambda a: np.sinh(a) / np.cosh(a),
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "identity": lambda a: a,
}


@pytest.fixture(params=sorted(ACTIVATIONS))
def name(request):
    return request.param


def test_the_suite_knows_every_activation() -> None:
    assert set(ACTIVATIONS) == set(LITERAL) == set(COMPLEX)


def test_value(name) -> None:
    a = np.linspace(-6, 6, 50)  # 0 itself, relu's kink, is not among them
    h = a.copy()
    ACTIVATIONS[name].apply(h)
    np.testing.assert_allclose(h, [LITERAL[name](x) for x in a], rtol=1e-13)


def test_slope_from_the_output_alone(name) -> None:
    a = np.linspace(-6, 6, 50)
    h, slope = a.copy(), np.full(50, np.nan)
    ACTIVATIONS[name].apply(h)
    ACTIVATIONS[name].slope(h, slope)
    # 1 - h^2 and h (1 - h) lose digits where h is close to 1.
    np.testing.assert_allclose(slope, COMPLEX[name](a + 1e-30j).imag / 1e-30, rtol=1e-10)


def test_works_in_place_on_views_and_keeps_the_precision(name) -> None:
    whole = np.linspace(-3, 3, 24, dtype="float32").reshape(2, 3, 4)
    before = whole.copy()
    ACTIVATIONS[name].apply(whole[:, 1])
    np.testing.assert_array_equal(whole[:, [0, 2]], before[:, [0, 2]])
    expected = before[:, 1].astype(float)
    ACTIVATIONS[name].apply(expected)
    np.testing.assert_allclose(whole[:, 1], expected, rtol=1e-6)
    slope = np.full((2, 4), np.nan, "float32")
    ACTIVATIONS[name].slope(whole[:, 1], slope)
    assert np.isfinite(slope).all()


def test_the_largest_inputs_are_harmless(name) -> None:
    with np.errstate(all="raise", under="ignore"):
        h, slope = np.array([-1e308, -1e3, 0.0, 1e3, 1e308]), np.empty(5)
        ACTIVATIONS[name].apply(h)
        if name in ("sigmoid", "tanh"):
            ACTIVATIONS[name].slope(h, slope)
            np.testing.assert_allclose(slope[[0, 1, 3, 4]], 0.0, atol=1e-15)
    assert np.isfinite(h).all()
    assert (np.diff(h) >= 0).all()


def test_what_is_not_a_number_stays_visible(name) -> None:
    h = np.array([np.nan])
    ACTIVATIONS[name].apply(h)
    assert np.isnan(h).all()


def test_relu_has_slope_zero_at_its_kink() -> None:
    h, slope = np.zeros(1), np.full(1, np.nan)
    ACTIVATIONS["relu"].apply(h)
    ACTIVATIONS["relu"].slope(h, slope)
    assert slope.tolist() == [0.0]
