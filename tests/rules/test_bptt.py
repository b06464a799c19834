"""The truncated gradient against complex-step differentiation of the equations as they stand."""

from functools import partial

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.rules.bptt import TruncatedGradient
from tests.network.literal_elman import derivative, gradient, loss

T, B = 5, 3
ACTIVATIONS = ("sigmoid", "tanh", "relu", "identity")


def one(parameters, r):
    """The parameters of one replica, without its axis."""
    return {name: values[r].copy() for name, values in parameters.arrays().items()}


def setting(replicas=1, inputs=2, outputs=2, hidden_dim=3, dtype="float64", window=T, seed=0, **model):
    """A network, its parameters (biases too are not zero), and a maker of batches."""
    network = Network(Elman(hidden_dim=hidden_dim, **model), inputs, outputs, window, dtype)
    rng = np.random.default_rng(seed)
    parameters = network.initial(range(replicas))
    parameters.flat += 0.3 * rng.standard_normal(parameters.flat.shape).astype(dtype)
    parameters["W_xh"][...] += 0.3  # with inputs that are mostly positive: relu units, too, have something to say

    def batch(size=B):
        X = 0.5 + rng.standard_normal((replicas, size, window, inputs)).astype(dtype)
        return X, rng.standard_normal((replicas, size, outputs)).astype(dtype)

    return network, parameters, batch


def hold_to_oracle(network, parameters, batch, k):
    """Two consecutive updates with the same buffers, each on another batch; every replica, every parameter."""
    activation = network.model.activation
    rule = TruncatedGradient(network, parameters.replicas, B, k)
    for _ in range(2):
        X, Y = batch()
        losses, found = rule(parameters, X.swapaxes(1, 2), Y)
        for r in range(parameters.replicas):
            weights = one(parameters, r)
            np.testing.assert_allclose(losses[r], loss(weights, activation, X[r], Y[r]), rtol=1e-13)
            for name, expected in gradient(weights, activation, X[r], Y[r], k).items():
                assert np.linalg.norm(expected) > 0, f"{name}: a gradient of zero tells nothing"
                error = np.linalg.norm(found[name][r] - expected)
                assert error <= 1e-10 * np.linalg.norm(expected), (name, r, error)
        parameters.flat -= 0.1 * found.flat


@pytest.mark.parametrize("k", [1, 3, T - 1, T, T + 4])
@pytest.mark.parametrize("replicas", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("encoding", ["shared", "positional"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_is_the_complex_step_derivative(activation, encoding, bias, replicas, k) -> None:
    network, parameters, batch = setting(replicas, activation=activation, encoding=encoding, bias=bias)
    hold_to_oracle(network, parameters, batch, k)


@pytest.mark.parametrize("k", [2, T])
@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 2), (3, 1)])
@pytest.mark.parametrize("encoding", ["shared", "positional"])
def test_gradient_for_other_numbers_of_columns(encoding, inputs, outputs, k) -> None:
    hold_to_oracle(*setting(3, inputs, outputs, encoding=encoding), k)


def test_truncation_changes_the_gradient_and_not_the_loss() -> None:
    network, parameters, batch = setting()
    X, Y = batch()
    short, _ = TruncatedGradient(network, 1, B, 1)(parameters, X.swapaxes(1, 2), Y)
    rule = TruncatedGradient(network, 1, B, T)
    whole, full = rule(parameters, X.swapaxes(1, 2), Y)
    np.testing.assert_allclose(short, whole, rtol=1e-14)
    _, cut = TruncatedGradient(network, 1, B, 1)(parameters, X.swapaxes(1, 2), Y)
    assert np.linalg.norm(cut["W_hh"] - full["W_hh"]) > 0.01 * np.linalg.norm(full["W_hh"])
    np.testing.assert_allclose(cut["W_hy"], full["W_hy"], rtol=1e-13)  # the readout sees the last state alone


def loss_after_nudge(weights, X, Y, nudge):
    return loss(weights, "tanh", X, Y, nudge=nudge)


@pytest.mark.parametrize("k", [1, 3, T])
@pytest.mark.parametrize("encoding", ["shared", "positional"])
def test_deltas_are_the_gradient_by_lag(encoding, k) -> None:
    """Each delta against the derivative by a nudge of that step's pre-activation; their sums against the gradient."""
    network, parameters, batch = setting(2, encoding=encoding)
    rule = TruncatedGradient(network, 2, B, k)
    for _ in range(2):
        X, Y = batch()
        _, found = rule(parameters, X.swapaxes(1, 2), Y)
        deltas, states = rule.recurrence.layers[0].deltas, rule.recurrence.layers[0].states
        for r in range(2):
            weights = one(parameters, r)
            nudged = derivative(partial(loss_after_nudge, weights, X[r], Y[r]), np.zeros((B, T, 3)))
            recurrent, bias = np.zeros((3, 3)), np.zeros(3)
            inputs = np.zeros_like(weights["W_xh"])
            for lag in range(k):
                t, delta = T - 1 - lag, deltas[r, k - 1 - lag]
                np.testing.assert_allclose(delta, nudged[:, t], rtol=1e-10, atol=1e-15)
                recurrent += states[r, k - 1 - lag].T @ delta
                bias += delta.sum(axis=0)
                (inputs[t] if encoding == "positional" else inputs)[...] += X[r, :, t].T @ delta
            for name, summed in (("W_hh", recurrent), ("b_h", bias), ("W_xh", inputs)):
                np.testing.assert_allclose(found[name][r], summed, rtol=1e-12, atol=1e-15)
        parameters.flat -= 0.5 * found.flat
