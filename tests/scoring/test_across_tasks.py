import numpy as np
import pytest
from scipy import stats

from rnn_lab.scoring.across_tasks import (
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
    stratified_bootstrap,
)

rng = np.random.default_rng(0)
A, B = np.exp(rng.normal(size=(5, 7))), np.exp(rng.normal(0.3, 1.0, size=(6, 7)))


def drawn(scores, resamples):
    """As rliable draws: one choice of runs for each task, from NumPy's global stream."""
    np.random.seed(3)  # noqa: NPY002  # the oracle has no other
    return np.stack([np.random.choice(len(scores), scores.shape) for _ in range(resamples)])  # noqa: NPY002


def test_interquartile_mean_is_scipy_s_trimmed_mean():
    for scores in (A, B, A[:, :1], A[:3, :3]):
        assert interquartile_mean(scores) == pytest.approx(stats.trim_mean(scores, 0.25, axis=None), rel=1e-12)


def test_profile_is_a_distribution_function():
    profile = performance_profile(A, np.sort(A, axis=None))
    assert profile == pytest.approx(np.arange(35) / 35)
    thresholds = [0.5, 1.0, 2.0]
    assert performance_profile(A, thresholds, minimize=False) == pytest.approx(1 - performance_profile(A, thresholds))


def test_improvement_averages_over_tasks():
    expected = np.mean([stats.mannwhitneyu(b, a).statistic / 30 for a, b in zip(A.T, B.T, strict=True)])
    assert probability_of_improvement(A, B) == pytest.approx(expected, rel=1e-12)


def test_resamples_stay_within_their_task():
    scores = np.arange(7.0) + np.zeros((5, 1))  # runs of a task are equal: nothing can vary
    assert stratified_bootstrap(interquartile_mean, scores, resamples=20) == pytest.approx([3.0, 3.0])
    first = stratified_bootstrap(interquartile_mean, A, resamples=50)
    assert first.tolist() == stratified_bootstrap(interquartile_mean, A, resamples=50).tolist()


def test_agrees_with_rliable(monkeypatch):
    # Its bootstrap is arch's, version 7, which decorates with a private function of pandas that pandas 3 has changed.
    monkeypatch.setattr("pandas.util._decorators.deprecate_kwarg", lambda *_, **__: lambda function: function)
    library = pytest.importorskip("rliable.library", reason="the extra 'peers' has it", exc_type=ImportError)
    metrics = pytest.importorskip("rliable.metrics")
    assert interquartile_mean(A) == pytest.approx(metrics.aggregate_iqm(A), rel=1e-12)
    improvement = probability_of_improvement(A, B, minimize=False)
    assert improvement == pytest.approx(metrics.probability_of_improvement(A, B), rel=1e-12)
    indices = drawn(A, 200)
    np.random.seed(3)  # noqa: NPY002
    _, expected = library.get_interval_estimates({"A": A}, metrics.aggregate_iqm, reps=200)
    ours = stratified_bootstrap(interquartile_mean, A, indices=[indices])
    assert ours == pytest.approx(expected["A"].ravel(), rel=1e-12)
    thresholds = np.array([0.3, 0.7, 1.5])
    np.random.seed(3)  # noqa: NPY002
    profiles, bands = library.create_performance_profile({"A": A}, thresholds, reps=200)
    assert performance_profile(A, thresholds, minimize=False) == pytest.approx(profiles["A"], rel=1e-12)
    band = stratified_bootstrap(lambda x: performance_profile(x, thresholds, minimize=False), A, indices=[indices])
    assert band == pytest.approx(bands["A"], rel=1e-12)
