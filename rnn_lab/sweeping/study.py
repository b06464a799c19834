"""One study of a sweep: trials asked for and told, and every trace that a killed coordinator left put in order."""

import os
from collections.abc import Sequence
from pathlib import Path

import cloudpickle
import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState

from rnn_lab.errors import BadInput
from rnn_lab.sweeping import build
from rnn_lab.sweeping.attributes import (
    EARLIER,
    FOLDER,
    INTERRUPTED,
    REASON,
    RETRY_OF,
    SAME_AS,
    SECONDS,
    SINCE,
    TRIAL,
)
from rnn_lab.sweeping.definition import check_definition
from rnn_lab.sweeping.description import idle
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.optuna_private import id_of
from rnn_lab.sweeping.plan import Plan, suggest
from rnn_lab.sweeping.record_check import check_attributes
from rnn_lab.sweeping.stored_study import StoredStudy, unnamed
from rnn_lab.sweeping.worker import Assignment, Outcome
from rnn_lab.tracking.inside import inside


class SweepStudy(StoredStudy):
    """An Optuna study with the sweep's invariants.

    - A trial that was RUNNING when its coordinator ended is *interrupted*: it fails, its parameters wait as a new
      trial, and only the new one counts.
    - Finished trials are those that are complete, pruned, or failed by their own fault; ``n_trials`` bounds them.
    """

    def __init__(
        self, plan: Plan, options: Options, address: str, storage: BaseStorage, names: Sequence[str] = ()
    ) -> None:
        self.plan = plan
        self.options = options
        self.address = address
        self.storage = storage
        self.running: dict[int, Trial] = {}
        self.tags: dict[str, str] = {}
        self.directions = list(options.objectives)
        self.names = list(names) or unnamed(len(self.directions))
        self.moved_from: str | None = None
        self.widened: list[str] = []
        self.examined: list[str] = []
        self.compared: list[str] = []
        self.n_trials = build.trials(options, plan.parameters)

    def open(self) -> None:
        """Create the study, or load it and take up what an earlier coordinator left.

        Raises:
            BadInput: if it was made by another description of the sweep, or belongs to another folder.
        """
        new = self.plan.name not in optuna.get_all_study_names(self.storage)
        if new and self._occupied():
            raise BadInput(
                f"{self.plan.folder} holds job folders of another sweep, whose storage is not {self.address}: "
                "choose another hydra.sweeper.study_name or hydra.sweep.dir."
            )
        pruner = build.pruner(self.options)
        self.study = optuna.create_study(
            study_name=self.plan.name,
            storage=self.storage,
            pruner=pruner,
            directions=self.options.objectives,
            load_if_exists=True,
        )
        check_attributes(self.study, self.address)
        told = len(self.study.get_trials(deepcopy=False))
        self.study.sampler = build.sampler(self.options, self.plan.parameters, told)
        self.study.stop = lambda: None  # type: ignore[method-assign]  # a grid calls it at its end, which n_trials knows
        if self.study.metric_names is None:
            self.study.set_metric_names(self.names)  # optuna-dashboard shows them
        self._pruner = cloudpickle.dumps(pruner)
        self.widened = check_definition(self)
        self.interrupt()

    def _occupied(self) -> bool:
        return any((child / ".hydra").is_dir() for child in self.plan.folder.glob("*"))

    def folder_of(self, trial: FrozenTrial) -> Path | None:
        """A trial's job folder, wherever the sweep's has moved since; None if it has none, or names one elsewhere."""
        name = trial.user_attrs.get(FOLDER)
        if name is None:
            return None
        for earlier in self.study.user_attrs.get(EARLIER, []):
            if earlier and Path(name).is_relative_to(earlier):
                name = str(Path(name).relative_to(earlier))
        try:
            return inside(self.plan.folder, name)
        except BadInput:  # a storage may be anybody's
            return None

    def interrupt(self) -> list[int]:
        """Fail every trial that nobody runs any more, and let its parameters wait to be tried again.

        The successor is queued first: if this process is killed in between, the next one finds it and queues no second.
        """
        self.running.clear()
        trials = self.study.get_trials(deepcopy=False)
        since = self.study.user_attrs.get(SINCE, 0)
        queued = {trial.user_attrs.get(RETRY_OF) for trial in trials}
        orphans = [trial for trial in trials if trial.state == TrialState.RUNNING]
        for trial in orphans:
            params = trial.system_attrs.get("fixed_params", {}) | trial.params  # the former if it was a retry itself
            if params and trial.number not in queued and trial.number >= since:
                self.study.enqueue_trial(params, user_attrs={RETRY_OF: trial.number})
            self.storage.set_trial_user_attr(id_of(trial), INTERRUPTED, True)
            self.storage.set_trial_user_attr(id_of(trial), REASON, "interrupted with its sweep")
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
            trial_id=id_of(trial),
            study=self.plan.name,
            storage=self.address,
            pruner=self._pruner,
            overrides=self.plan.trial_overrides(trial.params),
            folder=str(self.plan.folder),
            directions=self.options.objectives,
            aggregate=self.options.aggregate,
            tags={**self.tags, TRIAL: str(trial.number)},
        )

    def twin_of(self, number: int) -> FrozenTrial | None:
        """An earlier trial with the very parameters of a running one, that is complete or pruned."""
        params = self.running[number].params
        return next(
            (
                trial
                for trial in self.finished()
                if trial.params == params and trial.state != TrialState.FAIL and SAME_AS not in trial.user_attrs
            ),
            None,
        )

    def tell_again(self, number: int, twin: FrozenTrial) -> FrozenTrial:
        """Record that a trial is the same as an earlier one, with the values, reports and folder of that one."""
        trial = self.running[number]
        for step, value in twin.intermediate_values.items():
            trial.report(value, step)
        for name in (FOLDER, REASON):
            if name in twin.user_attrs:
                trial.set_user_attr(name, twin.user_attrs[name])
        trial.set_user_attr(SAME_AS, twin.number)
        state = twin.state
        told = self.study.tell(trial, twin.values if state == TrialState.COMPLETE else None, state=state)
        del self.running[number]
        return told

    def tell(self, number: int, outcome: Outcome) -> FrozenTrial:
        """Record how a trial ended."""
        trial = self.running[number]
        folder = outcome.folder and os.path.relpath(outcome.folder, self.plan.folder)
        facts = {FOLDER: folder, SECONDS: round(outcome.seconds, 3), REASON: outcome.reason}
        for name, value in facts.items():
            if value is not None:
                trial.set_user_attr(name, value)
        state = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}[outcome.state]
        told = self.study.tell(trial, outcome.values, state=state)
        del self.running[number]
        return told

    def in_order_of_ending(self) -> list[FrozenTrial]:
        """The finished trials, first those that ended first; trials told within one clock tick by their numbers."""
        return sorted(self.finished(), key=lambda each: (each.datetime_complete, each.number))

    def wants_more(self) -> bool:
        """Tell whether another trial should be started now."""
        return len(self.finished()) + len(self.running) < self.n_trials

    def failed_too_often(self) -> bool:
        """Tell whether more trials failed than the user allows."""
        return self.options.max_failures is not None and self.counts()["fail"] > self.options.max_failures

    def given_up(self) -> str | None:
        """Reason why the study ends before its last trial, or None."""
        if self.failed_too_often():
            return f"{self.counts()['fail']} trials failed (hydra.sweeper.max_failures={self.options.max_failures})"
        if (
            self.options.stagnation is not None
            and idle(self.in_order_of_ending(), self.study.directions) >= self.options.stagnation
        ):
            return f"no improvement in {self.options.stagnation} trials (hydra.sweeper.stagnation)"
        return None
