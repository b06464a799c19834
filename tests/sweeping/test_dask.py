"""Sweeps on a real Dask scheduler with real worker processes."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from optuna.trial import TrialState

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def cluster(tmp_path_factory):
    """A scheduler and two workers, each a process of its own, started as on the nodes of a cluster."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    worker = ["distributed.cli.dask_worker", "--nthreads", "1", "--local-directory", str(folder), *common]
    processes = [
        subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for module in (scheduler, worker, worker)
    ]
    end = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    yield json.loads(file.read_text())["address"]
    for process in reversed(processes):
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(timeout=20)


def test_a_scheduler_with_workers_of_their_own_runs_a_sweep_and_survives_a_killed_worker(toy, cluster):
    toy.sweep(
        "x=interval(-1,1)",
        "ending=kill_once",
        "sleep=0.05",
        "hydra/sweeper/executor=dask",
        f"hydra.sweeper.executor.address='{cluster}'",
        "hydra.sweeper.n_trials=6",
    )
    trials = toy.trials()
    states = Counter(trial.state for trial in trials)
    assert len(trials) == 6
    assert states[TrialState.FAIL] == 1
    lost = next(trial for trial in trials if trial.state == TrialState.FAIL)
    assert "worker" in lost.user_attrs["reason"]
    for trial in trials:
        log = toy.folder / "multirun" / "toy" / str(trial.number) / "terminal.log"
        assert log.read_text().count("own terminal.log") == 1  # the lost one was not run again by another worker


def test_a_local_cluster_needs_no_address(toy):
    compared = ("y=0,3", "ending=lucky", "hydra.sweeper.compare=[y]", "hydra.sweeper.compare_seeds=3")
    out, _ = toy.sweep("x=interval(-1,1)", "hydra/sweeper/executor=dask", "hydra.sweeper.n_trials=3", *compared)
    for y in (0, 3):
        trials = toy.trials(f"toy/y={y}")
        assert all(trial.state.is_finished() and trial.state != TrialState.FAIL for trial in trials)
    assert "3 and 3 seeds" in out


def test_a_scheduler_that_does_not_answer_is_refused(toy):
    address = "hydra.sweeper.executor.address='tcp://127.0.0.1:9'"
    options = ("hydra/sweeper/executor=dask", address, "+hydra.sweeper.executor.timeout=1")
    _, err = toy.sweep("x=interval(-1,1)", *options, code=2)
    where = "hydra.sweeper.executor.address=tcp://127.0.0.1:9"
    assert err == f"Error: {where}: no Dask scheduler answers there within 1 s.\n"
    assert list(toy.folder.iterdir()) == []


def test_a_scheduler_with_a_password_that_does_not_answer_is_one_sentence_without_it(toy, monkeypatch):
    monkeypatch.setenv("SCHEDULER", "tcp://ada:s3cret@127.0.0.1:9")
    address = "hydra.sweeper.executor.address='${oc.env:SCHEDULER}'"
    options = ("hydra/sweeper/executor=dask", address, "+hydra.sweeper.executor.timeout=1")
    _, err = toy.sweep("x=interval(-1,1)", *options, code=2)
    where = "hydra.sweeper.executor.address=tcp://ada:***@127.0.0.1:9"
    assert err == f"Error: {where}: no Dask scheduler answers there within 1 s.\n"
