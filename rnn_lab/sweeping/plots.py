"""Figures of studies, as files."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from rnn_lab.sweeping.stored_study import StoredStudy

STATES: Any = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}

FIGURES = ("history", "parameters", "curves", "front", "importances")
"""Files that a study may have below ``figures``, the most telling first."""

LEAST_FOR_IMPORTANCES = 10
"""Complete trials; of fewer, importances are noise."""


def draw(
    study: StoredStudy, folder: Path, form: str = "png", dpi: float | None = None
) -> Iterator[tuple[str, str | None]]:
    """Draw all figures of one study into ``folder``.

    Args:
        study: with finished trials or without.
        folder: made where there is something to draw.
        form, dpi: as of `rnn_lab.figures.save`.

    Yields:
        Each figure's name, and None or the reason why there is none.
    """
    for name in FIGURES:
        try:
            figure = DRAWN[name](study)
        except _Nothing as reason:
            yield name, str(reason)
        except Exception as error:  # a figure that fails is no reason to lose a sweep's results
            yield name, (str(error).strip().splitlines() or [type(error).__name__])[0]
        else:
            _save(figure, folder / f"{name}.{form}", dpi)
            yield name, None


def draw_across(
    studies: Sequence[StoredStudy], folder: Path, form: str = "png", dpi: float | None = None
) -> Iterator[tuple[str, str | None]]:
    """Draw how fast the studies of a sweep came to their best, each in units of its own best value."""
    from rnn_lab.figures import sweeps

    lines = [line for study in studies if (line := _best_so_far(study)) and min(line) > 0]
    if not lines or any(study.directions[0] != "minimize" for study in studies):
        yield "progress", "no study has a complete trial whose value is above 0 and to be minimised"
        return
    longest = max(map(len, lines))
    table = [[value / line[-1] for value in line] + [math.nan] * (longest - len(line)) for line in lines]
    import numpy as np

    drawn = sweeps.progress(
        {f"median of {len(lines)} studies": np.array(table)}, ylabel="best so far / best at the end"
    )
    _save(drawn, folder / f"progress.{form}", dpi)
    yield "progress", None


class _Nothing(Exception):
    """There is nothing to draw, for the reason given."""


def points(study: StoredStudy) -> list[Any]:
    """The trials that count, as the figures need them; raises `_Nothing` if there is none."""
    from rnn_lab.figures.study import TrialPoint

    found = [
        TrialPoint(
            number=trial.number,
            state=STATES[trial.state],
            values=tuple(trial.values) if trial.state == TrialState.COMPLETE else (),
            params=dict(trial.params),
            reports=(list(trial.intermediate_values), list(trial.intermediate_values.values())),
        )
        for trial in study.finished()
    ]
    if not found:
        raise _Nothing("no trial is finished")
    return found


def _with_results(study: StoredStudy) -> tuple[list[Any], FrozenTrial]:
    best = study.best()
    if best is None:
        raise _Nothing("no trial is complete")
    return points(study), best


def _history(study: StoredStudy) -> Any:
    from rnn_lab.figures.study import history

    trials, _ = _with_results(study)
    return history(trials, objective=study.names[0], minimize=study.directions[0] == "minimize")


def _parameters(study: StoredStudy) -> Any:
    from rnn_lab.figures.study import parameters

    trials, best = _with_results(study)
    keys = list(dict.fromkeys(key for trial in trials for key in trial.params))
    if not keys:
        raise _Nothing("nothing was searched")
    numeric = [key for key in keys if all(_is_number(trial.params[key]) for trial in trials if key in trial.params)]
    colour = numeric[0] if numeric and len(keys) > 1 else None
    return parameters(trials, keys, objective=study.names[0], colour=colour, best=best.number, chosen=_chosen(study))


def _chosen(study: StoredStudy) -> str:
    return "best by fresh seeds" if study.confirmed() else "best"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _curves(study: StoredStudy) -> Any:
    from rnn_lab.figures.study import curves

    trials, best = points(study), study.best()
    if not any(trial.reports[0] for trial in trials):
        raise _Nothing("no trial reported a value")
    return curves(trials, objective=study.names[0], best=best.number if best else None, chosen=_chosen(study))


def _front(study: StoredStudy) -> Any:
    from rnn_lab.figures.study import front

    if len(study.names) < 2:
        raise _Nothing("there is one objective")
    trials, _ = _with_results(study)
    return front(trials, [trial.number for trial in study.front()], objectives=study.names)


def _importances(study: StoredStudy) -> Any:
    from optuna.importance import get_param_importances

    from rnn_lab.figures.study import importances

    trials, _ = _with_results(study)
    if sum(trial.state == "complete" for trial in trials) < LEAST_FOR_IMPORTANCES:
        raise _Nothing(f"fewer than {LEAST_FOR_IMPORTANCES} trials are complete")
    if len(study.names) > 1:
        raise _Nothing("there are several objectives")
    found = get_param_importances(study.study)
    return importances(found, objective=study.names[0], minimize=study.directions[0] == "minimize")


def _best_so_far(study: StoredStudy) -> list[float]:
    best: list[float] = []
    for trial in study.finished():
        if trial.state == TrialState.COMPLETE:
            best.append(min([trial.values[0], *best[-1:]]))
        elif best:
            best.append(best[-1])
    return best


def _save(figure: Any, file: Path, dpi: float | None) -> None:
    from rnn_lab.figures import save

    file.parent.mkdir(parents=True, exist_ok=True)
    save(figure, file, dpi=dpi)
    figure.clear()


DRAWN: dict[str, Callable[[StoredStudy], Any]] = {
    "history": _history,
    "parameters": _parameters,
    "curves": _curves,
    "front": _front,
    "importances": _importances,
}
