"""Is the space large enough? The best trials near an end of a range, where the values still get better outwards."""

from dataclasses import replace
from math import sqrt

import numpy as np

from rnn_lab.scoring.comparison import holm
from rnn_lab.sweeping.examination.surface import Surface, edge_slope
from rnn_lab.sweeping.examination.trials import Axis, Finding, Trials

NEAR = 0.2
"""Of a range, counted from its end."""
AMONG = 5
"""Best trials that are looked at."""
LEVEL = 0.05
"""Of all ranges together."""


def edges(trials: Trials) -> list[Finding]:
    """Find the ends of ranges beyond which better values are to be expected.

    Two things must agree: the best trial and most of the five best lie in the outer fifth of the range, and the surface
    through the trials, or their better half, still falls outwards at the end. The first alone happens by chance; the
    second is a t test with Holm's correction for the number of ranges. Not for that of ends, as the best trials press
    against one end of a range only; and Holm's rather than Bonferroni's, as an optimum in a corner presses against
    several: the first of them is found at a level that holds for all, the next one at that of those that are left.
    """
    ranges = [axis for axis in trials.axes if axis.kind != "choice" and axis.high > axis.low]
    rows = trials.best(AMONG)
    if len(rows) < AMONG or not ranges:
        return [Finding("unknown", f"Edges of the space: {len(rows)} complete trials are too few to tell.")]
    half = trials.best(max(int(trials.complete.sum()) // 2, 1))
    surfaces = [surface for surface in (Surface.fit(trials), Surface.fit(trials, half)) if surface is not None]
    pressed = []
    for axis in ranges:
        place = trials.unit(axis)[rows]
        for side, distance in ((-1, place), (1, 1 - place)):
            near = int(np.sum(distance <= NEAR))
            if near * 2 <= AMONG or distance[0] > NEAR:
                continue
            columns = [(each, each.columns[axis.name]) for each in surfaces if each.columns[axis.name]]
            p = min((edge_slope(each.design, each.scores, at, side) for each, at in columns), default=1.0)
            pressed.append((p, axis, side, near))
    # Ranges that nothing presses against are hypotheses too, with a p-value of 1.
    fair = holm([each[0] for each in pressed] + [1.0] * (len(ranges) - len(pressed)))
    found = [_edge(axis, side, near) for p, (_, axis, side, near) in zip(fair, pressed, strict=False) if p < LEVEL]
    return found or [Finding("fine", "Edges of the space: the best trials do not press against an end of any range.")]


def _edge(axis: Axis, side: int, near: int) -> Finding:
    wider = widened(axis, side)
    end = axis.high if side > 0 else axis.low
    sentence = f"{axis.name}: {near} of the {AMONG} best trials lie at the "
    sentence += f"{'upper' if side > 0 else 'lower'} end of its range, {end:g}, and values still get better outwards"
    if wider is None:
        return Finding("edge", f"{sentence}; it cannot be widened.", (axis.name,), warns=True)
    to = wider.high if side > 0 else wider.low
    return Finding("edge", f"{sentence}; widen it to {to:g}.", (axis.name,), True, (wider.override(),))


def widened(axis: Axis, side: int) -> Axis | None:
    """Move one end outwards: by half of the range, in logarithms if it is logarithmic.

    Returns:
        None where an integer's lower end is 1 or 0, or a positive range already begins near 0.

    Example:
        >>> widened(Axis("lr", "float", 1e-4, 1e-2, log=True), 1).high, widened(Axis("n", "int", 1, 50), 1).high
        (0.1, 74)
        >>> widened(Axis("n", "int", 1, 50), -1) is None
        True
    """
    if axis.log:
        factor = sqrt(axis.high / axis.low)
        low, high = axis.low / factor, axis.high * factor
    else:
        reach = (axis.high - axis.low) / 2
        low, high = axis.low - reach, axis.high + reach
        if axis.low >= 0 and low < 0:
            low = axis.low / 2
    if axis.kind == "int":
        low, high = max(round(low), 1 if axis.low >= 1 else 0), round(high)
    wider = replace(axis, high=high) if side > 0 else replace(axis, low=low)
    return None if (wider.low, wider.high) == (axis.low, axis.high) else wider
