"""Effects of each parameter: importances over the whole space and near the best, interactions, isolation plots."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.surface import Surface, usable
from rnn_lab.sweeping.examination.trials import Axis, Finding, Trials

Array = NDArray[np.float64]
RESAMPLES = 200
FIRST = 0.9
"""Share of resamples in which a parameter must come first for that to be said."""
NONE, SURE = 0.05, 0.01
"""P-values above which an effect is not seen (if it also explains less than that), and below which one is."""
ENOUGH = 15
"""Trials beyond the coefficients without which nothing is said to have no effect."""
CLEAR = 0.5
"""Share of the variance that the surface explains, below which noise hides what a parameter does."""
DECIDES, CHOSEN = 0.8, 0.05
"""Share of the best third that has the same option, and the one-sided p-value of that option against all others."""
BINS = 8
WHOLE = "over the whole space (by the variance of ranks that each explains)"
NEAR = "near the best (by how far the best third lies apart in each)"


@dataclass(frozen=True, eq=False)
class Importances:
    """Importance of each parameter, with 95 % intervals over resampled trials.

    Attributes:
        names: P.
        shares: (P, 3) lower end, estimate, upper end.
        first: (P,) share of resamples in which each comes first.
    """

    names: tuple[str, ...]
    shares: Array
    first: Array

    def leader(self) -> str | None:
        """Give the parameter that comes first in at least 90 % of resamples; None: the trials do not tell."""
        return self.names[int(np.argmax(self.first))] if len(self.first) and self.first.max() >= FIRST else None


@lru_cache(maxsize=4)
def over_all(trials: Trials) -> Importances | None:
    """Importances over the whole space: the share of the ranks' variance that only this parameter explains.

    None where there are too few trials for a surface.
    """
    surface = Surface.fit(trials)
    if surface is None:
        return None

    def shares(picked: NDArray[np.int64]) -> Array:
        counts = np.array([np.bincount(each, minlength=len(surface.scores)) for each in picked], np.float64)
        return np.maximum(surface.explained_by_resample(counts), 0.0)

    return _resampled(trials, shares, len(surface.scores))


@lru_cache(maxsize=4)
def near_best(trials: Trials) -> Importances | None:
    """Importances near the best: how much the best third's distribution of each parameter differs from that of all.

    It is the Kolmogorov-Smirnov distance (for a choice, the total variation): 1 where the best third lies apart, and 0
    where the parameter could be anything, though chance makes it about 1 / sqrt(N) from N trials. None from fewer than
    nine trials.
    """
    losses, _ = trials.losses()
    rows = np.flatnonzero(trials.complete)
    if len(rows) < 9:
        return None
    units = [trials.unit(axis) for axis in trials.axes]

    def distances(picked: NDArray[np.int64]) -> Array:
        return np.array([each(one) for one in picked])

    def each(picked: NDArray[np.int64]) -> Array:
        chosen = rows[picked]
        best = chosen[np.argsort(losses[chosen], kind="stable")[: len(chosen) // 3]]
        return np.array([_distance(axis, u[best], u[chosen]) for axis, u in zip(trials.axes, units, strict=True)])

    return _resampled(trials, distances, len(rows))


def effects(trials: Trials) -> list[Finding]:
    """Say which parameter matters most, which have no effect that is seen, which interact, and which choice decides.

    No effect is said where none is seen in two surfaces, through all trials and through their better half: what bad
    values of one parameter do to a study can hide what another does among the good ones.

    A choice decides if nearly all of the best third have the same option, and that option is better than the others
    together (one-sided t test, with the other parameters' effects allowed for).
    """
    surface = Surface.fit(trials)
    if surface is None:
        text = f"Parameters: {int(trials.complete.sum())} complete trials are too few to tell what each does."
        return [Finding("unknown", text)]
    whole, near = over_all(trials), near_best(trials)
    found = [Finding("importances", f"Parameters: {_first(whole, WHOLE)}; {_first(near, NEAR)}.")]
    interacting = _interactions(trials)
    surface = surface.with_products(interacting)
    better = Surface.fit(trials, trials.best(max(int(trials.complete.sum()) // 2, 1)))
    clear = surface.freedom >= ENOUGH and surface.fit_share >= CLEAR
    busy = {name for pair in interacting for name in pair}
    for axis in trials.axes:
        p = surface.p_value([axis.name])
        unseen = p > NONE and (better is None or better.p_value([axis.name]) > NONE)
        if clear and unseen and axis.name not in busy and surface.explained(axis.name) < NONE:
            text = f"{axis.name}: no effect is seen in its range (p = {p:.2g}); a smaller one would not be."
            found.append(Finding("no effect", text, (axis.name,)))
        if axis.kind == "choice" and (option := _settled(trials, axis)) is not None:
            chosen = np.asarray(trials.unit(axis)[usable(trials)] == option, np.float64)
            if surface.gain(axis.name, chosen) < CHOSEN:
                found.append(_decides(trials, axis))
    for (a, b), p in interacting.items():
        text = (
            f"{a} and {b} interact: which value of one is best depends on the other (p = {p:.2g}); read them together."
        )
        found.append(Finding("interaction", text, (a, b)))
    return found


def isolation(trials: Trials, axis: Axis) -> tuple[Array, Array, Array, Array]:
    """Give the best achievable value as a function of one parameter, all else optimised.

    Returns:
        (N',) places and (N',) values of the complete trials, and (B,) places and (B,) best values of up to eight parts
        of the range that hold as many trials each (a choice has a part for each option).
    """
    units = trials.unit(axis)
    known = trials.complete & ~np.isnan(units)
    places, values = units[known], trials.values[known]
    order = np.argsort(places, kind="stable")
    if axis.kind == "choice":
        parts = [np.flatnonzero(places == k) for k in range(len(axis.choices))]
    else:
        parts = np.array_split(order, min(BINS, max(len(order) // 3, 1)))
    best = np.min if trials.minimize else np.max
    kept = [part for part in parts if len(part)]
    centres = np.array([np.mean(places[part]) for part in kept])
    return places, values, centres, np.array([best(values[part]) for part in kept])


def _first(importances: Importances | None, where: str) -> str:
    if importances is None:
        return f"{where} the trials are too few to rank them"
    if (leader := importances.leader()) is not None:
        return f"{where} {leader} matters most, first in {importances.first.max():.0%} of resamples"
    order = np.argsort(-importances.first)[:2]
    leading = " or ".join(f"{importances.names[k]} (first in {importances.first[k]:.0%} of resamples)" for k in order)
    return f"{where} the trials do not tell which matters most, {leading}"


def _interactions(trials: Trials) -> dict[tuple[str, str], float]:
    """Interactions in the better four fifths of the trials: the worst ones bend every surface."""
    surface = Surface.fit(trials, trials.best(max(4 * int(trials.complete.sum()) // 5, 1)))
    pairs = surface.interactions() if surface is not None else {}
    return {pair: p for pair, p in pairs.items() if p * len(pairs) < SURE}


def _settled(trials: Trials, axis: Axis) -> float | None:
    """Give the place of the option that the best third of the trials has, with few exceptions; None: there is none."""
    best = trials.unit(axis)[trials.best(max(int(trials.complete.sum()) // 3, 1))]
    options, counts = np.unique(best, return_counts=True)
    return float(options[counts.argmax()]) if counts.max() >= DECIDES * len(best) else None


def _decides(trials: Trials, axis: Axis) -> Finding:
    units = trials.unit(axis)
    best = np.min if trials.minimize else np.max
    each = {
        str(choice): float(best(trials.values[trials.complete & (units == k)]))
        for k, choice in enumerate(axis.choices)
        if np.any(trials.complete & (units == k))
    }
    ranked = sorted(each.items(), key=lambda item: item[1] if trials.minimize else -item[1])
    listed = ", ".join(f"{name} {value:.4g}" for name, value in ranked)
    return Finding("decides", f"{axis.name} decides; the best value with each: {listed}.", (axis.name, ranked[0][0]))


def _resampled(trials: Trials, measure: Callable[[NDArray[np.int64]], Array], count: int) -> Importances:
    estimate = measure(np.arange(count)[None])[0]
    each = measure(np.random.default_rng(0).integers(count, size=(RESAMPLES, count)))
    low, high = np.quantile(each, [0.025, 0.975], axis=0)
    first = np.bincount(each.argmax(axis=1), minlength=len(estimate)) / RESAMPLES
    return Importances(tuple(axis.name for axis in trials.axes), np.column_stack([low, estimate, high]), first)


def _distance(axis: Axis, best: Array, every: Array) -> float:
    best, every = best[~np.isnan(best)], every[~np.isnan(every)]
    if not len(best) or not len(every):
        return 0.0
    if axis.kind == "choice":
        shares = [np.bincount(each.astype(int), minlength=len(axis.choices)) / len(each) for each in (best, every)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    places = np.sort(every)
    share = np.searchsorted(np.sort(best), places, side="right") / len(best)
    return float(np.abs(share - np.searchsorted(places, places, side="right") / len(every)).max())
