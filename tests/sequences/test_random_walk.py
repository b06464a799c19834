"""The random walk: independent steps, a variance that grows with time."""

import numpy as np

from rnn_lab.sequences import RandomWalk


def test_its_steps_are_independent_and_gaussian() -> None:
    x = RandomWalk(length=50_001, start=7.0, drift=0.1, sigma=2.0)(np.random.default_rng(0))[:, 0]
    assert x[0] == 7.0
    steps = np.diff(x)
    error = 1 / np.sqrt(50_000)
    assert abs(steps.mean() - 0.1) < 4 * 2.0 * error
    assert abs(steps.std() / 2.0 - 1) < 4 * error / np.sqrt(2)
    normal = (steps - steps.mean()) / steps.std()
    assert abs(np.mean(normal**4) - 3) < 4 * np.sqrt(24) * error  # a Gaussian's kurtosis
    for lag in (1, 2, 3):
        assert abs(np.mean(normal[lag:] * normal[:-lag])) < 4 * error


def test_its_variance_grows_with_time() -> None:
    ends = np.array([RandomWalk(length=101)(np.random.default_rng(seed))[100, 0] for seed in range(1000)])
    assert abs(ends.var() / 100 - 1) < 4 * np.sqrt(2 / 1000)
