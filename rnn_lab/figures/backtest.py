"""A backtest: errors by horizon, of the network and of the baselines, from the same origins."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_lab.figures.style import BLUE, GREY, legend_above, middle_and_range, replicas, styled

DASHES = ("--", ":", "-.", (0, (8, 2)), (0, (8, 2, 1, 2)))


@styled
def backtest(section: Mapping[str, Any]) -> Figure:
    """Draw the error against how many steps ahead it was forecast.

    The network's line is the mean over replicas, with their range as a band. A forecast that blew up leaves through the
    top.

    Args:
        section: what the summary says of the backtest.
    """
    ahead = np.arange(1, section["steps"] + 1)
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots()
    mark = "o" if len(ahead) <= 30 else None
    others = {name: np.array(values) for name, values in section["rmse"].items() if name != "network"}
    for dash, (name, values) in zip(DASHES * len(others), others.items(), strict=False):
        axes.plot(ahead, values, color=GREY, linestyle=dash, marker=mark, markersize=3, label=name)
    each = np.array(section["replicas"], np.float64)
    mean, low, high = middle_and_range(each)
    axes.plot(ahead, mean, color=BLUE, linewidth=2.4, marker=mark, markersize=4, label="network", zorder=3)
    if len(each) > 1:
        axes.fill_between(ahead, low, high, color=BLUE, alpha=0.25, linewidth=0)
    finite = np.concatenate([mean, *others.values()])
    finite = finite[np.isfinite(finite)]
    if finite.size:
        axes.set_ylim(0.0, 1.08 * min(float(finite.max()), 3.0 * float(np.median(finite))) or 1.0)
    axes.set_xlim(0.5, len(ahead) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="steps ahead", ylabel=section["score"].upper())
    legend_above(axes, columns=6)
    anew = ", fitted anew at each" if section["refit"] else ""
    title = f"Backtest from {len(section['origins'])} {section['split']} origins{anew}{replicas(len(each))}"
    figure.suptitle(title, x=0.01, ha="left")
    return figure
