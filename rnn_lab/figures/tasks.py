"""A few records of a task: what goes in, what should come out and when, and what a network made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from rnn_lab.figures.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, Array, limits, middle_and_range, styled
from rnn_lab.sequences import Records
from rnn_lab.sequences.criteria import softmax

COLOURS = (INK, ORANGE, GREEN, PURPLE)
ACROSS = 2
LETTERS = 96
"""Of a caption that fit above a panel of the overview."""


@dataclass(frozen=True, eq=False)
class Example:
    """A task to draw.

    Attributes:
        name: as it is typed.
        caption: a few words on what it is.
        records: of which one is drawn.
        inputs: the D channels' names.
        targets: the O names.
        classes: whether a target is one of them.
        which: of the records.
    """

    name: str
    caption: str
    records: Records
    inputs: Sequence[str]
    targets: Sequence[str]
    classes: bool
    which: int = 0


@styled
def records(
    data: Records,
    *,
    inputs: Sequence[str],
    targets: Sequence[str],
    classes: bool,
    outputs: Array | None = None,
    solved: Array | None = None,
    which: Sequence[int] = (0, 1, 2),
    title: str = "Records",
) -> Figure:
    """Draw records side by side, each with its inputs above its targets.

    Symbols (one-hot inputs) are a map of symbol and step, numbers are lines. So are targets; the true class of a step
    is a dot, on the network's probabilities as shades of blue. Steps whose target does not count are grey. A target
    after the last step has an axis of its own, without time.

    Args:
        data: N records, in the units of the figure.
        inputs: the D names.
        targets: the O names.
        classes: whether a target is one of the O classes.
        outputs: (R, N, O) or (R, N, T, O), numbers or logits; None: there is no network.
        solved: (R, N), which are solved.
        which: the records to draw, if there are so many.
        title: what they are.
    """
    which = [n for n in which if n < len(data)]
    figure = Figure(figsize=(0.4 + 3.4 * len(which), 4.6), layout="constrained")
    ratios = _heights(data, inputs, targets, classes)
    grid = figure.subplots(2, len(which), squeeze=False, height_ratios=ratios)
    for (above, below), n in zip(grid.T, which, strict=True):
        _inputs(above, data.X[n], inputs)
        _targets(below, data, n, targets, classes, outputs)
        count = "" if solved is None else f": solved by {int(solved[:, n].sum())} of {len(solved)}"
        one = "" if solved is None or len(solved) > 1 else f": {'solved' if solved[0, n] else 'not solved'}"
        above.set_title(f"record {n}{one or count}")
        if below.get_xlabel() == "":
            below.set_xlabel("step")
    for axes in grid[:, 1:].ravel():
        axes.set_ylabel("")
    if grid[0, 0].lines and len(inputs) > 1:
        figure.legend(handles=grid[0, 0].get_legend_handles_labels()[0], loc="outside upper right", ncols=4)
    network = ""
    if outputs is not None:
        network = "; blue: the network's " + ("probabilities" if classes else "answers")
        if len(outputs) > 1:
            each = data.Y.ndim == 2 and not classes
            network += f", {'one a replica' if each else f'mean of {len(outputs)} replicas'}"
        network += "; dots: the true classes" * classes
    figure.suptitle(f"{title}{network}", x=0.01, ha="left")
    return figure


@styled
def overview(examples: Sequence[Example]) -> Figure:
    """Draw the first record of each of several tasks, small."""
    lines = -(-len(examples) // ACROSS)
    figure = Figure(figsize=(11, 2.4 * lines), layout="constrained")
    parts = figure.subfigures(lines, ACROSS, squeeze=False, wspace=0.03, hspace=0.04).ravel()
    for part, example in zip(parts, examples, strict=False):
        _example(part, example)
    return figure


def _example(figure: SubFigure, example: Example) -> None:
    data, n = example.records, example.which
    ratios = _heights(data, example.inputs, example.targets, example.classes)
    above, below = figure.subplots(2, 1, height_ratios=ratios)
    _inputs(above, data.X[n], example.inputs)
    _targets(below, data, n, example.targets, example.classes, None)
    for axes in (above, below):
        axes.tick_params(labelsize=6, length=2)
        axes.xaxis.label.set_size(7)
        axes.yaxis.label.set_size(7)
    if below.get_xlabel() == "":
        above.set_xticklabels([])  # they share the steps
    if above.lines and len(example.inputs) > 1:
        above.legend(loc="lower right", bbox_to_anchor=(1, 1.1), ncols=4, borderaxespad=0.0, fontsize=6.5)
    above.set_title(example.name, fontweight="bold", color=INK, pad=13)
    caption = shorten(example.caption, LETTERS, placeholder=" ...")
    note = above.text(0, 1.03, caption, transform=above.transAxes, fontsize=6.5, color=GREY, va="bottom")
    note.set_in_layout(False)  # however long, it must not squeeze the panel


def _heights(data: Records, inputs: Sequence[str], targets: Sequence[str], classes: bool) -> list[float]:
    """Of the two panels of a record, in rows of symbols."""
    at_end = data.Y.ndim == (1 if classes else 2)
    numbers = 1.2 * len(targets) if at_end else 5.0
    return [max(len(inputs) if _symbolic(data.X) else 5.0, 5.0), max(len(targets), 4.0) if classes else numbers]


def _symbolic(X: Array) -> bool:
    """Tell whether inputs (..., D) are symbols: one-hot, or zeros where there is none."""
    return X.shape[-1] > 2 and bool(np.isin(X, (0.0, 1.0)).all() and (X.sum(axis=-1) <= 1).all())


def _inputs(axes: Axes, x: Array, names: Sequence[str]) -> None:
    steps = np.arange(len(x))
    if _symbolic(x):
        axes.imshow(x.T, cmap="Greys", vmin=0.0, vmax=1.2, aspect="auto", interpolation="nearest")
        _named(axes, names)
    else:
        for values, name, colour in zip(x.T, names, COLOURS, strict=False):
            few = len(np.unique(values)) <= 3
            axes.plot(steps, values, color=colour, label=name, drawstyle="steps-mid" if few else "default", zorder=2)
            if not few:
                axes.plot(steps, values, ".", color=colour, markersize=3)
        axes.set_ylim(limits(x, 0.1))
        if len(names) == 1:
            axes.set_ylabel(names[0])
    _time(axes, len(x))


def _targets(axes: Axes, data: Records, n: int, names: Sequence[str], classes: bool, outputs: Array | None) -> None:
    answer = None if outputs is None else outputs[:, n]
    if data.Y.ndim == (1 if classes else 2):
        draw = _class_at_end if classes else _numbers_at_end
        draw(axes, data.Y[n], names, answer)
        return
    mask = np.ones(data.X.shape[1], bool) if data.mask is None else data.mask[n]
    for start in np.flatnonzero(~mask):
        axes.axvspan(start - 0.5, start + 0.5, color=PALE, linewidth=0, zorder=0)
    (_classes if classes else _numbers)(axes, data.Y[n], names, answer, mask)
    _time(axes, len(mask))


def _classes(axes: Axes, y: Array, names: Sequence[str], logits: Array | None, mask: Array) -> None:
    """Dots for the true classes (T,), over the probabilities of logits (R, T, O)."""
    if logits is not None:
        p = np.where(mask[:, None], middle_and_range(softmax(logits))[0], np.nan)
        axes.imshow(p.T, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto", interpolation="nearest", zorder=1)
    axes.plot(
        np.flatnonzero(mask),
        y[mask],
        "o",
        color=INK,
        markersize=3.2,
        markeredgecolor="white",
        markeredgewidth=0.4,
        zorder=3,
    )
    axes.set_ylim(len(names) - 0.5, -0.5)
    _named(axes, names)


def _numbers(axes: Axes, y: Array, names: Sequence[str], answers: Array | None, mask: Array) -> None:
    """Lines for the true numbers (T, O), over the answers' (R, T, O)."""
    steps = np.where(mask, np.arange(len(mask)), np.nan)
    seen = []
    for o, colour in zip(range(len(names)), COLOURS, strict=False):
        if answers is not None:
            mean, low, high = middle_and_range(answers[:, :, o])
            seen += [low[mask], high[mask]]
            axes.plot(steps, mean, color=BLUE, linewidth=2.6)
            axes.fill_between(steps, low, high, color=BLUE, alpha=0.25, linewidth=0)
            if mask.sum() == 1:
                axes.plot(steps, mean, "o", color=BLUE, markersize=6)
        axes.plot(steps, y[:, o], ".-", color=colour, markersize=3 if mask.sum() > 1 else 8, linewidth=1.0, zorder=3)
    axes.set_ylim(limits(y[mask] if mask.sum() > 1 else [*y[mask].ravel(), 0.0, 1.0], 0.1, also=np.ravel(seen)))
    axes.set_ylabel(", ".join(names))


def _class_at_end(axes: Axes, y: Array, names: Sequence[str], logits: Array | None) -> None:
    """Bars of the probabilities, of logits (R, O); without any, of the truth. A dot for the true class."""
    p = np.eye(len(names))[y] if logits is None else middle_and_range(softmax(logits))[0]
    axes.barh(np.arange(len(names)), p, color=PALE if logits is None else BLUE, height=0.75)
    axes.plot(1.0, y, "o", color=INK, markersize=4, clip_on=False, zorder=3)
    axes.set(xlim=(0, 1.02), ylim=(len(names) - 0.4, -0.6), xlabel="probability after the last step")
    axes.grid(axis="y", visible=False)
    _named(axes, names)


def _numbers_at_end(axes: Axes, y: Array, names: Sequence[str], answers: Array | None) -> None:
    """A diamond for each true number (O,), dots for the answers (R, O)."""
    seen = []
    for o, value in enumerate(y):
        axes.axhline(o, color=PALE, linewidth=0.8, zorder=0)
        if answers is not None:
            seen.append(answers[:, o])
            axes.plot(answers[:, o], np.full(len(answers), o), "o", color=BLUE, alpha=0.8, markeredgewidth=0)
        axes.plot(value, o, "D", markersize=7, markerfacecolor="none", markeredgecolor=INK, zorder=3)
    axes.set(xlim=limits([*y, 0.0, 1.0], 0.1, also=np.ravel(seen)), ylim=(len(names) - 0.4, -0.6))
    axes.set_xlabel("after the last step")
    axes.grid(axis="y", visible=False)
    _named(axes, names)


def _named(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), list(names))
    axes.tick_params(axis="y", length=0, labelsize=7 if len(names) <= 6 else 6)
    axes.grid(visible=False)


def _time(axes: Axes, steps: int) -> None:
    axes.set_xlim(-0.5, steps - 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
