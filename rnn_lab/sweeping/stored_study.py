"""A study as its storage has it: the trials that count, the best one, the front."""

from collections import Counter
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.sweeping.attributes import CONFIRMED, INTERRUPTED, SINCE


class StoredStudy:
    """A study without the command that made it.

    Args:
        study: Optuna's.

    Attributes:
        names: of its objectives.
        directions: of each, ``minimize`` or ``maximize``.

    Example:
        >>> study = optuna.create_study()
        >>> study.add_trial(optuna.trial.create_trial(value=2.0))
        >>> StoredStudy(study).best().values, StoredStudy(study).names
        ([2.0], ['objective'])
    """

    def __init__(self, study: optuna.Study) -> None:
        self.study = study
        self.directions = [direction.name.lower() for direction in study.directions]
        self.names = list(study.metric_names or unnamed(len(self.directions)))

    def finished(self) -> list[FrozenTrial]:
        """The trials that count, in the order of their numbers."""
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
        trials = self.study.get_trials(deepcopy=False, states=states)
        since = self.study.user_attrs.get(SINCE, 0)
        return [trial for trial in trials if trial.number >= since and not trial.user_attrs.get(INTERRUPTED)]

    def counts(self) -> Counter[str]:
        """Numbers of the finished trials by state: ``complete``, ``pruned``, ``fail``."""
        return Counter(trial.state.name.lower() for trial in self.finished())

    def confirmed(self) -> dict[str, Any] | None:
        """Findings of fresh seeds on the best trials; None before they ran, and as soon as there are further trials."""
        found: dict[str, Any] | None = self.study.user_attrs.get(CONFIRMED)
        return found if found and found["after"] == len(self.finished()) else None

    def best(self) -> FrozenTrial | None:
        """The best complete trial: the one that fresh seeds confirmed; before that, see `rank`."""
        trials = [trial for trial in self.finished() if trial.state == TrialState.COMPLETE]
        confirmed = self.confirmed()
        if confirmed:
            return next((trial for trial in trials if trial.number == confirmed["trial"]), None)
        return min(trials, key=self.rank, default=None)

    def rank(self, trial: FrozenTrial) -> tuple[float, ...]:
        """A sort key: the better trial comes first, by the first objective, of equals by the next, then by number.

        So the best trial of several objectives is on the Pareto front, and it never gets worse while a sweep goes on.
        """
        signs = [1 if direction == "minimize" else -1 for direction in self.directions]
        return (*(sign * value for sign, value in zip(signs, trial.values, strict=True)), trial.number)

    def front(self) -> list[FrozenTrial]:
        """The Pareto front of several objectives, best first by the first of them; of one objective its best trial."""
        best = self.best()
        if best is None or len(self.directions) == 1:
            return [best] if best else []
        return sorted(self.study.best_trials, key=self.rank)


def unnamed(count: int) -> list[str]:
    """Names for the objectives of an application that does not say them."""
    return ["objective"] if count == 1 else [f"objective {i}" for i in range(count)]
