import math

import numpy as np
import pytest
from scipy import stats

from rnn_lab.scoring.comparison import compare, compare_all, compare_with, holm
from rnn_lab.scoring.permutation import permutation_p_value
from rnn_lab.scoring.power import detectable, power, seeds_needed
from rnn_lab.scoring.probability import better_share, share_interval

rng = np.random.default_rng(0)
A, B = rng.normal(10.0, 1.0, 5), rng.normal(11.0, 2.0, 8)


def test_the_interval_is_scipy_s_of_welch():
    found = compare(A, B)
    expected = stats.ttest_ind(A, B, equal_var=False)
    assert found.effect == pytest.approx(A.mean() - B.mean(), rel=1e-12)
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-12)


def test_few_values_have_the_p_value_of_welch_s_t():
    assert compare(A[:3], B[:3]).p_value == pytest.approx(
        stats.ttest_ind(A[:3], B[:3], equal_var=False).pvalue, rel=1e-12
    )


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_the_permutation_test_is_scipy_s(scale):
    def t(x, y, axis):
        return np.abs(stats.ttest_ind(x, y, axis=axis, equal_var=False).statistic)

    expected = stats.permutation_test((A * scale, B * scale), t, n_resamples=np.inf, alternative="greater")
    assert permutation_p_value(A * scale, B * scale) == pytest.approx(expected.pvalue, rel=1e-12)
    assert compare(A * scale, B * scale).p_value == pytest.approx(expected.pvalue, rel=1e-12)


def test_where_arrangements_are_drawn_the_p_value_is_close_to_welch_s():
    a, b = rng.normal(0.0, 1.0, 20), rng.normal(0.8, 1.0, 20)
    assert permutation_p_value(a, b) == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue, abs=0.01)


def test_values_that_span_decades_are_compared_as_logarithms():
    a, b = np.exp(3 * A), np.exp(3 * B)
    found, logarithms = compare(a, b), compare(3 * A, 3 * B)
    assert found.ratio
    assert not logarithms.ratio
    assert found.p_value == pytest.approx(logarithms.p_value)
    assert found.effect == pytest.approx(stats.gmean(a) / stats.gmean(b), rel=1e-12)
    assert found.interval == pytest.approx(np.exp(logarithms.interval))


def test_a_fixed_number_has_student_s_test():
    found, expected = compare_with(A, 12.0), stats.ttest_1samp(A, 12.0)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)
    low, high = expected.confidence_interval(0.95)
    assert found.interval == pytest.approx((low - 12.0, high - 12.0))
    assert found.verdict == "better than"
    assert compare_with(A, 12.0, minimize=False).verdict == "no better than"


def test_verdicts_turn_with_the_direction():
    better, worse = A, A + 10
    assert compare(better, worse).verdict == compare(worse, better, minimize=False).verdict == "better than"
    assert compare(worse, better).verdict == "no better than"
    assert compare(better, worse).probability == 1.0
    assert compare(worse, better).probability == 0.0


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0, 2.1]), ([], [2.0, 2.1]), ([math.nan, 1.0, math.inf], [5.0, 5.1])])
def test_one_seed_is_no_evidence(a, b):
    found = compare(a, b)
    assert found.verdict == "not told apart from"
    assert (found.p_value, found.interval) == (None, None)
    assert "too few values for a test" in found.sentence("A", "B")


def test_constants():
    """All seeds solve it, none of the others does: exact arrangements tell, an interval cannot be had."""
    found = compare([1.0] * 5, [0.0] * 5, minimize=False)
    assert found.p_value == pytest.approx(2 / math.comb(10, 5))
    assert (found.verdict, found.interval) == ("better than", None)
    assert compare([1.0] * 5, [1.0] * 5).p_value == 1.0
    assert compare([1.0] * 3, [0.0] * 3).verdict == "not told apart from"


def test_a_diverged_seed_is_left_out_and_the_counts_say_so():
    assert compare([*A, math.nan], B) == compare(A, B)
    assert "of 5 and 8 values" in compare([*A, math.inf], B).sentence("A", "B")


def test_what_so_few_could_have_told_is_said():
    sentence = compare([1.0, 1.2, 1.1, 0.9, 1.3], [1.1, 1.3, 1.0, 0.95, 1.2]).sentence("tanh", "relu")
    assert sentence.startswith("tanh is not told apart from relu: difference")
    assert sentence.endswith("So many find four of five differences whose P is 0.92 or more.")


def test_several_comparisons_are_corrected_together():
    groups = {name: rng.normal(m, 1.0, 6) for name, m in (("a", 0.0), ("b", 1.5), ("c", 3.0))}
    found = compare_all(groups)
    assert [each.comparisons for each in found.values()] == [3, 3, 3]
    assert [each.corrected for each in found.values()] == holm([each.p_value for each in found.values()])
    assert "(Holm, 3 comparisons)" in found["a", "c"].sentence("a", "c")


def test_holm_against_its_definition():
    """By closure: a hypothesis is rejected if each intersection that holds it is, by Bonferroni."""
    p = rng.uniform(0.0, 0.2, 4)
    subsets = [[i for i in range(4) if mask >> i & 1] for mask in range(1, 16)]
    closed = [max(min(1.0, len(s) * min(p[i] for i in s)) for s in subsets if k in s) for k in range(4)]
    assert holm(p.tolist()) == pytest.approx(closed, rel=1e-12)


def test_the_share_is_scipy_s_mann_whitney_statistic():
    a, b = np.round(A), np.round(B)  # with ties
    assert better_share(a, b) == pytest.approx(stats.mannwhitneyu(b, a).statistic / 40, rel=1e-12)
    assert better_share(a, b, minimize=False) == pytest.approx(1 - better_share(a, b), rel=1e-12)


def test_a_share_of_a_fixed_rival_has_wilson_s_interval():
    expected = stats.binomtest(7, 10).proportion_ci(method="wilson")
    assert share_interval(0.7, 10, None) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_shares_have_intervals_that_mirror_each_other():
    low, high = share_interval(0.2, 6, 9)
    assert share_interval(0.8, 6, 9) == pytest.approx((1 - high, 1 - low))
    assert share_interval(1.0, 4, 4)[1] == 1.0
    assert share_interval(0.0, 4, 4)[0] == 0.0
    assert compare(A[:3], B[:3]).probability_interval is None  # it would cover in 89 % of cases


def test_power_is_what_simulated_t_tests_find():
    d = math.sqrt(2) * stats.norm.ppf(0.8)
    a, b = rng.normal(0.0, 1.0, (4000, 12)), rng.normal(d, 1.0, (4000, 7))
    found = np.mean(stats.ttest_ind(a, b, axis=1, equal_var=False).pvalue < 0.05)
    assert power(0.8, 12, 7) == pytest.approx(found, abs=0.025)  # three standard deviations
    assert power(detectable(12, 7), 12, 7) == pytest.approx(0.8)


def test_seeds_needed_is_the_least_that_will_do():
    n = seeds_needed(0.75, 0.95)
    assert power(0.75, n, n) >= 0.95 > power(0.75, n - 1, n - 1)
    with pytest.raises(ValueError, match=r"P\(A better than B\) = 0.5 cannot be found"):
        seeds_needed(0.5)


def test_a_comparison_of_equals_accuses_rarely():
    """200 pairs of five, lognormal: the exact level is 12 of 252, so 18 is three standard deviations away."""
    values = np.exp(np.random.default_rng(3).normal(size=(200, 2, 5)))
    assert sum(compare(a, b).verdict != "not told apart from" for a, b in values) <= 18
