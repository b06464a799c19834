"""One trial in a worker process: compose its config, run it as a normal Hydra job, say how it ended."""

import hashlib
import math
import os
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import cloudpickle
from hydra.core.singleton import Singleton
from hydra.core.utils import JobStatus, run_job, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from rnn_lab.errors import Diverged, of_disk
from rnn_lab.hydra_private import failure
from rnn_lab.sweeping.aggregate import aggregate
from rnn_lab.sweeping.composition import Composer
from rnn_lab.sweeping.returned import fresh_values, trial_values
from rnn_lab.sweeping.trial import Pruned, Values, opened

TERMINAL = "terminal.log"
TRACEBACK = "traceback.txt"


@dataclass(frozen=True)
class Job:
    """Task and configuration that all trials of a sweep share."""

    function: TaskFunction
    context: HydraContext
    config: DictConfig
    singletons: Any

    def packed(self) -> bytes:
        """As bytes that another process can load, even if the task is a decorated function of ``__main__``."""
        return cloudpickle.dumps(self)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Assignment:
    """One trial, as a worker needs to know it.

    A run that confirms a trial has ``fresh`` seeds, whose values come back one by one; it reports to no pruner, and has
    a folder of its own, ``subdir``.
    """

    number: int
    trial_id: int
    study: str
    storage: str
    pruner: bytes
    overrides: list[str]
    folder: str
    directions: Sequence[str]
    aggregate: str
    tags: dict[str, str]
    fresh: int = 0
    subdir: str | None = None


@dataclass(frozen=True)
class Outcome:
    """End of a trial: its state, and its values or the reason."""

    state: Literal["complete", "pruned", "failed"]
    values: list[float] | None = None
    reason: str | None = None
    folder: str | None = None
    seconds: float = 0.0
    replicas: list[list[float]] | None = None


_loaded: dict[bytes, tuple[Job, Composer]] = {}
_one_at_a_time = threading.Lock()  # Hydra's state belongs to the process, and a Dask worker may have several threads


def run_trial(job: bytes, assignment: Assignment) -> Outcome:
    """Run one trial; whatever the task does short of killing the process, its end is reported."""
    started = time.monotonic()
    with _one_at_a_time:
        try:
            outcome = _run(*_load(job), assignment)
        except Exception as error:
            outcome = Outcome("failed", reason=_sentence(error))
    return replace(outcome, seconds=time.monotonic() - started)


def _load(packed: bytes) -> tuple[Job, Composer]:
    digest = hashlib.sha256(packed).digest()
    if digest not in _loaded:
        job: Job = cloudpickle.loads(packed)
        Singleton.set_state(job.singletons)
        setup_globals()
        _loaded[digest] = job, Composer(job.context, job.config)
    return _loaded[digest]


def compose(composed: Composer, assignment: Assignment) -> tuple[DictConfig, Path]:
    """The trial's config, and the job folder that it names."""
    config = composed(assignment.overrides)
    with open_dict(config):
        config.hydra.job.id = str(assignment.number)
        config.hydra.job.num = assignment.number
        config.hydra.sweep.dir = assignment.folder
        if assignment.subdir is not None:
            config.hydra.sweep.subdir = assignment.subdir
    return config, Path(assignment.folder, str(config.hydra.sweep.subdir))


def _run(job: Job, composed: Composer, assignment: Assignment) -> Outcome:
    config, folder = compose(composed, assignment)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        # Dask may hand the trial of a lost worker to another one: no trial runs twice, and no folder is written twice.
        return Outcome("failed", reason=f"{folder} exists: its first worker was lost, or it is another run's")
    channel = _Reports(assignment)
    with _terminal_in(folder / TERMINAL), opened(channel if not assignment.fresh else _heedless, assignment.tags):
        try:
            ended = run_job(
                task_function=partial(_heed, job.function),
                config=config,
                job_dir_key="hydra.sweep.dir",
                job_subdir_key="hydra.sweep.subdir",
                hydra_context=job.context,
            )
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            return _failed(error, folder, assignment)
        if ended.status is JobStatus.FAILED:
            return _failed(failure(ended), folder, assignment)
    if channel.verdict or isinstance(ended.return_value, _Stopped):
        reason = channel.verdict or ended.return_value.reason
        return Outcome("pruned", reason=reason, folder=str(folder))
    return _judge(ended.return_value, assignment, folder)


@dataclass(frozen=True)
class _Stopped:
    reason: str


def _heed(function: TaskFunction, config: DictConfig) -> Any:
    """Call the task; Hydra would take the exceptions that ask for pruning for failures."""
    try:
        return function(config)
    except Exception as error:
        if isinstance(error, Pruned) or type(error).__name__ == "TrialPruned":
            return _Stopped(str(error) or "pruned by the task itself")
        raise


def _judge(returned: Any, assignment: Assignment, folder: Path) -> Outcome:
    """Read what the task returned, of a trial or of fresh seeds."""
    directions = assignment.directions
    try:
        if assignment.fresh:
            found = fresh_values(returned, len(directions), assignment.fresh)
            return Outcome("complete", folder=str(folder), replicas=found)
        values = trial_values(returned, directions, assignment.aggregate)
    except ValueError as reason:
        return _noted(Outcome("failed", reason=str(reason), folder=str(folder)))
    return Outcome("complete", values=values, folder=str(folder))


def _heedless(step: int, values: Values) -> str | None:
    """Take a report and let the run go on: what is to be measured must not be pruned."""
    return None


def _failed(error: BaseException, folder: Path, assignment: Assignment) -> Outcome:
    text = "".join(traceback.format_exception(error))
    with suppress(OSError):  # on a full disk the reason is told without a file
        (folder / TRACEBACK).write_text(text, encoding="utf-8")
    lost = [[math.nan] * assignment.fresh for _ in assignment.directions] if isinstance(error, Diverged) else None
    return Outcome("failed", reason=_sentence(error), folder=str(folder), replicas=lost)


def _noted(outcome: Outcome) -> Outcome:
    with suppress(OSError):
        Path(outcome.folder or ".", TRACEBACK).write_text(f"{outcome.reason}\n", encoding="utf-8")
    return outcome


def _sentence(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        if error.__context__ is not None:
            return _sentence(error.__context__)
        return f"the task ended its process with code {error.code}"
    if isinstance(error, OSError) and (disk := of_disk(error)):
        return disk
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


class _Reports:
    """The channel of one trial: values go to the study's storage, the pruner's verdict comes back.

    Optuna is imported and the storage opened by the first report, so a task that never reports does not pay for it.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._trial: Any = None
        self.verdict: str | None = None

    def __call__(self, step: int, values: Values) -> str | None:
        if len(self._assignment.directions) > 1:
            return None  # Optuna prunes studies of one objective only
        if self._trial is None:
            self._trial = _open_trial(self._assignment)
        minimize = self._assignment.directions[0] == "minimize"
        self._trial.report(aggregate(values, self._assignment.aggregate, minimize=minimize), step)
        if self._trial.should_prune():
            self.verdict = f"pruned at step {step}"
        return self.verdict


_studies: dict[tuple[str, str], Any] = {}


def _open_trial(assignment: Assignment) -> Any:
    import optuna

    from rnn_lab.sweeping.storage import connect

    key = (assignment.storage, assignment.study)
    if key not in _studies:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        # The coordinator samples; a sampler that proposes nothing keeps this process out of it.
        _studies[key] = optuna.load_study(
            study_name=assignment.study,
            storage=connect(assignment.storage),
            sampler=optuna.samplers.RandomSampler(),
            pruner=cloudpickle.loads(assignment.pruner),
        )
    return optuna.trial.Trial(_studies[key], assignment.trial_id)


@contextmanager
def _terminal_in(file: Path) -> Iterator[None]:
    """Send what this process prints (C libraries and child processes too) to ``file``: terminals are for the sweep."""
    import sys

    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    with file.open("ab") as log:
        for descriptor in (1, 2):
            os.dup2(log.fileno(), descriptor)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, old in zip((1, 2), kept, strict=True):
            os.dup2(old, descriptor)
            os.close(old)
