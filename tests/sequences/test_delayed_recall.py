"""Delayed recall: a shift register solves it, and no linear network remembers more than it has units."""

import numpy as np
import pytest

from rnn_lab.evaluation.echo_state import Reservoir
from rnn_lab.network.activations import Identity
from rnn_lab.sequences import DelayedRecall


@pytest.mark.parametrize("delay", [1, 5, 19])
def test_a_shift_register_of_d_units_solves_it(delay: int) -> None:
    task = DelayedRecall(length=20, delay=delay)
    records = task.draw(np.random.default_rng(0), 30)
    state, answer = np.zeros((30, delay)), np.zeros((30, 20, 1))
    for t in range(20):
        answer[:, t, 0] = state[:, -1]
        state = np.column_stack([records.X[:, t, 0], state[:, :-1]])
    assert task.success(answer, records).all()
    np.testing.assert_array_equal(answer[records.mask], records.Y[records.mask])


def test_the_memory_capacity_of_a_linear_network_is_its_number_of_units() -> None:
    """Jaeger (2001): squared correlations, summed over all delays, d = 0 included, are H in all for a generic one."""
    H, T, longest = 8, 3000, 60
    network = Reservoir.draw(np.random.default_rng(1), 1, H, spectral_radius=0.9, bias_scale=0.0, activation=Identity())
    u = DelayedRecall(length=T, delay=1).draw(np.random.default_rng(0), 1).X[0]
    states = network.states(u)[longest:]
    states = states / np.linalg.norm(states, axis=0)
    recalled = [recall(states, u[longest:, 0])]
    for delay in range(1, longest):
        records = DelayedRecall(length=T, delay=delay).draw(np.random.default_rng(0), 1)
        np.testing.assert_array_equal(records.X[0], u)
        recalled.append(recall(states, records.Y[0, longest:, 0]))
    bias = longest * H / T  # what H random regressors explain of noise, summed
    assert H - 0.5 < sum(recalled) < H + 2 * bias
    assert recalled[1] > 0.99 > 0.1 > recalled[-1]


def recall(states: np.ndarray, target: np.ndarray) -> float:
    fitted = states @ np.linalg.lstsq(states, target)[0]
    return float(np.corrcoef(fitted, target)[0, 1] ** 2)
