"""Optuna's own matplotlib plots of finished studies, as PNG files.

Only Optuna's functions draw here: the lab's figures are elsewhere, and so is matplotlib.
"""

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

ACROSS = {"history": "yscale", "edf": "xscale"}
"""Those that show several studies in one picture, and the scale of their values."""


def draw(study: optuna.Study, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Draw all plots of one study into ``folder``.

    Yields:
        Each plot's name, and None or the reason why there is none (importances, say, need trials that differ).
    """
    trials = study.get_trials(deepcopy=False)
    complete = any(trial.state == TrialState.COMPLETE for trial in trials)
    reported = any(trial.intermediate_values for trial in trials)
    several = {"target": lambda trial: trial.values[0], "target_name": "first objective"}
    for name, function in PLOTS.items():
        if not trials or not (complete or name in OF_ANY_TRIALS):
            yield name, "no trial is complete"
            continue
        if name == "intermediate_values" and not reported:
            yield name, "no trial reported a value"
            continue
        extra: dict[str, Any] = (
            several if len(study.directions) > 1 and name not in ("timeline", "intermediate_values") else {}
        )
        yield name, _save(name, function, folder, study, **extra)


def draw_across(studies: list[optuna.Study], folder: Path) -> Iterator[tuple[str, str | None]]:
    """Draw the plots that compare studies: on a logarithmic scale where that can be, for units differ."""
    complete = [t for study in studies for t in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))]
    positive = all(trial.values[0] > 0 for trial in complete)
    several = {"target": lambda trial: trial.values[0], "target_name": "first objective"}
    extra: dict[str, Any] = several if len(studies[0].directions) > 1 else {}
    for name, scale in ACROSS.items():
        if not complete:
            yield name, "no trial is complete"
            continue
        yield name, _save(name, PLOTS[name], folder, studies, {scale: "log"} if positive else {}, **extra)


def _save(
    name: str, function: str, folder: Path, what: Any, scales: dict[str, str] | None = None, **extra: Any
) -> str | None:
    os.environ.setdefault("MPLBACKEND", "Agg")  # files only: no display is needed
    import optuna.visualization.matplotlib as visualization

    plot: Callable[..., Any] = getattr(visualization, function)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # every one of these functions says that it is experimental
            axes = plot(what, **extra)
    except Exception as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    figure = getattr(axes, "figure", None) or next(ax.figure for ax in axes.flat)
    if scales:
        axes.set(**scales)
    figure.set_size_inches(10, 6)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.png"
    figure.savefig(draft, dpi=100, bbox_inches="tight", format="png")
    draft.replace(folder / f"{name}.png")
    figure.clear()
    return None
