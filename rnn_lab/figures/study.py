"""Figures of one study: its trials as they came, each searched parameter, all training curves, and the Pareto front."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from rnn_lab.figures.logarithmic import plain_ticks
from rnn_lab.figures.style import BLUE, GREY, INK, ORANGE, PALE, legend_above, styled

MOST_PANELS = 9
"""Parameters that a figure shows: those searched first."""
FEW = 6
"""Values of a parameter that are written below its axis, each where it lies."""


@dataclass(frozen=True, kw_only=True)
class TrialPoint:
    """A trial as the figures need it.

    Args:
        number: its number.
        state: how it ended.
        values: one for each objective; empty unless it is complete.
        params: searched key -> value.
        reports: (steps, values) of what it reported, such as its validation error after each epoch.
    """

    number: int
    state: Literal["complete", "pruned", "failed"]
    values: Sequence[float] = ()
    params: dict[str, Any] = field(default_factory=dict)
    reports: tuple[Sequence[int], Sequence[float]] = ((), ())


def spans_decades(values: Sequence[float]) -> bool:
    """Tell whether a linear axis would show little but the largest of these values.

    >>> spans_decades([1e-5, 1e-2]), spans_decades([1.0, 9.0]), spans_decades([-1.0, 500.0])
    (True, False, False)
    """
    finite = [value for value in values if np.isfinite(value)]
    return bool(finite) and 0 < min(finite) < max(finite) / 10


def _ends(values: Sequence[float]) -> tuple[float, float]:
    finite = [value for value in values if np.isfinite(value)]
    return min(finite), max(finite)


def _complete(trials: Sequence[TrialPoint]) -> list[TrialPoint]:
    return [trial for trial in trials if trial.state == "complete" and np.all(np.isfinite(trial.values))]


def _scale(axes: Axes, values: Sequence[float]) -> None:
    if spans_decades(values):
        axes.set_yscale("log")
        plain_ticks(axes.yaxis, *_ends(values))


def _marks_without_value(axes: Axes, trials: Sequence[TrialPoint], x: Any) -> None:
    """Pruned and failed trials have no value to stand at: they stand at the upper edge, each under its own mark."""
    for state, marker, colour in (("pruned", "|", GREY), ("failed", "x", ORANGE)):
        at = [x(trial) for trial in trials if trial.state == state and x(trial) is not None]
        if at:
            axes.plot(
                at,
                [0.97] * len(at),
                marker,
                color=colour,
                transform=axes.get_xaxis_transform(),
                label=f"{state} ({len(at)})",
                markersize=6,
            )


@styled
def history(trials: Sequence[TrialPoint], *, objective: str, minimize: bool = True) -> Figure:
    """Draw the value of each trial by its number, and the best so far.

    Args:
        trials: in the order of their numbers; at least one complete.
        objective: the values' name, with a unit where they have one.
        minimize: whether lower is better.
    """
    figure = Figure(figsize=(7.0, 3.6), layout="constrained")
    axes = figure.subplots()
    done = _complete(trials)
    numbers, values = [trial.number for trial in done], np.array([trial.values[0] for trial in done])
    best = np.minimum.accumulate(values) if minimize else np.maximum.accumulate(values)
    last = max(trial.number for trial in trials)
    axes.step([*numbers, last], [*best, best[-1]], where="post", color=INK, linewidth=1.0, label="best so far")
    axes.plot(numbers, values, "o", color=BLUE, markersize=4.5, label=f"complete ({len(done)})")
    _marks_without_value(axes, trials, lambda trial: trial.number)
    _scale(axes, list(values))
    axes.margins(y=0.12)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel="trial", ylabel=objective)
    legend_above(axes)
    return figure


@styled
def parameters(
    trials: Sequence[TrialPoint],
    keys: Sequence[str],
    *,
    objective: str,
    colour: str | None = None,
    best: int,
    chosen: str = "best",
) -> Figure:
    """Draw the value against each searched parameter, one panel each, with another parameter as the colour.

    Args:
        trials: at least one complete.
        keys: the parameters, at most `MOST_PANELS` of them are drawn.
        objective: the values' name.
        colour: the numeric parameter that the colours show; in its own panel the points are plain.
        best: the number of the best trial, which has a ring.
        chosen: in what sense it is the best: a lower value may lie beside it.
    """
    shown = list(keys)[:MOST_PANELS]
    columns = min(len(shown), 3)
    rows = -(-len(shown) // columns)
    figure = Figure(figsize=(max(3.4 * columns + 0.6, 5.0), 3.1 * rows + 0.2), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
    done = _complete(trials)
    values = [trial.values[0] for trial in done]
    shades = np.array([trial.params.get(colour, np.nan) for trial in done], float) if colour else None
    points: Any = None
    for axes, key in zip(panels.flat, shown, strict=False):
        place = _axis(axes, key, trials)
        x = [place(trial) for trial in done]
        here = [i for i, at in enumerate(x) if at is not None]
        spots = [x[i] for i in here], [values[i] for i in here]
        if shades is not None and key != colour:
            norm = LogNorm() if spans_decades(list(shades)) else Normalize()
            points = axes.scatter(*spots, c=shades[here], norm=norm, cmap="viridis", s=24, linewidths=0)
        else:
            axes.scatter(*spots, color=BLUE, s=24, linewidths=0)
        ring = [(x[i], values[i]) for i in here if done[i].number == best]
        axes.plot(
            *zip(*ring, strict=True),
            "o",
            color=ORANGE,
            fillstyle="none",
            markersize=10,
            label=f"{chosen}: trial {best}",
        )
        _marks_without_value(axes, trials, place)
        axes.set_xlabel(key)
    for axes in panels.flat[len(shown) :]:
        axes.set_visible(False)
    for axes in panels[:, 0]:
        axes.set_ylabel(objective)
    _scale(panels[0, 0], values)
    panels[0, 0].margins(y=0.12)
    if points is not None:
        figure.colorbar(points, ax=panels, label=colour, pad=0.01)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=8)
    return figure


def _axis(axes: Axes, key: str, trials: Sequence[TrialPoint]) -> Any:
    """Prepare a panel's horizontal axis for one parameter; gives where a trial stands on it, or None if nowhere."""
    found = [trial.params[key] for trial in trials if key in trial.params]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in found):
        if spans_decades(found):
            axes.set_xscale("log")
            plain_ticks(axes.xaxis, *_ends(found))
        whole, each = all(isinstance(value, int) for value in found), sorted(set(found))
        few = len(each) <= FEW and (whole or len(each) < len(found))
        if few and _stand_apart(each, logarithmic=spans_decades(found)):
            axes.set_xticks(each, [f"{value:g}" for value in each])
            axes.xaxis.set_minor_locator(NullLocator())
        elif whole and not spans_decades(found):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return lambda trial: trial.params.get(key)
    names = sorted({str(value) for value in found})
    axes.set_xticks(range(len(names)), names, rotation=30 if max(map(len, names)) > 8 else 0)
    axes.set_xlim(-0.5, len(names) - 0.5)
    return lambda trial: names.index(str(trial.params[key])) if key in trial.params else None


def _stand_apart(values: Sequence[float], *, logarithmic: bool) -> bool:
    """Tell whether the numbers of a few values would not run into each other below an axis."""
    at = np.log(values) if logarithmic else np.array(values, float)
    return len(at) == 1 or bool(np.diff(at).min() >= 0.12 * (at[-1] - at[0]))


@styled
def curves(
    trials: Sequence[TrialPoint], *, objective: str, best: int | None, chosen: str = "best", step: str = "epoch"
) -> Figure:
    """Draw what each trial reported, step by step, the best trial on top and pruned ones up to their end.

    Args:
        trials: at least one with reports.
        objective: what was reported.
        best: the number of the best trial, if there is one.
        chosen: in what sense it is the best.
        step: what a report is made after.
    """
    figure = Figure(figsize=(7.0, 3.8), layout="constrained")
    axes = figure.subplots()
    looks = {"complete": (BLUE, 0.45), "pruned": (GREY, 0.55), "failed": (ORANGE, 0.6)}
    labelled: set[str] = set()
    every: list[float] = []
    for trial in trials:
        steps, values = trial.reports
        if not len(steps) or trial.number == best:
            continue
        colour, alpha = looks[trial.state]
        label = None if trial.state in labelled else trial.state
        labelled.add(trial.state)
        axes.plot(steps, values, color=colour, alpha=alpha, linewidth=0.9, label=label)
        if trial.state != "complete":
            axes.plot(steps[-1:], values[-1:], "|" if trial.state == "pruned" else "x", color=colour, markersize=5)
        every += list(values)
    for trial in trials:
        if trial.number == best and len(trial.reports[0]):
            axes.plot(*trial.reports, color=INK, linewidth=2.0, label=f"{chosen}: trial {best}", zorder=3)
            every += list(trial.reports[1])
    _scale(axes, every)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set(xlabel=step, ylabel=objective)
    legend_above(axes)
    return figure


@styled
def front(trials: Sequence[TrialPoint], on_front: Sequence[int], *, objectives: Sequence[str]) -> Figure:
    """Draw complete trials by their first two objectives, and those on the Pareto front, which no other trial beats.

    Args:
        trials: at least one complete.
        on_front: numbers of the trials on the front.
        objectives: names of all objectives.
    """
    figure = Figure(figsize=(5.4, 4.0), layout="constrained")
    axes = figure.subplots()
    done = _complete(trials)
    dominated = [trial.values[:2] for trial in done if trial.number not in on_front]
    chosen = sorted((trial.values[0], trial.values[1], trial.number) for trial in done if trial.number in on_front)
    if dominated:
        axes.plot(*zip(*dominated, strict=True), "o", color=PALE, markeredgecolor=GREY, markersize=5, label="complete")
    x, y, numbers = zip(*chosen, strict=True)
    axes.plot(x, y, "o-", color=ORANGE, markersize=5.5, linewidth=0.9, label="Pareto front")
    for at, height, number in zip(x, y, numbers, strict=True) if len(x) <= 12 else ():
        axes.annotate(str(number), (at, height), xytext=(4, 4), textcoords="offset points", fontsize=7, color=INK)
    if spans_decades([trial.values[0] for trial in done]):
        axes.set_xscale("log")
        plain_ticks(axes.xaxis, *_ends([trial.values[0] for trial in done]))
    _scale(axes, [trial.values[1] for trial in done])
    axes.set(xlabel=objectives[0], ylabel=objectives[1])
    legend_above(axes)
    return figure


@styled
def importances(found: Mapping[str, float], *, objective: str, minimize: bool = True) -> Figure:
    """Draw how much each parameter decides about the best tenth of the trials, the most on top (PED-ANOVA).

    A share near 1 says that the others could be anything there; how sure it is that a parameter comes first is another
    question, which the examination of a sweep answers.

    Args:
        found: parameter -> its share; they add up to 1.
        objective: what the values are.
        minimize: whether lower is better.

    Reference: Watanabe, Bansal, Hutter, "PED-ANOVA: Efficiently quantifying hyperparameter importance in arbitrary
    subspaces" (2023).
    """
    figure = Figure(figsize=(6.0, 1.0 + 0.32 * len(found)), layout="constrained")
    axes = figure.subplots()
    ordered = sorted(found.items(), key=lambda item: item[1])
    bars = axes.barh([key for key, _ in ordered], [share for _, share in ordered], color=BLUE, height=0.6)
    axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
    end = "lowest" if minimize else "highest"
    axes.set(xlim=(0, 1.08), xlabel=f"share in what sets the {end} tenth by {objective} apart")
    axes.grid(visible=False, axis="y")
    return figure
