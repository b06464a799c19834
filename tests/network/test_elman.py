"""Meaning of a layer's description: its parameters' shapes, its first weights, its limits."""

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.network import Elman, Network


def test_shapes_of_a_shared_encoding() -> None:
    assert Elman(hidden_dim=3).shapes(inputs=2, outputs=4, window=50) == {
        "W_xh": (2, 3), "W_hh": (3, 3), "W_hy": (3, 4), "b_h": (3,), "b_y": (4,),
    }  # fmt: skip


def test_shapes_of_a_positional_encoding_without_biases() -> None:
    assert Elman(hidden_dim=3, encoding="positional", bias=False).shapes(inputs=2, outputs=4, window=50) == {
        "W_xh": (50, 2, 3), "W_hh": (3, 3), "W_hy": (3, 4),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["shared", "positional"])
def test_a_replica_starts_as_the_single_run_of_its_seed(encoding) -> None:
    network = Network(Elman(hidden_dim=3, encoding=encoding), 2, 1, 4)
    together = network.initial([5, 6, 7])
    for r, seed in enumerate([5, 6, 7]):
        np.testing.assert_array_equal(together.flat[r], network.initial([seed]).flat[0])
    assert len(np.unique(together["W_hh"])) == together["W_hh"].size


def test_biases_start_at_zero() -> None:
    parameters = Network(Elman(hidden_dim=3), 2, 2, 4).initial([0])
    assert not parameters["b_h"].any()
    assert not parameters["b_y"].any()


def test_every_time_step_of_a_positional_encoding_is_drawn_as_if_it_were_the_only_one() -> None:
    model = Elman(hidden_dim=200, encoding="positional", input_initializer="glorot")
    W_xh = Network(model, 2, 1, 10).initial([0])["W_xh"][0]
    limit = np.sqrt(6 / 202)  # of fan_in 2, fan_out 200: not of fan_in 20
    assert 0.95 * limit < np.abs(W_xh).max() <= limit
    assert len(np.unique(W_xh)) == W_xh.size


def test_gain_is_the_first_spectral_radius_of_an_orthogonal_layer() -> None:
    W_hh = Network(Elman(hidden_dim=20, gain=0.7), 1, 1, 4).initial([0, 1])["W_hh"]
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(W_hh)), 0.7, rtol=1e-12)


def test_gain_leaves_the_other_weights_alone() -> None:
    one, other = (Network(Elman(hidden_dim=5, gain=gain), 1, 1, 4).initial([0]) for gain in (1.0, 3.0))
    np.testing.assert_array_equal(3.0 * one["W_hh"], other["W_hh"])
    np.testing.assert_array_equal(one["W_xh"], other["W_xh"])
    np.testing.assert_array_equal(one["W_hy"], other["W_hy"])


def test_float32_weights_are_the_float64_ones_rounded() -> None:
    high, low = (Network(Elman(hidden_dim=5), 1, 1, 4, dtype).initial([0]) for dtype in ("float64", "float32"))
    np.testing.assert_array_equal(high.flat.astype("float32"), low.flat)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hidden_dim", 0),
        ("hidden_dim", -1),
        ("hidden_dim", 3.0),
        ("hidden_dim", "3"),
        ("hidden_dim", True),
        ("activation", "softplus"),
        ("encoding", "one-hot"),
        ("bias", 1),
        ("recurrent_initializer", "zeros"),
        ("gain", -0.1),
        ("gain", float("nan")),
        ("gain", float("inf")),
        ("hidden_size", 3),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(key, value) -> None:
    with pytest.raises(ValidationError) as refused:
        Elman(**{key: value})
    assert {str(error["loc"][0]) for error in refused.value.errors()} == {key}
