"""Comparisons of what searches find, where the truth is known: equals that accuse each other, and planted ratios."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from rnn_lab.scoring.comparison import compare
from rnn_lab.scoring.tuned import SearchLuck, TunedComparison, compare_tuned, search_luck
from rnn_lab.sweeping.race import SHARE, Candidate, race

Array = NDArray[np.float64]

TRIALS, EPOCHS, SEEDS = 30, 25, 20
COMPARISONS = 400
RATIOS = (1.1, 1.25, 1.5, 2.0)
SETTINGS = tuple((landscape, noise) for landscape in ("scattered", "bowl", "bowl, TPE") for noise in (0.05, 0.2, 0.5))
"""True values without order, ln v = |N(0, 1)| / 2; and ln v = 12 |u - 1/2|^2 in the unit cube, by chance or by TPE."""


def tunings(landscape: str, noise: float) -> Iterator[dict[str, Any]]:
    """Give a row: of 400 comparisons of two searches of the same landscape, how many accuse, and what ratios are found.

    Each search of TPE is in two comparisons, of neighbours in a ring; all others are in one.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = np.random.default_rng([5, SETTINGS.index((landscape, noise))])
    shared = landscape.endswith("TPE")
    found = [_search(landscape, noise, rng) for _ in range(COMPARISONS if shared else 2 * COMPARISONS)]
    pairs = list(zip(found, [*found[1:], found[0]], strict=True))[:: 1 if shared else 2]
    by_seeds = accused = covered = 0
    ratios = dict.fromkeys(RATIOS, 0)
    stated = dict.fromkeys(RATIOS, 0.0)
    for (truth_a, luck_a), (truth_b, luck_b) in pairs:
        a, b = (truth * np.exp(noise * rng.standard_normal(SEEDS)) for truth in (truth_a, truth_b))
        one = compare_tuned(a, b, luck_a, luck_b)
        by_seeds += compare(a, b).verdict != "not told apart from"
        accused += one.verdict != "not told apart from"
        assert one.interval is not None
        covered += one.interval[0] <= (1.0 if one.ratio else 0.0) <= one.interval[1]
        for ratio in RATIOS:
            planted = compare_tuned(a, ratio * b, luck_a, _multiplied(luck_b, ratio))
            ratios[ratio] += planted.verdict == "better than"
            stated[ratio] += _stated(planted, ratio, ratio * b)
    count = len(pairs)
    yield {
        "landscape": landscape,
        "noise": noise,
        "comparisons": count,
        "accused_by_seeds_alone": by_seeds,
        "accused": accused,
        "covered": round(covered / count, 4),
        **{f"found_{ratio:g}": round(ratios[ratio] / count, 4) for ratio in RATIOS},
        **{f"stated_{ratio:g}": round(stated[ratio] / count, 4) for ratio in RATIOS},
    }


def _multiplied(luck: SearchLuck, ratio: float) -> SearchLuck:
    """Luck of a search all of whose values are multiplied by a ratio."""
    return luck if luck.relative else replace(luck, variance=ratio**2 * luck.variance)


def _stated(comparison: TunedComparison, ratio: float, b: Array) -> float:
    """Power that the comparison states for the planted ratio."""
    return comparison.power(math.log(ratio) if comparison.ratio else float(b.mean()) * (1 - 1 / ratio))


def _search(landscape: str, noise: float, rng: np.random.Generator) -> tuple[float, SearchLuck]:
    """A search and its race: the winner's true value, and the luck that the search is estimated to have."""
    if landscape.endswith("TPE"):
        truth, reported = _by_tpe(noise, rng)
    else:
        away = ((rng.random((TRIALS, 3)) - 0.5) ** 2).sum(axis=1)
        truth = np.exp(np.abs(rng.standard_normal(TRIALS)) / 2 if landscape == "scattered" else 12 * away)
        reported = truth * np.exp(noise * rng.standard_normal(TRIALS))
    fresh: dict[int, list[float]] = {}

    def run(candidate: Candidate, seeds: Sequence[int]) -> list[float]:
        values = [float(truth[candidate.trial] * math.exp(noise * rng.standard_normal())) for _ in seeds]
        fresh.setdefault(candidate.trial, []).extend(values)
        return values

    candidates = [Candidate(k, float(value), EPOCHS) for k, value in enumerate(reported)]
    won = race(candidates, run, seeds=5, first_seed=1, budget=SHARE * TRIALS * EPOCHS * 2 / 3)
    assert won is not None
    return float(truth[won.trial]), search_luck(dict(enumerate(map(float, reported))), fresh)


def _by_tpe(noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=int(rng.integers(2**31))))
    truth = np.empty(TRIALS)
    reported = np.empty(TRIALS)
    for k in range(TRIALS):
        trial = study.ask()
        away = sum((trial.suggest_float(name, 0.0, 1.0) - 0.5) ** 2 for name in "abc")
        truth[k] = math.exp(12 * away)
        reported[k] = truth[k] * math.exp(noise * rng.standard_normal())
        study.tell(trial, reported[k])
    return truth, reported
