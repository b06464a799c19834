"""The lab's search, killed at random moments with all that it started: what MLflow then says of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from rnn_lab.sweeping.storage import connect
from rnn_lab.tracking.relay_state import State

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
N_TRIALS = 6
COMMAND = [
    *(sys.executable, str(TRAIN), "search=default", "data=sine", "model.hidden_dim=4", "trainer.epochs=8"),
    *("tracking.plots_every=100", "tracking.wait=true", "hydra.sweeper.figures=false", "hydra.sweeper.seed=4"),
    f"hydra.sweeper.n_trials={N_TRIALS}",
]

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store


def relays(folder):
    """The relays of runs in the folder: each leads a session of its own, so the kill of a group passes them by."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        if b"rnn_lab.tracking.relay" in words and any(word.startswith(os.fsencode(folder)) for word in words):
            yield int(entry.name)


def finished(folder):
    path = folder / "multirun" / "train" / "optuna.journal"
    if not path.exists() or not path.stat().st_size:
        return 0
    storage = connect(str(path))
    studies = optuna.get_all_study_summaries(storage)
    return sum(summary.n_trials for summary in studies) and sum(
        trial.state.is_finished() for trial in optuna.load_study(study_name="train/data=sine", storage=storage).trials
    )


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="it looks for the relays in /proc")
def test_mlflow_has_one_study_and_each_trial_once(tmp_path):
    moments = random.Random(1)
    for attempt in range(2):
        process = subprocess.Popen(
            COMMAND, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        before, end = finished(tmp_path), time.monotonic() + 60
        while finished(tmp_path) <= before + attempt and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(moments.uniform(0, 1))
        os.killpg(process.pid, signal.SIGKILL)
        if attempt == 0:  # the second time the relay is left alive: it has to make way for the next one
            for pid in relays(tmp_path):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    done = subprocess.run(COMMAND, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr

    folder = tmp_path / "multirun" / "train" / "data=sine"
    storage = connect(str(tmp_path / "multirun" / "train" / "optuna.journal"))
    study = optuna.load_study(study_name="train/data=sine", storage=storage)
    lost = {str(trial.number) for trial in study.trials if trial.user_attrs.get("interrupted")}
    counted = {str(trial.number): trial for trial in study.trials if str(trial.number) not in lost}
    assert len(counted) == N_TRIALS
    assert lost  # the kills did hit trials

    from mlflow import MlflowClient

    state = State.load(folder)
    assert state is not None
    client = MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    runs = client.search_runs([state.experiment_id])
    (parent,) = [run for run in runs if run.data.tags.get("rnn_lab.kind") == "sweep"]
    assert (parent.info.run_id, parent.info.status) == (state.run_id, "FINISHED")
    confirmed = study.user_attrs["confirmed"]
    assert parent.data.metrics["best/value"] == confirmed["confirmed"]["typical"]
    assert parent.data.tags["rnn_lab.best_trial"] == str(confirmed["trial"])
    counts = Counter(trial.state for trial in counted.values())
    assert parent.data.metrics["trials/complete"] == counts[TrialState.COMPLETE]
    assert parent.data.metrics["trials/pruned"] == counts[TrialState.PRUNED]

    children = [run for run in runs if run.info.run_id != state.run_id]
    of_trial = {run.data.tags["rnn_lab.trial"]: run for run in children}
    assert len(of_trial) == len(children)  # none twice
    assert set(counted) <= set(of_trial) <= set(counted) | lost  # a lost one may have been killed before its journal
    for number, run in of_trial.items():
        assert run.data.tags["mlflow.parentRunId"] == state.run_id
        if number in lost:
            assert run.info.status == "KILLED"
        else:
            trial = counted[number]
            said = {"COMPLETE": "FINISHED"}.get(trial.state.name, trial.state.name)
            assert run.data.tags["rnn_lab.status"] == said
            if trial.state == TrialState.COMPLETE:
                assert (run.info.status, run.data.metrics["scores/val_rmse"]) == ("FINISHED", trial.value)
