"""Winners of several searches side by side: each seed, means with intervals; and profiles across sequences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from rnn_lab.figures.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, Array, legend_above, styled

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, GREY)
SPAN = 10.0
"""Positive values that differ by more than this factor are drawn on a logarithmic axis."""


@dataclass(frozen=True, eq=False)
class Found:
    """Result of a search, on fresh seeds.

    Attributes:
        label: of its row.
        values: (R,) one a seed.
        middle: their mean, or geometric mean.
        interval: of the middle; None if there is none.
        reported: value in the search; None: not drawn.
    """

    label: str
    values: Array
    middle: float
    interval: tuple[float, float] | None
    reported: float | None


@styled
def compared(panels: Mapping[str, Sequence[Found]], *, xlabel: str) -> Figure:
    """Draw a panel for each sequence: a dot a seed, the mean with its 95 % interval, the search's value as a diamond.

    Args:
        panels: title -> rows, from top to bottom.
        xlabel: what the values are.
    """
    rows = max(len(each) for each in panels.values())
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    figure = Figure(figsize=(1.5 + 3.6 * columns + 1.5 * (columns == 1), lines * (0.9 + 0.42 * rows) + 0.5))
    figure.set_layout_engine("constrained")
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes, (title, found) in zip(grid.flat, panels.items(), strict=False):
        shown: list[Array] = []
        for row, each in enumerate(found):
            finite = each.values[np.isfinite(each.values)]
            jitter = np.linspace(-0.14, 0.14, len(finite)) if len(finite) > 1 else np.zeros(len(finite))
            axes.plot(finite, row + jitter, "o", color=BLUE, alpha=0.45, markersize=4, markeredgewidth=0)
            if each.interval is not None:
                axes.hlines(row, *each.interval, color=INK, linewidth=1.6)
            axes.plot(each.middle, row, "|", color=INK, markersize=15, markeredgewidth=1.8)
            if each.reported is not None:
                axes.plot(each.reported, row, "D", color=ORANGE, markersize=5.5, markeredgecolor="white")
            shown += [finite, np.array([] if each.reported is None else [each.reported])]
        everything = np.concatenate(shown)
        if everything.size and everything.min() > 0 and everything.max() > SPAN * everything.min():
            _logarithmic(axes)
        axes.set_yticks(range(len(found)), [each.label for each in found])
        axes.set(ylim=(len(found) - 0.4, -0.6), xlabel=xlabel, title=title)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
    first = grid[0, 0]
    first.plot([], [], "o", color=BLUE, alpha=0.6, label="a fresh seed each")
    first.plot([], [], "-", color=INK, label="mean, 95 %")
    if any(each.reported is not None for found in panels.values() for each in found):
        first.plot([], [], "D", color=ORANGE, label="reported by the search")
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    figure.legend(loc="outside upper left", ncols=3, frameon=False)
    return figure


@styled
def profiles(thresholds: Array, found: Mapping[str, tuple[Array, Array, Array]], *, xlabel: str) -> Figure:
    """Draw performance profiles: the share of runs, averaged over sequences, that are better than each threshold.

    Args:
        thresholds: (K,).
        found: name -> share, and the lower and upper ends of its band, (K,) each; at most five.
        xlabel: what the thresholds are.
    """
    figure = Figure(figsize=(7.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for (name, (share, low, high)), colour in zip(found.items(), COLOURS, strict=False):
        axes.fill_between(thresholds, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(thresholds, share, color=colour, label=name)
    axes.set(xlabel=xlabel, ylabel="share of runs that are better", ylim=(-0.02, 1.02))
    if thresholds.min() > 0 and thresholds.max() > SPAN / 3 * thresholds.min():
        _logarithmic(axes)
    axes.set_xlim(thresholds.min(), thresholds.max())
    legend_above(axes, columns=5)
    return figure


def _logarithmic(axes: Axes) -> None:
    """Make the x axis logarithmic, with a label at 1, 2 and 5 of each decade: at every tick they would overlap."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
