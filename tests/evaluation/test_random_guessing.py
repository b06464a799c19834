"""Weights guessed at random: an honest count of tries, and networks that are what they are said to be."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.random_guessing import AT_ONCE, accuracies, guess
from rnn_lab.network import Elman, Network, Parameters
from rnn_lab.sequences import Adding, FinalParity, Records, TemporalOrder

TASK = FinalParity(length=20)
NETWORK = Network(Elman(hidden_dim=2), inputs=1, outputs=2, window=20)
RECORDS = TASK.draw(np.random.default_rng(100), 100)


def try_all(tries: int, seed: int, scale: float = 100.0) -> np.ndarray:
    """Accuracy of each network on its own, one after the other, drawn as `guess` draws them."""
    rng = np.random.default_rng(seed)
    size = 2 + 4 + 2 + 4 + 2
    drawn = np.concatenate([rng.uniform(-scale, scale, (AT_ONCE, size)) for _ in range(-(-tries // AT_ONCE))])[:tries]
    outputs = (NETWORK.predict(Parameters(one[None], NETWORK.shapes), RECORDS.X)[0] for one in drawn)
    return np.array([(o.argmax(axis=1) == RECORDS.Y).mean() for o in outputs])


@pytest.mark.slow
def test_parity_is_guessed_and_the_guess_generalises() -> None:
    """Two units suffice, and what they compute is parity: right on sequences never seen, and on longer ones."""
    found = guess(NETWORK, RECORDS, 5000, np.random.default_rng(0))
    assert found.first == found.tries
    assert found.accuracy == 1.0
    for length in (20, 200):
        other = FinalParity(length=length).draw(np.random.default_rng(1), 1000)
        longer = Network(Elman(hidden_dim=2), inputs=1, outputs=2, window=length)
        assert accuracies(longer.predict(found.parameters, other.X), other) == [1.0]


@pytest.mark.parametrize("tries", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 150])
def test_the_best_of_as_many_as_allowed(tries: int) -> None:
    found = guess(NETWORK, RECORDS, tries, np.random.default_rng(3))
    each = try_all(tries, 3)
    assert (found.tries, found.first, found.accuracy) == (tries, None, each.max())
    assert accuracies(NETWORK.predict(found.parameters, RECORDS.X), RECORDS) == [each.max()]


def test_the_first_that_solves_ends_it() -> None:
    few = Records(RECORDS.X[:3], RECORDS.Y[:3], RECORDS.at[:3])
    found = guess(NETWORK, few, 1000, np.random.default_rng(3))
    assert found.first is not None
    before = guess(NETWORK, few, found.first - 1, np.random.default_rng(3))
    assert before.first is None
    assert before.accuracy < 1.0


def test_weights_lie_within_the_scale() -> None:
    found = guess(NETWORK, RECORDS, 50, np.random.default_rng(0), scale=3.0)
    assert 1.0 < np.abs(found.parameters.flat).max() < 3.0


def test_targets_at_each_step_count_where_the_mask_says() -> None:
    Y = np.array([[0, 1], [1, 1]])
    logits = np.zeros((1, 2, 2, 2))
    logits[0, :, :, 1] = 1.0  # always the second class
    records = Records(np.zeros((2, 2, 1)), Y, np.arange(2))
    assert accuracies(logits, records) == [0.75]
    mask = np.array([[False, True], [True, False]])
    assert accuracies(logits, Records(np.zeros((2, 2, 1)), Y, np.arange(2), mask)) == [1.0]


def test_temporal_order_is_no_such_task() -> None:
    """Four classes: a few hundred guesses stay far below the solution, if above chance on what they were chosen by."""
    task = TemporalOrder(length=20)
    records = task.draw(np.random.default_rng(0), 100)
    network = Network(Elman(hidden_dim=3), inputs=8, outputs=4, window=20)
    found = guess(network, records, 300, np.random.default_rng(0))
    assert found.first is None
    assert 0.25 < found.accuracy < 0.9


def test_numbers_are_not_guessed() -> None:
    records = Adding(length=5).draw(np.random.default_rng(0), 3)
    with pytest.raises(BadInput, match="classes as targets"):
        guess(Network(Elman(hidden_dim=2), 2, 1, 5), records, 5, np.random.default_rng(0))
