"""Truncation on the linear system whose truncated gradients are known in closed form, and point the wrong way.

    h' = A h + theta s,    A = I/2 + (superdiagonal)/2,    s = ten times +1, then thirteen times -1

Truncated to K steps, dh_1/dtheta is sum_{j < K} (A^j s)_1; of all steps it is ((I - A)^-1 s)_1 = -6.

Reference: Tallec & Ollivier, "Unbiasing truncated backpropagation through time" (2017).
"""

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.rules import RTRL, Reach
from rnn_lab.rules.bptt import TruncatedGradient, TruncatedStreamGradient

N, T = 23, 150
A = 0.5 * (np.eye(N) + np.eye(N, k=1))
S = np.where(np.arange(N) < 10, 1.0, -1.0)
TABLE = {1: 1.0, 10: 10.0, 20: 16.476, 30: 9.870, 40: 0.566, 50: -4.753, 75: -5.9993, 100: -6.0}
"""K -> dh_1/dtheta, as printed."""
MODEL = Elman(hidden_dim=N, activation="identity", bias=False)


def parameters(network, theta=0.5):
    """The input is 1 and its weights are theta s; the output is h_1."""
    weights = network.zeros(1)
    weights["W_xh"][0, 0] = theta * S
    weights["W_hh"][0] = A.T
    weights["W_hy"][0, 0, 0] = 1.0
    return weights


def slope(gradient, error):
    return float(gradient["W_xh"][0, 0] @ S) / error


@pytest.mark.parametrize("K", TABLE)
def test_windows(K):
    network = Network(MODEL, 1, 1, T)
    weights = parameters(network)
    rule, X = TruncatedGradient(network, 1, 1, K), np.ones((1, T, 1, 1))
    loss, gradient = rule(weights, X, np.ones((1, 1, 1)))
    error = float(network.predict(weights, X[0].swapaxes(0, 1))[0, 0, 0]) - 1.0
    assert loss[0] == pytest.approx(error**2 / 2, rel=1e-12)
    assert slope(gradient, error) == pytest.approx(TABLE[K], abs=5e-4)
    terms = [np.linalg.matrix_power(A, j)[0] @ S for j in range(K)]
    assert slope(gradient, error) == pytest.approx(sum(terms), rel=1e-10)


@pytest.mark.parametrize("K", TABLE)
def test_streams(K):
    """Step after step, once there are K of them to go back through."""
    network = Network(MODEL, 1, 1, None, each_step=True)
    weights = parameters(network)
    rule = TruncatedStreamGradient(network, 1, 1, K)
    rule.begin(weights)
    for _ in range(T):
        _, gradient = rule(weights, np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)))
    error = float(rule.backward.outputs[0, 0, 0, 0]) - 1.0
    assert slope(gradient, error) == pytest.approx(TABLE[K], abs=5e-4)


def test_of_all_steps_it_is_minus_6_and_the_minimum_lies_at_minus_a_sixth():
    network = Network(MODEL, 1, 1, T)
    X, Y = np.ones((1, T, 1, 1)), np.ones((1, 1, 1))
    loss, gradient = TruncatedGradient(network, 1, 1, T)(parameters(network, 0.5), X, Y)
    assert slope(gradient, -3.0 - 1.0) == pytest.approx(-6.0, rel=1e-9)
    assert loss[0] == pytest.approx(8.0, rel=1e-9)  # h_1 = -6 theta
    loss, gradient = TruncatedGradient(network, 1, 1, T)(parameters(network, -1 / 6), X, Y)
    assert loss[0] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(("K", "falls"), [(10, False), (40, False), (50, True), (100, True)])
def test_truncated_to_forty_steps_or_less_descent_climbs(K, falls):
    network = Network(MODEL, 1, 1, T)
    X, Y = np.ones((1, T, 1, 1)), np.ones((1, 1, 1))
    rule, theta, losses = TruncatedGradient(network, 1, 1, K), 0.5, []
    for _ in range(20):
        loss, gradient = rule(parameters(network, theta), X, Y)
        losses.append(loss[0])
        theta -= 1e-3 * float(gradient["W_xh"][0, 0] @ S)
    assert (np.diff(losses) < 0).all() if falls else (np.diff(losses) > 0).all()


def test_carried_forward_it_is_minus_6_to_1e_10():
    """RTRL along a stream, once the state and its sensitivity have come to rest."""
    network = Network(MODEL, 1, 1, None, each_step=True)
    weights = parameters(network)
    rule = RTRL().for_stream(network, 1, 1, Reach(bptt_truncate=1))
    rule.begin(weights)
    for _ in range(500):
        loss, gradient = rule(weights, np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)))
    assert loss[0] == pytest.approx(8.0, rel=1e-10)
    assert slope(gradient, -4.0) == pytest.approx(-6.0, rel=1e-10)
