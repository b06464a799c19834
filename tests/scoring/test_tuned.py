import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from rnn_lab.scoring.comparison import compare, corrected
from rnn_lab.scoring.tuned import FREEDOM, SearchLuck, compare_tuned, search_luck

rng = np.random.default_rng(0)
A, B = rng.normal(10, 1, 20), rng.normal(11, 2, 20)
SURE = SearchLuck(0.0, relative=False)


def test_without_luck_it_is_welch_s_test():
    found = compare_tuned(A, B, SURE, SURE)
    welch = stats.ttest_ind(A, B, equal_var=False)
    assert found.interval == pytest.approx(welch.confidence_interval(), rel=1e-12)
    assert found.p_value == pytest.approx(max(compare(A, B).p_value, welch.pvalue), rel=1e-12)
    assert found.probability == compare(A, B).probability


def test_luck_widens_the_interval_as_satterthwaite_says():
    luck = SearchLuck(0.3, relative=False)
    found = compare_tuned(A, B, luck, SURE)
    parts, freedoms = [A.var(ddof=1) / 20, B.var(ddof=1) / 20, 0.3], [19, 19, FREEDOM]
    freedom = sum(parts) ** 2 / sum(part**2 / each for part, each in zip(parts, freedoms, strict=True))
    interval = stats.t.interval(0.95, freedom, A.mean() - B.mean(), math.sqrt(sum(parts)))
    assert found.interval == pytest.approx(interval, rel=1e-12)
    assert found.p_value > compare_tuned(A, B, SURE, SURE).p_value
    least = found.detectable
    limit = found.error * math.sqrt(freedom / stats.chi2.ppf(1 / 3, freedom))
    assert stats.nct.sf(stats.t.ppf(0.975, freedom), freedom, least / limit) == pytest.approx(0.8, abs=1e-9)


def test_a_stated_power_is_not_more_than_what_is_found():
    """Normal values whose luck's estimate is worth two degrees of freedom, as it is taken to be."""
    draw, found, stated = np.random.default_rng(1), [], []
    for _ in range(150):
        a, b = draw.normal(10, 1, 20) + draw.normal(0, 0.5), draw.normal(12, 1, 20) + draw.normal(0, 0.5)
        one = compare_tuned(a, b, *(SearchLuck(float(0.25 * draw.chisquare(2) / 2), relative=False) for _ in "ab"))
        found.append(one.verdict == "better than")
        stated.append(one.power(2.0))
    assert 0.3 < np.mean(stated) < np.mean(found) < 0.9


@pytest.mark.parametrize("minimize", [True, False])
def test_luck_is_the_bootstrap_s_variance_of_the_best(minimize):
    values = np.array([1.0, 1.1, 1.15, 1.3, 1.7, 2.0, 2.5])
    given = values if minimize else -values
    found = search_luck(dict(enumerate(given)), minimize=minimize)
    best = rng.choice(values, (200_000, len(values))).min(axis=1)
    assert found.variance == pytest.approx(best.var(), rel=0.06)  # five of the seven carry it
    assert not found.relative


def test_fresh_seeds_take_the_place_of_lucky_values():
    reported = {trial: 1.0 + 0.1 * trial for trial in range(8)}
    fresh = {trial: [1.9 + 0.1 * trial, 2.1 + 0.1 * trial] for trial in (0, 1)}  # all lost 1.0
    assert search_luck(reported, fresh).variance == pytest.approx(search_luck(reported).variance)
    assert math.isnan(search_luck({0: 1.0}).variance)
    assert compare_tuned(A, B, search_luck({0: 1.0}), SURE).verdict == "not told apart from"


def test_a_ratio_has_a_ratio_s_interval():
    a, b = np.exp(A - 10), np.exp(B - 8)
    luck = search_luck({0: 1.0, 1: 4.0, 2: 5.0})
    found = compare_tuned(a, b, luck, SURE)
    assert luck.relative
    assert found.ratio
    low, high = found.interval
    assert low < found.effect < high
    assert math.sqrt(low * high) == pytest.approx(found.effect)
    assert compare_tuned(a, a, luck, luck).sentence("A", "A'").endswith("or more in four of five cases.")


def test_corrected_together_they_stay_what_they_are():
    one = compare_tuned(A, B, SURE, SURE)
    together = corrected({"first": one, "second": replace(one, p_value=0.5)})
    assert together["first"].corrected == pytest.approx(2 * one.p_value)
    assert "(Holm, 2 comparisons)" in together["first"].sentence("A", "B")
