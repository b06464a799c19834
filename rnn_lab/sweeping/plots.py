"""Optuna's own matplotlib plots of finished studies, as PNG files.

Only Optuna's functions draw here: the lab's figures are elsewhere, and so is matplotlib.
"""

import math
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

PLOTS = {
    "history": "plot_optimization_history",
    "importances": "plot_param_importances",
    "slice": "plot_slice",
    "contour": "plot_contour",
    "parallel_coordinates": "plot_parallel_coordinate",
    "timeline": "plot_timeline",
    "intermediate_values": "plot_intermediate_values",
    "edf": "plot_edf",
}
"""File -> function of ``optuna.visualization.matplotlib``."""

OF_ANY_TRIALS = {"timeline", "intermediate_values"}
"""Those that do not need a complete trial; the others would be empty axes without one."""

ACROSS = ("history", "edf")
"""Those that show several studies in one picture."""

RISING = {"history", "slice", "intermediate_values"}
"""Those whose vertical axis has the values, and is logarithmic if they differ by orders of magnitude."""

EVENLY = {"edf", "contour", "parallel_coordinates"}
"""Those that Optuna computes or colours at evenly spaced values: they show logarithms instead."""


def draw(study: optuna.Study, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Draw all plots of one study into ``folder``.

    Yields:
        Each plot's name, and None or the reason why there is none (importances, say, need trials that differ).
    """
    trials = study.get_trials(deepcopy=False)
    values = _values([study])
    reported = [value for trial in trials for value in trial.intermediate_values.values()]
    for name in PLOTS:
        if not trials or not (values or name in OF_ANY_TRIALS):
            yield name, "no trial is complete"
            continue
        if name == "intermediate_values" and not reported:
            yield name, "no trial reported a value"
            continue
        yield name, _save(name, folder, [study], reported if name == "intermediate_values" else values)


def draw_across(studies: list[optuna.Study], folder: Path) -> Iterator[tuple[str, str | None]]:
    """Draw the plots that compare studies."""
    values = _values(studies)
    for name in ACROSS:
        yield name, _save(name, folder, studies, values) if values else "no trial is complete"


def _values(studies: list[optuna.Study]) -> list[float]:
    complete = [t for study in studies for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
    return [trial.values[0] for trial in complete]


def orders_of_magnitude(values: list[float]) -> bool:
    """Whether a linear axis would show little but the largest of these values.

    >>> orders_of_magnitude([1e-5, 1e-2]), orders_of_magnitude([1.0, 9.0]), orders_of_magnitude([-1.0, 500.0])
    (True, False, False)
    """
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and 0 < min(finite) < max(finite) / 10


def _target(name: str, studies: list[optuna.Study], logarithmic: bool) -> dict[str, Any]:
    """What a plot shows of a trial, where that is not simply its value."""
    if name in OF_ANY_TRIALS:
        return {}
    several = len(studies[0].directions) > 1
    named = "first objective" if several else "objective"
    if name in EVENLY and logarithmic:
        return {"target": lambda trial: math.log10(trial.values[0]), "target_name": f"log10 of the {named}"}
    return {"target": lambda trial: trial.values[0], "target_name": named} if several else {}


def _save(name: str, folder: Path, studies: list[optuna.Study], values: list[float]) -> str | None:
    os.environ.setdefault("MPLBACKEND", "Agg")  # files only: no display is needed
    import optuna.visualization.matplotlib as visualization

    plot: Callable[..., Any] = getattr(visualization, PLOTS[name])
    logarithmic = orders_of_magnitude(values)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # every one of these functions says that it is experimental
            axes = plot(studies if len(studies) > 1 else studies[0], **_target(name, studies, logarithmic))
    except Exception as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    figure = getattr(axes, "figure", None) or next(ax.figure for ax in axes.flat)
    if name in RISING and logarithmic:
        for each in getattr(axes, "flat", [axes]):
            each.set_yscale("log")
    figure.set_size_inches(*((14, 12) if name == "contour" else (10, 6)))  # it has a panel for each pair
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.png"
    figure.savefig(draft, dpi=100, bbox_inches="tight", format="png")
    draft.replace(folder / f"{name}.png")
    figure.clear()
    return None
