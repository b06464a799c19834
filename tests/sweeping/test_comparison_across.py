"""Comparisons on several sequences, from values that are given."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from rnn_lab.scoring.tuned import SearchLuck
from rnn_lab.sweeping.comparison import Entry, Group, sentences, verdicts
from rnn_lab.sweeping.comparison_across import across, profile, relative_scores

rng = np.random.default_rng(0)
SURE = SearchLuck(0.0, relative=False)


def group(where, scale, minimize=True, **values):
    entries = [Entry(label, None, 0, 1.0, scale * np.asarray(each), SURE) for label, each in values.items()]
    return Group(where, "val/rmse", minimize, entries)


def test_scores_are_shares_of_their_sequence_and_lost_seeds_the_worst():
    a, b = np.exp(rng.normal(size=(2, 12)))
    found = [group("sine", 1.0, a=a, b=b), group("square", 1000.0, a=a, b=b), group("sawtooth", 1.0, a=a, b=b, c=a)]
    scores = relative_scores(found)
    assert list(scores) == ["a", "b"]  # c was not measured everywhere
    geometric = stats.gmean(np.concatenate([a, b]))
    assert scores["a"] == pytest.approx(np.stack([a / geometric] * 3, axis=1), rel=1e-12)
    said = " ".join(across(found))
    assert f"a {stats.trim_mean(np.tile(a / geometric, 3), 0.25):.4g}" in said
    share = stats.mannwhitneyu(b, a).statistic / 144
    assert f"P(a better than b, on one of these sequences) {share:.2g}" in said
    a[0] = np.nan
    assert np.isinf(relative_scores([group("sine", 1.0, a=a, b=b)])["a"][0, 0])
    share, low, high = profile(scores["a"], np.array([0.5, 1.0, 2.0]), minimize=True)
    assert share == pytest.approx([np.mean(scores["a"] < limit) for limit in (0.5, 1.0, 2.0)])
    assert (low <= share).all()
    assert (share <= high).all()


def test_holm_s_correction_counts_every_pair_of_every_sequence():
    a, b, c = rng.normal(10, 1, (3, 20))
    found = verdicts([group("sine", 1.0, a=a, b=b, c=c), group("square", 1.0, a=a, b=b - 9)])
    assert len(found) == 4
    assert all(each.comparisons == 4 for each in found.values())
    strong = found["square", "a", "b"]
    assert strong.corrected == pytest.approx(min(1.0, 4 * strong.p_value))


def test_a_winner_that_no_race_has_chosen_is_said():
    def entry(label, trials, confirmed):
        study = SimpleNamespace(confirmed=lambda: confirmed, counts=lambda: Counter(complete=trials))
        return Entry(label, study, 0, 1.0, np.ones(3), SURE)

    raced, plain = entry("a", 6, {"trial": 0}), entry("b", 6, None)
    said = sentences([Group("sine", "val/rmse", True, [raced, plain])], {})
    assert said == [
        "sine: no race over fresh seeds chose the best of b: it is the trial with the best value in the search, which "
        "may have been lucky."
    ]
    assert sentences([Group("", "val/rmse", True, [raced, raced])], {}) == []
