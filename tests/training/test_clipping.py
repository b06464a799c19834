"""Clipping: lengths, directions, replicas, and the edges of arithmetic."""

import numpy as np
import pytest

from rnn_lab.training.clipping import clip


def gradients(R=4, P=6, dtype="float64"):
    return np.random.default_rng(0).standard_normal((R, P)).astype(dtype) * np.array([[0.01], [1], [10], [1000]], dtype)


def test_norm_shortens_what_is_too_long_and_keeps_its_direction() -> None:
    before, g = gradients(), gradients()
    lengths, clipped = clip(g, value=None, norm=2.0)
    expected = np.array([np.linalg.norm(row) for row in before])
    np.testing.assert_allclose(lengths, expected, rtol=1e-14)
    assert clipped.tolist() == [False, True, True, True]
    np.testing.assert_array_equal(g[0], before[0])
    for r in (1, 2, 3):
        np.testing.assert_allclose(np.linalg.norm(g[r]), 2.0, rtol=1e-14)
        np.testing.assert_allclose(g[r] / 2.0, before[r] / expected[r], rtol=1e-13)


def test_value_limits_each_entry_and_no_other() -> None:
    before, g = gradients(), gradients()
    lengths, clipped = clip(g, value=1.5, norm=None)
    np.testing.assert_allclose(lengths, np.linalg.norm(before, axis=1), rtol=1e-14)
    for r, row in enumerate(before):
        assert g[r].tolist() == [min(max(x, -1.5), 1.5) for x in row]
        assert clipped[r] == any(abs(x) > 1.5 for x in row)


def test_value_comes_before_norm() -> None:
    g = np.array([[100.0, 1.0], [100.0, 0.0]])
    lengths, clipped = clip(g, value=1.0, norm=1.0)
    np.testing.assert_allclose(g, [[0.5**0.5, 0.5**0.5], [1.0, 0.0]], rtol=1e-14)
    np.testing.assert_allclose(lengths, [10001**0.5, 100.0])
    assert clipped.all()


@pytest.mark.parametrize("entry", [-3.0, 3.0])
def test_value_limits_both_signs(entry) -> None:
    g = np.array([[entry, 0.1]])
    _, clipped = clip(g, value=2.0, norm=None)
    assert g.tolist() == [[np.sign(entry) * 2.0, 0.1]]
    assert clipped.tolist() == [True]


@pytest.mark.parametrize("limits", [(None, None), (1e9, None), (None, 1e9), (1e9, 1e9)])
def test_nothing_to_clip_changes_not_a_bit(limits) -> None:
    before, g = gradients(), gradients()
    _, clipped = clip(g, *limits)
    np.testing.assert_array_equal(g, before)
    assert not clipped.any()


def test_exactly_at_the_limit_is_not_clipped() -> None:
    g = np.array([[3.0, -4.0]])
    assert not clip(g, value=4.0, norm=5.0)[1].any()
    assert g.tolist() == [[3.0, -4.0]]


@pytest.mark.parametrize("limits", [(1.0, None), (None, 1.0), (1.0, 1.0)])
def test_a_gradient_of_zero_stays_zero(limits) -> None:
    g = np.array([[0.0, 0.0], [30.0, 40.0]])
    lengths, clipped = clip(g, *limits)
    assert lengths.tolist() == [0.0, 50.0]
    assert clipped.tolist() == [False, True]
    assert g[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("limits", [(1.0, None), (None, 1.0), (1.0, 1.0)])
@pytest.mark.parametrize("R", [1, 3])
def test_a_replica_is_clipped_as_it_would_be_alone(limits, R) -> None:
    together = gradients()[:R]
    lengths, clipped = clip(together, *limits)
    for r, row in enumerate(gradients()[:R]):
        alone = row[None]
        length, was_clipped = clip(alone, *limits)
        np.testing.assert_array_equal(together[r], alone[0])
        assert (lengths[r], clipped[r]) == (length[0], was_clipped[0])


@pytest.mark.parametrize(("dtype", "huge"), [("float32", 1e30), ("float64", 1e200)])
def test_lengths_whose_squares_overflow_are_clipped_too(dtype, huge) -> None:
    """An exploding gradient is what clipping is for."""
    g = np.array([[3 * huge, -4 * huge], [0.0, 0.0], [0.3, 0.4]], dtype)
    with np.errstate(over="ignore"):
        lengths, clipped = clip(g, value=None, norm=1.0)
    np.testing.assert_allclose(lengths, np.array([5 * huge, 0.0, 0.5], dtype), rtol=1e-6)
    assert clipped.tolist() == [True, False, False]
    np.testing.assert_allclose(g, [[0.6, -0.8], [0.0, 0.0], [0.3, 0.4]], rtol=1e-6)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_stays_visible_and_leaves_the_others_alone(wrong) -> None:
    g = gradients()
    g[1, 2] = wrong
    expected = gradients()[2]
    clip(expected[None], None, 2.0)
    with np.errstate(invalid="ignore"):
        lengths, _ = clip(g, value=None, norm=2.0)
    assert np.isfinite(lengths).tolist() == [True, False, True, True]
    assert not np.isfinite(g[1]).all()
    np.testing.assert_array_equal(g[2], expected)
