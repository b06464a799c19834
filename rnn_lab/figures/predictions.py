"""True and predicted targets of one split and how far apart they are: at full size, or cheaply for every epoch."""

from collections.abc import Sequence
from typing import Any, cast

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rnn_lab.figures.style import (
    GREY,
    INK,
    NAMES,
    PANELS,
    RC,
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
        values.set(title=f"{targets[o]}: RMSE {score:.3g}", ylabel=targets[o])
        errors.set_ylabel("error")
    panels[-1].set_xlabel(x_name)
    panels[0].margins(x=0.01)
    legend_above(panels[0])
    figure.suptitle(f"{NAMES[split]}: true and predicted{replicas(len(predicted))}{shown(targets)}", x=0.01, ha="left")
    return figure


class PredictionSteps:
    """Small images of the same targets, one an epoch, for a slider: only what changes is drawn again.

    Axes, true values and labels are painted once. An image then costs one copy of that background and the predicted
    lines. The y axis is fixed to the true values and some room around them, so that steps can be compared and an early
    network's wild predictions do not squeeze the rest.

    Args:
        true: (N, O), original units.
        split: ``train``, ``validation`` or ``test``.
        targets: the O names.
        probabilities: whether the values are probabilities of the right class, which should be 1: the y axis is that of
            all probabilities then, and the title says their average instead of an error.

    Example:
        >>> steps = PredictionSteps(np.zeros((50, 1)), split="validation", targets=("x",))
        >>> steps.image(np.ones((3, 50, 1)), epoch=7).shape
        (260, 640, 3)
    """

    def __init__(self, true: Array, *, split: str, targets: Sequence[str], probabilities: bool = False) -> None:
        self._probabilities = probabilities
        with matplotlib.rc_context({**RC, "font.size": 8}):
            self._build(true, split, targets)

    def _build(self, true: Array, split: str, targets: Sequence[str]) -> None:
        self._true, self._split = true, split
        O = min(true.shape[1], PANELS)  # noqa: E741
        self.figure = Figure(figsize=(8, 1.25 + 2.0 * O), dpi=80)
        self._canvas = cast("Any", FigureCanvasAgg(self.figure))
        height = self.figure.get_figheight()
        self.axes = self.figure.subplots(O, 1, sharex=True, squeeze=False)[:, 0]
        self.figure.subplots_adjust(left=0.09, right=0.985, bottom=0.5 / height, top=1 - 0.45 / height, hspace=0.15)
        self._records = np.arange(len(true), dtype=float)
        self._replicas, self._means = [], []
        for o, axes in enumerate(self.axes):
            axes.plot(self._records, true[:, o], color=INK, linewidth=1.0)
            around = (-0.03, 1.03) if self._probabilities else limits(true[:, o], 0.25)
            axes.set(ylabel=targets[o], xlim=limits(self._records, 0.01), ylim=around)
            lines = LineCollection([], colors=SPLITS[split], linewidths=0.6, alpha=0.35, animated=True)
            self._replicas.append(axes.add_collection(lines, autolim=False))
            self._means += axes.plot([], [], color=SPLITS[split], linewidth=1.4, animated=True)
        self.axes[-1].set_xlabel(f"{NAMES[split].lower()} record (black: true; colour: predicted{shown(targets)})")
        self._title = self.axes[0].text(0.0, 1.03, "", transform=self.axes[0].transAxes, fontsize=9, animated=True)
        self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def image(self, predicted: Array, epoch: int) -> NDArray[np.uint8]:
        """Paint the predictions (R, N, O) of an epoch: (height, width, 3), 0 to 255."""
        self._canvas.restore_region(self._background)
        mean, _, _ = middle_and_range(predicted)
        for o, axes in enumerate(self.axes):
            if len(predicted) > 1:
                self._replicas[o].set_segments(
                    [np.column_stack([self._records, replica]) for replica in predicted[:, :, o]]
                )
                axes.draw_artist(self._replicas[o])
            self._means[o].set_data(self._records, mean[:, o])
            axes.draw_artist(self._means[o])
        each = predicted.mean(axis=(1, 2)) if self._probabilities else rmse(predicted, self._true)
        name, (score, _, _) = "average" if self._probabilities else "RMSE", middle_and_range(each)
        who = f", mean of {len(predicted)} replicas" if len(predicted) > 1 else ""
        self._title.set_text(f"{NAMES[self._split]}, epoch {epoch}: {name} {score:.4g}{who}")
        self.axes[0].draw_artist(self._title)
        return np.array(self._canvas.buffer_rgba())[:, :, :3]
