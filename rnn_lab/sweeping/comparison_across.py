"""Statements of a comparison on several sequences together: interquartile means, improvement, and profiles."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.scoring.across_tasks import (
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
    stratified_bootstrap,
)
from rnn_lab.sweeping.comparison import Group

Array = NDArray[np.float64]


def relative_scores(found: Sequence[Group]) -> dict[str, Array]:
    """(R, S) of each value that was measured on every sequence, in units that sequences share; a lost seed is worst.

    Where all scores are positive and lower is better, a score is divided by the geometric mean of all that its sequence
    has; otherwise it is taken as it is.
    """
    labels = [e.label for e in found[0].entries if all(e.label in {x.label for x in g.entries} for g in found)]
    by_label = {label: [next(e.values for e in g.entries if e.label == label) for g in found] for label in labels}
    R = min((len(values) for each in by_label.values() for values in each), default=0)
    sign = 1 if found[0].minimize else -1
    tables = {label: np.stack([values[:R] for values in each], axis=1) for label, each in by_label.items()}
    everything = np.stack(list(tables.values())) if tables else np.empty((0, 0, len(found)))
    if everything.size and shared_unit(found):
        scale = np.exp(np.nanmean(np.log(everything), axis=(0, 1)))
        tables = {label: each / scale for label, each in tables.items()}
    return {label: np.where(np.isfinite(each), each, sign * np.inf) for label, each in tables.items()}


def across(found: Sequence[Group]) -> list[str]:
    """Say what holds over all sequences: interquartile means, and the probability of improvement of each pair."""
    scores = relative_scores(found)
    if len(scores) < 2:
        return []
    minimize = found[0].minimize
    parts = []
    for label, each in scores.items():
        low, high = stratified_bootstrap(interquartile_mean, each)
        parts.append(f"{label} {interquartile_mean(each):.4g} ({low:.4g} to {high:.4g})")
    unit = "each score over the geometric mean of its sequence" if shared_unit(found) else found[0].score
    said = [
        f"Across {len(found)} sequences, interquartile mean of {unit} (95 % interval, for other seeds of these "
        f"winners): {'; '.join(parts)}."
    ]
    for a, b in combinations(scores, 2):
        share = probability_of_improvement(scores[a], scores[b], minimize=minimize)

        def improvement(x: Any, y: Any) -> float:
            return probability_of_improvement(x, y, minimize=minimize)

        low, high = stratified_bootstrap(improvement, scores[a], scores[b], resamples=500)
        said.append(f"P({a} better than {b}, on one of these sequences) {share:.2g} ({low:.2g} to {high:.2g}).")
    return said


def shared_unit(found: Sequence[Group]) -> bool:
    """Tell whether scores are divided by their sequence's geometric mean."""
    return found[0].minimize and all(np.nanmin(e.values) > 0 for g in found for e in g.entries)


def profile(scores: Array, thresholds: Array, minimize: bool) -> tuple[Array, Array, Array]:
    """Performance profile of (R, S) scores, with the ends of its band by the stratified bootstrap, (K,) each."""

    def share(sample: Any) -> Array:
        return performance_profile(sample, thresholds, minimize=minimize)

    low, high = stratified_bootstrap(share, scores, resamples=500)
    return share(scores), low, high
