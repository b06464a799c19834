"""Many runs side by side: one strip a group, one dot a seed, the median, and the yardsticks they have to beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_lab.figures.style import BLUE, GREY, INK, PALE, Array, legend_above, styled

BINS = 110
"""Number of dots that fit beside each other."""

DASHES: Sequence[Any] = ((0, (1, 1)), (0, (4, 2)), (0, (8, 2)), (0, (8, 2, 1, 2)))


@dataclass(frozen=True, eq=False)
class Strip:
    """One group of runs.

    Attributes:
        label: what they have in common.
        values: (R,), one for each seed.
        colour: of the dots.
        mark: a single value to compare with, such as a published one; drawn as an open diamond.
    """

    label: str
    values: Array
    colour: str = BLUE
    mark: float | None = None


@styled
def strips(groups: Sequence[Strip], *, xlabel: str, yardsticks: Mapping[str, float]) -> Figure:
    """Draw groups of runs from top to bottom, on a logarithmic axis.

    Args:
        groups: from top to bottom.
        xlabel: what the values are.
        yardsticks: name -> value, drawn as vertical lines through all strips; at most four.
    """
    figure = Figure(figsize=(9.5, 1.1 + 0.5 * len(groups)), layout="constrained")
    draw_strips(figure.subplots(), groups, yardsticks, xlabel)
    return figure


def draw_strips(axes: Axes, groups: Sequence[Strip], yardsticks: Mapping[str, float], xlabel: str) -> None:
    """Draw the strips into one of a figure's axes."""
    finite = [np.sort(group.values[np.isfinite(group.values)]) for group in groups]
    everything = np.log(np.concatenate([*finite, [*yardsticks.values()]]))
    low, width = everything.min(), (np.ptp(everything) or 1.0) / BINS
    for row, (group, values) in enumerate(zip(groups, finite, strict=True)):
        axes.axhline(row, color=PALE, linewidth=0.8, zorder=0)
        offsets = stacked(np.floor((np.log(values) - low) / width))
        offsets *= min(0.085, 0.38 / max(np.abs(offsets).max(initial=0.0), 1.0))
        axes.plot(values, row + offsets, "o", color=group.colour, markersize=4.5, alpha=0.8, markeredgewidth=0)
        if len(values) > 1:
            axes.plot([np.median(values)] * 2, [row - 0.3, row + 0.3], color=INK, linewidth=1.8, solid_capstyle="butt")
        if group.mark is not None:
            axes.plot(group.mark, row, "D", markersize=6.5, markerfacecolor="none", markeredgecolor=INK, zorder=4)
    for dash, (name, value) in zip(DASHES, yardsticks.items(), strict=False):
        axes.axvline(value, color=GREY, linewidth=1.1, linestyle=dash, zorder=1, label=f"{name} {value:.3g}")
    axes.set_yticks(range(len(groups)), [group.label for group in groups])
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel=xlabel, xscale="log", ylim=(len(groups) - 0.4, -0.6))
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    if yardsticks:
        legend_above(axes)


def stacked(bins: Array) -> Array:
    """Steps up and down from the middle for each value of a sorted sequence of bins, so that none hides another.

    Example:
        >>> stacked(np.array([3, 3, 3, 7, 9, 9]))
        array([ 0.,  1., -1.,  0.,  0.,  1.])
    """
    order = np.arange(len(bins)) - np.searchsorted(bins, bins)
    return np.asarray(np.where(order % 2, 1.0, -1.0) * ((order + 1) // 2) + 0.0)  # + 0.0: no negative zero
