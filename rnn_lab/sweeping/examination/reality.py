"""Is the winner real? What the search reported against fresh seeds."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from rnn_lab.scoring.spread import spread
from rnn_lab.sweeping.examination.trials import Finding, Trials

TOO_GOOD = 0.1
"""Relative optimism from which it matters."""
NOISY = 0.05
BEST = 5
APART = 3.0
"""Standard deviations of the noise within which the best values lie although they are equal."""


def reality(trials: Trials, fresh: Mapping[int, ArrayLike], finalists: int = 1) -> list[Finding]:
    """Say whether the best trial's value holds on fresh seeds, and whether seeds vary more than the best trials do.

    Args:
        trials: of the sweep.
        fresh: trial's number -> values of fresh seeds; of the confirmed winner, and of others that raced with it.
        finalists: of how many trials these values chose the winner: the interval is that of the confirmation.
    """
    rows = trials.best(BEST)
    if not len(rows):
        return [Finding("unknown", "Winner: no trial is complete.")]
    best = trials.number(rows[0])
    reported = float(trials.values[rows[0]])
    if best not in fresh:
        text = f"Winner: trial {best} has {reported:.4g}, the best of {int(trials.complete.sum())} values, each of them"
        return [Finding("unconfirmed", f"{text} lucky or unlucky; hydra.sweeper.confirm=5 measures it on fresh seeds.")]
    found = spread(fresh[best], finalists)
    if not found.replicas:
        return [
            Finding(
                "lucky", f"Winner of the search: trial {best} diverged on every fresh seed.", (f"trial {best}",), True
            )
        ]
    text = f"Winner of the search: trial {best} was reported with {reported:.4g}; fresh seeds give {found}"

    def too_good(value: float) -> float:
        return (1 if trials.minimize else -1) * (value - reported) / (abs(reported) or 1.0)

    least, most = sorted(map(too_good, found.interval or (-math.inf, math.inf)))
    if least > 0 and too_good(found.typical) > TOO_GOOD:
        told = f"its seed was lucky, by {too_good(found.typical):.0%}"
        answer = Finding("lucky", f"{text}: {told}.", (f"trial {best}",), warns=True)
    elif most <= TOO_GOOD:
        answer = Finding("fine", f"{text}: it holds.")
    else:
        answer = Finding("unknown", f"{text}: they do not tell whether its seed was lucky.")
    return [answer, *_noise(trials, rows.tolist(), fresh)]


def seed_noise(fresh: Mapping[int, ArrayLike]) -> float | None:
    """Relative standard deviation from seed to seed, pooled over trials; None unless all values are positive.

    Example:
        >>> seed_noise({3: [0.9, 1.1, 1.0], 5: [2.0, 2.2]})
        0.091
    """
    groups = [values[np.isfinite(values)] for values in (np.asarray(each, np.float64) for each in fresh.values())]
    freedom = sum(len(each) - 1 for each in groups if len(each) > 1)
    if not freedom or any(np.any(each <= 0) for each in groups):
        return None
    squares = sum(float(np.log(each).var() * len(each)) for each in groups if len(each) > 1)
    return math.sqrt(squares / freedom)


def confirmed_values(trials: Trials, fresh: Mapping[int, ArrayLike]) -> Trials:
    """Replace the values of confirmed trials by what fresh seeds gave: luck is then no part of them."""
    values = trials.values.copy()
    for row in range(len(values)):
        if trials.number(row) in fresh and (found := spread(fresh[trials.number(row)])).replicas:
            values[row] = found.typical
    return replace(trials, values=values)


def _noise(trials: Trials, rows: list[int], fresh: Mapping[int, ArrayLike]) -> list[Finding]:
    seeds, values = seed_noise(fresh), trials.values[rows]
    if seeds is None or seeds < NOISY or len(rows) < BEST or values.min() <= 0:
        return []
    apart = float(np.ptp(np.log(values)))
    if apart > APART * seeds:
        return []
    text = (
        f"Winner: seeds of one trial vary by {math.expm1(seeds):.0%} (standard deviation), and the {BEST} best trials "
        f"lie within {math.expm1(apart):.0%}: their order is chance; compare them over several seeds each (replicas=5)."
    )
    return [Finding("noise", text, tuple(f"trial {trials.number(row)}" for row in rows), warns=True)]
