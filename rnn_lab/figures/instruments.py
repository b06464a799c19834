"""Figures of the instruments: what each measured by epoch, and its vectors at a few epochs from first to last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from rnn_lab.figures.style import BLUE, GREEN, ORANGE, PURPLE, Array, legend_above, replicas, styled

EPOCHS = 5
"""Epochs at which a vector is drawn."""
WIDE = 30
"""Positive values that differ by more than this factor are drawn on a logarithmic axis."""
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


@dataclass(frozen=True)
class Vector:
    """Words for a vector that an observer measures.

    Attributes:
        xlabel, ylabel: of its entries and their values.
        logarithmic: whether values are.
        descending: whether entries have no order of their own, and the largest stands first.
        first: number of the first entry.
    """

    xlabel: str = "entry"
    ylabel: str = "value"
    logarithmic: bool = False
    descending: bool = False
    first: int = 0


@dataclass(frozen=True)
class Instrument:
    """Figure of one instrument.

    Attributes:
        title: of the figure.
        vector: name of its array; None if there is none.
        panels: words of an axis -> names of the metrics drawn there, or what they begin with.
    """

    title: str
    vector: str | None = None
    panels: Mapping[str, Sequence[str]] = field(default_factory=dict)


VECTORS = {
    "dh_by_lag": Vector("lag j (steps)", "|dL/dh(t-j)|", logarithmic=True),
    "recall_by_delay": Vector("delay d (steps)", "r² of x(t-d) from h(t)"),
    "singular_values": Vector("number, the largest first", "singular value of W_hh", first=1),
    "saturated": Vector("unit, the most saturated first", "share of saturated states", descending=True, first=1),
}
INSTRUMENTS = {
    "gradient_by_lag": Instrument(
        "Gradient by lag",
        "dh_by_lag",
        {"factor a step": ["grad/decay_by_lag"], "share of the gradient beyond k": ["grad/share_beyond_k"]},
    ),
    "alignment": Instrument(
        "Agreement with the whole gradient",
        panels={
            "relative bias |g' - g| / |g|": ["alignment/bias"],
            "cosine of g' and g": ["alignment/cosine"],
            "kappa, the k whose bias is at most": ["alignment/kappa_"],
        },
    ),
    "recurrent_matrix": Instrument(
        "Recurrent matrix",
        "singular_values",
        {
            "singular values": ["weights/singular_max", "weights/singular_min"],
            "departure from normality": ["weights/non_normality"],
        },
    ),
    "units": Instrument(
        "Units",
        "saturated",
        {"share of saturated states": ["units/saturated"], "effective rank": ["units/effective_rank"]},
    ),
    "memory": Instrument("Memory", "recall_by_delay", {"memory capacity": ["memory/capacity"]}),
}
"""The lab's own, by the name of the figure."""


def of_instruments(
    epochs: Array, metrics: Mapping[str, Array], vectors: Mapping[str, Mapping[int, Array]]
) -> Iterator[tuple[str, Figure, str]]:
    """Draw one figure for each instrument that was on; yields name, figure and title.

    A vector that belongs to none of the lab's own instruments has a figure to itself.

    Args:
        epochs: (E,) numbers of the epochs.
        metrics: name -> (E, R); ``nan`` where nothing was measured.
        vectors: name -> epoch -> (R, n).
    """
    left = {name: by_epoch for name, by_epoch in vectors.items() if all(v.ndim == 2 for v in by_epoch.values())}
    for name, known in INSTRUMENTS.items():
        panels = {
            words: {m: metrics[m] for m in metrics if any(_begins(m, prefix) for prefix in prefixes)}
            for words, prefixes in known.panels.items()
        }
        panels = {words: found for words, found in panels.items() if found}
        by_epoch = left.pop(known.vector, {}) if known.vector else {}
        if panels:
            figure = instrument(epochs, panels, known.vector or "", by_epoch, title=known.title)
            yield f"instrument_{name}", figure, f"{known.title}, by epoch"
    for name, by_epoch in left.items():
        figure = instrument(epochs, {}, name, by_epoch, title=name)
        yield f"instrument_{name.replace('/', '_')}", figure, f"{name}, at a few epochs"


def _begins(metric: str, prefix: str) -> bool:
    """Tell whether a metric is the prefix, one of a further rule or layer, or goes on where the prefix ends in _."""
    return metric == prefix or metric.startswith(f"{prefix}.") or (prefix.endswith("_") and metric.startswith(prefix))


@styled
def instrument(
    epochs: Array,
    panels: Mapping[str, Mapping[str, Array]],
    vector: str,
    by_epoch: Mapping[int, Array],
    *,
    title: str,
) -> Figure:
    """Draw one instrument: its vector at a few epochs at the left, its metrics by epoch beside it.

    Args:
        epochs: (E,).
        panels: words of an axis -> metric -> (E, R).
        vector: name of the vector.
        by_epoch: epoch -> (R, n), the vector; empty if there is none.
        title: of the figure.
    """
    count = len(panels) + bool(by_epoch)
    figure = Figure(figsize=(4.1 * count, 3.5), layout="constrained")
    axes = list(figure.subplots(1, count, squeeze=False)[0])
    if by_epoch:
        _vector(axes.pop(0), vector, by_epoch)
    for each, (words, found) in zip(axes, panels.items(), strict=True):
        _metrics(each, epochs, words, found)
    R = len(next(iter(by_epoch.values()))) if by_epoch else next(iter(next(iter(panels.values())).values())).shape[1]
    figure.suptitle(f"{title}{replicas(R)}", x=0.01, ha="left")
    return figure


def _vector(axes: Axes, name: str, by_epoch: Mapping[int, Array]) -> None:
    words = VECTORS.get(name.partition(".")[0], Vector())
    measured = sorted(by_epoch)
    chosen = [measured[i] for i in np.unique(np.linspace(0, len(measured) - 1, min(EPOCHS, len(measured))).astype(int))]
    shades = matplotlib.colormaps["viridis_r"](np.linspace(0.1, 1, len(chosen)))
    for epoch, colour in zip(chosen, shades, strict=True):
        values = -np.sort(-by_epoch[epoch], axis=1) if words.descending else by_epoch[epoch]
        values = np.where(np.isfinite(values) & ((values > 0) | (not words.logarithmic)), values, np.nan)
        x, marker = words.first + np.arange(values.shape[1]), "." if values.shape[1] <= 60 else None
        some = np.isfinite(values).any(axis=0)
        mean, low, high = (np.full(values.shape[1], np.nan) for _ in range(3))
        reduced = [getattr(np, f"nan{what}")(values[:, some], axis=0) for what in ("mean", "min", "max")]
        mean[some], low[some], high[some] = reduced
        axes.plot(x, mean, color=colour, marker=marker, label=str(epoch))
        if epoch == chosen[-1] and len(values) > 1:
            axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.set(xlabel=words.xlabel, ylabel=words.ylabel, yscale="log" if words.logarithmic else "linear")
    _whole_ticks(axes)
    axes.legend(title="epoch", alignment="left")


def _metrics(axes: Axes, epochs: Array, words: str, found: Mapping[str, Array]) -> None:
    shared = len(found) > 1
    for (name, values), colour in zip(found.items(), COLOURS * len(found), strict=False):
        some = np.isfinite(values).any(axis=1)
        if not some.any():
            continue
        usable = np.where(np.isfinite(values[some]), values[some], np.nan)
        mean, low, high = (getattr(np, f"nan{what}")(usable, axis=1) for what in ("mean", "min", "max"))
        marker = "." if some.sum() <= 60 else None
        axes.plot(epochs[some], mean, color=colour, marker=marker, label=_short(name) if shared else None)
        axes.fill_between(epochs[some], low, high, color=colour, alpha=0.18, linewidth=0)
    everything = np.concatenate([values[np.isfinite(values)] for values in found.values()])
    wide = everything.size > 0 and everything.min() > 0 and everything.max() > WIDE * everything.min()
    axes.set(xlabel="epoch", ylabel=words, yscale="log" if wide else "linear")
    _whole_ticks(axes)
    if shared:
        legend_above(axes)


def _whole_ticks(axes: Axes) -> None:
    """Number whole epochs or entries; a single one has the only tick."""
    drawn = {float(x) for line in axes.lines for x in np.asarray(line.get_xdata(), float)}
    axes.xaxis.set_major_locator(FixedLocator([*drawn]) if len(drawn) == 1 else MaxNLocator(6, integer=True))


def _short(name: str) -> str:
    """Return what tells a metric from its neighbours.

    Example:
        >>> [_short(name) for name in ("alignment/bias", "alignment/bias.uoro", "alignment/kappa_0.5")]
        ['own rule', 'uoro', '0.5']
    """
    last = name.rpartition("/")[2]
    if last.startswith("kappa_"):
        return last.removeprefix("kappa_")
    if last in ("bias", "cosine"):
        return "own rule"
    return last.partition(".")[2] or last
