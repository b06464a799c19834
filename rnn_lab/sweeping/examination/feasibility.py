"""Infeasible trials, which failed or diverged: how many, and in which region of each parameter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.trials import Axis, Finding, Trials

Array = NDArray[np.float64]
LEVEL = 0.01
"""Of all cuts of all parameters together."""
MUCH = 0.2
"""Share of failed trials from which it is a matter to mend, wherever they lie."""
SHUFFLES = 500


@dataclass(frozen=True)
class Cut:
    """The split of a parameter that separates failed trials best: (failed, all) inside and outside of it."""

    axis: str
    region: str
    inside: tuple[int, int]
    outside: tuple[int, int]
    p_value: float


def feasibility(trials: Trials) -> list[Finding]:
    """Say which share failed, and in which region of a parameter if failing depends on where.

    Each parameter is cut in two where the shares differ most (by the likelihood ratio), each choice is held against the
    others; the p-value is that of the greatest difference over all cuts when the failures are dealt out at random.
    """
    failed = trials.failed
    count, total = int(failed.sum()), len(failed)
    if not count:
        return [Finding("fine", f"Infeasible: none of {total} trials failed or diverged.")]
    share = f"{count} of {total} trials failed or diverged"
    cut = where(trials) if count < total else None
    if cut is not None and cut.p_value < LEVEL:
        return [
            Finding(
                "cliff",
                f"Infeasible: {share}: {cut.inside[0]} of {cut.inside[1]} with {cut.region}, {cut.outside[0]} of "
                f"{cut.outside[1]} elsewhere.",
                (cut.axis,),
                warns=True,
            )
        ]
    warns = count > MUCH * total
    tail = "; where they lie in the space does not tell why" if count > 1 else ""
    return [Finding("failures" if warns else "fine", f"Infeasible: {share}{tail}.", warns=warns)]


def where(trials: Trials) -> Cut | None:
    """Find the best cut over all parameters; None where none can be made."""
    failed = trials.failed
    cuts = [
        (axis, unit, inside)
        for axis in trials.axes
        for unit in [trials.unit(axis)]
        for inside in _cuts(axis, unit)
        if 2 <= inside.sum() <= len(inside) - 2
    ]
    if not cuts:
        return None
    masks = np.array([inside for _, _, inside in cuts])
    gains = _gain(masks, failed)
    rng = np.random.default_rng(0)
    chance = np.array([_gain(masks, rng.permutation(failed)).max() for _ in range(SHUFFLES)])
    k = int(np.argmax(gains))
    axis, unit, inside = cuts[k]
    if failed[inside].mean() < failed[~inside].mean():
        inside = ~inside
    p = (1 + int(np.sum(chance >= gains[k] - 1e-9))) / (1 + SHUFFLES)
    return Cut(
        axis.name,
        _region(axis, unit, inside),
        (int(failed[inside].sum()), int(inside.sum())),
        (int(failed[~inside].sum()), int((~inside).sum())),
        p,
    )


def _cuts(axis: Axis, unit: Array) -> list[NDArray[np.bool_]]:
    if axis.kind == "choice":
        return [np.asarray(unit == k) for k in range(len(axis.choices))]
    places = np.unique(unit[~np.isnan(unit)])
    return [np.asarray(unit > place) for place in places[:-1]]


def _gain(masks: NDArray[np.bool_], failed: NDArray[np.bool_]) -> Array:
    """Log-likelihood that two shares explain beyond one, for each cut."""
    inside = masks.sum(axis=1)
    lost = masks @ failed.astype(float)
    outside, others = len(failed) - inside, failed.sum() - lost
    return np.asarray(_likelihood(lost, inside) + _likelihood(others, outside))


def _likelihood(k: Array, n: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(k * np.log(k / n)) + np.nan_to_num((n - k) * np.log((n - k) / n)))


def _region(axis: Axis, unit: Array, inside: NDArray[np.bool_]) -> str:
    if axis.kind == "choice":
        names = [str(axis.choices[k]) for k in sorted({int(place) for place in unit[inside & ~np.isnan(unit)]})]
        return f"{axis.name}={' or '.join(names)}"
    within, without = unit[inside], unit[~inside & ~np.isnan(unit)]
    if np.nanmin(within) > without.max():
        return f"{axis.name} above {axis.at(float((np.nanmin(within) + without.max()) / 2)):.3g}"
    return f"{axis.name} below {axis.at(float((np.nanmax(within) + without.min()) / 2)):.3g}"
