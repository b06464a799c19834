"""The figure of each question, from the same numbers as its sentence."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.figures import examination as figures
from rnn_lab.figures.style import ORANGE, png
from rnn_lab.sweeping.examination.density import best_by_budget
from rnn_lab.sweeping.examination.edges import AMONG, NEAR
from rnn_lab.sweeping.examination.effects import isolation, near_best, over_all
from rnn_lab.sweeping.examination.trials import Axis, Trials


def pictures(trials: Trials, fresh: Mapping[int, ArrayLike], ylabel: str) -> dict[str, list[bytes]]:
    """Draw what there is to draw: question -> PNG files."""
    rows, complete = trials.best(AMONG), trials.complete
    units = {axis.name: _unit(axis, trials.unit(axis)) for axis in trials.axes}
    ends = {axis.name: _ends(axis) for axis in trials.axes}
    found: dict[str, list[bytes]] = {}
    if len(rows):
        best = {name: unit[rows] for name, unit in units.items()}
        found["edge"] = [png(figures.places(units, best, label=f"the best {len(rows)}", ends=ends, near=NEAR))]
        steps = best_by_budget(trials.values[complete], minimize=trials.minimize)
        found["density"] = [png(figures.budget(steps.budgets, steps.middle, steps.low, steps.high, ylabel=ylabel))]
    if trials.failed.any():
        lost = {name: unit[trials.failed] for name, unit in units.items()}
        found["feasibility"] = [png(figures.places(units, lost, label="failed or diverged", ends=ends, colour=ORANGE))]
    if curves := {f"trial {trials.number(row)}": trials.curves[row] for row in rows if len(trials.curves[row])}:
        found["health"] = [png(figures.best_curves(curves, ylabel=ylabel))]
    raced = [row for row in trials.best(len(trials.values)) if trials.number(row) in fresh]
    if raced:
        reported = {f"trial {trials.number(row)}": float(trials.values[row]) for row in raced}
        values = {f"trial {trials.number(row)}": np.asarray(fresh[trials.number(row)], float) for row in raced}
        found["reality"] = [png(figures.winner(reported, values, ylabel=ylabel))]
    if complete.any():
        found["effects"] = _effects(trials, ylabel)
    return found


def _effects(trials: Trials, ylabel: str) -> list[bytes]:
    panels, ticks = {}, {}
    for axis in trials.axes:
        panels[axis.name] = isolation(trials, axis)
        at = list(range(len(axis.choices))) if axis.kind == "choice" else [0.0, 0.5, 1.0]
        labels = [str(each) for each in axis.choices] if axis.kind == "choice" else [f"{axis.at(u):.3g}" for u in at]
        ticks[axis.name] = (at, labels)
    drawn = [png(figures.isolation(panels, ticks, ylabel=ylabel))]
    asked = {"over the whole space": over_all(trials), "near the best": near_best(trials)}
    tables = {title: each.shares for title, each in asked.items() if each is not None}
    if tables:
        drawn.append(png(figures.importances(tables, [axis.name for axis in trials.axes])))
    return drawn


def _unit(axis: Axis, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return (places + 0.5) / len(axis.choices) if axis.kind == "choice" else places


def _ends(axis: Axis) -> tuple[str, str]:
    if axis.kind == "choice":
        return str(axis.choices[0]), str(axis.choices[-1])
    return f"{axis.low:g}", f"{axis.high:g}"
