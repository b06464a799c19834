"""The two-lag stream: its closed forms, and that the rows are drawn by them."""

import numpy as np
import pytest

from rnn_lab.sequences import TwoLags


def made(**changes):
    return TwoLags(**{"name": "two_lags", "length": 50_000, "train": 0.8, "validation": 0.2} | changes)


def test_closed_forms() -> None:
    known = made().yardsticks()
    assert [round(known[name]["loss"], 4) for name in ("no memory", "one lag", "both lags")] == [0.6616, 0.5192, 0.4545]
    assert [known[name]["accuracy"] for name in known] == [0.625, 0.75, 0.75]


@pytest.mark.parametrize("changes", [{}, {"near": 0, "far": 2, "near_effect": 0.2, "far_effect": 0.3}])
def test_targets_follow_the_bits_of_both_lags(changes) -> None:
    given = made(**changes)
    rows = given.dataset().train
    X, Y = rows.read(np.array([0]), rows.length)
    x, y = X[:, 0, 1].astype(int), Y[:, 0]
    assert abs(x.mean() - 0.5) < 0.01
    now = np.arange(given.far, len(x))
    for near in range(2):
        for far in range(2):
            chosen = now[(x[now - given.near] == near) & (x[now - given.far] == far)]
            p = given.probabilities[near, far]
            assert abs(y[chosen].mean() - p) < 4 * np.sqrt(p * (1 - p) / len(chosen)) + 1e-12
    np.testing.assert_array_equal(X.sum(axis=2), 1.0)


def test_same_seed_same_stream() -> None:
    assert made().dataset().fingerprint == made().dataset().fingerprint != made(seed=1).dataset().fingerprint


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"far": 50_000}, r"data\.far=50000 must be less than data\.length=50000"),
        ({"near": 8}, r"data\.near=8 must be less than data\.far=8"),
        ({"far_effect": 0.25}, r"probabilities from 0.5 to 1.25"),
    ],
)
def test_what_does_not_fit_is_one_sentence(changes, words) -> None:
    with pytest.raises(ValueError, match=words):
        made(**changes)
