"""The trainer beside its relay: scripts/train.py in a process of its own, with a real store."""

import subprocess
import sys
from pathlib import Path

import pytest

from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay_state import State
from rnn_lab.tracking.translation import metric

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
SPY = f"""
import runpy, sys
try:
    runpy.run_path({str(TRAIN)!r}, run_name="__main__")
finally:
    print("loaded:", *({{"mlflow", "optuna", "matplotlib", "sqlalchemy"}} & set(sys.modules)))
"""
QUICK = ("model.hidden_dim=4", "trainer.epochs=3", "hydra.run.dir=run", "tracking.figures=false")


def train(folder, *overrides):
    command = [sys.executable, "-c", SPY, *QUICK, *overrides]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_trainer_never_loads_mlflow_and_the_run_is_there(tmp_path, store):
    import mlflow

    done = train(tmp_path, f"tracking.uri='{store}'", "tracking.wait=true", "replicas=2", "+tracking.tags.by=ada")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]
    state = State.load(tmp_path / "run")
    assert f"MLflow: {state.link}" in done.stdout.splitlines()
    assert (state.state, state.missing) == ("done", ())
    client = mlflow.MlflowClient(store)
    run = client.get_run(state.run_id)
    assert (run.info.status, run.data.tags["by"]) == ("FINISHED", "ada")
    assert run.data.params["model.hidden_dim"] == "4"
    epochs = {fact["epoch"]: fact["metrics"] for fact in read(tmp_path / "run") if fact["fact"] == "epoch"}
    for name in epochs[0]:
        points = client.get_metric_history(state.run_id, metric(name))
        assert {point.step: str(float(point.value)) for point in points} == {
            n: str(float(metrics[name])) for n, metrics in epochs.items()
        }  # as text: epoch 0 has no gradient, and NaN is not equal to itself
    assert len(run.outputs.model_outputs) == 1


def test_off_starts_nothing_of_mlflow_and_can_be_carried_later(tmp_path, store):
    from rnn_lab.tracking.relay import carry

    done = train(tmp_path, "tracking=off")
    assert done.returncode == 0, done.stderr
    assert "MLflow" not in done.stdout
    assert not {file.name for file in (tmp_path / "run").iterdir()} & {"mlflow.json", "relay.log"}
    assert not (tmp_path / "mlflow.db").exists()
    assert carry(tmp_path / "run", store).missing == ()


def test_a_dead_server_costs_the_run_nothing(tmp_path):
    done = train(tmp_path, "tracking.uri=http://127.0.0.1:9")
    assert done.returncode == 0, done.stderr
    assert "The run is not in MLflow: http://127.0.0.1:9 does not answer (Connection refused)." in done.stdout
    assert read(tmp_path / "run")[-1]["status"] == "FINISHED"


def test_an_address_that_is_none_ends_the_run_before_it_begins(tmp_path):
    done = train(tmp_path, "tracking.uri=mlruns")
    assert done.returncode == 2
    assert "tracking.uri='mlruns' is not allowed: it must start with one of http" in done.stderr
    assert "Traceback" not in done.stderr
