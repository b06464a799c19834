"""Free runs: the true and the forecast series from one start, the error's growth, and the attractor in state space."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rnn_lab.evaluation.free_run.metrics import relative_error
from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.figures.curves import DASHES
from rnn_lab.figures.gallery import project
from rnn_lab.figures.style import (
    GREY,
    INK,
    ORANGE,
    PALE,
    PANELS,
    PURPLE,
    Array,
    limits,
    shown,
    styled,
)

FEW = 8
"""Replicas drawn one by one: more lines would hide each other."""
SMOOTH = 4
"""Steps within which a series forgets itself at least, for its states to lie on a curve that the eye can follow."""
BURST = 1e6
"""No error above it is drawn."""
DASHED = (0, (4, 2))
POINTS = 4000
"""States drawn at most, of each panel."""


def of_free_runs(runs: FreeRuns) -> Iterator[tuple[str, Figure, str]]:
    """Draw what there is to see of free runs: each figure's name, the figure, and its caption."""
    unit, names = runs.lyapunov_times, runs.targets
    valid = runs.valid_steps(runs.network)  # (R, K)
    typical = int(_middle(valid.mean(axis=0)))
    yield (
        "free_run",
        free_run(runs.true[typical], runs.network[:, typical], valid[:, typical], targets=names, lyapunov_times=unit),
        "True and free-running targets, from the start whose valid time is the median",
    )
    growth = {name: runs.growth(series) for name, series in {"network": runs.network, **runs.baselines}.items()}
    each = relative_error(runs.network, runs.true, runs.deviation)
    yield (
        "free_run_error",
        error_curves(growth, each, threshold=runs.threshold, lyapunov_times=unit),
        "How the error of free runs grows",
    )
    if runs.true.shape[1] > 2:
        network = runs.network[_middle(valid.mean(axis=1))]
        lasting = {name: float(runs.valid_steps(series).mean()) for name, series in runs.baselines.items()}
        best = sorted(lasting, key=lambda name: -lasting[name])[:1]  # none, where no baseline runs freely
        yield (
            "free_run_states",
            states(runs.series, {"network": network, **{name: runs.baselines[name] for name in best}}, targets=names),
            "The attractor, and where free runs go",
        )


@styled
def free_run(
    true: Array, forecast: Array, valid: Array, *, targets: Sequence[str], lyapunov_times: float | None = None
) -> Figure:
    """Draw what happened over S steps and what each replica said of it from its own forecasts.

    Replicas are drawn one by one, at most eight, since the mean of orbits that have parted is none. What comes long
    after the forecast went wrong is left out.

    Args:
        true: (S, O), original units.
        forecast: (R, S, O).
        valid: (R,) steps up to which each is valid.
        targets: the O names.
        lyapunov_times: those that a step lasts, for a second axis; None: there is none.
    """
    count, S, middle = min(len(targets), PANELS), len(true), _middle(valid)
    seen = slice(0, _worth_seeing(S, valid[middle]))
    x = np.arange(1, S + 1)[seen]
    mark = "o" if len(x) <= 60 else None
    figure = Figure(figsize=(10, 1.5 + 1.9 * count), layout="constrained")
    panels = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for o, axes in enumerate(panels):
        for r in [r for r in range(len(forecast)) if r != middle][: FEW - 1]:
            axes.plot(x, forecast[r, seen, o], color=ORANGE, linewidth=0.6, alpha=0.45)
        axes.plot(x, forecast[middle, seen, o], marker=mark, markersize=4, color=ORANGE, linewidth=2.4,
                  label="free-running, from its own forecasts")  # fmt: skip
        # A thin line over a thick one: both are seen where they agree.
        axes.plot(x, true[seen, o], marker=mark, markersize=2, color=INK, linewidth=0.9, label="true", zorder=3)
        if valid[middle] < S:
            axes.axvline(valid[middle] + 0.5, color=PURPLE, linewidth=1.2, linestyle=DASHED, label="no longer valid")
        axes.set(ylabel=targets[o], ylim=limits(true[seen, o], also=forecast[middle, seen, o]))
        axes.margins(x=0.01)
    panels[-1].set_xlabel("steps after the last observed row")
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    _second_axis(panels[0], lyapunov_times)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower right", ncols=3)
    most = f"{int(valid[middle])} steps" if valid[middle] < S else f"all {S} steps"
    also = "" if lyapunov_times is None else f", {valid[middle] * lyapunov_times:.2g} Lyapunov times"
    who = "" if len(forecast) == 1 else f"; {len(forecast)} replicas, the median one bold"
    figure.suptitle(f"A free run of typical length, valid for {most}{also}{who}{shown(targets)}", x=0.01, ha="left")
    return figure


@styled
def error_curves(
    growth: Mapping[str, Array], each: Array, *, threshold: float, lyapunov_times: float | None = None
) -> Figure:
    """Draw the typical error of each step, in standard deviations, on a logarithmic axis.

    Args:
        growth: forecaster -> (S,) geometric mean over starts (and replicas); the first is the network's.
        each: (R, K, S) the network's error of each run: the middle half of them is a band.
        threshold: of valid forecasts.
        lyapunov_times: those that a step lasts: errors of a perfect model would grow as steeply as the line drawn.
    """
    name, *baselines = growth
    S = each.shape[-1]
    wrong = [_first(curve >= threshold) for curve in growth.values()]
    seen = slice(0, _worth_seeing(S, max(wrong)))
    x = np.arange(1, S + 1)[seen]
    curves = {who: _drawable(curve[seen]) for who, curve in growth.items()}
    own = curves[name]
    least = np.nanmin(own) if np.isfinite(own).any() else threshold
    near = [np.nanmin(curve[curve >= 1e-3 * least], initial=least) for curve in curves.values()]
    floor = 0.5 * min(near)  # what lies further below takes no room
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.subplots()
    low, high = np.quantile(np.clip(each.reshape(-1, S)[:, seen], floor, BURST), [0.25, 0.75], axis=0)
    axes.fill_between(x, low, high, color=ORANGE, alpha=0.2, linewidth=0, label="its middle half")
    for baseline, dash in zip(baselines, DASHES * len(baselines), strict=False):
        below = " (below)" if np.nanmax(curves[baseline], initial=0.0) < floor else ""
        axes.plot(x, curves[baseline], color=GREY, linestyle=dash, linewidth=1.3, label=f"{baseline}{below}")
    axes.plot(x, own, color=ORANGE, linewidth=2.6, label=name)
    axes.set(yscale="log", ylim=(floor, 10), xlabel="steps after the last observed row")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("error (standard deviations of the targets)")
    axes.margins(x=0.01)
    axes.axhline(threshold, color=PURPLE, linewidth=1.0, linestyle=DASHED, label=f"valid below {threshold:g}")
    axes.axhline(np.sqrt(2), color=PALE, linewidth=3, zorder=0, label="unrelated states")
    if lyapunov_times is not None and least < threshold:
        halfway = min(_first(own >= np.sqrt(least * threshold)), len(x) - 1)
        slope = own[halfway] * np.exp(np.clip(lyapunov_times * (x - x[halfway]), -50.0, 50.0))
        inside = (slope < np.sqrt(2)) & (slope > floor)
        label = "growth by the Lyapunov exponent"
        axes.plot(x[inside], slope[inside], color=INK, linewidth=1.3, linestyle=(0, (1, 1)), label=label)
    _second_axis(axes, lyapunov_times)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.suptitle("Error of free runs: geometric mean over the starts", x=0.01, ha="left")
    return figure


@styled
def states(true: Array, runs: Mapping[str, Array], *, targets: Sequence[str]) -> Figure:
    """Draw the states of a series beside those of free runs, all panels on the same axes.

    Three targets and more are seen as in the gallery (the first three), two as they are; one is drawn against itself
    some steps later: as many as it takes to be half forgotten (its autocorrelation falls below 1/e).

    Args:
        true: (L, O) the series; its last rows are drawn.
        runs: who -> (K, S, O) K runs of S steps.
        targets: the O names.
    """
    everyone = {"true": true[None, -POINTS:], **runs}
    memory = decorrelation(true[:, 0])
    delay = min(memory, next(iter(runs.values())).shape[1] - 1)
    across, up = _coordinates(targets, delay)
    figure = Figure(figsize=(3.6 * len(everyone), 3.9), layout="constrained")
    panels = figure.subplots(1, len(everyone), sharex=True, sharey=True, squeeze=False)[0]
    inner = _embedded(everyone["true"], delay)[0]
    for axes, (name, series) in zip(panels, everyone.items(), strict=True):
        colour = INK if name == "true" else ORANGE if name == "network" else GREY
        lines = _embedded(series, delay)  # (K, S', 2)
        lines = lines[: max(1, POINTS // lines.shape[1])]
        if memory >= SMOOTH:
            for line in lines:
                axes.plot(line[:, 0], line[:, 1], color=colour, linewidth=0.5, alpha=0.8)
        else:
            points = lines.reshape(-1, 2)
            axes.scatter(points[:, 0], points[:, 1], color=colour, s=2.5, linewidths=0)
        axes.set(title=name, xlabel=across, xlim=limits(inner[:, 0], 0.15), ylim=limits(inner[:, 1], 0.15))
    panels[0].set_ylabel(up)
    figure.suptitle("States: those of the series, and those of free runs", x=0.01, ha="left")
    return figure


def decorrelation(series: Array) -> int:
    """Count the steps until the autocorrelation of a series (L,) falls below 1/e; L if it does not.

    Example:
        >>> decorrelation(np.sin(0.1 * np.arange(5000)))  # cos(0.1 n) < 1/e
        12
    """
    L = len(series)
    power = np.abs(np.fft.rfft(series - series.mean(), 2 * L)) ** 2
    correlation = np.fft.irfft(power)[:L] / np.arange(L, 0, -1)
    below = np.flatnonzero(correlation < correlation[0] / np.e)
    return int(below[0]) if len(below) else L


def _coordinates(targets: Sequence[str], delay: int) -> tuple[str, str]:
    if len(targets) == 1:
        return f"{targets[0]} at n", f"{targets[0]} at n + {delay}"
    if len(targets) == 2:
        return targets[0], targets[1]
    first, second, third = targets[:3]
    return f"{first} and {second}, seen from the side", f"{third}, seen from above"


def _embedded(series: Array, delay: int) -> Array:
    """Points in the plane, (K, S', 2), of runs (K, S, O)."""
    if series.shape[2] == 1:
        return np.stack([series[:, :-delay, 0], series[:, delay:, 0]], axis=-1)
    with np.errstate(over="ignore", invalid="ignore"):
        flat = project(series[:, :, :3].reshape(-1, min(series.shape[2], 3)))
    return flat.reshape(*series.shape[:2], 2)


def _drawable(values: Array) -> Array:
    """Leave out what a logarithmic axis cannot show, and what would burst it."""
    return np.where(np.isfinite(values) & (values > 0), np.minimum(values, BURST), np.nan)


def _middle(values: Array) -> int:
    """Find the place of the (lower) median."""
    return int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])


def _first(wanted: Array) -> int:
    """Find the first that is wanted; their number if none is."""
    return int(np.argmax(wanted)) if wanted.any() else len(wanted)


def _worth_seeing(steps: int, valid: float) -> int:
    """Count the steps to show: what comes long after the forecast went wrong tells nothing more."""
    return min(steps, max(40, int(4 * valid)))


def _second_axis(axes: Axes, lyapunov_times: float | None) -> None:
    if lyapunov_times is not None:
        unit = lyapunov_times
        above = axes.secondary_xaxis("top", functions=(partial(np.multiply, unit), partial(np.multiply, 1 / unit)))
        above.set_xlabel("Lyapunov times", loc="left")
