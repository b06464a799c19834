"""dL/dh by lag, against finite differences of the loss of each record alone."""

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import BPTT, Reach

R, B, T, H = 2, 3, 6, 4


@pytest.mark.parametrize("model", [Elman(hidden_dim=H), GRU(hidden_dim=H), GRU(hidden_dim=H, reset="before")])
@pytest.mark.parametrize("k", [1, 4, 50])
def test_lengths_by_lag_are_those_of_the_loss_as_a_function_of_the_state(model, k) -> None:
    network, rng = Network(model, 2, 1, T), np.random.default_rng(3)
    parameters = network.initial(range(R))
    X, Y = rng.standard_normal((R, T, B, 2)), rng.standard_normal((R, B, 1))
    rule = BPTT(record_signals=True).for_windows(network, R, B, Reach(bptt_truncate=k))
    for _ in range(2):
        rule(parameters, X, Y)
    found = rule.signals()["dh_by_lag"]
    assert found.shape == (R, min(k, T))

    recurrence = network.unroll(R, B, 1)
    for lag in range(min(k, T)):
        slopes = np.zeros((R, B, H))
        for unit in range(H):
            ends = []
            for sign in (-1e-6, 1e-6):
                recurrence.begin(parameters)
                for t in range(T):
                    recurrence.forward_steps(parameters, X[:, t : t + 1])
                    if t == T - 1 - lag:
                        recurrence.layers[0].states[:, -1, :, unit] += sign
                o = np.zeros((R, 1, B, 1))
                network.readout(parameters, recurrence.top, X[:, -1:], o)
                ends.append(0.5 * (o[:, 0, :, 0] - Y[..., 0]) ** 2)
            slopes[:, :, unit] = (ends[1] - ends[0]) / 2e-6
        expected = np.sqrt((slopes**2).sum(axis=2).mean(axis=1))
        np.testing.assert_allclose(found[:, lag], expected, rtol=1e-6)


def test_nothing_is_recorded_unless_asked() -> None:
    network = Network(LSTM(hidden_dim=H), 2, 1, T)
    rule = BPTT().for_windows(network, R, B, Reach(bptt_truncate=3))
    rule(network.initial(range(R)), np.ones((R, T, B, 2)), np.ones((R, B, 1)))
    assert rule.signals() == {}
