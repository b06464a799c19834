"""A run carried to a real MLflow server over HTTP."""

import urllib.request

import numpy as np

from rnn_lab.tracking.relay import carry
from rnn_lab.tracking.relay_state import State
from tests.tracking.fake_trainer import FakeTrainer


def test_a_server_gets_what_a_file_gets(tmp_path, server):
    import mlflow

    folder = FakeTrainer.run(tmp_path / "run", uri=server)
    states = [carry(folder), carry(folder)]
    assert states[0] == states[1] == State.load(folder)
    state = states[0]
    assert (state.state, state.missing, state.uri) == ("done", (), server)
    client = mlflow.MlflowClient(server)
    run = client.get_run(state.run_id)
    assert run.info.status == "FINISHED"
    points = client.get_metric_history(state.run_id, "rmse/val")
    assert [(point.step, point.value) for point in points] == [(n, 1 / (1 + n)) for n in range(4)]
    losses = client.get_metric_history(state.run_id, "loss/val")
    assert [point.step for point in losses if np.isnan(point.value)] == [1]
    assert {"predictions.html", "weights.html"} <= {file.path for file in client.list_artifacts(state.run_id)}
    local = client.download_artifacts(state.run_id, "weights/epoch_0003.npz", str(tmp_path))
    with open(local, "rb") as file:
        assert file.read() == (folder / "weights/epoch_0003.npz").read_bytes()
    assert len(run.outputs.model_outputs) == len(run.inputs.dataset_inputs) == 1
    assert len(client.search_runs([state.experiment_id])) == 1


def test_the_link_opens_a_page(tmp_path, server):
    trainer = FakeTrainer(tmp_path / "run", uri=server)
    trainer.journal.close()
    state = carry(tmp_path / "run")
    assert state.link.startswith(f"{server}/#/experiments/{state.experiment_id}/runs/{state.run_id}?")
    with urllib.request.urlopen(state.link) as page:
        assert b"<title>MLflow</title>" in page.read()
