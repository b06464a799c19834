"""Several plots of one kind side by side: groups of curves, one a seed, beside what they have to beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_lab.figures.logarithmic import plain_ticks
from rnn_lab.figures.style import BLUE, GREY, Array, styled

ACROSS = 3
DASHES = ((0, (1, 1)), (0, (4, 2)), (0, (8, 2)), (0, (8, 2, 1, 2)))


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves of some runs that differ in their seed only.

    Attributes:
        label: what they have in common; equal labels share an entry of the legend.
        x: (E,).
        values: (E, R); what is not finite is left out.
        colour: of all of them.
    """

    label: str
    x: Array
    values: Array
    colour: str = BLUE


@dataclass(frozen=True, eq=False)
class Panel:
    """One plot.

    Attributes:
        title, xlabel, ylabel: its words.
        curves: what is drawn.
        yardsticks: name -> value, drawn as named horizontal lines; at most four.
        logarithmic: whether values are; what is not positive is left out then.
    """

    title: str
    xlabel: str
    ylabel: str
    curves: Sequence[Curves]
    yardsticks: Mapping[str, float] = field(default_factory=dict)
    logarithmic: bool = True


@styled
def panels(plots: Sequence[Panel]) -> Figure:
    """Draw the plots in rows of three: each seed a thin curve, their median a thick one.

    Args:
        plots: in reading order.
    """
    across = 2 if len(plots) == 4 else min(len(plots), ACROSS)  # four are a square
    rows = -(-len(plots) // across)
    figure = Figure(figsize=(4.1 * across, 0.4 + 3.2 * rows), layout="constrained")
    every = figure.subplots(rows, across, squeeze=False).ravel()
    for axes, plot in zip(every, plots, strict=False):
        _draw(axes, plot)
    for axes in every[len(plots) :]:
        axes.axis("off")
    handles = {label: line for axes in every for line, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles, loc="outside upper right", ncols=len(handles))
    return figure


def _draw(axes: Axes, plot: Panel) -> None:
    for group in plot.curves:
        axes.plot(group.x, _drawable(group.values, plot.logarithmic), color=group.colour, linewidth=0.7, alpha=0.5)
        median = _drawable(np.median(group.values, axis=1), plot.logarithmic)
        axes.plot(group.x, median, color=group.colour, linewidth=2.0, label=group.label)
    for dash, (name, value) in zip(DASHES, plot.yardsticks.items(), strict=False):
        axes.axhline(value, color=GREY, linewidth=1.1, linestyle=dash, zorder=1)
        axes.text(
            0.99, value, name, transform=axes.get_yaxis_transform(), color=GREY, fontsize=8, ha="right", va="bottom"
        )
    axes.set(title=plot.title, xlabel=plot.xlabel, ylabel=plot.ylabel, yscale="log" if plot.logarithmic else "linear")
    if all((group.x == np.round(group.x)).all() for group in plot.curves):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if plot.logarithmic:
        plain_ticks(axes.yaxis, *axes.get_ylim())


def _drawable(values: Array, logarithmic: bool) -> Array:
    """Leave out what the axis cannot show."""
    return np.where(np.isfinite(values) & ((values > 0) | (not logarithmic)), values, np.nan)
