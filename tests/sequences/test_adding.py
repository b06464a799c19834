"""Both adding problems, held to their definitions and to closed forms."""

import numpy as np
import pytest

from rnn_lab.sequences import Adding, AddingOriginal, Records

MANY = 20_000


def draw(task: Adding | AddingOriginal, records: int = MANY) -> Records:
    return task.draw(np.random.default_rng(0), records)


@pytest.mark.parametrize("length", [2, 3, 30, 31])
def test_one_marker_in_each_half_and_their_sum(length: int) -> None:
    records = draw(Adding(length=length), 500)
    for x, (target,) in zip(records.X, records.Y, strict=True):
        first, second = np.flatnonzero(x[:, 1])
        assert first < length // 2 <= second
        assert target == pytest.approx(x[first, 0] + x[second, 0], abs=1e-15)
    assert set(np.unique(records.X[:, :, 1])) <= {0.0, 1.0}
    assert 0 <= records.X[:, :, 0].min() < records.X[:, :, 0].max() < 1


def test_every_step_may_be_marked() -> None:
    """Uniform over each half: 20,000 draws over 10 and 11 places, within five standard errors."""
    marked = draw(Adding(length=21)).X[:, :, 1].sum(axis=0)
    expected = np.repeat([MANY / 10, MANY / 11], [10, 11])
    assert (np.abs(marked - expected) < 5 * np.sqrt(expected)).all()


def test_one_always_has_mean_squared_error_one_sixth() -> None:
    """And not the .1767 that is often printed, which lies twenty standard errors away."""
    squared = (draw(Adding(length=10), 10 * MANY).Y - 1.0) ** 2
    error = squared.std() / np.sqrt(10 * MANY)
    assert abs(squared.mean() - 1 / 6) < 4 * error < 0.2 * (0.1767 - 1 / 6)
    assert Adding(length=10).yardsticks()["no memory"]["loss"] == pytest.approx(1 / 12)


def test_by_luck_one_is_within_004_of_the_sum() -> None:
    """P(|u + v - 1| < e) = 1 - (1 - e)^2, triangular."""
    records = draw(Adding(length=10))
    share = Adding(length=10).success(np.ones((MANY, 1)), records).mean()
    assert share == pytest.approx(1 - 0.96**2, abs=5 * np.sqrt(0.0784 / MANY))


LENGTH = 40


def test_the_original_s_lengths_are_t_to_eleven_tenths_of_it() -> None:
    task = AddingOriginal(length=LENGTH)
    records = draw(task)
    assert records.mask is not None
    lengths = records.mask.argmax(axis=1) + 1
    counts = np.bincount(lengths)[LENGTH:]
    assert (lengths.min(), lengths.max(), task.window) == (40, 44, 44)
    assert (np.abs(counts - MANY / 5) < 5 * np.sqrt(MANY / 5)).all()


def test_the_original_s_markers_and_targets() -> None:
    """The paper's words, record by record."""
    records = draw(AddingOriginal(length=LENGTH), 3000)
    assert records.mask is not None
    ones = []
    for x, y, last in zip(records.X, records.Y, records.mask.argmax(axis=1), strict=True):
        value, marker = x.T
        assert marker[0] == marker[last] == -1
        marked = np.flatnonzero(marker == 1)
        assert marked.max() <= LENGTH // 2 - 1  # the T/2 - 1 first ones that the first mark leaves
        assert (marker == 0).sum() == len(marker) - 2 - len(marked)
        assert y[last, 0] == pytest.approx(0.5 + value[marked].sum() / 4)
        assert not y[:last].any()
        assert not x[last + 1 :].any()
        ones.append(len(marked))
    # A mark is lost on the first step with probability 1/10, or 9/10 of 1/19.
    assert set(ones) == {1, 2}
    assert np.mean(np.array(ones) == 1) == pytest.approx(0.1 + 0.9 / 19, abs=5 * np.sqrt(0.13 / 3000))
    values = records.X[:, :LENGTH, 0]
    assert (values.min() < -0.999, values.max() > 0.999, abs(values.mean()) < 0.01) == (True, True, True)


def test_the_original_s_marks_lie_where_the_paper_has_them() -> None:
    """Of the pair, one is uniform over ten places, the other over the first T/2 - 1 that remain."""
    task, rng = AddingOriginal(length=LENGTH), np.random.default_rng(1)
    expected = np.zeros(task.window)
    for _ in range(MANY):
        first = rng.integers(10)
        left = [place for place in range(LENGTH) if place != first][: LENGTH // 2 - 1]
        expected[[first, rng.choice(left)]] += 1
    expected[0] = 0  # lost
    marked = (draw(task).X[:, :, 1] == 1).sum(axis=0)
    assert (np.abs(marked - expected) < 5 * np.sqrt(2 * np.maximum(expected, 1))).all()
    assert not marked[LENGTH // 2 :].any()
