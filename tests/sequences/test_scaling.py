"""Scalers against their definitions, and there and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_lab.errors import BadInput
from rnn_lab.sequences.scaling import Array, Scaling, fit_scaler, fit_scaler_to_blocks, scaler_from

KINDS: tuple[Scaling, ...] = ("none", "standard", "minmax")
COLUMNS = ("a", "b")
VALUES = arrays(np.float64, st.tuples(st.integers(2, 20), st.just(2)), elements=st.floats(-1e6, 1e6))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(rows=VALUES, other=VALUES)
def test_undo_returns_what_apply_was_given(kind: Scaling, rows: Array, other: Array) -> None:
    rows[0], rows[1] = (0.0, -3.0), (1.0, 5.0)  # no column is constant
    scaler = fit_scaler(kind, rows, COLUMNS)
    # Rounding is relative to the greater of the value and the shift.
    np.testing.assert_allclose(scaler.undo(scaler.apply(other)), other, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@given(rows=VALUES)
def test_a_scaler_survives_json_to_the_last_bit(kind: Scaling, rows: Array) -> None:
    rows[0], rows[1] = (0.0, -3.0), (1.0, 5.0)
    scaler = fit_scaler(kind, rows, COLUMNS)
    again = scaler_from(json.loads(json.dumps(scaler.recipe())))
    assert again.kind == kind
    assert again.apply(rows).tobytes() == scaler.apply(rows).tobytes()
    assert again.undo(rows).tobytes() == scaler.undo(rows).tobytes()


def test_none_changes_no_bit() -> None:
    rows = np.random.default_rng(0).standard_normal((9, 2)) * 1e9
    scaler = fit_scaler("none", rows, COLUMNS)
    np.testing.assert_array_equal(scaler.apply(rows), rows)
    np.testing.assert_array_equal(scaler.undo(rows), rows)


def test_standard_by_hand() -> None:
    """Of 1, 3 the mean is 2 and the population's standard deviation 1."""
    scaler = fit_scaler("standard", np.array([[1.0], [3.0]]), ("x",))
    np.testing.assert_array_equal(scaler.apply(np.array([[1.0], [3.0], [7.0]])), [[-1.0], [1.0], [5.0]])


def test_minmax_by_hand() -> None:
    scaler = fit_scaler("minmax", np.array([[1.0], [3.0]]), ("x",))
    np.testing.assert_array_equal(scaler.apply(np.array([[1.0], [3.0], [7.0]])), [[0.0], [1.0], [3.0]])


def test_select_takes_columns_in_the_order_asked_for() -> None:
    scaler = fit_scaler("minmax", np.array([[0.0, 10.0], [2.0, 50.0]]), COLUMNS)
    np.testing.assert_array_equal(scaler.select([1, 0]).apply(np.array([[30.0, 1.0]])), [[0.5, 0.5]])


@pytest.mark.parametrize("kind", ["standard", "minmax"])
@pytest.mark.parametrize("constant", [0.0, 0.1, -7e15, 1e-300])
def test_a_constant_column_is_refused_by_name(kind: Scaling, constant: float) -> None:
    rows = np.column_stack([np.arange(7.0), np.full(7, constant)])  # the deviation of 0.1s does not round to 0
    with pytest.raises(BadInput, match=rf"data\.scaling={kind} cannot scale column 'b': it is constant"):
        fit_scaler(kind, rows, COLUMNS)
    fit_scaler("none", rows, COLUMNS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(rows=VALUES, cut=st.integers(1, 19))
def test_blocks_give_the_scaler_of_the_whole(kind: Scaling, rows: Array, cut: int) -> None:
    rows[0], rows[1] = (0.0, -3.0), (1.0, 5.0)
    blocks = [block for block in (rows[:cut], rows[cut:]) if len(block)]
    whole, fitted = fit_scaler(kind, rows, COLUMNS), fit_scaler_to_blocks(kind, lambda: blocks, COLUMNS)
    np.testing.assert_allclose(fitted.shift, whole.shift, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(fitted.scale, whole.scale, rtol=1e-12)


def test_a_table_gives_numpy_s_own_mean_and_deviation_of_each_column_however_it_lies_in_memory() -> None:
    rows = np.random.default_rng(1).standard_normal((1001, 2)) * [1.0, 1e-5] + [3.0, 1e4]
    by_columns = np.asfortranarray(rows)
    for table in (rows, by_columns):
        scaler = fit_scaler("standard", table, COLUMNS)
        assert scaler.shift.tobytes() == by_columns.mean(axis=0).tobytes()
        assert scaler.scale.tobytes() == by_columns.std(axis=0).tobytes()


def test_a_large_offset_costs_no_digits_in_blocks() -> None:
    """Mean square minus squared mean would lose them all: 1e18 + 1 is 1e18."""
    rows = 1e9 + np.tile([[-1.0], [1.0]], (5000, 1))
    blocks = np.split(rows, 10)
    scaler = fit_scaler_to_blocks("standard", lambda: blocks, ("x",))
    assert (scaler.shift.item(), scaler.scale.item()) == (1e9, 1.0)


def test_a_constant_column_is_refused_in_blocks() -> None:
    blocks = [np.full((7, 1), 0.1)] * 3
    with pytest.raises(BadInput, match=r"cannot scale column 'x': it is constant \(0\.1\)"):
        fit_scaler_to_blocks("standard", lambda: blocks, ("x",))
