"""Compiled back-propagation passes the suites of every rule and of every cell, the complex-step oracle among them."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import Reach
from rnn_lab.testing.cells import CellContract, T
from rnn_lab.testing.rules import RuleContract

pytest.importorskip("numba", reason="the extra `fast` is not installed: pip install 'rnn-lab[fast]'")

from rnn_lab.kernels.rule import CompiledBPTT
from rnn_lab.kernels.threads import over_replicas

CELLS = {
    "elman": Elman(hidden_dim=4),
    "gru": GRU(hidden_dim=4),
    "gru, reset before": GRU(hidden_dim=4, reset="before"),
    "lstm": LSTM(hidden_dim=4),
}


class TestCompiledRule(RuleContract):
    is_exact_at_full_reach = True

    def make(self):
        return CompiledBPTT()


class TestCompiledCells(CellContract):
    @pytest.fixture(autouse=True, params=CELLS)
    def _one(self, request):
        self.cell = CELLS[request.param]
        over_replicas(2, str)  # threads take memory once

    def make(self):
        return self.cell

    def vary(self, **options):
        without_bias = isinstance(self.cell, LSTM) and options.get("bias") is False
        return replace(self.cell, **options, **({"forget_bias": 0.0} if without_bias else {}))

    def windows(self, network, replicas, batch, k):
        return CompiledBPTT().for_windows(network, replicas, batch, Reach(bptt_truncate=k))

    def stream(self, network, replicas, lanes, k):
        return CompiledBPTT().for_stream(network, replicas, lanes, Reach(bptt_truncate=k))

    # Not about gradients, and the same as without kernels.
    test_parameters_are_as_described = None
    test_a_seed_means_the_same_weights_among_others = None
    test_outputs_are_those_of_the_equation = None
    test_deltas_by_lag_add_up_to_the_gradient = None
    test_it_travels_with_the_trained_network = None
    test_wrong_arguments_are_refused_by_name = None
    # Of one cell alone, below: each would be compiled anew.
    test_float32_is_float64_with_fewer_digits = None


class TestSinglePrecision(CellContract):
    def make(self):
        return Elman(hidden_dim=4)

    windows = TestCompiledCells.windows


for name in [name for name in vars(CellContract) if name.startswith("test_")]:
    if name != "test_float32_is_float64_with_fewer_digits":
        setattr(TestSinglePrecision, name, None)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "identity"])
def test_every_activation_of_an_elman_layer(activation):
    contract = TestCompiledCells()
    contract.cell = Elman(hidden_dim=4, activation=activation)
    contract.test_two_consecutive_gradients_are_those_of_the_equation("two layers, skipping", T)


def test_repeats_to_the_bit():
    """Alone, and beside other replicas that other threads compute."""
    contract, network = TestCompiledCells(), Network(Elman(hidden_dim=40), 2, 2, 60)
    contract.cell = network.model
    parameters, X, Y = contract.drawn(network, replicas=3, batch=40)
    loss, first = contract.gradient(network, parameters, X, Y, 50)
    again, second = contract.gradient(network, parameters, X, Y, 50)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(loss, again)
    alone = contract.gradient(network, parameters.select(1), X[1:2], Y[1:2], 50)[1]
    np.testing.assert_array_equal(alone[0], first[1])
