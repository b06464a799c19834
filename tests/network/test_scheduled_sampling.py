"""Steps that read the network's own last output: the same outputs as a literal walk, and gradients that take them as
constants.
"""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.reference import start, step
from rnn_lab.rules.bptt import TruncatedGradient, TruncatedStreamGradient
from rnn_lab.testing.oracle import complex_step

T, D, B, R = 6, 2, 3, 2
MODELS = {
    "elman": Elman(hidden_dim=3),
    "elman, positional": Elman(hidden_dim=3, encoding="positional"),
    "gru before, learned start": GRU(hidden_dim=3, reset="before", initial_state="learned"),
    "gru after, two layers, skip": GRU(hidden_dim=3, layers=2, input_skip=True),
    "lstm, two layers": LSTM(hidden_dim=3, layers=2, initial_state="learned"),
}
STREAMED = {name: model for name, model in MODELS.items() if "positional" not in name}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
streamed = pytest.mark.parametrize("model", STREAMED.values(), ids=STREAMED)


def one(parameters, r):
    return {name: values[r].copy() for name, values in parameters.arrays().items()}


def drawn(network, rng):
    parameters = network.initial(range(R))
    parameters.flat[...] += 0.3 * rng.standard_normal(parameters.flat.shape)
    return parameters


def data(rng, steps=T):
    X, Y = rng.standard_normal((2, R, steps, B, D))
    return X, Y, rng.random((R, steps, B)) < 0.6


def read(model, theta, X, sampled, state=None, last=None, offset=0):
    """The inputs (T, B, D) that one replica reads, its state after them, and its last outputs."""
    theta = {name: values[None] for name, values in theta.items()}
    state = state or start(model, theta, B)
    inputs = []
    for t in range(len(X)):
        x = X[t].copy()
        for b in range(B):
            if sampled[t, b] and last is not None:
                x[b] = last[b]
        state, o = step(model, theta, t + offset, x, state)
        last = o[0].real
        inputs.append(x)
    return np.array(inputs), state, last


def agree(found, expected, r):
    for name, slopes in expected.items():
        scale = max(np.linalg.norm(slopes), 1e-3)
        assert np.linalg.norm(found[name][r] - slopes) <= 1e-10 * scale, name


@pytest.mark.slow
@pytest.mark.parametrize(("k", "stride"), [(1, None), (3, None), (3, 1), (4, 3), (T, None), (T + 2, None)])
@every_model
def test_windows(model, k, stride):
    """Two consecutive updates: nothing of the first window's outputs reaches the second."""
    rng = np.random.default_rng([k, stride or 0])
    network = Network(model, D, D, T, each_step=True)
    parameters = drawn(network, rng)
    rule = TruncatedGradient(network, R, B, k, stride)
    weights = rng.random((R, T, B)) / (T * B)
    for _ in range(2):
        X, Y, sampled = data(rng)
        losses, found = rule(parameters, X, Y, weights, sampled)
        for r in range(R):
            theta = one(parameters, r)
            inputs, _, _ = read(model, theta, X[r], sampled[r])
            assert (inputs[0] == X[r, 0]).all()
            kept = min(k, T)
            np.testing.assert_allclose(rule.recurrence.inputs[r], inputs[T - kept :], rtol=1e-12)
            n, expected = (T if k >= T else stride or k), dict.fromkeys(theta, 0.0)
            for begin in range(0, T, n):
                end = min(begin + n, T)
                args = (inputs, Y[r], weights[r], max(end - k, 0), range(begin, end))
                part = complex_step(model, network.loss, theta, *args)
                expected = {name: expected[name] + part[name] for name in part}
            agree(found, expected, r)
            plain = TruncatedGradient(network, 1, B, T)(
                parameters.select(r), inputs[None], Y[r : r + 1], weights[r : r + 1]
            )
            assert losses[r] == pytest.approx(plain[0][0], rel=1e-12)
        parameters.flat[...] -= 0.1 * found.flat


@streamed
def test_streams_with_updates(model):
    """An update after each chunk: the first step of the next reads what the weights before it said last."""
    rng = np.random.default_rng(1)
    network = Network(model, D, D, None, each_step=True)
    parameters = drawn(network, rng)
    rule = TruncatedStreamGradient(network, R, B, 3)
    for _ in range(2):  # the second time from the beginning, where there is no output to read
        rule.begin(parameters)
        carried = [(None, None)] * R
        for chunk in range(3):
            X, Y, sampled = data(rng, steps=3)
            sampled[:, 0] = True
            _, found = rule(parameters, X, Y, None, sampled)
            for r in range(R):
                state, last = carried[r]
                theta = one(parameters, r)
                inputs, after, last = read(model, theta, X[r], sampled[r], state, last)
                assert (inputs[0] != X[r, 0]).all() if chunk else (inputs[0] == X[r, 0]).all()
                args = (inputs, Y[r], np.full((3, B), 1 / (3 * B)), 0, range(3))
                agree(found, complex_step(model, network.loss, theta, *args, state=state), r)
                carried[r] = after, last
            parameters.flat[...] -= 0.2 * found.flat


@streamed
def test_streams_that_reach_back_over_chunks(model):
    rng = np.random.default_rng(2)
    network = Network(model, D, D, None, each_step=True)
    parameters = drawn(network, rng)
    rule = TruncatedStreamGradient(network, R, B, 5)
    rule.begin(parameters)
    X, Y, sampled = data(rng, steps=8)
    for begin in range(0, 8, 2):
        X_part, Y_part, coins = (part[:, begin : begin + 2] for part in (X, Y, sampled))
        _, found = rule(parameters, X_part, Y_part, None, coins)
        theta = one(parameters, 1)
        inputs, _, _ = read(model, theta, X[1, : begin + 2], sampled[1])
        args = (inputs, Y[1], np.full((8, B), 1 / (2 * B)), max(begin + 2 - 5, 0), range(begin, begin + 2))
        agree(found, complex_step(model, network.loss, theta, *args), 1)


@every_model
def test_where_nothing_is_sampled_it_is_teacher_forcing(model):
    rng = np.random.default_rng(3)
    network = Network(model, D, D, T, each_step=True)
    parameters = drawn(network, rng)
    X, Y, sampled = data(rng)
    loss, plain = TruncatedGradient(network, R, B, 4)(parameters, X, Y)
    same, found = TruncatedGradient(network, R, B, 4)(parameters, X, Y, None, np.zeros_like(sampled))
    np.testing.assert_allclose(same, loss, rtol=1e-13)
    np.testing.assert_allclose(found.flat, plain.flat, rtol=1e-11, atol=1e-15)


def test_all_sampled_is_a_free_run_from_the_first_row():
    """A linear network that has a sine's recurrence goes on with it, whatever the later inputs say."""
    model = Elman(hidden_dim=2, activation="identity", bias=False)
    network = Network(replace(model), 1, 1, 9, each_step=True)
    parameters = network.zeros(1)
    parameters["W_xh"][...] = [[[1.0, 0.0]]]
    parameters["W_hh"][...] = [[[0.0, 1.0], [0.0, 0.0]]]
    parameters["W_hy"][...] = [[[2 * np.cos(0.3)], [-1.0]]]
    X = np.full((1, 9, 1, 1), np.nan)
    X[:, 0] = np.sin(0.3)  # before it lies 0, the state's own beginning
    Y = np.sin(0.3 * np.arange(2, 11)).reshape(1, 9, 1, 1)
    loss, _ = TruncatedGradient(network, 1, 1, 9)(parameters, X, Y, None, np.ones((1, 9, 1), bool))
    assert loss[0] < 1e-28


def test_single_precision_stays_single():
    network = Network(Elman(hidden_dim=3), D, D, T, "float32", each_step=True)
    parameters = network.initial(range(R))
    X, Y, sampled = data(np.random.default_rng(4))
    rule = TruncatedGradient(network, R, B, 3)
    _, gradients = rule(parameters, X.astype("float32"), Y.astype("float32"), None, sampled)
    assert gradients.flat.dtype == rule.recurrence.inputs.dtype == "float32"
