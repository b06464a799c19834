"""Experiment zero in one picture: a countdown, then chaos, then a number that could have been another."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_lab.figures.strips import Strip, draw_strips
from rnn_lab.figures.style import BLUE, GREY, INK, ORANGE, Array, legend_above, styled

RESOLUTION = 2.0**-52
RECORDS = 100


@styled
def reproduction(
    published: Array,
    nudged: Array,
    countdown: Array,
    separation: tuple[Array, Array],
    ends: Sequence[Strip],
    yardsticks: Mapping[str, float],
) -> Figure:
    """Draw the published losses beside the lab's, how fast rounding errors grow, and where runs end.

    Args:
        published: (E,) training losses, the tutorial's sums over records.
        nudged: (E, R) the same of the lab's runs, which began with the published weights but for rounding errors.
        countdown: (C,) training losses of an output that falls by 0.1 a record, whatever it reads; C <= E.
        separation: updates (M,), and |W - W'| / |W| of pairs of runs (M, pairs).
        ends: final validation RMSE of groups of runs.
        yardsticks: name -> validation RMSE.
    """
    figure = Figure(figsize=(11, 7.2), layout="constrained")
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.3, 1])[:, 0]
    left, right = upper.subplots(1, 2)
    losses(left, published, nudged, countdown)
    apart(right, *separation)
    axes = lower.subplots()
    draw_strips(axes, ends, yardsticks, "validation RMSE after 25 epochs (diamond: published)")
    axes.set_xticks(ticks := [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5], [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_title("c  Where runs end")
    return figure


def losses(axes: Axes, published: Array, nudged: Array, countdown: Array) -> None:
    """The training loss by epoch, the chaotic epochs enlarged."""
    epochs = np.arange(1, len(published) + 1)
    closer = axes.inset_axes((0.43, 0.3, 0.56, 0.55))
    for where, size in ((axes, 5.0), (closer, 3.5)):
        where.fill_between(epochs, nudged.min(axis=1), nudged.max(axis=1), color=BLUE, alpha=0.2, linewidth=0)
        where.plot(epochs, np.median(nudged, axis=1), color=BLUE, label=f"{nudged.shape[1]} runs of this lab")
        where.plot(np.arange(1, len(countdown) + 1), countdown, color=ORANGE, linestyle=(0, (4, 2)), label="countdown")
        where.plot(
            epochs, published, "o", markersize=size, markerfacecolor="none", markeredgecolor=INK, label="published"
        )
    chaotic = np.concatenate([nudged[6:].ravel(), published[6:]])
    closer.set(xlim=(6.5, len(published) + 0.5), ylim=(chaotic.min() - 0.1, chaotic.max() + 0.1))
    closer.set_title("epochs 7-25: median and range", fontsize=8)
    axes.set(yscale="log", xlabel="epoch", ylabel="training loss (sum over records)", title="a  Losses")
    legend_above(axes)


def apart(axes: Axes, updates: Array, distances: Array) -> None:
    """Draw the distance of runs that began with the same weights but for rounding errors."""
    axes.plot(updates / RECORDS + 1, distances, color=BLUE, linewidth=0.9, alpha=0.8)
    axes.axhline(RESOLUTION, color=GREY, linewidth=1.1, linestyle=(0, (1, 1)))
    axes.text(1.05, RESOLUTION * 0.55, "resolution of float64", color=GREY, fontsize=8, va="top")
    axes.set(
        yscale="log",
        ylim=(RESOLUTION / 10, 0.1),
        xlabel="epoch (100 updates each)",
        ylabel="|W − W′| / |W|",
        title="b  Distance of runs that began 1e-15 apart",
    )
