"""One value from several replicas."""

import math

import numpy as np
import pytest
from scipy import stats

from rnn_lab.sweeping.aggregate import aggregate

VALUES = np.array([1.0, 2.0, 6.0, 3.5])


def test_against_numpy_and_scipy():
    assert aggregate(VALUES, "mean") == pytest.approx(np.mean(VALUES))
    assert aggregate(VALUES, "median") == pytest.approx(np.median(VALUES))
    bad_side = np.mean(VALUES) + stats.t.ppf(0.975, 3) * stats.sem(VALUES)
    assert aggregate(VALUES, "upper") == pytest.approx(bad_side, rel=1e-12)
    assert aggregate(VALUES, "upper", minimize=False) == pytest.approx(2 * np.mean(VALUES) - bad_side, rel=1e-12)


@pytest.mark.parametrize("how", ["mean", "median", "upper"])
def test_one_value_is_itself_and_nan_wins(how):
    assert aggregate(0.25, how) == aggregate(np.float64(0.25), how) == aggregate(np.array(0.25), how) == 0.25
    assert aggregate([0.25], how) == 0.25
    assert math.isnan(aggregate([1.0, math.nan, 2.0], how))
