"""MASE against its definition, number by number."""

import numpy as np
import pytest

from rnn_lab.scoring import NumberAnswers, targets_of
from rnn_lab.scoring.scores import MASE
from rnn_lab.sequences import Table

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


def test_a_change_from_or_to_a_cell_that_was_made_up_does_not_count(tmp_path):
    file = tmp_path / "gaps.csv"
    file.write_text("y,x\n" + "\n".join(f"{'' if n in (3, 4, 9) else n * n % 11},{n}" for n in range(40)))
    data = Table(
        name="gaps", path=str(file), target="y", window=3, train=20, validation=5, missing="interpolate"
    ).dataset()
    past = targets_of(data).past
    rows = [n * n % 11 for n in range(len(past))]
    pairs = [(a, a + 1) for a in range(len(past) - 1) if not {a, a + 1} & {3, 4, 9}]
    scale = np.mean([abs(rows[b] - rows[a]) for a, b in pairs])
    found = MASE().of_numbers(NumberAnswers(predicted=np.ones((1, 4, 1)), true=np.zeros((4, 1)), past=past))
    assert found == pytest.approx(1 / scale, rel=1e-13)
    unknown = NumberAnswers(predicted=np.ones((1, 4, 1)), true=np.zeros((4, 1)), past=np.full((9, 1), np.nan))
    assert np.isnan(MASE().of_numbers(unknown)).all()
