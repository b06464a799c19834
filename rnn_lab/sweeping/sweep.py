"""A sweep from its options to its end: everything checked, then one lock, one storage, one executor, one loop."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from hydra.core.singleton import Singleton
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf
from optuna.exceptions import ExperimentalWarning

from rnn_lab.sweeping import build, confirmed
from rnn_lab.sweeping.check import check_trials
from rnn_lab.sweeping.command import Command
from rnn_lab.sweeping.comparing import Comparer, measured
from rnn_lab.sweeping.confirm import Confirmer, check_confirmation
from rnn_lab.sweeping.coordinator import Coordinator, Watcher
from rnn_lab.sweeping.dry_run import dry_run
from rnn_lab.sweeping.executors import TrialExecutor
from rnn_lab.sweeping.executors.local import LocalExecutor
from rnn_lab.sweeping.fresh import Starter
from rnn_lab.sweeping.interrupt import Interrupt, Interrupted
from rnn_lab.sweeping.options import Options, read
from rnn_lab.sweeping.plan import Plan, plans, sweep_folder
from rnn_lab.sweeping.record_check import damage_said, refuse_links
from rnn_lab.sweeping.results import report_results
from rnn_lab.sweeping.secrets import check_secrets
from rnn_lab.sweeping.storage import JOURNAL, check_storage, connect, is_url, mend, sole_coordinator
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.table import rows
from rnn_lab.sweeping.terminal import display, say, say_interrupted, say_what_is_done, tell, warn
from rnn_lab.sweeping.worker import Job

if TYPE_CHECKING:
    from rnn_lab.sweeping.record import StudyLogger
    from rnn_lab.tracking.config import Tracking


class Sweep:
    """Sweep in Hydra's sense: one or more studies of the same task."""

    def __init__(self, context: HydraContext, function: TaskFunction, config: DictConfig, arguments: list[str]) -> None:
        self._context = context
        self._function = function
        self._config = config
        self._arguments = arguments

    def run(self) -> int:
        """Run it; the exit code tells whether every study has a result.

        Raises:
            BadInput: before any trial starts, and before anything is written.
            Interrupted: likewise.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", category=ExperimentalWarning)  # the user can do nothing about them
        with Interrupt() as interrupt:
            with interrupt.allowed():
                options = self._checked_options()
                todo = plans(self._context, self._config, options, self._arguments)
                tracking = self._check(todo, options)
                names = [check_trials(self._context, self._config, plan, options) for plan in todo]
                folder = sweep_folder(self._config, options)
                refuse_links(folder)
                address = self._address(options, folder)
                check_storage(address, folder)
            if options.dry_run:
                dry_run(todo, options)
                return 0
            executor = build.executor(options)  # nothing is written for a scheduler that does not answer
            try:
                storage = connect(address) if is_url(address) else None  # nor for a server that is not there
                with sole_coordinator(folder, None if storage else Path(address)):
                    if storage is None:
                        mend(Path(address))
                        storage = connect(address)
                    studies = [
                        SweepStudy(plan, options, address, storage, known)
                        for plan, known in zip(todo, names, strict=True)
                    ]
                    return self._run(studies, executor, options, folder, tracking, interrupt)
            except BaseException:
                executor.abandon()
                raise

    def _checked_options(self) -> Options:
        check_secrets(self._config, self._arguments)
        return read(self._config)

    def _check(self, todo: list[Plan], options: Options) -> "Tracking | None":
        build.pruner(options)
        build.check_executor(options)
        for plan in todo:
            build.check_sampler(options, plan.parameters)
            check_confirmation(plan, options)
        return build.tracking(options)

    def _address(self, options: Options, folder: Path) -> str:
        address = options.storage or str(folder / JOURNAL)
        if not is_url(address):
            return str(Path(address).absolute())
        if address.startswith("sqlite") and options.n_jobs > 2:
            warn("SQLite serves few writers: with more than two jobs, prefer the journal file or a database server.")
        return address

    def _run(
        self,
        studies: list[SweepStudy],
        executor: TrialExecutor,
        options: Options,
        folder: Path,
        tracking: "Tracking | None",
        interrupt: Interrupt,
    ) -> int:
        command = Command.typed(self._config)
        job = Job(self._function, self._context, self._config, Singleton.get_state())
        code, endings = 0, {}
        with display(studies) as shows:
            for study in studies:
                with damage_said(study.plan.name, study.address):
                    study.open()
                    _read_all(study)
            OmegaConf.save(self._config, folder / "multirun.yaml")
            say_what_is_done(studies)
            logger = _logger(studies, tracking, isinstance(executor, LocalExecutor))
            watchers: list[Watcher] = [shows, logger] if logger else [shows]
            coordinator = Coordinator(studies, executor, job, options, watchers, interrupt)
            try:
                coordinator.run()
            except Interrupted as asked:
                executor.abandon()
                given_up = sum(len(study.interrupt()) for study in studies)
                code, endings = asked.code, {study.plan.name: str(asked) for study in studies if study.wants_more()}
                say_interrupted(studies, str(asked), given_up)
            else:
                endings = coordinator.endings
        if not code:
            code = self._confirm(studies, Starter(executor, job, interrupt), options, endings)
            executor.shutdown() if not code else executor.abandon()
        code = report_results(studies, endings, command, folder, code)
        if logger:
            logger.close(endings, interrupted=code > 128)
        try:
            with interrupt.allowed():  # a signal of the meantime, too
                for line in logger.reports() if logger else []:
                    say(line)
        except Interrupted as asked:
            tell(f"{str(asked).capitalize()}: what the sweep found is written.")
            return code if code > 128 else asked.code
        return code

    def _confirm(self, studies: list[SweepStudy], starter: Starter, options: Options, endings: dict[str, str]) -> int:
        """Confirm the best of each study, and compare them; gives the exit code of a signal that ended it."""
        confirmer = Confirmer(starter, options)
        for study in studies:
            if not options.confirm or study.failed_too_often():
                continue
            try:
                confirmer.confirm(study)
            except Interrupted as asked:
                endings[study.plan.name] = f"{asked} while its best trials were confirmed"
                return asked.code
        if options.compare:
            try:
                Comparer(starter, options).compare(studies)
            except Interrupted as asked:
                endings |= {study.plan.name: f"{asked} while the best trials were compared" for study in studies}
                return asked.code
        return 0


def _read_all(study: SweepStudy) -> None:
    """Read all that a sweep says of its record, before it trains anything that would go into it."""
    confirmed.lines(study)
    confirmed.as_plain(study)
    measured(study)
    study.front()
    rows(study)


def _logger(studies: list[SweepStudy], tracking: "Tracking | None", carries: bool) -> "StudyLogger | None":
    if tracking is None:
        return None
    from rnn_lab.sweeping.record import StudyLogger  # a sweep without tracking pays nothing for it

    return StudyLogger(studies, tracking, carries=carries)
