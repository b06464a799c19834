"""A toy application to sweep, in processes of its own, and eyes on what a sweep leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hydra
import optuna
import pytest
from optuna.trial import FrozenTrial

from rnn_lab.sweeping.storage import connect
from tests.processes import python

ASKED_FOR = ["-m"] if hydra.__version__ >= "1.4" else []  # 1.4 no longer reads hydra.mode from a config group
QUIET = {"PYTHONWARNINGS": "ignore"}
TOY = Path(__file__).parent / "toy" / "toy.py"


def heard() -> None:
    """Hear Ctrl-C, which is ignored by what a shell starts in the background, a suite for one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Toy:
    """The toy, run in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = TOY
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, sweeper: bool = True, **given: Any) -> "subprocess.Popen[str]":
        """Start ``python toy.py -m hydra/sweeper=rnn_lab ...`` as the leader of a process group."""
        own = ["-m", "hydra/sweeper=rnn_lab"] if sweeper else ASKED_FOR
        process = subprocess.Popen(
            [sys.executable, str(self.script), *own, *arguments],
            cwd=self.folder,
            env=os.environ | QUIET,
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": heard} | given,
        )
        self.started.append(process)
        return process

    def sweep(self, *arguments: str, code: int = 0, sweeper: bool = True) -> "tuple[str, str]":
        """Run a sweep to its end; gives what it printed to standard output and to standard error."""
        own = ["-m", "hydra/sweeper=rnn_lab"] if sweeper else ASKED_FOR
        ended = python(self.script, *own, *arguments, cwd=self.folder, env=os.environ | QUIET)
        assert ended.returncode == code, f"exit code {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        assert "Traceback" not in ended.stdout + ended.stderr
        return ended.stdout, ended.stderr

    def study(self, name: str = "toy", folder: str | None = None) -> optuna.Study:
        """The study, read from the journal in the sweep's folder."""
        path = self.folder / "multirun" / (folder or name.partition("/")[0]) / "optuna.journal"
        return optuna.load_study(study_name=name, storage=connect(str(path)))

    def trials(self, name: str = "toy") -> list[FrozenTrial]:
        """All trials of the study."""
        return self.study(name).get_trials()

    def wait_for(self, condition: Callable[[], bool], process: "subprocess.Popen[str] | None" = None) -> None:
        """Poll until ``condition``; fails when the process ends before, or after long (relays step back)."""
        end = time.monotonic() + 150
        while not condition():
            assert process is None or process.poll() is None, process and process.communicate()
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    one = Toy(tmp_path)
    yield one
    for process in one.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
