"""A sweep examined: its space, its budget, its failures, its best curves, its winner, its parameters."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from rnn_lab.figures.logarithmic import plain_ticks
from rnn_lab.figures.style import BLUE, GREY, INK, ORANGE, PALE, legend_above, styled

Array = NDArray[np.float64]


@styled
def places(
    every: Mapping[str, Array], marked: Mapping[str, Array], *, label: str, ends: Mapping[str, tuple[str, str]],
    colour: str = BLUE, near: float = 0.0,
) -> Figure:  # fmt: skip
    """Draw where trials lie in each parameter's range, a row a parameter, some of them marked.

    Args:
        every: parameter -> (N,) places in [0, 1].
        marked: parameter -> (M,) places of the marked ones.
        label: what is marked.
        ends: parameter -> how the ends of its range are written.
        colour: of the marked ones.
        near: share of the range at both ends that is shaded.
    """
    figure = Figure(figsize=(7.0, 1.1 + 0.5 * len(every)), layout="constrained")
    axes = figure.subplots()
    if near:
        for low, high in ((0.0, near), (1 - near, 1.0)):
            axes.axvspan(low, high, color=PALE, alpha=0.6, linewidth=0)
    for row, name in enumerate(every):
        axes.plot(every[name], np.full(len(every[name]), row), "|", color=GREY, markersize=11)
        axes.plot(marked[name], np.full(len(marked[name]), row), "o", color=colour, markersize=6, alpha=0.75)
        for x, text, side in ((0.0, ends[name][0], "left"), (1.0, ends[name][1], "right")):
            axes.text(x, row + 0.36, text, ha=side, va="center", fontsize=7, color=GREY)
    axes.plot([], [], "|", color=GREY, label="trials")
    axes.plot([], [], "o", color=colour, label=label)
    axes.set(xlim=(-0.02, 1.02), ylim=(len(every) - 0.4, -0.6), yticks=range(len(every)), yticklabels=list(every))
    axes.set_xticks([])
    axes.grid(visible=False)
    legend_above(axes)
    return figure


@styled
def budget(budgets: Array, middle: Array, low: Array, high: Array, *, ylabel: str) -> Figure:
    """Draw the best value that fewer trials would have found: the median over choices of them, and 5 % to 95 %."""
    figure = Figure(figsize=(7.0, 3.0), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(budgets, low, high, step="mid", color=BLUE, alpha=0.18, linewidth=0, label="5 % to 95 %")
    axes.step(budgets, middle, where="mid", color=BLUE, label="median")
    axes.axvline(len(budgets) / 2, color=GREY, linewidth=0.8, linestyle=":")
    axes.set(xlabel="trials, drawn from those that are complete", ylabel=f"best {ylabel}")
    _maybe_logarithmic(axes, np.concatenate([low, high]))
    legend_above(axes)
    return figure


@styled
def best_curves(curves: Mapping[str, Array], *, ylabel: str) -> Figure:
    """Draw the best trials' curves by epoch, (T,) each, the best one in colour."""
    figure = Figure(figsize=(7.0, 3.0), layout="constrained")
    axes = figure.subplots()
    for k, (name, curve) in reversed(list(enumerate(curves.items()))):
        colour, width = (BLUE, 1.8) if k == 0 else (GREY, 1.0)
        axes.plot(np.arange(1, len(curve) + 1), curve, color=colour, linewidth=width, label=name)
    axes.set(xlabel="epoch", ylabel=ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _maybe_logarithmic(axes, np.concatenate([*curves.values(), np.empty(0)]))
    legend_above(axes, columns=5)
    return figure


@styled
def winner(reported: Mapping[str, float], fresh: Mapping[str, Array], *, ylabel: str) -> Figure:
    """Draw what the search reported beside each fresh seed's value, a column a trial."""
    figure = Figure(figsize=(7.0, 3.0), layout="constrained")
    axes = figure.subplots()
    for column, name in enumerate(reported):
        values = fresh.get(name, np.empty(0))
        axes.plot(np.full(len(values), column), values, "o", color=BLUE, alpha=0.6, markersize=5)
        axes.plot(column, reported[name], "D", color=ORANGE, markersize=6, markeredgecolor="white")
    axes.plot([], [], "D", color=ORANGE, label="reported by the search")
    axes.plot([], [], "o", color=BLUE, label="a fresh seed each")
    axes.set(xticks=range(len(reported)), xticklabels=list(reported), ylabel=ylabel, xlim=(-0.6, len(reported) - 0.4))
    _maybe_logarithmic(axes, np.concatenate([np.array(list(reported.values())), *fresh.values()]))
    legend_above(axes)
    return figure


@styled
def isolation(
    panels: Mapping[str, tuple[Array, Array, Array, Array]], ticks: Mapping[str, tuple[Sequence[float], Sequence[str]]],
    *, ylabel: str,
) -> Figure:  # fmt: skip
    """Draw the best achievable value as a function of each parameter alone, a panel each.

    Args:
        panels: parameter -> places and values of the trials, places and best values of parts of the range.
        ticks: parameter -> places and their labels.
        ylabel: what the values are.
    """
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(2.6 * columns + 0.6, 2.3 * rows + 0.3), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes, (name, (x, y, at, best)) in zip(grid.flat, panels.items(), strict=False):
        axes.plot(x, y, "o", color=GREY, markersize=3, alpha=0.5)
        axes.plot(at, best, "o-", color=BLUE, markersize=5)
        axes.set_title(name, fontsize=8)
        axes.set_xticks(*ticks[name])
        _maybe_logarithmic(axes, y)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    for axes in grid[:, 0]:
        axes.set_ylabel(ylabel)
    return figure


@styled
def importances(tables: Mapping[str, Array], names: Sequence[str]) -> Figure:
    """Draw importances with their intervals, a colour for each way of asking.

    Args:
        tables: title -> (P, 3) lower end, estimate, upper end.
        names: P.
    """
    figure = Figure(figsize=(7.0, 1.0 + 0.55 * len(names)), layout="constrained")
    axes = figure.subplots()
    for k, (title, table) in enumerate(tables.items()):
        rows = np.arange(len(names)) + 0.25 * (k - (len(tables) - 1) / 2)
        low, middle, high = table.T
        colour = (BLUE, ORANGE)[k % 2]
        axes.hlines(rows, low, high, color=colour)
        axes.plot(middle, rows, "o", color=colour, label=title, markersize=5)
    axes.set(yticks=range(len(names)), yticklabels=list(names), ylim=(len(names) - 0.4, -0.6), xlim=(-0.02, 1.02))
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlabel("importance, 95 % intervals over resampled trials")
    legend_above(axes)
    return figure


def _maybe_logarithmic(axes: Axes, values: Array) -> None:
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() > 0 and finite.max() > 5 * finite.min():
        axes.set_yscale("log")
        plain_ticks(axes.yaxis, finite.min(), finite.max())
