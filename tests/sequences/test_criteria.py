"""Solved records, at the borders of each criterion."""

import numpy as np
import pytest

from rnn_lab.sequences.criteria import above, ahead, certain, close, softmax
from rnn_lab.sequences.records import Records


def records(Y: np.ndarray, mask: np.ndarray | None = None) -> Records:
    return Records(np.zeros((len(Y), 2, 1)), Y, np.arange(len(Y)), mask)


def logits(*probabilities: float) -> np.ndarray:
    return np.log(np.array(probabilities))


def test_close_is_below_the_error_not_at_it() -> None:
    one = records(np.array([[0.0, 1.0]]))
    for answer, solved in (([0.0, 1.0], True), ([0.124, 0.876], True), ([0.125, 1.0], False), ([0.0, 0.875], False)):
        assert close(np.array([answer]), one, 0.125).tolist() == [solved]


def test_certain_is_every_probability_near_enough() -> None:
    """By the definition, on random logits: all |p - target| < 0.3."""
    rng = np.random.default_rng(0)
    outputs, Y = 2 * rng.normal(size=(3, 500, 4)), rng.integers(4, size=500)
    raised = np.exp(outputs)
    p = raised / raised.sum(axis=-1, keepdims=True)
    by_definition = (np.abs(p - np.eye(4)[Y]) < 0.3).all(axis=-1)
    solved = certain(outputs, records(Y), 0.3)
    assert (solved == by_definition).all()
    assert 0.05 < solved.mean() < 0.5


def test_ahead_is_the_right_class_alone() -> None:
    three = records(np.array([1, 1, 1]))
    assert ahead(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), three).tolist() == [True, False, False]


def test_all_that_is_wanted_must_be_above_all_that_is_not() -> None:
    wanted = np.array([True, False, True])
    assert above(np.array([[3.0, 1.0, 2.0], [3.0, 2.0, 1.0], [2.0, 2.0, 3.0]]), wanted).tolist() == [True, False, False]


@pytest.mark.parametrize("criterion", [lambda o, r: ahead(o, r), lambda o, r: certain(o, r, 0.3)])
def test_each_step_that_counts_must_be_right(criterion) -> None:
    Y = np.array([[0, 1], [0, 1]])
    answer = 9.0 * np.array([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0]]])
    assert criterion(answer, records(Y)).tolist() == [True, False]
    assert criterion(answer, records(Y, np.array([[True, True], [True, False]]))).tolist() == [True, True]


def test_numbers_at_each_step() -> None:
    Y = np.zeros((2, 3, 1))
    answer = np.zeros((5, 2, 3, 1))
    answer[2, 1, 0] = 1.0
    assert close(answer, records(Y), 0.1).sum(axis=1).tolist() == [2, 2, 1, 2, 2]
    mask = np.array([[True, True, True], [False, True, True]])
    assert close(answer, records(Y, mask), 0.1).all()


def test_a_softmax_survives_large_logits() -> None:
    np.testing.assert_allclose(softmax(logits(0.1, 0.2, 0.7) + 1e5), [0.1, 0.2, 0.7], rtol=1e-9)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_diverged_network_solves_nothing_and_warns_of_nothing(value: float) -> None:
    outputs = np.full((2, 3), value)
    classes = records(np.array([0, 1]))
    assert not certain(outputs, classes, 0.3).any()
    assert not ahead(outputs, classes).any()
    assert not close(outputs, records(np.zeros((2, 3))), 0.3).any()
