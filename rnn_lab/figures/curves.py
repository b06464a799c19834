"""Training curves: losses and errors by epoch, the best epoch, and the baselines to beat."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from rnn_lab.figures.logarithmic import plain_ticks
from rnn_lab.figures.style import GREY, NAMES, SPLITS, Array, legend_above, styled

DASHES = [(0, (1, 1)), (0, (3, 1)), (0, (6, 1)), (0, (6, 1, 1, 1)), (0, (3, 1, 1, 1, 1, 1)), (0, (1, 3))]
PREFIXES = {"train": "train", "val": "validation"}
UNITS = {"rmse": "units of the targets", "nrmse": "without a unit"}
HUGE = 1e100


@styled
def loss_curves(
    epochs: Array,
    metrics: Mapping[str, Array],
    *,
    best_epoch: Array | None = None,
    baselines: Mapping[str, float] | None = None,
    score: str = "rmse",
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw the loss and the error of training and validation against the epoch, on logarithmic scales.

    Where the loss is but the square of the error, as of one target, the error alone is drawn.

    The error is the RMSE or NRMSE, or of classes the share of wrong ones, 1 - accuracy.

    With several replicas each has a thin line, their median a thick one, and a band spans the middle half of them, each
    over the replicas that still train (the others are ``nan``). The median is not moved by one replica that diverged.
    A dot marks each replica's best epoch on its validation curve.
    Baselines are horizontal lines over the error, or of classes over the loss; one that lies out of sight, such as an
    exact one, is named in the legend all the same.

    Args:
        epochs: (E,) numbers of the epochs, 0 being before any update.
        metrics: name -> (E, R), at least ``train/loss``, ``val/loss``, and ``train/rmse`` and ``val/rmse`` or
            ``train/accuracy`` and ``val/accuracy``; or those of another score than the RMSE.
        best_epoch: (R,) the epochs of the weights that were kept; None marks none.
        baselines: name -> that score, or of classes the loss, on the validation targets.
        score: that is the error of numbers, ``rmse`` or, of targets in different units, ``nrmse``.
        ranges: name -> least and greatest of a baseline that was drawn several times, as a grey band.
    """
    both = not _one_curve(metrics, score)
    figure = Figure(figsize=(11 if both else 8, 4.4), layout="constrained")
    losses, errors = figure.subplots(1, 2) if both else [figure.subplots()] * 2
    R = np.shape(metrics["val/loss"])[1]
    classes = "val/accuracy" in metrics
    if classes:
        metrics = {**metrics, **{f"{prefix}/wrong": 1.0 - metrics[f"{prefix}/accuracy"] for prefix in PREFIXES}}
    room = max(0.5, 0.02 * (epochs[-1] - epochs[0]))
    shown = [(losses, "loss")] * both + [(errors, "wrong" if classes else score)]
    for axes, metric in shown:
        for prefix, split in PREFIXES.items():
            _curve(axes, epochs, _positive(metrics[f"{prefix}/{metric}"]), split)
        if best_epoch is not None:
            _mark(axes, epochs, _positive(metrics[f"val/{metric}"]), best_epoch)
        _logarithmic(axes, [metrics[f"{prefix}/{metric}"] for prefix in PREFIXES])
        axes.set(xlabel="epoch", xlim=(epochs[0] - room, epochs[-1] + room))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    if both:
        losses.set(title="Loss", ylabel="cross-entropy (nats)" if classes else "loss (of scaled targets)")
    error = "share of wrong classes" if classes else f"{score.upper()} ({UNITS[score]})"
    errors.set(title="Error", ylabel=error)
    legend_above(losses)
    if not both and (first := errors.get_legend()):
        errors.add_artist(first)  # or the baselines' legend would take its place
    if baselines:
        where, what = (losses, "cross-entropy") if classes else (errors, score.upper())
        _baselines(where, errors, baselines, f"Validation {what} of", ranges or {})
    for axes, _ in shown:
        plain_ticks(axes.yaxis, *axes.get_ylim())
    who = "" if R == 1 else f": {R} replicas, their median and middle half"
    figure.suptitle(f"Training{who}", x=0.01, ha="left")
    return figure


def _one_curve(metrics: Mapping[str, Array], score: str) -> bool:
    """Tell whether the loss is the square of the error in another unit, as of one target: it would be drawn twice."""
    if "val/accuracy" in metrics:
        return False
    losses = np.concatenate([np.ravel(metrics[f"{prefix}/loss"]) for prefix in PREFIXES]).astype(float)
    errors = np.concatenate([np.ravel(metrics[f"{prefix}/{score}"]) for prefix in PREFIXES]).astype(float)
    usable = np.isfinite(losses) & np.isfinite(errors) & (losses > 0) & (errors > 0) & (losses < HUGE)
    ratio = errors[usable] ** 2 / losses[usable]
    return ratio.size > 1 and bool(np.ptp(ratio) <= 1e-6 * ratio.max())


def _curve(axes: Axes, epochs: Array, values: Array, split: str) -> None:
    colour, label, marker = SPLITS[split], NAMES[split].lower(), "o" if len(epochs) == 1 else None
    width = 2.6 if split == "train" else 1.3  # the two often coincide: a thin line over a thick one shows both
    if values.shape[1] == 1:
        axes.plot(epochs, values[:, 0], color=colour, label=label, linewidth=width, marker=marker)
        return
    axes.plot(epochs, values, color=colour, linewidth=0.6, alpha=0.4)
    low, median, high = _quartiles(values)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(epochs, median, color=colour, linewidth=width, label=label, marker=marker)


def _quartiles(values: Array) -> Array:
    """Quartiles over the replicas that are finite, (3, E); ``nan`` where none is."""
    quartiles = np.full((3, len(values)), np.nan)
    some = np.isfinite(values).any(axis=1)
    quartiles[:, some] = np.nanquantile(values[some], [0.25, 0.5, 0.75], axis=1)
    return quartiles


def _mark(axes: Axes, epochs: Array, values: Array, best_epoch: Array) -> None:
    rows = np.searchsorted(epochs, best_epoch)
    points = values[rows, np.arange(values.shape[1])]
    label = f"best epoch ({best_epoch[0]})" if len(best_epoch) == 1 else "best epochs"
    axes.plot(
        best_epoch,
        points,
        "o",
        color=SPLITS["validation"],
        markersize=5,
        markeredgecolor="white",
        zorder=4,
        label=label,
    )


def _logarithmic(axes: Axes, curves: list[Array]) -> None:
    """Scale by the curves alone: neither a baseline nor one exploding replica decides what is seen of them."""
    typical = np.concatenate([_quartiles(_positive(curve))[1] for curve in curves])
    values = np.concatenate([_positive(curve).ravel() for curve in curves])
    if not np.isfinite(values).any():
        values = typical = np.ones(1)
    low, high = np.nanmin(values), min(np.nanmax(values), 10 * np.nanmax(typical))
    room = max(high / low, 2.0) ** 0.08
    axes.set_yscale("log")
    axes.set_ylim(low / room, high * room)


def _positive(values: Array) -> Array:
    """Leave out what a logarithmic axis cannot show: matplotlib's overflow long before numbers do."""
    values = np.asarray(values, float)
    return np.where((values > 0) & (values < HUGE), values, np.nan)


def _baselines(
    axes: Axes, last: Axes, baselines: Mapping[str, float], title: str, ranges: Mapping[str, tuple[float, float]]
) -> None:
    """Draw baselines across the axes, and widen these so that all within a decade of the curves can be seen.

    Their legend stands beside the last axes.
    """
    low, high = axes.get_ylim()
    near = [value for value in baselines.values() if low / 10 < value < high * 10]
    axes.set_ylim(min([low, *(0.8 * value for value in near)]), max([high, *(1.25 * value for value in near)]))
    low, high = axes.get_ylim()
    handles = []
    for number, (name, value) in enumerate(baselines.items()):
        style: dict[str, Any] = {"color": GREY, "linestyle": DASHES[number % len(DASHES)], "linewidth": 1.2}
        seen = low <= value <= high
        if seen:
            axes.axhline(value, zorder=1, **style)
        where = "" if seen else " (below)" if value < low else " (above)"
        ends = ""
        if name in ranges:
            axes.axhspan(*ranges[name], color=GREY, alpha=0.15, linewidth=0, zorder=0)
            ends = " ({:.4g} to {:.4g})".format(*ranges[name])
        handles.append(Line2D([], [], label=f"{name} {value:.4g}{ends}{where}", **style))
    last.legend(handles=handles, title=title, alignment="left", loc="center left", bbox_to_anchor=(1.01, 0.5))
