"""The sweep's loop: ask, submit, wait for the first trial that ends, tell; a slot that frees is filled at once."""

import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from optuna.trial import FrozenTrial

from rnn_lab.sweeping.app import current
from rnn_lab.sweeping.composition import Composer
from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied
from rnn_lab.sweeping.interrupt import Interrupt
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.worker import TRACEBACK, Assignment, Job, Outcome, compose, run_trial


class Watcher(Protocol):
    """Told about each trial as it starts and ends; it watches, it never steers."""

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """A trial was handed to a worker."""

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """A trial was told to its study."""


class Coordinator:
    """Runs the trials of one or more studies on one executor.

    The studies take turns, so that the end of one is no barrier to the others.
    """

    def __init__(
        self,
        studies: list[SweepStudy],
        executor: TrialExecutor,
        job: Job,
        options: Options,
        watchers: Iterable[Watcher],
        interrupt: Interrupt,
    ) -> None:
        self._studies = studies
        self._executor = executor
        self._packed = job.packed()
        self._composed = Composer(job.context, job.config)
        self._options = options
        self._watchers = list(watchers)
        self._interrupt = interrupt
        self._flying: dict[Future[Outcome], tuple[SweepStudy, Assignment]] = {}
        self.endings: dict[str, str] = {}

    def run(self) -> None:
        """Run until every study is complete or given up.

        Raises:
            Interrupted: between two trials' records, never inside one.
        """
        deadline = time.monotonic() + self._options.timeout if self._options.timeout else None
        while True:
            late = deadline is not None and time.monotonic() >= deadline
            if late:
                self._close_all(f"the time is up (hydra.sweeper.timeout={self._options.timeout:g})")
            while len(self._flying) < self._options.n_jobs and (study := self._next()):
                self._start(study)
            if not self._flying:
                return
            left = max(deadline - time.monotonic(), 0) if deadline is not None and not late else None
            with self._interrupt.allowed():
                done = wait(self._flying, timeout=left, return_when=FIRST_COMPLETED).done
            for future in done:
                self._finish(future)

    def _next(self) -> SweepStudy | None:
        """The study that has the fewest trials on their way."""
        open_studies = []
        for study in self._studies:
            if study.plan.name in self.endings:
                continue
            if reason := study.given_up():
                self.endings[study.plan.name] = reason
            elif study.wants_more():
                open_studies.append(study)
        return min(open_studies, key=lambda study: len(study.running) + len(study.finished()), default=None)

    def _close_all(self, reason: str) -> None:
        for study in self._studies:
            if study.wants_more():
                self.endings.setdefault(study.plan.name, reason)

    def _start(self, study: SweepStudy) -> None:
        assignment = study.ask()
        if current().repeats and (twin := study.twin_of(assignment.number)):
            self._end(study, study.tell_again(assignment.number, twin))
            return
        self._flying[self._executor.submit(run_trial, self._packed, assignment)] = study, assignment
        for watcher in self._watchers:
            watcher.started(study, assignment)

    def _finish(self, future: Future[Outcome]) -> None:
        study, assignment = self._flying.pop(future)
        try:
            outcome = future.result()
        except WorkerDied as death:
            outcome = self._lost(assignment, str(death))
        self._end(study, study.tell(assignment.number, outcome))

    def _end(self, study: SweepStudy, trial: FrozenTrial) -> None:
        for watcher in self._watchers:
            watcher.ended(study, trial)

    def _lost(self, assignment: Assignment, reason: str) -> Outcome:
        """A worker that was killed leaves no traceback; its folder says so in the same place."""
        _, folder = compose(self._composed, assignment)
        with suppress(OSError):  # on a full disk the storage says so
            folder.mkdir(parents=True, exist_ok=True)
            Path(folder, TRACEBACK).write_text(f"{reason}\n", encoding="utf-8")
        return Outcome("failed", reason=reason, folder=str(folder))
