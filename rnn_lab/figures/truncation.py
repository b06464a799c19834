"""Error as a function of k, the time steps that the gradient is sent back through."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from rnn_lab.figures.style import BLUE, GREEN, ORANGE, PURPLE, Array, legend_above, styled

COLOURS, MARKERS = (ORANGE, BLUE, GREEN, PURPLE), "os^D"


@styled
def truncation(errors: Mapping[str, Mapping[int, Array]], *, ylabel: str) -> Figure:
    """Draw the median over seeds against k, with a band over the middle half and a thin dot for each seed.

    Args:
        errors: network -> k -> (R,); at most four networks.
        ylabel: what the errors are.
    """
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axes = figure.subplots()
    for (name, by_k), colour, marker in zip(errors.items(), COLOURS, MARKERS, strict=False):
        ks = sorted(by_k)
        low, median, high = np.array([np.quantile(by_k[k], [0.25, 0.5, 0.75]) for k in ks]).T
        axes.fill_between(ks, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(ks, median, marker=marker, markersize=5, color=colour, label=name)
        for k in ks:
            axes.plot([k] * len(by_k[k]), by_k[k], marker, color=colour, markersize=2.5, alpha=0.45, markeredgewidth=0)
    every = sorted({k for by_k in errors.values() for k in by_k})
    axes.set(xscale="log", yscale="log", xlabel="k, time steps that the gradient is sent back through", ylabel=ylabel)
    axes.set_xticks(every, [str(k) for k in every])
    axes.xaxis.set_minor_locator(NullLocator())
    legend_above(axes)
    return figure
