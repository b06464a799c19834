"""The copying problem's explicit solution."""

import numpy as np
import pytest

from rnn_lab.evaluation.copying_solution import copying_solution
from rnn_lab.sequences import Copying


@pytest.mark.parametrize("task", [Copying(delay=20), Copying(delay=1, count=3, symbols=2)], ids=repr)
def test_its_loss_is_about_0_and_its_recurrence_is_orthogonal(task) -> None:
    network, parameters = copying_solution(task)
    records = task.draw(np.random.default_rng(4), 50)
    outputs = network.predict(parameters, records.X)
    assert network.loss.each(outputs, records.Y).mean() < 1e-7
    assert task.success(outputs, records).all()
    W = parameters["W_hh"][0]
    np.testing.assert_array_equal(W @ W.T, np.eye(len(W)))
    assert task.yardsticks()["no memory"]["loss"] > 0.1
