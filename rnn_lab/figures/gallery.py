"""Every sequence at a glance: small multiples, and the attractor beside the series that has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from rnn_lab.figures.style import BLUE, DIVERGING, GREEN, GREY, INK, ORANGE, PANELS, Array, limits, styled

ACROSS = 4
TIME = ListedColormap(colormaps["viridis"](np.linspace(0.0, 0.88, 256)))
"""Early to late; without viridis' palest yellow, which white swallows."""
LETTERS = 50
"""Of a caption that fit above a panel."""
CROSSINGS = 40
"""A panel ends where its series has crossed its own mean so often: more could not be told apart."""
CROSSINGS_OF_A_MAP = 12
"""The same where each column is a thin line of a picture."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One sequence to draw.

    Attributes:
        name: as it is typed.
        caption: a few words on what it is.
        series: (L, C), any units; more than four columns are drawn as a map of time and column.
        columns: the C names.
        aside: how many of the first columns are inputs alone, drawn pale.
        states: (M, 2) or (M, 3) points in state space, in the order of time; None if there is nothing to see there.
        coordinates: what the states are.
        orbit: whether the states lie on a curve; if not, they are drawn as points.
    """

    name: str
    caption: str
    series: Array
    columns: Sequence[str] = ("x",)
    aside: int = 0
    states: Array | None = None
    coordinates: str = ""
    orbit: bool = True


@styled
def gallery(panels: Sequence[Panel]) -> Figure:
    """Draw each panel's series from its first row on; panels with states come last, and take twice the width."""
    single = [panel for panel in panels if panel.states is None]
    double = [panel for panel in panels if panel.states is not None]
    above, below = -(-len(single) // ACROSS), -(-len(double) // (ACROSS // 2))
    heights = [1.0] * above + [1.5] * below
    height = 1.3 * sum(heights)
    figure = Figure(figsize=(10, height))
    # Fixed margins, in inches: captions are as long as they are, and must not shift the columns.
    grid = figure.add_gridspec(
        len(heights), ACROSS, height_ratios=heights, wspace=0.1, hspace=0.62,
        left=0.01, right=0.99, bottom=0.15 / height, top=1 - 0.35 / height,
    )  # fmt: skip
    for number, panel in enumerate(single):
        _series(figure.add_subplot(grid[divmod(number, ACROSS)]), panel)
    for number, panel in enumerate(double):
        row, half = divmod(number, ACROSS // 2)
        _series(figure.add_subplot(grid[above + row, 2 * half]), panel)
        _states(figure.add_subplot(grid[above + row, 2 * half + 1]), panel)
    return figure


def excerpt(series: Array, most: int) -> int:
    """Count the rows until some column crosses its mean for the time after ``most``; all if none does.

    Example:
        >>> excerpt(np.cos(np.arange(9999.0))[:, None], most=9)  # it crosses at pi / 2, 3 pi / 2, ...
        30
    """
    above = series > series.mean(axis=0)
    crossings = np.cumsum(above[1:] != above[:-1], axis=0).max(axis=1)
    return int(np.searchsorted(crossings, most, side="right")) + 1


def project(states: Array) -> Array:
    """Flatten states (M, 3) to the plane, (M, 2), as seen from far away: z upwards, x and y a quarter from either side.

    Example:
        >>> project(np.eye(3)).round(2).tolist()
        [[0.71, -0.3], [0.71, 0.3], [0.0, 0.91]]
    """
    if states.shape[1] == 2:
        return states
    azimuth, elevation = np.radians(45.0), np.radians(25.0)
    x, y, z = states.T
    depth = y * np.cos(azimuth) - x * np.sin(azimuth)
    across = x * np.cos(azimuth) + y * np.sin(azimuth)
    return np.column_stack([across, z * np.cos(elevation) + depth * np.sin(elevation)])


def _series(axes: Axes, panel: Panel) -> None:
    as_map = panel.series.shape[1] > PANELS
    rows = excerpt(panel.series, CROSSINGS_OF_A_MAP if as_map else CROSSINGS)
    shown = panel.series[:rows]
    if as_map:
        axes.imshow(shown.T, aspect="auto", cmap=DIVERGING, interpolation="bilinear")
    else:
        colours = [GREY] * panel.aside + [BLUE, ORANGE, GREEN, INK]
        for number, (values, name, colour) in enumerate(zip(shown.T, panel.columns, colours, strict=False)):
            faint = number < panel.aside
            axes.plot(values, color=colour, linewidth=0.6 if faint else 1.1, alpha=0.5 if faint else 1.0)
            if len(panel.columns) > 1:
                _below(axes, 0.05 * number, name, color=colour, ha="left")
        axes.set_ylim(limits(shown, 0.08))
        axes.margins(x=0.01)
    _bare(axes)
    axes.set_title(panel.name, fontweight="bold", color=INK, pad=13)
    _note(axes, shorten(panel.caption, LETTERS, placeholder=" ..."))
    _below(axes, 1, f"{rows} rows", color=GREY, ha="right")


def _states(axes: Axes, panel: Panel) -> None:
    assert panel.states is not None
    points = project(panel.states)
    time = np.arange(len(points))
    if panel.orbit:
        segments = np.stack([points[:-1], points[1:]], axis=1)
        axes.add_collection(LineCollection(list(segments), array=time[1:], cmap=TIME, linewidths=0.6, capstyle="round"))
    else:
        axes.scatter(points[:, 0], points[:, 1], c=time, cmap=TIME, s=2.2, linewidths=0)
    axes.set_xlim(limits(points[:, 0]))
    axes.set_ylim(limits(points[:, 1]))
    _bare(axes)
    _note(axes, panel.coordinates)


def _note(axes: Axes, text: str) -> None:
    axes.text(0, 1.03, text, transform=axes.transAxes, fontsize=6.5, color=GREY, va="bottom")


def _below(axes: Axes, x: float, text: str, *, color: str, ha: str) -> None:
    axes.text(x, -0.03, text, transform=axes.transAxes, fontsize=6.5, color=color, ha=ha, va="top")


def _bare(axes: Axes) -> None:
    """Leave the picture alone: no ticks, grid or frame."""
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
