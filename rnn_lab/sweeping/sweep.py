"""A sweep from its options to its end: everything checked, then one lock, one storage, one executor, one loop."""

from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from hydra.core.singleton import Singleton
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from rnn_lab.sweeping import build
from rnn_lab.sweeping.command import Command
from rnn_lab.sweeping.coordinator import Coordinator, Watcher
from rnn_lab.sweeping.executors import TrialExecutor
from rnn_lab.sweeping.executors.local import LocalExecutor
from rnn_lab.sweeping.interrupt import Interrupt, Interrupted
from rnn_lab.sweeping.options import Options, read
from rnn_lab.sweeping.plan import plans, sweep_folder
from rnn_lab.sweeping.results import conclude
from rnn_lab.sweeping.storage import JOURNAL, connect, is_url, mend, sole_coordinator
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.terminal import display, dry_run, say, warn
from rnn_lab.sweeping.worker import Job

if TYPE_CHECKING:
    from rnn_lab.sweeping.record import Memory
    from rnn_lab.tracking.config import Tracking


class Sweep:
    """What Hydra calls a sweep: one or more studies of the same task."""

    def __init__(self, context: HydraContext, function: TaskFunction, config: DictConfig, arguments: list[str]) -> None:
        self._context = context
        self._function = function
        self._config = config
        self._arguments = arguments

    def run(self) -> int:
        """Run it; the exit code tells whether every study has a result.

        Raises:
            BadInput: before any trial starts.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        options = read(self._config)
        todo = plans(self._context, self._config, options, self._arguments)
        command = Command.typed(self._config)
        build.pruner(options)
        for plan in todo:
            build.check_sampler(options, plan.parameters)
        if options.dry_run:
            dry_run(todo, options)
            return 0
        folder = sweep_folder(self._config, options)
        address = options.storage or str(folder / JOURNAL)
        if not is_url(address):
            address = str(Path(address).absolute())
        elif address.startswith("sqlite") and options.n_jobs > 2:
            warn("SQLite serves few writers: with more than two jobs, prefer the journal file or a database server.")
        storage = connect(address) if is_url(address) else None  # nothing is written for a server that is not there
        executor = build.executor(options)  # nor for a scheduler that does not answer
        try:
            with sole_coordinator(folder):
                if storage is None:
                    mend(Path(address))
                    storage = connect(address)
                OmegaConf.save(self._config, folder / "multirun.yaml")
                studies = [SweepStudy(plan, options, address, storage) for plan in todo]
                return self._run(studies, executor, options, command, folder)
        except BaseException:
            executor.abandon()
            raise

    def _run(
        self, studies: list[SweepStudy], executor: TrialExecutor, options: Options, command: Command, folder: Path
    ) -> int:
        job = Job(self._function, self._context, self._config, Singleton.get_state())
        tracking = build.tracking(options)
        with Interrupt() as interrupt, display(studies) as shows:
            for study in studies:
                study.open()
            memory = _memory(studies, tracking, isinstance(executor, LocalExecutor))
            watchers: list[Watcher] = [shows, memory] if memory else [shows]
            coordinator = Coordinator(studies, executor, job, options, watchers, interrupt)
            try:
                coordinator.run()
            except Interrupted as asked:
                executor.abandon()
                for study in studies:
                    study.interrupt()
                code, endings = asked.code, {study.plan.name: str(asked) for study in studies}
            else:
                executor.shutdown()
                code, endings = 0, coordinator.endings
        code = conclude(studies, endings, command, folder, code)
        for line in memory.close(endings) if memory else []:
            say(line)
        return code


def _memory(studies: list[SweepStudy], tracking: "Tracking | None", carries: bool) -> "Memory | None":
    if tracking is None:
        return None
    from rnn_lab.sweeping.record import Memory  # a sweep without tracking pays nothing for it

    return Memory(studies, tracking, carries=carries)
