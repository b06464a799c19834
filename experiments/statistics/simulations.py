"""Simulations that hold the lab's intervals, tests and races to what they say of themselves."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from rnn_lab.scoring.comparison import compare
from rnn_lab.scoring.power import power
from rnn_lab.scoring.spread import spread
from rnn_lab.sweeping.race import SHARE, Candidate, race

Array = NDArray[np.float64]
Draw = Callable[[tuple[int, ...]], Array]

REPLICAS = (2, 3, 5, 10, 20, 30)
COVERED = 2000
NORMAL = {"0 ± 1": (0.0, 1.0), "1 ± 0.05": (1.0, 0.05), "1 ± 0.2": (1.0, 0.2), "1 ± 0.3": (1.0, 0.3)}
LOGNORMAL = (0.1, 0.3, 0.5, 1.0, 1.5, 2.3)
PAIRS = ((3, 3), (5, 5), (5, 20), (10, 10), (29, 29))
DISTRIBUTIONS = ("normal", "lognormal 0.3", "lognormal 1", "t, 3 degrees")
EQUALS = 400
REPEATS = 2
FOUND = 500
RACES = 400
EPOCHS, TRIALS = 25, 30


def coverage() -> Iterator[dict[str, Any]]:
    """Give how often `spread`'s interval covers the parameter that it names, for each distribution and R."""
    rng = np.random.default_rng(0)
    for name, (mean, deviation) in NORMAL.items():
        sample = rng.normal(mean, deviation, 1_000_000)
        geometric = float(np.exp(np.log(sample[sample > 0]).mean()))
        for R in REPLICAS:
            values = rng.normal(mean, deviation, (COVERED, R))
            yield _covered("normal", name, R, values, mean, geometric)
    for sigma in LOGNORMAL:
        for R in REPLICAS:
            values = np.exp(sigma * rng.standard_normal((COVERED, R)))
            yield _covered("lognormal", f"{sigma:g}", R, values, math.exp(sigma**2 / 2), 1.0)


def _covered(kind: str, name: str, R: int, values: Array, mean: float, geometric: float) -> dict[str, Any]:
    count = geometrics = 0
    for each in values:
        found = spread(each)
        assert found.interval is not None
        truth = mean if found.of == "mean" else geometric
        count += found.interval[0] <= truth <= found.interval[1]
        geometrics += found.of != "mean"
    share = round(count / len(values), 4)
    return {"kind": kind, "of": name, "replicas": R, "draws": len(values), "covered": share,
            "geometric": round(geometrics / len(values), 4)}  # fmt: skip


def equals(name: str) -> Iterator[dict[str, Any]]:
    """Give how many of 400 comparisons of equals accuse, twice over, for one distribution and each size."""
    rng = np.random.default_rng([1, DISTRIBUTIONS.index(name)])
    draw = _draws(rng)[name]
    for a, b in PAIRS:
        for repeat in range(REPEATS):
            found = [compare(draw((a,)), draw((b,))) for _ in range(EQUALS)]
            accused = sum(each.verdict != "not told apart from" for each in found)
            ends = [each.probability_interval for each in found if each.probability_interval is not None]
            inside = sum(low <= 0.5 <= high for low, high in ends)
            yield {
                "values": name,
                "a": a,
                "b": b,
                "repeat": repeat,
                "comparisons": EQUALS,
                "accused": accused,
                "intervals": len(ends),
                "covered": inside,
            }


def _draws(rng: np.random.Generator) -> dict[str, Draw]:
    return {
        "normal": lambda shape: rng.normal(10.0, 1.0, shape),
        "lognormal 0.3": lambda shape: np.exp(0.3 * rng.standard_normal(shape)),
        "lognormal 1": lambda shape: np.exp(rng.standard_normal(shape)),
        "t, 3 degrees": lambda shape: np.asarray(10 + rng.standard_t(3, shape)),
    }


def planted_differences() -> Iterator[dict[str, Any]]:
    """Give how often a planted P(A better than B) is found, beside the power that is stated."""
    rng = np.random.default_rng(2)
    for P in (0.75, 0.9, 0.95):
        for a, b in PAIRS[1:]:
            d = math.sqrt(2) * float(ndtri(P))
            found = [compare(rng.normal(10, 1, a), rng.normal(10 + d, 1, b)) for _ in range(FOUND)]
            count = sum(each.verdict == "better than" for each in found)
            ends = [each.probability_interval for each in found if each.probability_interval is not None]
            covered = sum(low <= P <= high for low, high in ends) / FOUND
            yield {
                "P": P,
                "a": a,
                "b": b,
                "comparisons": FOUND,
                "found": round(count / FOUND, 4),
                "stated": round(power(P, a, b), 4),
                "covered": round(covered, 4),
            }


def races() -> Iterator[dict[str, Any]]:
    """Give what a race finds where the truth is known: sweeps of 30 trials, by how much seeds vary.

    The trials' true values lie a factor of e^(|N(0, 1)| / 2) above the best; a pruner has saved a third of the epochs.
    """
    spent = round(EPOCHS * TRIALS * 2 / 3)
    for noise in (0.05, 0.2, 0.5, 1.0):
        rng = np.random.default_rng(3)
        rows = [_raced(rng, noise, spent) for _ in range(RACES)]
        lucky, within, optimism, covered, regret, saved, cost = np.array(rows).T
        yield {
            "noise": noise,
            "sweeps": RACES,
            "reported_within": round(float(lucky.mean()), 4),
            "confirmed_within": round(float(within.mean()), 4),
            "optimism": round(float(np.median(optimism)), 4),
            "covered": round(float(covered.mean()), 4),
            "truth_over_best_search": round(float(np.median(regret)), 4),
            "truth_over_best_race": round(float(np.median(saved)), 4),
            "cost": round(float(cost.max()), 4),
        }


def _raced(rng: np.random.Generator, noise: float, spent: int) -> tuple[float, ...]:
    truth = np.exp(np.abs(rng.standard_normal(TRIALS)) / 2)
    reported = truth * np.exp(noise * rng.standard_normal(TRIALS))

    def run(candidate: Candidate, seeds: Sequence[int]) -> list[float]:
        return [float(truth[candidate.trial] * math.exp(noise * rng.standard_normal())) for _ in seeds]

    candidates = [Candidate(k, float(value), EPOCHS) for k, value in enumerate(reported)]
    found = race(candidates, run, seeds=5, first_seed=1, budget=SHARE * spent)
    assert found is not None
    assert found.confirmed.interval is not None
    first = int(np.argmin(reported))
    further = [float(np.median(truth[k] * np.exp(noise * rng.standard_normal(20)))) for k in (first, found.trial)]
    target = truth[found.trial] * (1.0 if found.confirmed.of != "mean" else math.exp(noise**2 / 2))
    low, high = found.confirmed.interval
    return (
        abs(math.log(reported[first] / further[0])) <= math.log(1.1),
        abs(math.log(found.confirmed.typical / further[1])) <= math.log(1.1),
        truth[first] / reported[first],
        low <= target <= high,
        truth[first] / truth.min(),
        truth[found.trial] / truth.min(),
        found.epochs / spent,
    )
