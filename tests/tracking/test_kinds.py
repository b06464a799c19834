"""Runs of every kind of data in a real store: what MLflow shows of them, and the networks that it serves."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from rnn_lab import lab
from rnn_lab.evaluation import Trained
from rnn_lab.redraw import redraw
from rnn_lab.sequences import Text
from rnn_lab.tracking.relay import carry
from tests.lab.kinds import KINDS, QUICK

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store

CONF = Path(__file__).parents[2] / "conf"


def windows(folder: Path, kind: str, steps: int):
    """Three windows of so many steps in original units."""
    inputs = len(Trained.load(folder).inputs)
    if kind == "text":
        X, _ = Text(name="text", train=0.8, validation=0.2).dataset().validation.read(np.arange(3), steps)
        return X.swapaxes(0, 1)
    return np.random.default_rng(0).random((3, steps, inputs))


@pytest.fixture(scope="module", params=["classes at each step", "numbers, masked", "text", "stream"])
def carried(request, empty_store, tmp_path_factory):
    """A run of two replicas, and MLflow's client of the store that it was carried to."""
    import mlflow

    folder = tmp_path_factory.mktemp("kind")
    shutil.copy(empty_store, folder / "mlflow.db")
    store = f"sqlite:///{folder}/mlflow.db"
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(
            "config", ["tracking=off", "tracking.figures=false", "replicas=2", *QUICK, *KINDS[request.param]]
        )
    lab.run(config, folder / "run")
    redraw(folder / "run")
    state = carry(folder / "run", store)
    client = mlflow.MlflowClient(tracking_uri=store)
    return request.param, folder / "run", client, client.get_run(state.run_id), store


def files(client, run_id: str, folder: str = "") -> set[str]:
    found = set()
    for file in client.list_artifacts(run_id, folder or None):
        found |= files(client, run_id, file.path) if file.is_dir else {file.path}
    return found


def test_its_metrics(carried):
    _, folder, client, run, _ = carried
    summary = json.loads((folder / "summary.json").read_text())
    assert run.info.status == "FINISHED"
    metrics = run.data.metrics
    score = "accuracy" if summary["score"] == "loss" else "rmse"
    for part in ("train", "val"):
        for name in (f"loss/{part}", f"{score}/{part}"):
            assert [point.step for point in client.get_metric_history(run.info.run_id, name)] == [0, 1, 2, 3]
        assert {f"{score}_by_seed/{part}_{r}" for r in range(2)} <= set(metrics)
    judged = f"val/{summary['score']}"
    assert metrics[f"scores/{judged.replace('/', '_')}"] == pytest.approx(summary["metrics"][judged])
    for name, scores in summary["baselines"]["validation"].items():
        found = next(s for s in ("rmse", "loss", "accuracy") if s in scores)
        key = f"scores_baselines/{name.replace(' ', '_')}_val_{found}"
        assert metrics[key] == pytest.approx(scores[found]), key
    assert len(run.inputs.dataset_inputs) == 1


def test_its_pages_and_its_note(carried):
    _, folder, client, run, _ = carried
    found = files(client, run.info.run_id)
    drawn = {path.name for path in (folder / "figures").glob("*.png")}
    assert drawn
    assert drawn <= {Path(file).name for file in found}
    assert {"predictions.html", "weights.html"} <= found
    note = run.data.tags["mlflow.note.content"]
    summary = json.loads((folder / "summary.json").read_text())
    assert ("cross-entropy" if summary["score"] == "loss" else "RMSE") in note
    for name in summary["baselines"]["validation"]:
        assert f"| {name} |" in note


@pytest.mark.filterwarnings("ignore")
def test_its_network_loads_and_predicts(carried, monkeypatch):
    import mlflow

    kind, folder, _, run, store = carried
    (output,) = run.outputs.model_outputs
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.setattr(sys, "path", sys.path.copy())  # the model brings code of its own
    model = mlflow.pyfunc.load_model(f"models:/{output.model_id}")
    trained = Trained.load(folder)
    lengths = (1, 7, 40) if trained.network.window is None else (trained.network.window,)
    for steps in lengths:
        X = windows(folder, kind, steps)
        found = model.predict(X)
        np.testing.assert_array_equal(found, trained.predict(X))
        assert found.shape == (3, steps, len(trained.targets))
        if trained.classes:
            np.testing.assert_allclose(found.sum(axis=-1), 1.0, rtol=1e-12)
    if trained.network.window is not None:
        with pytest.raises(mlflow.MlflowException):
            model.predict(windows(folder, kind, trained.network.window + 1))
