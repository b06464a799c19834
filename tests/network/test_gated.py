"""GRU and LSTM against the equations as they stand, differentiated by complex steps."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, ForwardPass, Network
from rnn_lab.rules.bptt import TruncatedGradient

T, D, H, O, B = 5, 2, 3, 2, 2  # noqa: E741 - the symbols of the equations
MODELS = {
    "gru before": GRU(hidden_dim=H, reset="before"),
    "gru after": GRU(hidden_dim=H, reset="after"),
    "gru after, no bias": GRU(hidden_dim=H, reset="after", bias=False),
    "gru before, positional": GRU(hidden_dim=H, reset="before", encoding="positional"),
    "lstm": LSTM(hidden_dim=H),
    "lstm, no bias": LSTM(hidden_dim=H, bias=False, forget_bias=0.0),
    "lstm, positional": LSTM(hidden_dim=H, encoding="positional"),
}


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def step(model, theta, t, x, h, c):
    """One time step of one record, gate by gate."""
    W = theta["W_xh"][t] if model.encoding == "positional" else theta["W_xh"]
    a, s = x @ W, h @ theta["W_hh"]
    if "b_h" in theta:
        a = a + theta["b_h"]
    part = [slice(g * H, (g + 1) * H) for g in range(4)]
    if isinstance(model, LSTM):
        i, f, o = (sigmoid(a[p] + s[p]) for p in part[:3])
        c = f * c + i * np.tanh(a[part[3]] + s[part[3]])
        return o * np.tanh(c), c
    r, z = (sigmoid(a[p] + s[p]) for p in part[:2])
    if model.reset == "before":
        n = np.tanh(a[part[2]] + (r * h) @ theta["W_hh"][:, part[2]])
    else:
        n = np.tanh(a[part[2]] + r * (s[part[2]] + theta.get("b_hn", 0.0)))
    return (1 - z) * n + z * h, c


def loss(model, theta, constant, X, Y, k):
    """Half the mean squared error, with the state before the last k steps computed from ``constant``."""
    total = 0
    for x, y in zip(X, Y, strict=True):
        h, c = np.zeros(H), np.zeros(H)
        for t in range(T):
            h, c = step(model, constant if t < T - k else theta, t, x[t], h, c)
        o = h @ theta["W_hy"] + theta.get("b_y", 0.0)
        total = total + np.sum((o - y) ** 2)
    return total / (2 * B * O)


def derivative(model, theta, X, Y, k):
    found = {}
    for name, values in theta.items():
        found[name] = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            moved = {n: v.astype(complex) for n, v in theta.items()}
            moved[name][index] += 1e-30j
            found[name][index] = loss(model, moved, theta, X, Y, k).imag / 1e-30
    return found


@pytest.mark.slow
@pytest.mark.parametrize("replicas", [1, 3])
@pytest.mark.parametrize("k", [1, 3, T + 4])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_two_consecutive_gradients_equal_complex_step_differentiation(model, k, replicas):
    rng = np.random.default_rng(k)
    network = Network(model, D, O, T)
    parameters = network.initial(range(replicas))
    parameters.flat[...] += 0.2 * rng.standard_normal(parameters.flat.shape)
    rule = TruncatedGradient(network, replicas, B, k)
    for _ in range(2):  # the second with the buffers as the first left them
        X, Y = rng.standard_normal((B, T, D)), rng.standard_normal((B, O))
        found, gradient = rule(parameters, network.time_major(X, replicas), np.broadcast_to(Y, (replicas, B, O)))
        r = replicas - 1
        theta = {name: values[r].copy() for name, values in parameters.arrays().items()}
        assert found[r] == pytest.approx(loss(model, theta, theta, X, Y, k), rel=1e-13)
        for name, expected in derivative(model, theta, X, Y, k).items():
            np.testing.assert_allclose(gradient[name][r], expected, rtol=1e-10, atol=1e-13, err_msg=name)
        parameters.flat[...] -= 0.5 * gradient.flat


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_window_walked_in_blocks_equals_the_whole(model):
    network = Network(model, D, O, T)
    parameters, X = network.initial([0, 1]), np.random.default_rng(1).standard_normal((B, T, D))
    whole = network.predict(parameters, X)
    for keep in (1, 2, 3, T):
        blocks = ForwardPass(network, 2, B, keep)
        np.testing.assert_allclose(
            blocks(parameters, network.time_major(X, 2)), whole, rtol=1e-12, atol=1e-15, err_msg=str(keep)
        )


def test_the_forget_gate_starts_open():
    network = Network(LSTM(hidden_dim=H, forget_bias=2.5), D, O, T)
    b_h = network.initial([0])["b_h"][0]
    assert b_h[H : 2 * H].tolist() == [2.5] * H
    assert not np.delete(b_h, slice(H, 2 * H)).any()
    with pytest.raises(Exception, match=r"model.forget_bias=1 needs model.bias=true") as caught:
        LSTM(bias=False)
    assert isinstance(caught.value.errors()[0]["ctx"]["error"], BadInput)


def test_each_gate_is_drawn_as_a_matrix_of_its_own():
    W_hh = Network(GRU(hidden_dim=H, gain=0.5), D, O, T).initial([3])["W_hh"][0]
    for gate in np.split(W_hh, 3, axis=1):
        np.testing.assert_allclose(gate.T @ gate, 0.25 * np.eye(H), atol=1e-14)
