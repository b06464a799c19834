"""Figures of the weights: each parameter as a heat map, and its values as a histogram."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_lab.figures.style import BLUE, DIVERGING, GREY, Array, styled

MEANING = {
    "W_xh": "input to hidden",
    "W_hh": "hidden to hidden",
    "W_hy": "hidden to output",
    "W_xy": "input to output",
    "b_h": "hidden bias",
    "b_hn": "candidate's hidden bias",
    "b_y": "output bias",
    "h_0": "initial state",
    "c_0": "initial cell state",
}

WIDTH = 4.2
"""Inches of a panel, of which two stand side by side."""
AROUND = 0.7
"""Inches for the title of a panel and what stands below it."""

GATES = {3: ("reset r", "update z", "candidate n"), 4: ("input i", "forget f", "output o", "candidate g")}
"""Names of the gates of a GRU and of an LSTM, which lie side by side; by their number."""


@styled
def heat_maps(arrays: Mapping[str, Array], *, replica: int = 0, title: str = "Weights") -> Figure:
    """Draw every parameter of one replica: red is positive, blue negative, white zero.

    Each has a colour scale of its own, symmetric about 0. Large ones, at the left, are drawn as they are multiplied,
    ``h @ W``: rows are where a signal comes from, columns where it goes. The others lie beside them with their longer
    axis across. The gates of a GRU or LSTM are marked, side by side.

    Args:
        arrays: name -> (R, ...): a vector, a matrix, or a matrix for each time step, which are then stacked.
        replica: which of the R.
        title: what these weights are, such as "Kept weights (epoch 83)".
    """
    matrices = {name: _matrix(array[replica]) for name, array in arrays.items()}
    stacked = {name: array.ndim == 4 for name, array in arrays.items()}
    largest = max(matrices, key=lambda name: matrices[name].size)
    large = [name for name, matrix in matrices.items() if name == largest or _broad(matrix)]
    small = [name for name in matrices if name not in large]
    heights = {name: _height(matrix) for name, matrix in matrices.items()}
    tall = max(sum(heights[name] + AROUND for name in names) for names in (large, small))
    figure = Figure(figsize=(11, max(3.6, 0.3 + tall)), layout="constrained")
    places: dict[str, Axes] = {}
    for names, side in zip((large, small), figure.subfigures(1, 2, squeeze=False)[0], strict=True):
        if names:
            spare = tall - sum(heights[name] + AROUND for name in names)  # stays empty below them
            ratios = [*(heights[name] for name in names), max(spare, 0.01)]
            rows = side.add_gridspec(len(names) + 1, 1, height_ratios=ratios)
            places |= {name: side.add_subplot(rows[row, 0]) for row, name in enumerate(names)}
    for name, axes in places.items():
        matrix, source = matrices[name], "from (time step by time step)" if stacked[name] else "from"
        if name not in large and matrix.shape[0] > matrix.shape[1]:
            _heat_map(axes, name, matrix.T, "to", source)
            _mark_gates(axes.yaxis, axes.axhline, matrix.shape[1], _gates(arrays, name))
        else:
            _heat_map(axes, name, matrix, source, "to")
            _mark_gates(axes.xaxis, axes.axvline, matrix.shape[1], _gates(arrays, name))
    R = len(arrays[largest])
    figure.suptitle(title + (f", replica {replica} of {R} (counted from 0)" if R > 1 else ""), x=0.01, ha="left")
    return figure


def _gates(arrays: Mapping[str, Array], name: str) -> tuple[str, ...]:
    """Name the gates that the units of a parameter belong to, or none: their number shows in the recurrent weights."""
    own, _, layer = name.partition(".")
    recurrent = arrays.get("W_hh" + f".{layer}" * bool(layer))
    if own not in ("W_xh", "W_hh", "b_h") or recurrent is None:
        return ()
    return GATES.get(recurrent.shape[-1] // recurrent.shape[-2], ())


def _mark_gates(axis: Axis, draw_line: Callable[..., object], units: int, gates: Sequence[str]) -> None:
    """Draw a line between two gates, and their names where the numbers of the units stood."""
    if not gates:
        return
    size = units / len(gates)
    for gate in range(1, len(gates)):
        draw_line(gate * size - 0.5, color="black", linewidth=0.8)
    axis.set_ticks([(gate + 0.5) * size - 0.5 for gate in range(len(gates))], gates)
    axis.set_tick_params(length=0)
    axis.set_label_text(f"to, {size:g} units a gate")


def _height(matrix: Array) -> float:
    """Inches that a panel is high at its width: no strip, such as a bias, is drawn larger than a matrix."""
    return 0.6 if min(matrix.shape) == 1 else float(np.clip(WIDTH * min(matrix.shape) / max(matrix.shape), 0.6, WIDTH))


def _broad(matrix: Array) -> bool:
    """Tell whether a matrix is no strip."""
    return bool(min(matrix.shape) > 4 and max(matrix.shape) <= 4 * min(matrix.shape))


def _matrix(array: Array) -> Array:
    """Two axes: a vector is a row, matrices by time step are stacked."""
    return array.reshape(-1, array.shape[-1]) if array.ndim != 1 else array[None, :]


def _heat_map(axes: Axes, name: str, matrix: Array, rows: str, columns: str) -> None:
    finite = matrix[np.isfinite(matrix)]
    limit = float(np.abs(finite).max(initial=0.0)) or 1.0
    # A strip fills its panel; what is large both ways keeps square cells.
    aspect: Literal["equal", "auto"] = "equal" if _broad(matrix) else "auto"
    image = axes.imshow(matrix, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect=aspect, interpolation="nearest")
    axes.grid(visible=False)
    axes.set_anchor("W")
    axes.set_title(_title(name))
    for axis, length, label in ((axes.xaxis, matrix.shape[1], columns), (axes.yaxis, matrix.shape[0], rows)):
        if length == 1:
            axis.set_ticks([])
        else:
            axis.set_major_locator(MaxNLocator(min(length, 6), integer=True, steps=[1, 2, 5, 10]))
            axis.set_label_text(label)
    figure = axes.get_figure(root=False)
    assert figure is not None
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=12 if matrix.shape[0] < 8 else 25, pad=0.02)
    if matrix.shape[0] == 1:  # numbers of more than two ticks would run into each other
        bar.set_ticks([-limit, limit], labels=[f"{-limit:.2g}", f"{limit:.2g}"])


@styled
def histograms(
    arrays: Mapping[str, Array], *, before: Mapping[str, Array] | None = None, title: str = "Weights"
) -> Figure:
    """Draw how the values of each parameter are distributed, over all replicas together.

    Args:
        arrays: name -> (R, ...).
        before: the same before any update, drawn as an outline: what training moved shows as the difference.
        title: what these weights are.
    """
    columns = min(len(arrays), 3)
    lines = -(-len(arrays) // columns)
    figure = Figure(figsize=(3.6 * columns, 0.7 + 2.6 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes in panels[len(arrays) :]:
        axes.set_visible(False)
    for axes, (name, array) in zip(panels, arrays.items(), strict=False):
        values = array[np.isfinite(array)].astype(float)
        earlier = before[name][np.isfinite(before[name])].astype(float) if before else values[:0]
        both = np.concatenate([values, earlier])
        bins = np.histogram_bin_edges(both, bins=int(np.clip(2 * array.size ** (1 / 3), 5, 60)))
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        axes.hist(values, bins=bins, color=BLUE, alpha=0.75, label="after")
        if before:
            axes.hist(earlier, bins=bins, histtype="step", color="black", linewidth=1.0, label="before training")
        axes.set(title=_title(name))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        spread = f"mean {values.mean():.2g}, sd {values.std():.2g}" if values.size else "no finite value"
        axes.set_xlabel(f"value ({spread})")
    for axes in panels[::columns]:
        axes.set_ylabel("count")
    R = len(next(iter(arrays.values())))
    figure.suptitle(
        title + (f", {R} replicas together" if R > 1 else "") + ("; outline: before training" if before else ""),
        x=0.01, ha="left",
    )  # fmt: skip
    return figure


def _title(name: str) -> str:
    own, _, layer = name.partition(".")
    return f"{name}: {MEANING[own]}{f' of layer {layer}' * bool(layer)}" if own in MEANING else name
