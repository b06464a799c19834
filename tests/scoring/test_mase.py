"""MASE against its definition, number by number."""

import numpy as np
import pytest

from rnn_lab.scoring import NumberAnswers
from rnn_lab.scoring.scores import MASE

rng = np.random.default_rng(0)
PAST, TRUE, PREDICTED = rng.normal(size=(30, 2)), rng.normal(size=(8, 2)), rng.normal(size=(3, 8, 2))


@pytest.mark.parametrize("season", [1, 4])
def test_each_target_by_its_own_change(season):
    found = MASE(season=season).of_numbers(NumberAnswers(predicted=PREDICTED, true=TRUE, past=PAST))
    for r in range(3):
        each = []
        for o in range(2):
            error = sum(abs(PREDICTED[r, n, o] - TRUE[n, o]) for n in range(8)) / 8
            change = sum(abs(PAST[t, o] - PAST[t - season, o]) for t in range(season, 30)) / (30 - season)
            each.append(error / change)
        assert found[r] == pytest.approx(sum(each) / 2, rel=1e-13)


def test_units_do_not_matter():
    width = np.array([1.0, 1e6])
    plain = MASE().of_numbers(NumberAnswers(predicted=PREDICTED, true=TRUE, past=PAST))
    other = MASE().of_numbers(NumberAnswers(predicted=PREDICTED * width, true=TRUE * width, past=PAST * width))
    np.testing.assert_allclose(other, plain, rtol=1e-12)


def test_there_is_none_without_a_past_and_none_of_a_constant():
    assert MASE().of_numbers(NumberAnswers(predicted=PREDICTED, true=TRUE)) is None
    assert MASE(season=30).of_numbers(NumberAnswers(predicted=PREDICTED, true=TRUE, past=PAST)) is None
    constant = NumberAnswers(predicted=PREDICTED, true=TRUE, past=np.ones((5, 2)))
    assert np.isnan(MASE().of_numbers(constant)).all()
