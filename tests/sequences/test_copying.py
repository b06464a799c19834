"""Copying, held to the published layout and baseline."""

import numpy as np
import pytest

from rnn_lab.sequences import Copying


def test_the_published_layout() -> None:
    """T + 20 steps: ten symbols, T - 1 blanks, the cue, ten blanks; blank answers until the last ten."""
    T = 30
    task = Copying(delay=T)
    records = task.draw(np.random.default_rng(0), 200)
    assert task.window == T + 20
    assert (records.X.sum(axis=2) == 1).all()
    code = records.X.argmax(axis=2)
    blank, cue = task.inputs.index("blank"), task.inputs.index("cue")
    assert (len(task.inputs), len(task.targets), blank, cue) == (10, 9, 8, 9)
    assert (code[:, :10] < 8).all()
    assert (code[:, 10 : 10 + T - 1] == blank).all()
    assert (code[:, 10 + T - 1] == cue).all()
    assert (code[:, 10 + T :] == blank).all()
    assert (records.Y[:, : T + 10] == blank).all()
    np.testing.assert_array_equal(records.Y[:, T + 10 :], code[:, :10])
    assert records.mask is None
    assert set(code[:, :10].ravel()) == set(range(8))


@pytest.mark.parametrize("T", [1, 20, 1000])
def test_the_published_baseline(T: int) -> None:
    """10 ln 8 / (T + 20), the figure's dashed line."""
    figures = Copying(delay=T).yardsticks()["no memory"]
    assert figures["loss"] == pytest.approx(10 * np.log(8) / (T + 20))
    assert figures["bits"] == pytest.approx(30 / (T + 20))
    assert figures["accuracy"] == pytest.approx((T + 10 + 10 / 8) / (T + 20))


def test_a_shift_register_of_t_plus_ten_steps_solves_it() -> None:
    """The lag is the same for every symbol; what the register holds before is nothing, which the answer calls blank."""
    task = Copying(delay=15)
    records = task.draw(np.random.default_rng(0), 100)
    late = np.zeros((100, task.window, 9))
    late[:, 25:] = records.X[:, : task.window - 25, :9]
    late[:, :25, 8] = 1.0
    assert task.success(late, records).all()
    assert not task.success(np.roll(late, -1, axis=1), records).any()
