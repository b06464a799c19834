"""A forecast: the end of the series, what one step ahead would have said of it, and what follows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from rnn_lab.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PANELS,
    Array,
    legend_above,
    limits,
    middle_and_range,
    replicas,
    shown,
    styled,
)

SHOWN = 150
"""Rows of the past shown at least: enough to judge the forecast by, few enough to see it."""


@styled
def forecast(
    observed: Array,
    one_step: Array,
    free_run: Array,
    *,
    targets: Sequence[str],
    rows: int,
    horizon: int = 1,
    index: Array | None = None,
    index_name: str = "n",
    interval: tuple[Array, Array] | None = None,
) -> Figure:
    """Draw observations, forecasts from observed windows, and the free run after the last row.

    All arrays cover the same M rows, the series' own and the ones to come, with ``nan`` where there is nothing. With
    several replicas lines are their mean and bands their range. The past is shown as far back as three times the free
    run, and at least 150 rows. A free run that blows up leaves through the top or the bottom.

    Args:
        observed: (M, O), original units.
        one_step: (R, M, O).
        free_run: (R, M, O).
        targets: the O names.
        rows: L, the rows of the series; the free run starts at row L.
        horizon: how many rows ahead the network forecasts.
        index: (M,) numbers or datetime64 for the x axis; None counts the rows.
        index_name: the x axis' label.
        interval: lower and upper bounds, (M, O) each; None: none are drawn.
    """
    x = np.arange(len(observed)) if index is None else index
    seen = slice(max(0, rows - max(SHOWN, 3 * (len(observed) - rows))), None)
    count = min(len(targets), PANELS)
    looks: dict[str, dict[str, Any]] = {
        f"{_steps(horizon)} ahead, from observed rows": {"color": BLUE, "linewidth": 2.6},
        "free-running, from its own forecasts": {"color": ORANGE, "linewidth": 1.4},
    }
    figure = Figure(figsize=(10, 1.2 + 2.7 * count), layout="constrained")
    panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for o, axes in enumerate(panels):
        # A thin line over a thick one: both are seen where they agree.
        axes.plot(x[seen], observed[seen, o], color=INK, linewidth=0.9, label="observed", zorder=3)
        bands = []
        for forecasts, (label, look) in zip((one_step, free_run), looks.items(), strict=True):
            mean, low, high = (values[seen, o] for values in middle_and_range(forecasts))
            alone = "o" if np.isfinite(mean).sum() == 1 else None
            axes.plot(x[seen], mean, label=label, marker=alone, markersize=4, **look)
            if len(forecasts) > 1:
                axes.fill_between(x[seen], low, high, color=look["color"], alpha=0.25, linewidth=0)
            bands += [low, high]
        if interval is not None:
            low, high = (bound[seen, o] for bound in interval)
            axes.fill_between(x[seen], low, high, color=GREY, alpha=0.25, linewidth=0, label="interval", zorder=1)
            bands += [low, high]
        axes.axvline(x[rows - 1], color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))
        past = observed[seen, o] if np.isfinite(observed[seen, o]).any() else bands[0]
        axes.set(ylabel=targets[o], ylim=limits(past, also=np.concatenate(bands)))
        axes.margins(x=0.01)
    panels[-1].set_xlabel(index_name)
    legend_above(panels[0])
    ahead = _steps(len(observed) - rows)
    figure.suptitle(f"Forecast of {ahead}{replicas(len(free_run))}{shown(targets)}", x=0.01, ha="left")
    return figure


def _steps(count: int) -> str:
    return f"{count} step{'s' if count > 1 else ''}"
