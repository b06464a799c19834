"""Trials of any Optuna study, ours or another program's, as an examination takes them."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.examination.trials import COMPLETE, FAILED, PRUNED, Axis, Trials
from rnn_lab.sweeping.optuna_private import contains

STATES = {TrialState.COMPLETE: COMPLETE, TrialState.PRUNED: PRUNED, TrialState.FAIL: FAILED}
INTERRUPTED = "interrupted"


def trials_of(study: Study, objective: int = 0) -> Trials:
    """Read the finished trials of a study, and the space that they were drawn from.

    Where a parameter's range changed between trials, the last one counts. Trials that were interrupted with their sweep
    are left out; those that do not fit the last space are too.

    Args:
        study: finished or running.
        objective: which of several.

    Raises:
        BadInput: no trial has finished.
    """
    finished = [
        trial
        for trial in study.get_trials(deepcopy=False, states=tuple(STATES))
        if not trial.user_attrs.get(INTERRUPTED)
    ]
    if not finished:
        raise BadInput(f"The study {study.study_name!r} has no finished trial: there is nothing to examine.")
    space: dict[str, BaseDistribution] = {}
    for trial in finished:
        space |= trial.distributions
    kept = [trial for trial in finished if _fits(trial.params, space)]
    return Trials(
        axes=tuple(axis(name, distribution) for name, distribution in space.items()),
        params=[trial.params for trial in kept],
        values=np.array([_value(trial, objective) for trial in kept]),
        states=[STATES[trial.state] for trial in kept],
        curves=[np.array([value for _, value in sorted(trial.intermediate_values.items())]) for trial in kept],
        minimize=study.directions[objective] == StudyDirection.MINIMIZE,
        numbers=[trial.number for trial in kept],
    )


def axis(name: str, distribution: BaseDistribution) -> Axis:
    """Read an axis from Optuna's distribution.

    Example:
        >>> axis("n", IntDistribution(1, 50, log=True)).override()
        'n=tag(log,int(interval(1,50)))'
    """
    if isinstance(distribution, CategoricalDistribution):
        return Axis(name, "choice", choices=tuple(distribution.choices))
    known: Any = distribution
    kind: Literal["int", "float"] = "int" if isinstance(distribution, IntDistribution) else "float"
    step = known.step if known.step not in (None, 1) else None
    return Axis(name, kind, float(known.low), float(known.high), bool(known.log), step=step)


def _value(trial: FrozenTrial, objective: int) -> float:
    return float(trial.values[objective]) if trial.state == TrialState.COMPLETE and trial.values else float("nan")


def _fits(params: Mapping[str, Any], space: Mapping[str, BaseDistribution]) -> bool:
    return all(contains(space[name], value) for name, value in params.items())
