"""One flat array and its named views."""

import numpy as np
import pytest

from rnn_lab.network import Parameters

SHAPES = {"W_xh": (4, 1, 2), "W_hh": (2, 2), "b_h": (2,), "W_hy": (2, 1)}


@pytest.fixture
def parameters():
    return Parameters(np.arange(3 * 16.0).reshape(3, 16), SHAPES)


def test_views_share_the_flat_array(parameters) -> None:
    for name, shape in SHAPES.items():
        assert parameters[name].shape == (3, *shape)
        assert np.shares_memory(parameters[name], parameters.flat)
        parameters[name][1] = -1.0
    np.testing.assert_array_equal(parameters.flat[1], -1.0)
    np.testing.assert_array_equal(parameters.flat[[0, 2]], np.arange(48.0).reshape(3, 16)[[0, 2]])


def test_views_follow_each_other_in_the_order_of_the_shapes(parameters) -> None:
    np.testing.assert_array_equal(parameters["W_xh"][0].ravel(), np.arange(8.0))
    np.testing.assert_array_equal(parameters["W_hh"][0], [[8.0, 9.0], [10.0, 11.0]])
    np.testing.assert_array_equal(parameters["b_h"][2], [44.0, 45.0])
    assert parameters.names == tuple(parameters) == tuple(SHAPES)
    assert "W_hh" in parameters
    assert "b_y" not in parameters
    assert parameters.replicas == 3


def test_arrays_and_back(parameters) -> None:
    again = Parameters.from_arrays(parameters.arrays())
    np.testing.assert_array_equal(again.flat, parameters.flat)
    assert again.shapes == parameters.shapes
    assert not np.shares_memory(again.flat, parameters.flat)


def test_a_copy_is_independent_and_a_selection_is_not(parameters) -> None:
    copy, chosen = parameters.copy(), parameters.select(1)
    parameters["W_hh"][1] = 0.5
    assert not (copy["W_hh"] == 0.5).any()
    assert chosen.replicas == 1
    np.testing.assert_array_equal(chosen["W_hh"], np.full((1, 2, 2), 0.5))


@pytest.mark.parametrize("width", [15, 17])
def test_sizes_that_do_not_add_up_are_refused(width) -> None:
    with pytest.raises(ValueError, match=f"flat has {width} columns, the shapes need 16"):
        Parameters(np.zeros((1, width)), SHAPES)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_file_keeps_every_bit(parameters, tmp_path, dtype) -> None:
    kept = parameters.like((parameters.flat / 3).astype(dtype))
    kept.save(tmp_path / "kept.npz")
    again = Parameters.load(tmp_path / "kept.npz")
    assert again.flat.dtype == dtype
    assert again.shapes == kept.shapes
    np.testing.assert_array_equal(again.flat, kept.flat)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.npz"]


def test_pickled_content_is_refused(tmp_path) -> None:
    np.savez(tmp_path / "kept.npz", W_hh=np.array([print, len], object))
    with pytest.raises(ValueError, match="bytes of object"):
        Parameters.load(tmp_path / "kept.npz")
