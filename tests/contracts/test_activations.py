"""Contract of every activation function."""

import math

import numpy as np
import pytest

from rnn_lab.network.activations import ACTIVATIONS
from rnn_lab.testing.activations import ActivationContract

LITERAL = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "tanh": lambda a: (math.exp(a) - math.exp(-a)) / (math.exp(a) + math.exp(-a)),
    "relu": lambda a: a if a > 0 else 0.0,
    "identity": lambda a: a,
}


@pytest.fixture(params=sorted(ACTIVATIONS))
def name(request):
    return request.param


def test_the_suite_knows_every_activation() -> None:
    assert set(ACTIVATIONS) == set(LITERAL)


class TestEveryActivation(ActivationContract):
    @pytest.fixture(autouse=True)
    def _one(self, name):
        self.activation = ACTIVATIONS[name]

    def make(self):
        return self.activation


def test_value(name) -> None:
    a = np.linspace(-6, 6, 50)  # 0 itself, relu's kink, is not among them
    h = a.copy()
    ACTIVATIONS[name].apply(h)
    np.testing.assert_allclose(h, [LITERAL[name](x) for x in a], rtol=1e-13)


def test_the_largest_inputs_saturate(name) -> None:
    with np.errstate(all="raise", under="ignore"):
        h, slope = np.array([-1e308, -1e3, 0.0, 1e3, 1e308]), np.empty(5)
        ACTIVATIONS[name].apply(h)
        if name in ("sigmoid", "tanh"):
            ACTIVATIONS[name].slope(h, slope)
            np.testing.assert_allclose(slope[[0, 1, 3, 4]], 0.0, atol=1e-15)
    assert np.isfinite(h).all()
    assert (np.diff(h) >= 0).all()


def test_relu_has_slope_zero_at_its_kink() -> None:
    h, slope = np.zeros(1), np.full(1, np.nan)
    ACTIVATIONS["relu"].apply(h)
    ACTIVATIONS["relu"].slope(h, slope)
    assert slope.tolist() == [0.0]
