"""The data itself: the whole series with its splits, and one record of it close up."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_lab.figures.style import (
    INK,
    NAMES,
    PANELS,
    PURPLE,
    SPLITS,
    Array,
    legend_above,
    limits,
    outline,
    shown,
    styled,
)


@styled
def data(
    series: Array,
    *,
    columns: Sequence[str],
    inputs: Sequence[str],
    targets: Sequence[str],
    at: Mapping[str, Array],
    window: int,
    horizon: int,
    index: Array | None = None,
    index_name: str = "n",
    name: str = "Data",
) -> Figure:
    """Draw each column with the rows shaded at which a split's targets lie; below, one window and its target.

    The rows before the first shade are only ever read, as the first window's.

    Args:
        series: (L, C), original units.
        columns: the C names.
        inputs, targets: which of them the network reads, and which it forecasts.
        at: split -> (N,) rows of its targets.
        window, horizon: T, and how many rows after a window's last its target lies.
        index: (L,) numbers or datetime64 for the x axis; None counts the rows.
        index_name: the x axis' label.
        name: what the data is called.
    """
    x = np.arange(len(series)) if index is None else index
    used = [column for column in columns if column in targets] + [c for c in columns if c not in targets]
    count = min(len(used), PANELS)
    figure = Figure(figsize=(10, 3.6 + 1.9 * count), layout="constrained")
    panels = figure.subplots(count + 1, 1, height_ratios=[1.0] * count + [1.25])
    for axes, column in zip(panels[:count], used[:count], strict=True):
        axes.plot(*outline(x, series[:, columns.index(column)]), color=INK, linewidth=0.9)
        _shade(axes, x, at)
        axes.set_ylabel(column)
        axes.set_title(" and ".join(_roles(column, inputs, targets)))
        axes.margins(x=0.01)
        axes.sharex(panels[0])
    for axes in panels[: count - 1]:
        axes.tick_params(labelbottom=False)
    panels[count - 1].set_xlabel(index_name)
    legend_above(panels[0])
    _record(panels[count], series, x, columns, inputs, targets, at, window, horizon)
    panels[count].set_xlabel(index_name)
    parts = ", ".join(f"{len(rows)} {NAMES[split].lower()}" for split, rows in at.items())
    figure.suptitle(f"{name}: {len(series)} rows; {parts} targets{shown(used)}", x=0.01, ha="left")
    return figure


def _roles(column: str, inputs: Sequence[str], targets: Sequence[str]) -> list[str]:
    return [role for role, names in (("input", inputs), ("target", targets)) if column in names] or ["not used"]


def _shade(axes: Axes, x: Array, at: Mapping[str, Array]) -> None:
    for split, rows in at.items():
        axes.axvspan(x[rows[0]], x[rows[-1]], color=SPLITS[split], alpha=0.16, linewidth=0, label=NAMES[split].lower())


def _record(
    axes: Axes,
    series: Array,
    x: Array,
    columns: Sequence[str],
    inputs: Sequence[str],
    targets: Sequence[str],
    at: Mapping[str, Array],
    window: int,
    horizon: int,
) -> None:
    """Draw the first validation record: its window in full, what lies between, and its target."""
    row = int(at["validation"][0])
    first, last = row - horizon - window + 1, row - horizon
    near = slice(max(0, first - window // 5 - 1), min(len(x), row + window // 5 + 2))
    shared = [name for name in targets if name in inputs]
    column, target = (shared[0], shared[0]) if shared else (inputs[0], targets[0])
    values = series[:, columns.index(column)]
    later = f"target: {target}, {horizon} row{'s' if horizon > 1 else ''} later"
    axes.plot(x[near], values[near], color=INK, linewidth=0.8, alpha=0.4)
    axes.plot(
        x[first : last + 1], values[first : last + 1], "o-", color=INK, markersize=3, linewidth=0.9,
        label=f"window: {window} rows of {', '.join(inputs[:PANELS])}{', ...' if len(inputs) > PANELS else ''}",
    )  # fmt: skip
    if column == target:
        axes.plot(x[row], values[row], "D", color=SPLITS["validation"], markersize=6, label=later)
    else:  # in other units: its time is all that these axes can show
        axes.axvline(x[row], color=SPLITS["validation"], linewidth=2, label=later)
    axes.axvspan(x[first], x[last], color=PURPLE, alpha=0.08, linewidth=0)
    axes.set_ylim(limits(values[near], 0.1))
    axes.set(title="One record: the first of validation", ylabel=column)
    axes.margins(x=0.01)
    legend_above(axes)
