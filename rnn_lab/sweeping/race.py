"""A race among the best trials of a sweep over fresh seeds: which of them is the best, and how good it really is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.scoring.spread import Spread, spans, spread

Array = NDArray[np.float64]

CONFIRMATION = "confirmation"
"""The attribute of a study that keeps `RaceState.as_json`."""
SHARE = 0.2
"""Of a sweep's epochs that confirming its winner may cost."""
ENTRANTS = 4
ROUNDS = 3
DROP_BELOW = 0.05
"""One-sided p-value of the paired t test by which an entrant loses to the leader."""


@dataclass(frozen=True)
class Candidate:
    """A trial that may be the best.

    Attributes:
        trial: its number.
        reported: the value that the search saw.
        epochs: that one run of it lasts at most; replicas in lockstep share them.
    """

    trial: int
    reported: float
    epochs: int


@dataclass
class RaceState:
    """Measured values: enough to take a race up where it was left.

    Decisions are not stored: they follow from the values, and a race that is taken up makes them again.

    Example:
        >>> state = RaceState({3: {1000: 0.5}})
        >>> RaceState.from_json(state.as_json()) == state
        True
    """

    values: dict[int, dict[int, float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; a value that is NaN or infinite is None."""
        return {
            "values": {
                str(trial): {str(seed): v if math.isfinite(v) else None for seed, v in found.items()}
                for trial, found in self.values.items()
            }
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RaceState":
        """Read what `as_json` wrote."""
        return cls(
            {
                int(trial): {int(seed): math.nan if v is None else float(v) for seed, v in found.items()}
                for trial, found in stored["values"].items()
            }
        )


@dataclass(frozen=True)
class Confirmation:
    """Result of a race.

    Attributes:
        trial: of the winner.
        reported: its value in the search.
        confirmed: its fresh seeds'; the interval allows for its having been chosen among ``finalists``.
        optimism: how much better than the confirmed value the reported one was, in its units: above 0 if the search saw
            too much.
        ratio: confirmed over reported; None unless both are positive.
        finalists: entrants that no test told from the winner, itself included.
        spreads: every entrant's fresh values, by trial.
        dropped: trial -> the round after which it was dropped.
        epochs: what the race cost.
    """

    trial: int
    reported: float
    confirmed: Spread
    optimism: float
    ratio: float | None
    finalists: tuple[int, ...]
    spreads: dict[int, Spread]
    dropped: dict[int, int]
    epochs: float

    def sentence(self) -> str:
        """Say it in one line."""
        much = (
            f"confirmed over reported {self.ratio:.3g}" if self.ratio is not None else f"optimism {self.optimism:.3g}"
        )
        others = [str(trial) for trial in self.finalists if trial != self.trial]
        tied = f"; not told apart from trial{'s' * (len(others) > 1)} {', '.join(others)}" if others else ""
        count = self.confirmed.replicas + self.confirmed.diverged
        return (
            f"Trial {self.trial}: reported {self.reported:.4g}, over {count} fresh seeds {self.confirmed} "
            f"({much}){tied}."
        )


Run = Callable[[Candidate, Sequence[int]], Sequence[float]]
"""Runs a candidate with fresh seeds, in lockstep, and gives each one's value."""


def race(
    candidates: Sequence[Candidate],
    run: Run,
    *,
    seeds: int,
    first_seed: int,
    budget: float,
    minimize: bool = True,
    state: RaceState | None = None,
    save: Callable[[RaceState], None] = lambda state: None,
    announce: Callable[[Sequence[tuple[Candidate, Sequence[int]]]], None] = lambda todo: None,
) -> Confirmation | None:
    """Confirm the best of the candidates on fresh seeds, at most for ``budget`` epochs.

    The best few by reported value (as many as the budget pays for, at most four) run with the same fresh seeds. After
    each round those are dropped that a paired t test tells from the leader, or that diverge more often; the others go
    on with further seeds while the budget lasts and more than one is left. The winner has the best mean, or geometric
    mean where values span decades. Having been chosen among those that are left makes its mean look better than it is:
    its interval has the level 1 - 0.05 / finalists.

    Args:
        candidates: in any order.
        run: called once a candidate and round, with ``seeds`` seeds that it has not had.
        seeds: R, a round.
        first_seed: the first that the search has not used.
        budget: epochs; see ``SHARE``.
        minimize: whether lower is better.
        state: of an earlier call: values that are known are not measured again.
        save: called after each measurement.
        announce: told at the start of a round all that ``run`` will be asked for, so that it can run side by side.

    Returns:
        None where the budget does not pay for one run.

    Example:
        >>> truth = {0: 1.0, 1: 0.5, 2: 2.0}
        >>> def run(candidate, seeds):
        ...     return [truth[candidate.trial] + 0.01 * (seed % 3) for seed in seeds]
        >>> entered = [Candidate(0, 0.4, 10), Candidate(1, 0.49, 10), Candidate(2, 1.9, 10)]
        >>> found = race(entered, run, seeds=5, first_seed=100, budget=60)
        >>> found.trial, found.dropped, found.epochs, round(found.optimism, 3)
        (1, {0: 1, 2: 1}, 30.0, 0.022)

    References:
        López-Ibáñez et al., "The irace package: Iterated racing for automatic algorithm configuration" (2016); Lindauer
        et al., "SMAC3" (2022).
    """
    sign = 1.0 if minimize else -1.0
    ranked = sorted(candidates, key=lambda each: sign * each.reported)
    entrants: list[Candidate] = []
    for each in ranked[:ENTRANTS]:
        if sum(other.epochs for other in entrants) + each.epochs <= budget:
            entrants.append(each)
    if not entrants:
        return None
    measured = state or RaceState()
    spent, alive, dropped = 0.0, entrants, dict[int, int]()
    for round_ in range(1, ROUNDS + 1):
        if spent + sum(each.epochs for each in alive) > budget:
            break
        fresh = [first_seed + (round_ - 1) * seeds + r for r in range(seeds)]
        known = {each.trial: measured.values.setdefault(each.trial, {}) for each in alive}
        todo = [(each, [seed for seed in fresh if seed not in known[each.trial]]) for each in alive]
        announce([(each, missing) for each, missing in todo if missing])
        for each, missing in todo:
            spent += each.epochs
            if missing:
                known[each.trial].update(zip(missing, map(float, run(each, missing)), strict=True))
                save(measured)
        leader = min(alive, key=lambda each: _rank(measured, each, sign))
        kept = [each for each in alive if each is leader or not _loses(measured, each, leader, sign)]
        dropped |= {each.trial: round_ for each in alive if each not in kept}
        alive = kept
        if len(alive) == 1:
            break
    winner = min(alive, key=lambda each: _rank(measured, each, sign))
    confirmed = spread(_values(measured, winner), finalists=len(alive))
    positive = winner.reported > 0 and confirmed.typical > 0
    return Confirmation(
        trial=winner.trial,
        reported=winner.reported,
        confirmed=confirmed,
        optimism=sign * (confirmed.typical - winner.reported),
        ratio=confirmed.typical / winner.reported if positive else None,
        finalists=tuple(each.trial for each in alive),
        spreads={each.trial: spread(_values(measured, each)) for each in entrants},
        dropped=dropped,
        epochs=spent,
    )


def _values(state: RaceState, candidate: Candidate) -> Array:
    return np.array(list(state.values[candidate.trial].values()))


def _rank(state: RaceState, candidate: Candidate, sign: float) -> tuple[float, float]:
    """Diverging seldom comes first, then the typical value."""
    found = spread(_values(state, candidate))
    return found.diverged / (found.replicas + found.diverged), sign * found.typical


def _loses(state: RaceState, candidate: Candidate, leader: Candidate, sign: float) -> bool:
    """Tell whether the leader is better, by a paired t test over the seeds that both have a finite value for."""
    if _rank(state, candidate, sign)[0] > _rank(state, leader, sign)[0]:
        return True
    a, b = state.values[candidate.trial], state.values[leader.trial]
    pairs = np.array(
        [[a[seed], b[seed]] for seed in a if math.isfinite(a[seed]) and math.isfinite(b.get(seed, math.nan))]
    )
    if len(pairs) < 2:
        return False
    difference = sign * np.subtract(*(np.log(pairs) if spans(pairs) else pairs).T)
    error = difference.std(ddof=1) / math.sqrt(len(difference))
    if error <= 1e-12 * np.abs(pairs).max():
        return bool(difference.mean() > 0)
    from scipy.special import stdtr

    return bool(stdtr(len(difference) - 1, -difference.mean() / error) < DROP_BELOW)
