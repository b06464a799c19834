"""The spectral radius, against matrices whose eigenvalues are known."""

import numpy as np

from rnn_lab.network import GRU, Elman, Network
from rnn_lab.observers import Snapshot, SpectralRadius, Training
from rnn_lab.rules import BPTT, Reach
from rnn_lab.sequences import Generated, Sine

DATA = Generated(name="sine", series=Sine(length=60), window=10, train=30, validation=10).dataset()


def measured(layer, W_hh):
    network = Network(layer, 1, 1, window=10)
    parameters = network.zeros(len(W_hh))
    for name, values in W_hh.items() if isinstance(W_hh, dict) else [("W_hh", W_hh)]:
        parameters[name][...] = values
    training = Training(network, DATA, BPTT(), Reach(bptt_truncate=10), range(parameters.replicas), 5)
    return SpectralRadius().watch(training)(Snapshot(0, parameters, {})).metrics


def test_a_rotation_has_its_factor():
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    found = measured(Elman(hidden_dim=2), np.stack([0.5 * turn, 3.0 * turn]))
    np.testing.assert_allclose(found["weights/spectral_radius"], [0.5, 3.0], rtol=1e-12)


def test_of_gates_only_the_block_that_proposes_the_state():
    W = np.zeros((1, 2, 6))
    W[0, :, :4] = 9.0
    W[0, :, 4:] = np.diag([0.2, -0.7])
    np.testing.assert_allclose(measured(GRU(hidden_dim=2), W)["weights/spectral_radius"], [0.7], rtol=1e-12)


def test_what_is_not_finite_has_none():
    W = np.stack([np.eye(2), np.full((2, 2), np.inf)])
    found = measured(Elman(hidden_dim=2), W)["weights/spectral_radius"]
    np.testing.assert_array_equal(found, [1.0, np.nan])
