"""True and predicted targets of one split, and how far apart they are."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnn_lab.figures.style import (
    GREY,
    INK,
    NAMES,
    PANELS,
    SPLITS,
    Array,
    legend_above,
    limits,
    middle_and_range,
    replicas,
    shown,
    styled,
)
from rnn_lab.scoring.metrics import rmse


@styled
def predictions(
    true: Array,
    predicted: Array,
    *,
    split: str,
    targets: Sequence[str],
    x: Array | None = None,
    x_name: str = "record",
) -> Figure:
    """Draw true and predicted targets over each other and, below, the error (predicted - true) on its own scale.

    With several replicas the line is their mean and the band their range; an RMSE is the mean of theirs.

    Args:
        true: (N, O), original units.
        predicted: (R, N, O), original units.
        split: ``train``, ``validation`` or ``test``.
        targets: the O names.
        x: (N,) where the targets lie, numbers or datetime64; None counts the records.
        x_name: the x axis' label.
    """
    x = np.arange(len(true)) if x is None else x
    colour, count = SPLITS[split], min(len(targets), PANELS)
    figure = Figure(figsize=(9, 0.9 + 3.2 * count), layout="constrained")
    panels = figure.subplots(2 * count, 1, sharex=True, height_ratios=[2.4, 1] * count)
    for o in range(count):
        values, errors = panels[2 * o], panels[2 * o + 1]
        mean, low, high = middle_and_range(predicted[:, :, o])
        # A thin line over a thick one: both are seen where they agree.
        values.plot(x, true[:, o], color=INK, linewidth=0.9, label="true", zorder=3)
        values.plot(x, mean, color=colour, linewidth=2.6, label="predicted")
        errors.axhline(0.0, color=GREY, linewidth=0.8)
        errors.plot(x, mean - true[:, o], color=colour, linewidth=1.0)
        if len(predicted) > 1:
            band = {"color": colour, "alpha": 0.25, "linewidth": 0}
            values.fill_between(x, low, high, label="range", **band)
            errors.fill_between(x, low - true[:, o], high - true[:, o], **band)
        values.set_ylim(limits(true[:, o], also=[low, high]))
        span = np.ptp(values.get_ylim())
        errors.set_ylim(limits(np.clip(np.array([low, high]) - true[:, o], -span, span), 0.1))
        score, _, _ = middle_and_range(rmse(predicted[:, :, [o]], true[:, [o]]))
        values.set(title=f"{targets[o]}: RMSE {score:.4g}", ylabel=targets[o])
        errors.set_ylabel("error")
    panels[-1].set_xlabel(x_name)
    panels[0].margins(x=0.01)
    legend_above(panels[0])
    figure.suptitle(f"{NAMES[split]}: true and predicted{replicas(len(predicted))}{shown(targets)}", x=0.01, ha="left")
    return figure
