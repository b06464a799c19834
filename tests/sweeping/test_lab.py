"""The lab's own search, from ``scripts/train.py search=default``."""

import json
import os
import shlex
from pathlib import Path

import optuna
import pytest
import yaml
from optuna.trial import TrialState

from rnn_lab.cli.arguments import with_mode
from rnn_lab.sweeping.storage import connect
from tests.processes import python

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
SMALL = ("data=sine", "tracking=off", "trainer.epochs=12", "hydra.sweeper.figures=false", "model.hidden_dim=4")


def train(folder, *arguments, environment=None):
    done = python(TRAIN, *arguments, cwd=folder, env=os.environ | (environment or {}), timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """The default search, made small."""
    folder = tmp_path_factory.mktemp("search")
    train(folder, "search=default", *SMALL, "replicas=2", "hydra.sweeper.n_trials=12", "hydra.sweeper.seed=4")
    storage = connect(str(folder / "multirun" / "train" / "optuna.journal"))
    return folder, optuna.load_study(study_name="train/data=sine", storage=storage)


@pytest.mark.parametrize(
    ("version", "arguments", "added"),
    [
        ("1.3.8", ["search=default"], ["--multirun"]),
        ("1.3.8", ["search=default", "--cfg", "job"], []),  # there, the option sets the mode itself
        ("1.4.0rc3", ["search=default", "data=sine"], ["hydra.mode=MULTIRUN"]),
        ("1.10.0", ["+search=default"], ["hydra.mode=MULTIRUN"]),
        ("1.4.0rc3", ["-m", "search=default"], []),
        ("1.4.0rc3", ["search=default", "hydra.mode=RUN"], []),
        ("1.4.0rc3", ["search=null"], []),
        ("1.4.0rc3", ["data=sine"], []),
    ],
)
def test_a_search_needs_no_flag_whatever_hydra_it_is(version, arguments, added, monkeypatch):
    monkeypatch.setattr("hydra.__version__", version)
    assert with_mode(arguments) == [*arguments, *added]


def test_it_searches_the_three_keys_but_for_the_one_that_is_given(searched):
    _, study = searched
    assert set(study.trials[0].distributions) == {"optimizer.learning_rate", "trainer.bptt_truncate"}
    assert study.trials[0].distributions["trainer.bptt_truncate"].high == 50  # the window
    assert study.trials[0].distributions["optimizer.learning_rate"].log


def test_a_dry_run_fits_a_screen(tmp_path):
    first, *lines = train(tmp_path, "search=default", "hydra.sweeper.dry_run=true").splitlines()
    assert first == f"study train/data=sine in {tmp_path}/multirun/train/data=sine"
    assert len(lines) < 40
    assert max(map(len, lines)) <= 80
    assert "  optimizer: Adam schedule=(Cosine final=0.0) learning_rate=0.01 beta1=0.9" in lines
    assert list(tmp_path.iterdir()) == []


def test_a_trial_is_worth_the_mean_over_its_replicas(searched):
    _, study = searched
    complete = [trial for trial in study.trials if trial.state == TrialState.COMPLETE]
    assert complete
    for trial in complete:
        summary = json.loads(Path(study.user_attrs["folder"], trial.user_attrs["folder"], "summary.json").read_text())
        each = [replica["metrics"]["val/rmse"] for replica in summary["replicas"]]
        assert len(each) == 2
        assert trial.value == pytest.approx(sum(each) / 2, rel=1e-12)
        assert sorted(trial.intermediate_values) == list(range(1, 13))  # each epoch but the one before any update


def test_a_pruned_trial_is_pruned_in_its_summary_and_journal_too(searched):
    _, study = searched
    pruned = [trial for trial in study.trials if trial.state == TrialState.PRUNED]
    assert pruned  # by the seed
    for trial in pruned:
        folder = Path(study.user_attrs["folder"], trial.user_attrs["folder"])
        assert json.loads((folder / "summary.json").read_text())["status"] == "PRUNED"
        end = json.loads((folder / "journal.jsonl").read_text().splitlines()[-1])
        assert (end["fact"], end["status"]) == ("end", "PRUNED")
        assert end["reason"] == trial.user_attrs["reason"]


def test_the_best_trials_command_reproduces_it_to_the_bit(searched):
    folder, study = searched
    best = yaml.safe_load((folder / "multirun" / "train" / "data=sine" / "best.yaml").read_text())
    winner = study.trials[study.user_attrs["confirmed"]["trial"]]  # by fresh seeds, so not always the search's best
    assert best["trial"] == winner.number
    command = shlex.split(best["command"])
    environment = dict(command.pop(0).split("=") for _ in range(3))
    train(folder, *command[2:], "hydra.run.dir=again", environment=environment)
    ours, again = (
        json.loads((run / "summary.json").read_text())["replicas"]
        for run in (Path(study.user_attrs["folder"], winner.user_attrs["folder"]), folder / "again")
    )
    assert [each["metrics"] for each in again] == [each["metrics"] for each in ours]


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store
def test_a_studys_relay_carries_its_trials_and_links_the_best(tmp_path):
    from mlflow import MlflowClient

    from rnn_lab.tracking.relay_state import State

    arguments = ("search=default", *SMALL[:1], *SMALL[2:], "hydra.sweeper.n_trials=5", "hydra.sweeper.seed=4")
    train(tmp_path, *arguments, "hydra/sweeper/pruner=none", "tracking.plots_every=100", "tracking.wait=true")
    folder = tmp_path / "multirun" / "train" / "data=sine"
    state = State.load(folder)
    assert state is not None
    assert state.state == "done"
    client = MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    runs = {run.info.run_id: run for run in client.search_runs([state.experiment_id])}
    parent = runs.pop(state.run_id)
    storage = connect(str(tmp_path / "multirun" / "train" / "optuna.journal"))
    study = optuna.load_study(study_name="train/data=sine", storage=storage)
    trials = {str(trial.number): trial for trial in study.trials}
    assert {run.data.tags["rnn_lab.trial"] for run in runs.values()} == set(trials)
    for run in runs.values():
        trial = trials[run.data.tags["rnn_lab.trial"]]
        assert run.data.tags["mlflow.parentRunId"] == state.run_id
        assert run.data.tags["rnn_lab.status"] == {"COMPLETE": "FINISHED"}.get(trial.state.name, trial.state.name)
        if trial.state == TrialState.COMPLETE:
            assert run.data.metrics["scores/val_rmse"] == trial.value
        assert not Path(
            study.user_attrs["folder"], trial.user_attrs["folder"], "relay.log"
        ).exists()  # no relay of its own
    confirmed = study.user_attrs["confirmed"]
    winner = study.trials[confirmed["trial"]]
    best = next(run for run in runs.values() if run.data.tags["rnn_lab.trial"] == str(winner.number))
    assert best.info.run_id in parent.data.tags["rnn_lab.best_link"]
    assert best.info.run_id in parent.data.tags["mlflow.note.content"]
    assert float(parent.data.tags["rnn_lab.best.optimizer.learning_rate"]) == winner.params["optimizer.learning_rate"]
    fresh = confirmed["confirmed"]["typical"]
    assert parent.data.metrics["best/value"] == parent.data.metrics["scores/val_rmse"] == fresh
