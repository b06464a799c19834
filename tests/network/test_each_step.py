"""Gradients of every model with a loss at each step, against complex-step differentiation of the equations."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.reference import start, step
from rnn_lab.rules.bptt import TruncatedGradient, TruncatedStreamGradient
from rnn_lab.testing.oracle import complex_step

T, D, H, O, B = 5, 2, 3, 3, 2  # noqa: E741 - the symbols of the equations
CELLS = {
    "elman": Elman(hidden_dim=H),
    "elman, relu": Elman(hidden_dim=H, activation="relu"),
    "gru before": GRU(hidden_dim=H, reset="before"),
    "gru after": GRU(hidden_dim=H, reset="after"),
    "lstm": LSTM(hidden_dim=H),
}
SHAPES = {
    "plain": {},
    "learned start": {"initial_state": "learned"},
    "two layers": {"layers": 2},
    "three layers, skip, learned start, no bias": {
        "layers": 3, "input_skip": True, "initial_state": "learned", "bias": False,
    },
    "skip": {"input_skip": True},
    "positional, two layers": {"encoding": "positional", "layers": 2},
}  # fmt: skip
LOSSES = ("half_mean_squared_error", "cross_entropy")


def varied(model, **shape):
    if isinstance(model, LSTM) and shape.get("bias") is False:
        shape["forget_bias"] = 0.0
    return replace(model, **shape)


def drawn(network, replicas, rng):
    parameters = network.initial(range(replicas))
    parameters.flat[...] += 0.3 * rng.standard_normal(parameters.flat.shape)
    return parameters


def batch(rng, loss, replicas, steps=T):
    X = rng.standard_normal((replicas, steps, B, D))
    if loss == "cross_entropy":
        return X, rng.integers(0, O, (replicas, steps, B))
    return X, rng.standard_normal((replicas, steps, B, O))


def one(parameters, r):
    return {name: values[r].copy() for name, values in parameters.arrays().items()}


def agree(found, expected, r):
    for name, slopes in expected.items():
        scale = max(np.linalg.norm(slopes), 1e-3)
        assert np.linalg.norm(found[name][r] - slopes) <= 1e-10 * scale, name


@pytest.mark.slow
@pytest.mark.parametrize(("k", "stride"), [(1, None), (3, None), (3, 1), (4, 3), (T, None), (T + 2, 2)])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_windows_with_masks(model, shape, loss, k, stride):
    """Two consecutive updates: each loss reaches back as far as BPTT(k; k') says, and masked steps have none."""
    rng = np.random.default_rng([k, stride or 0])
    network = Network(varied(model, **shape), D, O, T, each_step=True, loss=loss)
    parameters = drawn(network, 2, rng)
    rule = TruncatedGradient(network, 2, B, k, stride)
    mask = np.array([[True, False, True, True, False], [False, True, True, False, True]])
    for _ in range(2):
        X, Y = batch(rng, loss, 2)
        weights = np.broadcast_to(mask.T / mask.sum(), (2, T, B))
        losses, found = rule(parameters, X, Y, weights)
        r, n = 1, T if k >= T else stride or k
        expected, total = None, 0.0
        for begin in range(0, T, n):
            end = min(begin + n, T)
            args = (X[r], Y[r], weights[r], max(end - k, 0), range(begin, end))
            part = complex_step(network.model, network.loss, one(parameters, r), *args)
            expected = part if expected is None else {name: expected[name] + part[name] for name in part}
        agree(found, expected, r)
        plain = {name: values[None] for name, values in one(parameters, r).items()}
        state = start(network.model, plain, B)
        for t in range(T):
            state, o = step(network.model, plain, t, X[r, t], state)
            if loss == "cross_entropy":
                p = np.exp(o[0]) / np.exp(o[0]).sum(axis=-1, keepdims=True)
                total -= (weights[r, t] * np.log(p[np.arange(B), Y[r, t]])).sum().real
            else:
                total += (weights[r, t] * ((o[0] - Y[r, t]) ** 2).mean(axis=-1) / 2).sum().real
        assert losses[r] == pytest.approx(total, rel=1e-12)
        parameters.flat[...] -= 0.3 * found.flat


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_without_a_mask_every_step_counts_the_same(model, shape):
    rng = np.random.default_rng(0)
    network = Network(varied(model, **shape), D, O, T, each_step=True)
    parameters = drawn(network, 1, rng)
    X, Y = batch(rng, network.loss, 1)
    for k in (2, T):
        loss, found = TruncatedGradient(network, 1, B, k)(parameters, X, Y)
        same, expected = TruncatedGradient(network, 1, B, k)(parameters, X, Y, np.full((1, T, B), 1 / (T * B)))
        np.testing.assert_allclose(loss, same, rtol=1e-13)
        np.testing.assert_allclose(found.flat, expected.flat, rtol=1e-12, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 3, T + 4])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_one_target_after_the_last_step(model, shape, loss, k):
    rng = np.random.default_rng(k)
    network = Network(varied(model, **shape), D, O, T, loss=loss)
    parameters = drawn(network, 2, rng)
    rule = TruncatedGradient(network, 2, B, k)
    for _ in range(2):
        X, Y = batch(rng, loss, 2)
        _, found = rule(parameters, X, Y[:, -1])
        weights = np.full((T, B), 1 / B)
        expected = complex_step(
            network.model, network.loss, one(parameters, 1), X[1], Y[1], weights, max(T - k, 0), [T - 1]
        )
        agree(found, expected, 1)
        parameters.flat[...] -= 0.3 * found.flat


STREAMED = {name: shape for name, shape in SHAPES.items() if "positional" not in name}


@pytest.mark.slow
@pytest.mark.parametrize(("k", "chunk"), [(1, 1), (3, 3), (5, 2), (6, 1), (20, 4)])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", STREAMED.values(), ids=STREAMED)
@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_streams(model, shape, loss, k, chunk):
    """Chunk after chunk, the losses of each reach back k steps from its end, or to the stream's beginning."""
    rng = np.random.default_rng([k, chunk])
    network = Network(varied(model, **shape), D, O, None, each_step=True, loss=loss)
    parameters = drawn(network, 2, rng)
    rule = TruncatedStreamGradient(network, 2, B, k)
    X, Y = batch(rng, loss, 2, steps=9)
    for _ in range(2):  # the second from the beginning again, with the buffers as the first left them
        rule.begin(parameters)
        for begin in range(0, 9 - chunk + 1, chunk):
            end = begin + chunk
            losses, found = rule(parameters, X[:, begin:end], Y[:, begin:end])
            args = (X[1], Y[1], np.full((9, B), 1 / (chunk * B)), max(end - k, 0), range(begin, end))
            if begin < 4 * chunk:
                agree(found, complex_step(network.model, network.loss, one(parameters, 1), *args), 1)
        assert np.isfinite(losses).all()
        parameters.flat[...] -= 0.3 * found.flat


@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_after_an_update_a_stream_goes_on_from_its_state(model):
    """With k = k' nothing older is remembered: each chunk's gradient is that of the new weights from the old state."""
    rng = np.random.default_rng(0)
    network = Network(model, D, O, None, each_step=True)
    parameters = drawn(network, 1, rng)
    rule = TruncatedStreamGradient(network, 1, B, 3)
    rule.begin(parameters)
    state = start(model, {name: v[:1] for name, v in parameters.arrays().items()}, B)
    for _ in range(3):
        X, Y = batch(rng, network.loss, 1, steps=3)
        _, found = rule(parameters, X, Y)
        args = (X[0], Y[0], np.full((3, B), 1 / (3 * B)), 0, range(3))
        agree(found, complex_step(model, network.loss, one(parameters, 0), *args, state=state), 0)
        theta = {name: v[:1] for name, v in parameters.arrays().items()}
        for t in range(3):
            state, _ = step(model, theta, t, X[0, t], state)
        parameters.flat[...] -= 0.3 * found.flat


@pytest.mark.parametrize("shape", STREAMED.values(), ids=STREAMED)
@pytest.mark.parametrize("model", CELLS.values(), ids=CELLS)
def test_a_stream_cut_into_chunks_has_the_outputs_of_the_whole(model, shape):
    rng = np.random.default_rng(1)
    network = Network(varied(model, **shape), D, O, 12, each_step=True)
    parameters = drawn(network, 2, rng)
    X, Y = batch(rng, network.loss, 2, steps=12)
    whole = network.predict(parameters, X[0].swapaxes(0, 1))[:1]
    for chunk in (1, 3, 4):
        rule = TruncatedStreamGradient(network, 2, B, 5)
        rule.begin(parameters)
        parts = []
        for begin in range(0, 12, chunk):
            rule(parameters, X[:, begin : begin + chunk], Y[:, begin : begin + chunk])
            parts.append(rule.backward.outputs[:1].copy())
        np.testing.assert_allclose(np.concatenate(parts, axis=1).swapaxes(1, 2), whole, rtol=1e-12, atol=1e-14)
