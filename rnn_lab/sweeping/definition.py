"""A study held to its description: what may change when it goes on, and where it is at home."""

from pathlib import Path
from typing import TYPE_CHECKING

from optuna.distributions import BaseDistribution
from optuna.trial import TrialState

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.attributes import DEFINITION, EARLIER, FOLDER, RUN, SINCE
from rnn_lab.sweeping.description import changes
from rnn_lab.sweeping.optuna_private import id_of
from rnn_lab.sweeping.storage import is_url
from rnn_lab.sweeping.widening import check_widened

if TYPE_CHECKING:
    from rnn_lab.sweeping.study import SweepStudy


def check_definition(study: "SweepStudy") -> list[str]:
    """Keep a new study's description; hold one that goes on to the description that it was started with.

    Returns:
        The ranges that were changed without the loss of a trial, each in a few words.

    Raises:
        BadInput: it was made by another description of the sweep, or belongs to another folder.
    """
    stored, now = study.study.user_attrs, study.plan.definition
    if DEFINITION not in stored:
        study.study.set_user_attr(DEFINITION, now)
        study.study.set_user_attr(FOLDER, str(study.plan.folder))
        return []
    widened: list[str] = []
    if changed := changes(stored[DEFINITION], now):
        same_directions = stored[DEFINITION]["directions"] == study.options.objectives
        if same_directions and all(trial.state == TrialState.FAIL for trial in study.finished()):
            _begin_anew(study)
        elif changes(stored[DEFINITION] | {"space": now["space"]}, now) or not _only_ranges(study):
            raise BadInput(
                f"The study {study.plan.name!r} was started with another description: {'; '.join(changed)}. "
                "Repeat the old command to continue it, or choose a new hydra.sweeper.study_name."
            )
        else:
            widened = _widen(study)
    _take_over(study, stored.get(FOLDER))
    return widened


def _only_ranges(study: "SweepStudy") -> bool:
    """Tell whether the same keys are searched as before, none of them by a function of the user's."""
    before = study.study.user_attrs[DEFINITION]["space"]
    return set(before) == set(study.plan.definition["space"]) and study.options.space is None


def _widen(study: "SweepStudy") -> list[str]:
    trials = study.study.get_trials(deepcopy=False)
    old: dict[str, BaseDistribution] = {}
    for trial in trials:
        old |= trial.distributions
    new = {each.key: each.distribution for each in study.plan.parameters}
    waiting = (TrialState.RUNNING, TrialState.WAITING)  # they are tried again with the values that they had
    params = [trial.params for trial in study.finished() if trial.params]
    params += [trial.params or trial.system_attrs.get("fixed_params", {}) for trial in trials if trial.state in waiting]
    try:
        found = check_widened(old, new, params)
    except BadInput as error:
        raise BadInput(f"The study {study.plan.name!r} has trials already, and {error}") from None
    study.study.set_user_attr(DEFINITION, study.plan.definition)
    return found


def _begin_anew(study: "SweepStudy") -> None:
    """Take up a new description: no trial has a result, so those there are, and those that wait, do not count."""
    for trial in study.study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        study.storage.set_trial_state_values(id_of(trial), TrialState.FAIL)
    study.study.set_user_attr(SINCE, len(study.study.get_trials(deepcopy=False)))
    study.study.set_user_attr(DEFINITION, study.plan.definition)


def _take_over(study: "SweepStudy", folder: str | None) -> None:
    """Make the study at home in its folder, which may have been moved or copied.

    Raises:
        BadInput: if it lies in a database, and its folder is another one that is still there.
    """
    here = str(study.plan.folder)
    if folder == here:
        return
    there = folder is not None and Path(folder).is_dir()
    if is_url(study.address) and there:
        raise BadInput(
            f"The study {study.plan.name!r} in this storage belongs to the folder {folder}: "
            "continue it there, or choose a new hydra.sweeper.study_name."
        )
    study.moved_from = folder
    if there:  # a copy: it goes on as a study of its own, and is another run for the tracker
        study.study.set_user_attr(RUN, None)
    study.study.set_user_attr(FOLDER, here)
    study.study.set_user_attr(EARLIER, [*study.study.user_attrs.get(EARLIER, []), folder])
