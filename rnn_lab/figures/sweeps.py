"""Sweeps of several sequences side by side, one row a sequence: what mattered, what was gained, how far back did."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from rnn_lab.figures.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, Array, legend_above, styled

COLOURS = (GREY, BLUE, ORANGE, GREEN, PURPLE)
WORST = 10.0
"""The ratio at which the colours of `scan` end."""


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), list(labels))
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)


@styled
def importances(found: Mapping[str, Array], by_chance: Mapping[str, Array], labels: Sequence[str]) -> Figure:
    """Draw a panel for each parameter: its importance on each sequence, and how sure that is.

    Args:
        found: parameter -> (S, 3): lower end of an interval, importance, upper end.
        by_chance: parameter -> (S,): importances that chance alone could give, drawn as open diamonds.
        labels: S names, from top to bottom.
    """
    figure = Figure(figsize=(9.5, 1.2 + 0.24 * len(labels)), layout="constrained")
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    rows = np.arange(len(labels))
    for axes, (name, values), colour in zip(panels, found.items(), COLOURS[1:], strict=False):
        low, middle, high = values.T
        axes.barh(rows, middle, height=0.62, color=colour, alpha=0.35)
        axes.hlines(rows, low, high, color=colour, linewidth=1.6)
        axes.plot(by_chance[name], rows, "D", markersize=4, markerfacecolor="none", markeredgecolor=INK)
        axes.set(title=name, xlim=(0, 1), xlabel="importance")
        _rows(axes, labels)
    return figure


@styled
def comparison(
    groups: Mapping[str, Sequence[Array]], yardsticks: Mapping[str, Array], labels: Sequence[str], *, xlabel: str
) -> Figure:
    """Draw what several configurations reach on each sequence: a dot a seed, a bar at their median, one axis.

    Args:
        groups: configuration -> S arrays of (R,); at most five.
        yardsticks: name -> (S,), drawn as small marks; at most three.
        labels: S names, from top to bottom.
        xlabel: what the values are; the axis is logarithmic.
    """
    figure = Figure(figsize=(9.5, 1.4 + 0.36 * len(labels)), layout="constrained")
    axes = figure.subplots()
    rows = range(len(labels))
    for row in rows:
        axes.axhline(row, color=PALE, linewidth=0.8, zorder=0)
    offsets = np.linspace(-0.24, 0.24, len(groups)) if len(groups) > 1 else [0.0]
    for (name, values), colour, offset in zip(groups.items(), COLOURS, offsets, strict=False):
        for row, each in zip(rows, values, strict=True):
            finite = each[np.isfinite(each)]
            axes.plot(finite, np.full(len(finite), row + offset), "o", color=colour, markersize=3.2, markeredgewidth=0)
            if len(finite):
                axes.vlines(np.median(finite), row + offset - 0.13, row + offset + 0.13, color=colour, linewidth=1.8)
        axes.plot([], [], "o", color=colour, markersize=4, label=name)
    for (name, marks), shape in zip(yardsticks.items(), "Dx+", strict=False):
        axes.plot(marks, rows, shape, color=INK, markersize=5, markerfacecolor="none", linestyle="none", label=name)
    axes.set(xscale="log", xlabel=xlabel)
    _rows(axes, labels)
    legend_above(axes, columns=6)
    return figure


@styled
def scan(ratios: Mapping[str, Mapping[int, float]], memory: Mapping[str, int], enough: Mapping[str, int]) -> Figure:
    """Draw errors by truncation length as colours, relative to each sequence's best.

    Args:
        ratios: sequence -> k -> error over the least of its errors; a sequence's longest k is its window.
        memory: sequence -> rows that its forecast has to look at, a diamond.
        enough: sequence -> the shortest k that does, a ring.
    """
    figure = Figure(figsize=(8.5, 1.4 + 0.28 * len(ratios)), layout="constrained")
    axes = figure.subplots()
    norm = LogNorm(1.0, WORST)
    for row, by_k in enumerate(ratios.values()):
        ks = sorted(by_k)
        edges = [ks[0] / np.sqrt(2), *(np.sqrt(a * b) for a, b in pairwise(ks)), ks[-1] * np.sqrt(2)]
        values = np.array([[min(by_k[k], WORST) for k in ks]])
        mesh = axes.pcolormesh(edges, [row - 0.42, row + 0.42], values, norm=norm, cmap="cividis_r")
    rows = range(len(ratios))
    axes.plot(
        [memory[name] for name in ratios], rows, "D", color=INK, markeredgecolor="white", markersize=6, label="memory"
    )
    ring: dict[str, Any] = {
        "markersize": 9,
        "markerfacecolor": "none",
        "markeredgecolor": ORANGE,
        "markeredgewidth": 1.6,
    }
    axes.plot([enough[name] for name in ratios], rows, "o", linestyle="none", label="k that does", **ring)
    figure.colorbar(mesh, ax=axes, label="error over the least of the row", ticks=[1, 2, 5, 10], format="%g", pad=0.01)
    axes.set(xscale="log", xlabel="k, time steps that the gradient is sent back through")
    axes.xaxis.set_major_locator(FixedLocator([1, 2, 4, 8, 16, 32, 64]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:g}")
    _rows(axes, list(ratios))
    axes.grid(visible=False)
    legend_above(axes)
    return figure


@styled
def progress(lines: Mapping[str, Array], *, ylabel: str) -> Figure:
    """Draw what sweeps have reached by trial: the median over sequences, and a band over their middle half.

    Args:
        lines: name -> (S, trials); at most five.
        ylabel: what the values are; the axis is logarithmic.
    """
    figure = Figure(figsize=(7.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for (name, values), colour in zip(lines.items(), COLOURS[1:], strict=False):
        low, middle, high = np.nanquantile(values, [0.25, 0.5, 0.75], axis=0)
        trials = np.arange(1, values.shape[1] + 1)
        axes.fill_between(trials, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(trials, middle, color=colour, label=name)
    axes.axhline(1.0, color=INK, linewidth=0.8)
    axes.set(yscale="log", xlabel="trials", ylabel=ylabel)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    legend_above(axes)
    return figure
