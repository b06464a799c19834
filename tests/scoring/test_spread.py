import json
import math
import statistics

import numpy as np
import pytest
from scipy import stats

from rnn_lab.scoring.spread import described, spread

VALUES = [0.3, 0.2, 0.45, 0.22, 0.5]


def test_mean_and_standard_deviation():
    found = spread(VALUES)
    assert found.mean == found.typical == pytest.approx(statistics.fmean(VALUES))
    assert found.standard_deviation == pytest.approx(statistics.stdev(VALUES))
    assert (found.of, found.replicas, found.diverged) == ("mean", 5, 0)


@pytest.mark.parametrize("values", [VALUES, [-1.0, 1.0], [0.0, 5.0, 7.0]])
def test_the_interval_of_the_mean_is_scipy_s(values):
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert spread(values).interval == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_values_that_span_decades_have_an_interval_of_their_geometric_mean():
    values = [1e-3, 2e-2, 5e-3, 0.7, 4e-2]
    found = spread(values)
    expected = stats.ttest_1samp(np.log(values), 0.0).confidence_interval(0.95)
    assert found.of == "geometric mean"
    assert found.typical == pytest.approx(stats.gmean(values), rel=1e-12)
    assert found.interval == pytest.approx((math.exp(expected.low), math.exp(expected.high)), rel=1e-12)
    assert found.mean == pytest.approx(np.mean(values))  # the mean itself stays what it was
    assert f"geometric mean {stats.gmean(values):.4g}, 95 % interval" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("replicas", [2, 5, 30])
def test_the_interval_covers_as_often_as_it_says(replicas):
    """1000 draws: at 95 % the count has a standard deviation of 7."""
    rng = np.random.default_rng(replicas)
    normal = [spread(rng.normal(10.0, 1.0, replicas)).interval for _ in range(1000)]
    assert 930 <= sum(low <= 10.0 <= high for low, high in normal) <= 970
    if replicas >= 5:
        lognormal = [spread(np.exp(rng.normal(0.0, 2.0, replicas))) for _ in range(1000)]
        assert sum(each.interval[0] <= 1.0 <= each.interval[1] for each in lognormal) >= 900


@pytest.mark.parametrize("values", [[0.2], [0.2, math.nan], [math.inf, 0.2, math.nan]])
def test_one_replica_has_no_interval(values):
    found = spread(values)
    assert found.mean == 0.2
    assert found.standard_deviation is None
    assert found.interval is None
    assert found.diverged == len(values) - 1
    assert str(found) == ("0.2" if len(values) == 1 else f"0.2 (1 of {len(values)} replicas)")


def test_equal_values_say_nothing_of_how_values_vary():
    found = spread([1.0, 1.0, 1.0])
    assert (found.mean, found.standard_deviation, found.interval) == (1.0, 0.0, None)


def test_diverged_replicas_are_counted_not_averaged():
    found = spread([1.0, math.nan, 3.0, 2.0, 2.5])
    assert found.interval == spread([1.0, 3.0, 2.0, 2.5]).interval
    assert (found.mean, found.replicas, found.diverged) == (2.125, 4, 1)
    assert str(found).endswith("4 of 5 replicas)")
    nothing = spread([math.nan, math.nan])
    assert math.isnan(nothing.mean)
    assert (nothing.interval, nothing.replicas, nothing.diverged) == (None, 0, 2)


def test_what_json_brings_back_is_said_in_the_same_words():
    for values in (VALUES, [1e-3, 1.0, 0.1], [1.0, math.nan], [2.0, 2.0]):
        found = spread(values)
        assert described(json.loads(json.dumps(found.as_dict()))) == str(found)


def test_one_number_a_replica():
    with pytest.raises(ValueError, match="one number a replica"):
        spread([[1.0, 2.0]])
