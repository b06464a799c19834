"""What every recurrent layer must do, whatever its equation (that is held to the complex step in tests/network)."""

import tracemalloc

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, ForwardPass, Network, Parameters
from rnn_lab.network.architecture import Architecture
from rnn_lab.rules.bptt import TruncatedGradient

LAYERS = {
    "elman": Elman(hidden_dim=4),
    "elman, sigmoid, no bias": Elman(hidden_dim=4, activation="sigmoid", bias=False),
    "elman, relu": Elman(hidden_dim=4, activation="relu"),
    "elman, identity": Elman(hidden_dim=4, activation="identity", gain=0.9),
    "elman, positional": Elman(hidden_dim=4, encoding="positional"),
    "gru": GRU(hidden_dim=4),
    "gru, reset before": GRU(hidden_dim=4, reset="before"),
    "gru, positional, no bias": GRU(hidden_dim=4, encoding="positional", bias=False),
    "lstm": LSTM(hidden_dim=4),
    "lstm, positional": LSTM(hidden_dim=4, encoding="positional"),
}
T, B, R = 6, 3, 2


@pytest.fixture(params=LAYERS)
def layer(request):
    return LAYERS[request.param]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def setting(layer, rng, *, replicas=R, inputs=2, window=T, batch=B, dtype="float64"):
    """A network, its parameters (moved off their start), and a batch X (R, T, B, D), Y (R, B, O)."""
    network = Network(layer, inputs, 2, window, dtype)
    parameters = network.initial(range(replicas))
    parameters.flat += (0.1 * rng.standard_normal(parameters.flat.shape)).astype(dtype)
    X, Y = rng.standard_normal((replicas, window, batch, inputs)), rng.standard_normal((replicas, batch, 2))
    return network, parameters, X.astype(dtype), Y.astype(dtype)


def gradient(network, parameters, X, Y, k=T):
    """Loss and flat gradient from buffers of their own."""
    loss, found = TruncatedGradient(network, len(X), X.shape[2], k)(parameters, X, Y)
    return loss, found.flat


def test_the_suite_knows_every_layer() -> None:
    offered = {kind for kind in (GRU, LSTM, Elman) if issubclass(kind, Architecture)}
    assert {kind for kind in Architecture.__subclasses__() if kind.__module__.startswith("rnn_lab.")} == offered
    assert offered == {type(layer) for layer in LAYERS.values()}


def test_parameters_are_as_described(layer, rng) -> None:
    network, parameters, _, _ = setting(layer, rng)
    assert parameters.shapes == network.shapes
    assert parameters.flat.shape[1] == sum(np.prod(shape) for shape in network.shapes.values())
    assert layer.candidate(parameters).shape == (R, 4, 4)


def test_a_seed_means_the_same_weights_among_others(layer) -> None:
    network = Network(layer, 2, 2, T)
    together = network.initial([7, 8, 9])
    np.testing.assert_array_equal(together.flat[1], network.initial([8]).flat[0])
    assert not np.array_equal(together.flat[1], together.flat[2])


def test_buffers_left_by_one_batch_do_not_reach_the_next(layer, rng) -> None:
    network, parameters, X, Y = setting(layer, rng)
    for k in (1, 2, T):
        used = TruncatedGradient(network, R, B, k)
        for _ in range(2):
            used(parameters, 10 * rng.standard_normal(X.shape), rng.standard_normal(Y.shape))
            used.backward.gradient.flat[...] = 7.0  # optimizers may use it as scratch memory
        loss, found = used(parameters, X, Y)
        fresh_loss, fresh = gradient(network, parameters, X, Y, k)
        np.testing.assert_array_equal(loss, fresh_loss)
        np.testing.assert_array_equal(found.flat, fresh)


def test_reaching_beyond_the_window_is_reaching_through_all_of_it(layer, rng) -> None:
    setup = setting(layer, rng)
    np.testing.assert_array_equal(gradient(*setup, k=T)[1], gradient(*setup, k=1000)[1])


def test_the_loss_does_not_depend_on_the_truncation(layer, rng) -> None:
    setup = setting(layer, rng)
    losses = [gradient(*setup, k=k)[0] for k in range(1, T + 1)]
    np.testing.assert_allclose(losses, np.broadcast_to(losses[-1], (T, R)), rtol=1e-13)


def test_the_full_gradient_is_the_slope_of_the_loss(layer, rng) -> None:
    """By central differences, whose error falls with the square of the step: the order is what is tested."""
    network, parameters, X, Y = setting(layer, rng, replicas=1)
    direction = rng.standard_normal(parameters.flat.shape)
    slope = np.sum(gradient(network, parameters, X, Y)[1] * direction)

    def error(step):
        ends = [gradient(network, Parameters(parameters.flat + s * direction, network.shapes), X, Y)[0]
                for s in (-step, step)]  # fmt: skip
        return abs((ends[1] - ends[0]).item() / (2 * step) - slope)

    if layer == LAYERS["elman, relu"]:
        assert error(1e-7) < 1e-6 * abs(slope)  # a longer step would cross kinks
    else:
        assert 1.9 < np.log10(error(1e-2) / error(1e-3)) < 2.1


def test_replicas_do_not_see_each_other(layer, rng) -> None:
    network, parameters, X, Y = setting(layer, rng, replicas=3)
    expected = gradient(network, parameters, X, Y, k=4)[1]
    for r in range(3):
        alone = gradient(network, parameters.select(r), X[r : r + 1], Y[r : r + 1], k=4)[1]
        np.testing.assert_allclose(expected[r], alone[0], rtol=1e-12, atol=1e-16)
    parameters.flat[1] = np.nan
    with np.errstate(invalid="ignore"):
        found = gradient(network, parameters, X, Y, k=4)[1]
    assert np.isnan(found[1]).any()
    np.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])


def test_a_batch_is_the_mean_over_its_records(layer, rng) -> None:
    network, parameters, X, Y = setting(layer, rng)
    loss, whole = gradient(network, parameters, X, Y, k=4)
    parts = [gradient(network, parameters, X[:, :, b : b + 1], Y[:, b : b + 1], k=4) for b in range(B)]
    np.testing.assert_allclose(loss, np.mean([part[0] for part in parts], axis=0), rtol=1e-12)
    np.testing.assert_allclose(whole, np.mean([part[1] for part in parts], axis=0), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("inputs", [1, 2])
def test_memory_layout_of_a_batch_does_not_matter(layer, rng, inputs) -> None:
    network, parameters, X, Y = setting(layer, rng, inputs=inputs)
    shared = np.broadcast_to(X[:1], X.shape)  # as for records that all replicas share
    gathered = np.ascontiguousarray(shared.swapaxes(0, 1)).swapaxes(0, 1)  # as a shuffled epoch reads them
    strided = np.zeros((R, T, 2 * B, 2 * inputs))[:, :, ::2, ::2]
    strided[...] = shared
    _, expected = gradient(network, parameters, np.ascontiguousarray(shared), Y, k=4)
    for same in (shared, gathered, strided):
        np.testing.assert_allclose(gradient(network, parameters, same, Y, k=4)[1], expected, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("inputs", [1, 2])
def test_memory_does_not_grow_with_the_window(layer, rng, inputs) -> None:
    k, peaks = 4, []
    for window in (20, 1000):
        network, parameters, X, Y = setting(layer, rng, inputs=inputs, window=window, batch=16)
        grown = parameters.flat.nbytes if layer.encoding == "positional" else 0
        tracemalloc.start()
        rule = TruncatedGradient(network, R, 16, k)
        for _ in range(2):
            rule(parameters, X, Y)
        peaks.append(tracemalloc.get_traced_memory()[1] - grown)
        tracemalloc.stop()
        assert rule.recurrence.layers[0].states.shape == (R, k + 1, 16, 4)
        assert rule.recurrence.layers[0].deltas.shape == (R, k, 16, layer.GATES * 4)
    one_step = R * 16 * 4 * layer.GATES * 8
    assert peaks[1] < peaks[0] + 3 * one_step


def test_a_window_walked_in_blocks_equals_the_whole(layer, rng) -> None:
    network, parameters, X, _ = setting(layer, rng)
    whole = ForwardPass(network, R, B, T)(parameters, X).copy()
    for k in range(1, T):
        np.testing.assert_allclose(ForwardPass(network, R, B, k)(parameters, X), whole, rtol=1e-12)


def test_deltas_by_lag_add_up_to_the_gradient(layer, rng) -> None:
    k = 4
    network, parameters, X, Y = setting(layer, rng)
    rule = TruncatedGradient(network, R, B, k)
    _, found = rule(parameters, X, Y)
    deltas, inputs = rule.recurrence.layers[0].deltas, np.zeros_like(found["W_xh"])
    for lag in range(k):
        t = T - 1 - lag
        share = np.einsum("rbd,rbg->rdg", X[:, t], deltas[:, k - 1 - lag])
        if layer.encoding == "positional":
            inputs[:, t] = share
        else:
            inputs += share
    np.testing.assert_allclose(found["W_xh"], inputs, rtol=1e-12, atol=1e-16)
    if layer.bias:
        np.testing.assert_allclose(found["b_h"], deltas.sum(axis=(1, 2)), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("k", [2, T])
def test_float32_is_float64_with_fewer_digits(layer, rng, k) -> None:
    network, parameters, X, Y = setting(layer, rng)
    low = Network(layer, 2, 2, T, "float32")
    low_parameters = parameters.like(parameters.flat.astype("float32"))
    for _ in range(2):
        loss, expected = gradient(network, parameters, X, Y, k)
        low_loss, found = gradient(low, low_parameters, X.astype("float32"), Y.astype("float32"), k)
        assert (low_loss.dtype, found.dtype) == ("float32", "float32")
        np.testing.assert_allclose(low_loss, loss, rtol=1e-5)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
        parameters.flat -= 0.5 * expected
        low_parameters.flat -= np.float32(0.5) * found
