"""Searches drawn from the measured settings: what each reports, what a race says, and what is true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.race import SHARE, Candidate, race

Array = NDArray[np.float64]

TRIALS = (3, 10, 30)
SEARCHES = 400
CONFIRM = 5
EPOCHS = 10


@dataclass(frozen=True)
class Search:
    """One search.

    Attributes:
        reported: the best of n values, each from the search's seed.
        truth: of that trial: the geometric mean of the seeds that neither search nor race has seen.
        confirmed: the race's value of its winner; NaN where a fifth of the epochs does not pay for one run.
        truth_confirmed: of the race's winner, by the same seeds.
        cost: of the race, as a share of the search's epochs.
    """

    reported: float
    truth: float
    confirmed: float
    truth_confirmed: float
    cost: float


def search(values: Array, n: int, rng: np.random.Generator) -> Search:
    """Draw n of the settings without replacement, and which seeds play which part; (N, S) values, NaN: diverged."""
    chosen = rng.choice(len(values), n, replace=False)
    order = rng.permutation(values.shape[1])
    table = np.where(np.isfinite(values), values, np.inf)[chosen][:, order]
    reported, fresh, unseen = table[:, 0], table[:, 1 : 1 + 2 * CONFIRM], table[:, 1 + 2 * CONFIRM :]
    truth = np.exp(np.log(unseen).mean(axis=1))
    best = int(np.argmin(reported))

    # Fresh seeds for two rounds: a fifth of the epochs of 30 trials pays for no third one.
    def run(candidate: Candidate, seeds: Sequence[int]) -> list[float]:
        found = fresh[candidate.trial, list(seeds)]
        return [float(value) if np.isfinite(value) else float("nan") for value in found]

    spent = float(n * EPOCHS)
    candidates = [Candidate(k, float(value), EPOCHS) for k, value in enumerate(reported) if np.isfinite(value)]
    found = race(candidates, run, seeds=CONFIRM, first_seed=0, budget=SHARE * spent)
    if found is None:
        return Search(float(reported[best]), float(truth[best]), float("nan"), float("nan"), 0.0)
    return Search(
        float(reported[best]), float(truth[best]), found.confirmed.typical, float(truth[found.trial]),
        found.epochs / spent,
    )  # fmt: skip


def searches(values: Array, n: int, seed: int) -> list[Search]:
    """Draw so many searches as ``SEARCHES`` says."""
    rng = np.random.default_rng([seed, n])
    return [search(values, n, rng) for _ in range(SEARCHES)]


def seed_noise(values: Array) -> float:
    """Standard deviation of the logarithm from seed to seed, pooled over the better half of the settings.

    Example:
        >>> seed_noise(np.array([[1.0, 1.1, 1.2], [1.0, 1.2, 1.1], [5.0, 6.0, 9.0]]))
        0.0912
    """
    complete = values[np.isfinite(values).all(axis=1)]
    good = complete[np.argsort(np.median(complete, axis=1))][: max(1, round(len(complete) / 2))]
    return float(np.sqrt(np.log(good).var(axis=1, ddof=1).mean()))


def bound(n: int) -> float:
    """E[max of n standard normal draws], to a percent: what n equally good trials have as luck.

    Example:
        >>> round(bound(3), 2), round(bound(10), 2), round(bound(30), 2)
        (0.85, 1.54, 2.04)
    """
    from scipy.special import ndtr

    x = np.linspace(-8, 8, 20001)
    density = n * ndtr(x) ** (n - 1) * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(x * density) * (x[1] - x[0]))
