"""A trained network back from MLflow: the files that `rnn_lab.evaluation.Forecaster` loads."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rnn_lab.errors import BadInput
from rnn_lab.redaction import said
from rnn_lab.tracking import address
from rnn_lab.tracking.store import open_now

if TYPE_CHECKING:
    from mlflow import MlflowClient


REGISTERED = re.compile(r"models:/(?P<name>[^/@]+)(@(?P<alias>[^/@]+)|/(?P<version>\d+))")
"""A network in MLflow's registry, by its alias or its version."""


def download_network(run_id: str, uri: str | None, folder: Path) -> None:
    """Download the network that an MLflow run keeps into ``folder``, as ``weights/model.json`` and ``kept.npz``.

    Args:
        run_id: MLflow's, or the address of a registered model, such as ``models:/sine@best`` or ``models:/sine/3``.
        uri: the store's address; None stands for ``MLFLOW_TRACKING_URI``, or else for MLflow's default.
        folder: where to; a folder that is there.

    Raises:
        BadInput: there is no such store, run or network, or the store does not answer.
    """
    resolved = address.resolve(uri)
    where = address.shown(resolved)
    file = address.database_file(resolved)
    if file and not file.exists():
        raise BadInput(f"there is no MLflow store {where}: say tracking.uri=... where the run is kept")
    if silent := address.silence(resolved):
        raise BadInput(f"MLflow at {where} does not answer ({silent})")
    client = open_now(resolved)
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    try:
        run = _run_of(client, run_id) if run_id.startswith("models:/") else run_id
        outputs = client.get_run(run).outputs
        models = outputs.model_outputs if outputs else []
        if not models:
            raise BadInput(f"the MLflow run {run_id} keeps no network: it has not ended, or it failed")
        place = f"{client.get_logged_model(models[-1].model_id).artifact_location}/artifacts/weights"
        address.check_place(place, resolved)
        with TemporaryDirectory() as scratch:
            weights = download_artifacts(artifact_uri=place, dst_path=scratch, tracking_uri=resolved)
            shutil.copytree(weights, folder / "weights")
    except (MlflowException, OSError) as error:
        reason = said(error).partition("\n")[0].rstrip(".")
        raise BadInput(f"run={run_id} cannot be read from MLflow at {where}: {reason}") from error


def _run_of(client: "MlflowClient", model: str) -> str:
    """Find the run of a registered model."""
    said = REGISTERED.fullmatch(model)
    if said is None:
        raise BadInput(f"{model} is no registered model: say models:/NAME@best, another alias, or models:/NAME/VERSION")
    name, alias, version = said["name"], said["alias"], said["version"]
    found = client.get_model_version_by_alias(name, alias) if alias else client.get_model_version(name, version)
    return str(found.run_id)
