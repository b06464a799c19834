"""The columns of MLflow's table of runs: scores, and the settings one compares. By itself it shows neither."""

import base64
import json
import logging
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger("rnn_lab.relay")

KEY = "rnn-lab"
"""Names the view, in the "Views" menu of MLflow's page and in its link's ``viewStateShareKey``."""

TAG = f"mlflow.sharedViewState.{KEY}"

COLUMNS = (
    "attributes.`Created`",
    "attributes.`Duration`",
    "metrics.`final/val_rmse`",
    "metrics.`final/train_rmse`",
    "metrics.`final/val_loss`",
    "metrics.`final/kept_epoch`",
    "params.`data.name`",
    "params.`model.hidden_dim`",
    "params.`optimizer.learning_rate`",
    "params.`trainer.bptt_truncate`",
    "params.`trainer.epochs`",
    "params.`seed`",
    "params.`replicas`",
)


def save_view(client: "MlflowClient", experiment_id: str) -> None:
    """Save the view with an experiment.

    MLflow's pages keep shared views in tags of this form, which is documented nowhere. So a failure is no failure of
    the run, and a later MLflow that does not know the form shows its own columns.
    """
    state = base64.b64encode(zlib.compress(json.dumps({"selectedColumns": COLUMNS}).encode())).decode()
    now = int(time.time() * 1000)
    view = {"name": KEY, "createdAt": now, "updatedAt": now, "state": f"deflate;{state}"}
    try:
        client.set_experiment_tag(experiment_id, TAG, json.dumps(view))
    except Exception:
        log.warning("The table's columns could not be saved.", exc_info=True)
