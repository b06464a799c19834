"""Are the best trials' curves healthy? Overfitting, still falling, noisy late, flat from the start."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.trials import Finding, Trials

Array = NDArray[np.float64]
BEST = 5
SHORTEST = 8
"""Epochs below which a curve has no shape."""
MATTERS = 0.05
"""Relative change from which it matters (of the curve's own range, where values are not positive)."""
LATE_NOISE = 0.1
SENTENCES = {
    "falling": "still fall at the last epoch: train longer (trainer.epochs)",
    "overfit": "overfit: they are best early and get worse by {MATTERS:.0%} or more; regularise or stop earlier, their "
    "later epochs are wasted",
    "noisy": "are noisy to the end, by {LATE_NOISE:.0%} or more from epoch to epoch: lower the learning rate late (a "
    "schedule) or use larger batches",
    "flat": "are flat from the start: these trials have not learned",
}


def health(trials: Trials) -> list[Finding]:
    """Say what most of the best five trials' curves have."""
    rows = [row for row in trials.best(BEST) if len(trials.curves[row]) >= SHORTEST]
    if not rows:
        return [Finding("unknown", f"Curves: no complete trial reported {SHORTEST} epochs or more.")]
    shapes = {row: shape(trials.curves[row], minimize=trials.minimize) for row in rows}
    found = []
    for name, count in Counter(each for shape in shapes.values() for each in shape).items():
        if 2 * count > len(rows):
            names = tuple(f"trial {trials.number(row)}" for row in rows if name in shapes[row])
            what = SENTENCES[name].format(MATTERS=MATTERS, LATE_NOISE=LATE_NOISE)
            text = f"Curves: {count} of the {len(rows)} best trials' curves {what}."
            found.append(Finding(name, text, names, warns=True))
    return found or [Finding("fine", f"Curves: those of the {len(rows)} best trials fall and come to rest.")]


def shape(curve: Array, *, minimize: bool = True) -> set[str]:
    """Name what ails one curve (T,), epochs 1 to T: any of ``falling``, ``overfit``, ``noisy``, ``flat``.

    Changes are relative (differences of logarithms) where all values are positive. Noise is the standard deviation that
    second differences show, so a smooth trend has none.

    Example:
        >>> epochs = np.arange(60.0)
        >>> shape(np.exp(-epochs / 50)), shape(0.1 + np.exp(-epochs / 4))
        ({'falling'}, set())
        >>> shape(0.1 + np.exp(-epochs / 4) + 0.002 * epochs), shape(np.ones(60))
        ({'overfit'}, {'flat'})
    """
    y = _relative(np.asarray(curve, np.float64)[np.isfinite(curve)], minimize)
    T = len(y)
    if T < SHORTEST:
        return set()
    noise = _noise(y[T // 2 :])
    width = max(3, T // 10)
    smooth = np.convolve(y, np.ones(width) / width, mode="valid")
    best = int(np.argmin(smooth))
    found = set()
    if noise >= LATE_NOISE:
        found.add("noisy")
    if y[0] - smooth.min() < max(MATTERS / 2, 3 * noise):
        return found | {"flat"}
    late = y[-max(T // 4, 5) :]
    margin = max(MATTERS, 5 * noise / np.sqrt(width))
    if smooth[-1] - smooth[best] > margin and best + width < 0.7 * T:
        return found | {"overfit"}
    slope, error = _slope(late, noise)
    if -slope * len(late) > MATTERS and -slope > 3 * error:
        found.add("falling")
    return found


def _relative(y: Array, minimize: bool) -> Array:
    if len(y) and y.min() > 0:
        return np.asarray(np.log(y) if minimize else -np.log(y))
    span = float(np.ptp(y)) if len(y) else 0.0
    return (y if minimize else -y) / (span or 1.0)


def _noise(y: Array) -> float:
    second = np.diff(y, 2)
    return float(np.sqrt(np.mean(second**2) / 6)) if len(second) else 0.0


def _slope(y: Array, noise: float) -> tuple[float, float]:
    t = np.arange(len(y)) - (len(y) - 1) / 2
    return float(t @ y / (t @ t)), noise / float(np.sqrt(t @ t))
