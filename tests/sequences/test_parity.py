"""Parity: counting decides, and nothing less than all the bits does."""

import numpy as np

from rnn_lab.sequences import FinalParity, Parity

MANY = 20_000


def test_the_running_answer_counts_ones() -> None:
    records = Parity(length=9).draw(np.random.default_rng(0), 500)
    assert set(np.unique(records.X)) == {-1.0, 1.0}
    ones = np.cumsum(records.X[:, :, 0] == 1.0, axis=1)
    np.testing.assert_array_equal(records.Y, ones % 2)


def test_it_is_the_exclusive_or_of_the_last_answer_and_the_bit() -> None:
    records = Parity(length=9).draw(np.random.default_rng(0), 500)
    bit = records.X[:, :, 0] == 1.0
    np.testing.assert_array_equal(records.Y[:, 1:] == 1, (records.Y[:, :-1] == 1) ^ bit[:, 1:])


def test_the_final_one_is_the_last_of_the_running_one() -> None:
    running = Parity(length=9).draw(np.random.default_rng(0), 500)
    final = FinalParity(length=9).draw(np.random.default_rng(0), 500)
    np.testing.assert_array_equal(final.X, running.X)
    np.testing.assert_array_equal(final.Y, running.Y[:, -1])
    assert (FinalParity.each_step, FinalParity.classes) == (False, True)


def test_all_bits_but_one_say_nothing() -> None:
    """Given the parity of eight of nine bits, the answer is even or odd alike."""
    records = FinalParity(length=9).draw(np.random.default_rng(0), MANY)
    for left_out in range(9):
        others = (np.delete(records.X[:, :, 0], left_out, axis=1) == 1.0).sum(axis=1) % 2
        assert abs((others == records.Y).mean() - 0.5) < 5 * 0.5 / np.sqrt(MANY)


def test_solved_at_nine_tenths() -> None:
    task = FinalParity(length=9)
    records = task.draw(np.random.default_rng(0), 40)
    for p, solved in ((0.91, True), (0.89, False)):
        answer = np.where(np.arange(2) == records.Y[:, None], np.log(p), np.log(1 - p))
        assert (task.success(answer, records) == solved).all()
