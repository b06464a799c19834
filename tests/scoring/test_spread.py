import itertools
import json
import math
import statistics

import numpy as np
import pytest

from rnn_lab.scoring.spread import spread


def test_mean_and_standard_deviation():
    values = [0.3, 0.1, 0.4, 0.1, 0.5]
    found = spread(values)
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.standard_deviation == pytest.approx(statistics.stdev(values))
    assert (found.replicas, found.diverged) == (5, 0)


def test_interval_against_every_possible_resample():
    """With R = 5 the bootstrap's own distribution can be listed: 5**5 equally likely resamples."""
    values = [0.3, 0.1, 0.45, 0.12, 0.5]
    means = sorted(math.fsum(pick) / 5 for pick in itertools.product(values, repeat=5))
    low, high = spread(values).interval
    assert means[int(0.020 * len(means))] <= low <= means[int(0.030 * len(means))]
    assert means[int(0.970 * len(means))] <= high <= means[int(0.980 * len(means))]


def test_interval_covers_the_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    intervals = [spread(rng.normal(size=30)).interval for _ in range(200)]
    covered = sum(low <= 0 <= high for low, high in intervals)
    assert 180 <= covered <= 198  # 95 % of 200 is 190; the percentile interval runs a little narrow


@pytest.mark.parametrize("values", [[0.2], [0.2, math.nan], [math.inf, 0.2, math.nan]])
def test_one_replica_has_no_interval(values):
    found = spread(values)
    assert found.mean == 0.2
    assert found.standard_deviation is None
    assert found.interval is None
    assert found.diverged == len(values) - 1
    assert str(found) == "0.2"


def test_diverged_replicas_are_counted_not_averaged():
    found = spread([1.0, math.nan, 3.0, math.inf])
    assert (found.mean, found.replicas, found.diverged) == (2.0, 2, 2)
    nothing = spread([math.nan, math.nan])
    assert math.isnan(nothing.mean)
    assert (nothing.interval, nothing.replicas, nothing.diverged) == (None, 0, 2)


def test_same_values_same_interval_and_plain_numbers():
    values = np.random.default_rng(1).normal(size=8)
    assert spread(values) == spread(values.tolist())
    assert json.loads(json.dumps(spread(values).as_dict()))["interval"] == list(spread(values).interval)


def test_one_number_a_replica():
    with pytest.raises(ValueError, match="one number a replica"):
        spread([[1.0, 2.0]])
