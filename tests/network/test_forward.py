"""The forward pass against the equations as they stand, however it is cut into blocks."""

import numpy as np
import pytest

from rnn_lab.network import Elman, ForwardPass, Network, Outputs
from tests.network.literal_elman import outputs

T = 7


def setting(replicas=2, inputs=2, **model):
    network = Network(Elman(hidden_dim=4, **model), inputs, 3, T)
    rng = np.random.default_rng(1)
    parameters = network.initial(range(replicas))
    parameters.flat += 0.3 * rng.standard_normal(parameters.flat.shape)
    return network, parameters, rng


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("encoding", ["shared", "positional"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_predictions_are_the_equations(activation, encoding, bias, inputs) -> None:
    network, parameters, rng = setting(inputs=inputs, activation=activation, encoding=encoding, bias=bias)
    X = rng.standard_normal((5, T, inputs))
    found = network.predict(parameters, X)
    assert found.shape == (2, 5, 3)
    for r in range(2):
        weights = {name: values[r] for name, values in parameters.arrays().items()}
        np.testing.assert_allclose(found[r], outputs(weights, activation, X), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("keep", range(1, T + 1))
@pytest.mark.parametrize("encoding", ["shared", "positional"])
def test_a_window_walked_in_blocks_equals_the_whole(encoding, keep) -> None:
    network, parameters, rng = setting(encoding=encoding)
    whole, blocks = ForwardPass(network, 2, 4, history=T), ForwardPass(network, 2, 4, history=keep)
    for _ in range(2):  # the second call finds the first one's states in its buffers
        X = network.time_major(rng.standard_normal((4, T, 2)), 2)
        np.testing.assert_allclose(blocks(parameters, X), whole(parameters, X), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(
            blocks.recurrence.layers[0].states, whole.recurrence.layers[0].states[:, T - keep :], rtol=1e-13, atol=1e-15
        )


def test_records_computed_in_blocks_equal_the_whole(monkeypatch) -> None:
    network, parameters, rng = setting()
    X = rng.standard_normal((11, T, 2))
    whole = network.predict(parameters, X)
    monkeypatch.setattr(Outputs, "BLOCK", 4)
    in_blocks = Outputs(network, 2, X)
    assert [block.shape[2] for block in in_blocks.blocks()] == [4, 4, 3]
    np.testing.assert_allclose(in_blocks(parameters), whole, rtol=1e-13, atol=1e-15)
    parameters.flat *= 0.5
    changed = in_blocks(parameters)
    assert not np.allclose(changed, whole)
    np.testing.assert_allclose(changed, network.predict(parameters, X), rtol=1e-13, atol=1e-15)


def test_no_records_have_no_outputs() -> None:
    network, parameters, _ = setting()
    assert network.predict(parameters, np.zeros((0, T, 2))).shape == (2, 0, 3)


def test_predictions_outlive_the_next_call() -> None:
    network, parameters, rng = setting()
    X = rng.standard_normal((5, T, 2))
    outputs_of = Outputs(network, 2, X)
    first = outputs_of(parameters)
    kept = first.copy()
    parameters.flat *= 2.0
    outputs_of(parameters)
    np.testing.assert_array_equal(first, kept)


def test_memory_layout_of_the_records_does_not_matter() -> None:
    network, parameters, rng = setting()
    X = rng.standard_normal((5, T, 2))
    expected = network.predict(parameters, X)
    wide = np.zeros((10, T, 4))
    wide[::2, :, ::2] = X
    for same in (np.asfortranarray(X), wide[::2, :, ::2], X.astype(np.longdouble)):
        np.testing.assert_array_equal(network.predict(parameters, same), expected)
    repeated = np.broadcast_to(X[:1], (3, T, 2))  # windows that overlap in memory
    np.testing.assert_allclose(network.predict(parameters, repeated), expected[:, [0, 0, 0]], rtol=1e-13)


def test_float32_stays_float32() -> None:
    network, parameters, rng = setting()
    low = Network(network.model, 2, 3, T, "float32")
    X = rng.standard_normal((5, T, 2))
    found = low.predict(parameters.like(parameters.flat.astype("float32")), X)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, network.predict(parameters, X), rtol=1e-4, atol=1e-5)


def test_a_shared_input_weight_takes_windows_of_any_length() -> None:
    network, parameters, rng = setting(replicas=1)
    X = rng.standard_normal((2, 3 * T, 2))
    weights = {name: values[0] for name, values in parameters.arrays().items()}
    np.testing.assert_allclose(network.predict(parameters, X)[0], outputs(weights, "tanh", X), rtol=1e-12)
