"""A study as a run of its own: in its journal, and in MLflow through the relay."""

import os
import signal
import sqlite3

import pytest
from optuna.trial import TrialState

from rnn_lab.sweeping.record import RUN
from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay_state import State

SWEEP = (
    "x=interval(-1,1)",
    "sleep=0.1",
    "hydra.sweeper.n_trials=4",
    "hydra/sweeper/pruner=none",
    "hydra.sweeper.figures=true",
)


def tracked(toy, *more):
    """The sweep's arguments, remembered in a database in the toy's folder."""
    component = (
        f"{{_target_:rnn_lab.tracking.config.Tracking,uri:'sqlite:///{toy.folder / 'mlflow.db'}',experiment:toys}}"
    )
    return (*SWEEP, f"hydra.sweeper.tracking={component}", *more)


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store
@pytest.mark.parametrize(
    ("ending", "status", "complete"),
    [("ctrl-c", "KILLED", True), ("failures", "FAILED", False)],
)
def test_a_sweep_that_ends_early_carries_its_plots_all_the_same(toy, ending, status, complete):
    from mlflow import MlflowClient

    folder = toy.folder / "multirun" / "toy"
    if ending == "ctrl-c":
        process = toy.start(*tracked(toy, "hydra.sweeper.n_trials=100"))
        journal = folder / "journal.jsonl"
        toy.wait_for(lambda: journal.exists() and journal.read_text().count('"best/value"') >= 2, process)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    else:
        toy.sweep(*tracked(toy, "ending=raise", "hydra.sweeper.max_failures=1"), code=1)
    toy.wait_for(lambda: (state := State.load(folder)) is not None and state.state == "done")
    state = State.load(folder)
    client = MlflowClient(state.uri)
    assert client.get_run(state.run_id).info.status == status
    names = {item.path for item in client.list_artifacts(state.run_id, "figures")}
    assert "figures/curves.png" in names
    assert ("figures/history.png" in names) == complete


def test_a_study_is_one_run_in_mlflow_however_often_it_is_killed(toy):
    store = toy.folder / "mlflow.db"
    arguments = tracked(toy)
    folder = toy.folder / "multirun" / "toy"
    process = toy.start(*arguments)
    journal = folder / "journal.jsonl"
    toy.wait_for(lambda: journal.exists() and '"epoch"' in journal.read_text(), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    out, _ = toy.sweep(*arguments)
    assert "MLflow" in out
    toy.wait_for(lambda: (state := State.load(folder)) is not None and state.state == "done")

    facts = read(folder)
    trials = [trial for trial in toy.trials() if trial.state == TrialState.COMPLETE]
    epochs = {fact["metrics"]["trial/number"]: fact["metrics"] for fact in facts if fact["fact"] == "epoch"}
    assert [fact["epoch"] for fact in facts if fact["fact"] == "epoch"] == [1, 2, 3, 4]
    assert {number: metrics["trial/value"] for number, metrics in epochs.items()} == {t.number: t.value for t in trials}
    last = [fact for fact in facts if fact["fact"] == "epoch"][-1]["metrics"]
    assert last["best/value"] == toy.study().best_value
    assert last["trials/complete"] == 4
    assert next(fact for fact in facts if fact["fact"] == "end")["status"] == "FINISHED"
    figures = {fact["file"] for fact in facts if fact["fact"] == "figure"}
    assert {"best.yaml", "trials.csv", "figures/history.png", "figures/parameters.png"} <= figures

    with sqlite3.connect(store) as database:
        runs = database.execute("select run_uuid, status from runs").fetchall()
        tagged = dict(database.execute("select key, value from tags").fetchall())
        best = database.execute("select value from latest_metrics where key = 'best/value'").fetchone()[0]
    database.close()
    assert len(runs) == 1
    assert runs[0][1] == "FINISHED"
    assert tagged["rnn_lab.study"] == "toy"
    assert best == toy.study().best_value
    assert toy.study().user_attrs[RUN] == facts[0]["run"]
    assert runs[0][0] == State.load(folder).run_id
