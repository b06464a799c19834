"""Runs of a trial's settings with fresh seeds, as replicas in lockstep: started on the sweep's executor, and read."""

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.app import current
from rnn_lab.sweeping.composition import Composer
from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied
from rnn_lab.sweeping.interrupt import Interrupt
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.terminal import warn
from rnn_lab.sweeping.trial import CARRIED_BY
from rnn_lab.sweeping.worker import Assignment, Job, Outcome, compose, run_trial


class RunLost(RuntimeError):
    """A run with fresh seeds failed although its trial did not; the message says how."""


class Flying:
    """A run on its way."""

    def __init__(self, future: Future[Outcome], interrupt: Interrupt) -> None:
        self._future, self._interrupt = future, interrupt

    def values(self) -> list[list[float]]:
        """Wait for each objective's value of each seed.

        Raises:
            RunLost: there are none.
            Interrupted: while it waits.
        """
        try:
            with self._interrupt.allowed():
                outcome = self._future.result()
        except WorkerDied as death:
            raise RunLost(str(death)) from None
        if outcome.replicas is None:
            raise RunLost(str(outcome.reason))
        return outcome.replicas


class Starter:
    """Starts runs of a study's trials with other seeds."""

    def __init__(self, executor: TrialExecutor, job: Job, interrupt: Interrupt) -> None:
        self._executor, self._interrupt = executor, interrupt
        self._packed = job.packed()
        self._composed = Composer(job.context, job.config)

    def start(self, study: SweepStudy, trial: int, seeds: Sequence[int], runs: str) -> Flying:
        """Start one.

        Args:
            study: the trial's.
            trial: its number.
            seeds: consecutive ones.
            runs: the folder, in the study's, in which the run's lies; one that a killed sweep left there is removed.
        """
        params = study.study.get_trials(deepcopy=False)[trial].params
        fresh = [f"seed={seeds[0]}", f"replicas={len(seeds)}"]
        kept = [
            text for text in study.plan.trial_overrides(params) if text.partition("=")[0] not in ("seed", "replicas")
        ]
        assignment = Assignment(
            number=trial,
            trial_id=-1,
            study=study.plan.name,
            storage=study.address,
            pruner=b"",
            overrides=[*kept, *fresh],
            folder=str(study.plan.folder),
            directions=study.options.objectives,
            aggregate=study.options.aggregate,
            tags={CARRIED_BY: study.plan.name, "rnn_lab.study": study.plan.name, "rnn_lab.confirms": str(trial)},
            fresh=len(seeds),
            subdir=f"{runs}/{trial}-seeds-{seeds[0]}-{seeds[-1]}",
        )
        _, folder = compose(self._composed, assignment)
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed: its values are nowhere
        return Flying(self._executor.submit(run_trial, self._packed, assignment), self._interrupt)


def first_fresh_seed(study: SweepStudy) -> int:
    """The first seed that the search has not used."""
    return int(study.plan.config.seed) + int(study.plan.config.replicas)


def held_out(study: SweepStudy, folders: Iterable[Path]) -> dict[str, list[float]]:
    """The scores of runs' seeds on records that the search never saw, by name; a damaged run costs its own."""
    found: dict[str, list[float]] = {}
    for folder in folders:
        try:
            scores = current().held_out(folder)
        except BadInput as damaged:
            warn(f"{damaged} Its test score is left out.")
            continue
        for name, values in scores.items():
            if name not in study.names:
                found.setdefault(name, []).extend(values)
    return found
