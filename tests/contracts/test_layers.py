"""Every cell of the lab's own passes the suite that is shipped for those of others."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Parameters
from rnn_lab.network.architecture import Architecture
from rnn_lab.testing.cells import CellContract

LAYERS = {
    "elman": Elman(hidden_dim=4),
    "elman, sigmoid": Elman(hidden_dim=4, activation="sigmoid"),
    "elman, relu": Elman(hidden_dim=4, activation="relu"),
    "elman, identity": Elman(hidden_dim=4, activation="identity", gain=0.9),
    "gru": GRU(hidden_dim=4),
    "gru, reset before": GRU(hidden_dim=4, reset="before"),
    "lstm": LSTM(hidden_dim=4),
}


def test_the_suite_knows_every_layer() -> None:
    offered = {kind for kind in (GRU, LSTM, Elman) if issubclass(kind, Architecture)}
    assert {kind for kind in Architecture.__subclasses__() if kind.__module__.startswith("rnn_lab.")} == offered
    assert offered == {type(layer) for layer in LAYERS.values()}


class TestEveryLayer(CellContract):
    @pytest.fixture(autouse=True, params=LAYERS)
    def _one(self, request):
        self.layer = LAYERS[request.param]

    def make(self):
        return self.layer

    def vary(self, **options):
        without_bias = isinstance(self.layer, LSTM) and options.get("bias") is False
        return replace(self.layer, **options, **({"forget_bias": 0.0} if without_bias else {}))

    def test_the_full_gradient_is_the_slope_of_the_loss(self) -> None:
        """By central differences, whose error falls with the square of the step: the order is what is tested."""
        network = self.network()
        parameters, X, Y = self.drawn(network, replicas=1)
        direction = np.random.default_rng(1).standard_normal(parameters.flat.shape)
        slope = np.sum(self.gradient(network, parameters, X, Y)[1] * direction)

        def error(step):
            ends = [
                self.gradient(network, Parameters(parameters.flat + s * direction, network.shapes), X, Y)[0]
                for s in (-step, step)
            ]
            return abs((ends[1] - ends[0]).item() / (2 * step) - slope)

        if self.layer == LAYERS["elman, relu"]:
            assert error(1e-7) < 1e-6 * abs(slope)  # a longer step would cross kinks
        else:
            assert 1.9 < np.log10(error(1e-2) / error(1e-3)) < 2.1

    def test_what_is_remembered_is_k_steps(self) -> None:
        network = self.network(window=30)
        layer = network.unroll(2, 3, 4).layers[0]
        assert layer.states.shape == (2, 5, 3, 4)
        assert layer.deltas.shape == (2, 4, 3, self.layer.GATES * 4)
