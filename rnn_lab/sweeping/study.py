"""One study of a sweep: trials asked for and told, and every trace that a killed coordinator left put in order."""

from collections import Counter
from typing import Any

import cloudpickle
import optuna
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState

from rnn_lab.errors import BadInput
from rnn_lab.sweeping import build
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan, suggest
from rnn_lab.sweeping.storage import is_url
from rnn_lab.sweeping.worker import Assignment, Outcome

DEFINITION = "definition"
FOLDER = "folder"
INTERRUPTED = "interrupted"
RETRY_OF = "retry_of"
REASON = "reason"
SECONDS = "seconds"
TRIAL = "rnn_lab.trial"
"""The tag of a run that is a trial: its number."""


class SweepStudy:
    """An Optuna study with the sweep's invariants.

    - A trial that was RUNNING when its coordinator ended is *interrupted*: it fails, its parameters wait as a new
      trial, and only the new one counts.
    - Finished trials are those that are complete, pruned, or failed by their own fault; ``n_trials`` bounds them.
    """

    def __init__(self, plan: Plan, options: Options, address: str, storage: BaseStorage) -> None:
        self.plan = plan
        self.options = options
        self.address = address
        self._storage = storage
        self.running: dict[int, Trial] = {}
        self.tags: dict[str, str] = {}
        self.n_trials = build.trials(options, plan.parameters)

    def open(self) -> None:
        """Create the study, or load it and take up what an earlier coordinator left.

        Raises:
            BadInput: if it was made by another description of the sweep, or belongs to another folder.
        """
        new = self.plan.name not in optuna.get_all_study_names(self._storage)
        if new and self._occupied():
            raise BadInput(
                f"{self.plan.folder} holds job folders of another sweep, whose storage is not {self.address}: "
                "choose another hydra.sweeper.study_name or hydra.sweep.dir."
            )
        pruner = build.pruner(self.options)
        self.study = optuna.create_study(
            study_name=self.plan.name,
            storage=self._storage,
            pruner=pruner,
            directions=self.options.objectives,
            load_if_exists=True,
        )
        told = len(self.study.get_trials(deepcopy=False))
        self.study.sampler = build.sampler(self.options, self.plan.parameters, told)
        self.study.stop = lambda: None  # type: ignore[method-assign]  # a grid calls it at its end, which n_trials knows
        self._pruner = cloudpickle.dumps(pruner)
        self._check_definition()
        self.interrupt()

    def _occupied(self) -> bool:
        return any((child / ".hydra").is_dir() for child in self.plan.folder.glob("*"))

    def _check_definition(self) -> None:
        stored = self.study.user_attrs
        if DEFINITION not in stored:
            self.study.set_user_attr(DEFINITION, self.plan.definition)
            self.study.set_user_attr(FOLDER, str(self.plan.folder))
            return
        if changes := differences(stored[DEFINITION], self.plan.definition):
            raise BadInput(
                f"The study {self.plan.name!r} was started with another description: {'; '.join(changes)}. "
                "Repeat the old command to continue it, or choose a new hydra.sweeper.study_name."
            )
        if is_url(self.address) and stored.get(FOLDER) != str(self.plan.folder):
            raise BadInput(
                f"The study {self.plan.name!r} in this storage belongs to the folder {stored.get(FOLDER)}: "
                "continue it there, or choose a new hydra.sweeper.study_name."
            )

    def interrupt(self) -> list[int]:
        """Fail every trial that nobody runs any more, and let its parameters wait to be tried again.

        The successor is queued first: if this process is killed in between, the next one finds it and queues no second.
        """
        self.running.clear()
        trials = self.study.get_trials(deepcopy=False)
        queued = {trial.user_attrs.get(RETRY_OF) for trial in trials}
        orphans = [trial for trial in trials if trial.state == TrialState.RUNNING]
        for trial in orphans:
            params = trial.system_attrs.get("fixed_params", {}) | trial.params  # the former if it was a retry itself
            if params and trial.number not in queued:
                self.study.enqueue_trial(params, user_attrs={RETRY_OF: trial.number})
            self._storage.set_trial_user_attr(trial._trial_id, INTERRUPTED, True)
            self._storage.set_trial_user_attr(trial._trial_id, REASON, "interrupted with its sweep")
            self.study.tell(trial.number, state=TrialState.FAIL)
        return [trial.number for trial in orphans]

    def ask(self) -> Assignment:
        """Start the next trial: a waiting one, or one that the sampler proposes."""
        trial = self.study.ask({each.key: each.distribution for each in self.plan.parameters})
        self.running[trial.number] = trial
        if self.options.space is not None:
            suggest(self.options.space, self.plan.config, trial)
        return Assignment(
            number=trial.number,
            trial_id=trial._trial_id,
            study=self.plan.name,
            storage=self.address,
            pruner=self._pruner,
            overrides=self.plan.overrides(trial.params),
            folder=str(self.plan.folder),
            directions=self.options.objectives,
            aggregate=self.options.aggregate,
            tags={**self.tags, TRIAL: str(trial.number)},
        )

    def tell(self, number: int, outcome: Outcome) -> FrozenTrial:
        """Record how a trial ended."""
        trial = self.running[number]
        facts = {FOLDER: outcome.folder, SECONDS: round(outcome.seconds, 3), REASON: outcome.reason}
        for name, value in facts.items():
            if value is not None:
                trial.set_user_attr(name, value)
        state = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}[outcome.state]
        told = self.study.tell(trial, outcome.values, state=state)
        del self.running[number]
        return told

    def finished(self) -> list[FrozenTrial]:
        """The trials that count, in the order of their numbers."""
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
        trials = self.study.get_trials(deepcopy=False, states=states)
        return [trial for trial in trials if not trial.user_attrs.get(INTERRUPTED)]

    def counts(self) -> Counter[str]:
        """How many trials are complete, pruned and fail."""
        return Counter(trial.state.name.lower() for trial in self.finished())

    def best(self) -> FrozenTrial | None:
        """The best complete trial; of several objectives, the first on the Pareto front."""
        if not any(trial.state == TrialState.COMPLETE for trial in self.finished()):
            return None
        return self.study.best_trial if len(self.options.objectives) == 1 else self.study.best_trials[0]

    def wants_more(self) -> bool:
        """Whether another trial should be started now."""
        return len(self.finished()) + len(self.running) < self.n_trials

    def failed_too_often(self) -> bool:
        """Whether more trials failed than the user allows."""
        return self.options.max_failures is not None and self.counts()["fail"] > self.options.max_failures

    def given_up(self) -> str | None:
        """Why the study ends before its last trial, or None."""
        if self.failed_too_often():
            return f"{self.counts()['fail']} trials failed (hydra.sweeper.max_failures={self.options.max_failures})"
        if (
            self.options.stagnation is not None
            and _idle(self.finished(), self.study.directions) >= self.options.stagnation
        ):
            return f"no improvement in {self.options.stagnation} trials (hydra.sweeper.stagnation)"
        return None


def _idle(trials: list[FrozenTrial], directions: list[StudyDirection]) -> int:
    """How many trials in a row, in the order in which they ended, did not improve on the best (first objective)."""
    sign = 1 if directions[0] == StudyDirection.MINIMIZE else -1
    best, idle = float("inf"), 0
    for trial in sorted(trials, key=lambda each: (each.datetime_complete is None, each.datetime_complete)):
        value = sign * trial.values[0] if trial.state == TrialState.COMPLETE and trial.values else float("inf")
        best, idle = (value, 0) if value < best else (best, idle + 1)
    return idle


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What changed between two definitions, each in a few words.

    >>> differences({"fixed": {"epochs": "5"}}, {"fixed": {"epochs": "7", "data": "sine"}})
    ['data was not given, now sine', 'epochs was 5, now 7']
    """
    changes = []
    for part in sorted(set(old) | set(new)):
        before, after = old.get(part, {}), new.get(part, {})
        if not isinstance(before, dict) or not isinstance(after, dict):
            before, after = {part: before}, {part: after}
        for key in sorted(set(before) | set(after)):
            if before.get(key) != after.get(key):
                was, now = (each.get(key, "not given") for each in (before, after))
                changes.append(f"{key} was {was}, now {now}")
    return changes
