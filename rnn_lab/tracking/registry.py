"""MLflow's registry of models: the network of a run as a version of a model, and the alias of the best one.

The model has the name of the data that it was trained on, so that ``predict.py run=models:/sine@best`` needs no more.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

ALIAS = "best"
SCORES = ("scores/val_rmse", "scores/val_loss")
SCORE, DIGEST = "rnn_lab.val", "rnn_lab.data_fingerprint"


def register(client: "MlflowClient", run_id: str) -> str | None:
    """Register the network of a run, unless it is; the alias ``best`` goes to it if no version of it is better.

    Only scores on the same data are compared: on other data the newer one gets the alias.

    Returns:
        Why there is nothing to register, or None.
    """
    from mlflow.exceptions import MlflowException

    run = client.get_run(run_id)
    models = run.outputs.model_outputs if run.outputs else []
    inputs = run.inputs.dataset_inputs if run.inputs else []
    if not models or not inputs:
        return f"the MLflow run {run_id} keeps no network that could be registered"
    name = model_name(inputs[0].dataset.name)
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    score = next((run.data.metrics[key] for key in SCORES if key in run.data.metrics), float("nan"))
    digest = run.data.tags.get(DIGEST, "")
    version = next((v for v in client.search_model_versions(f"name='{name}'") if v.run_id == run_id), None)
    if version is None:
        model_id = models[-1].model_id
        place = client.get_logged_model(model_id).artifact_location
        tags = {SCORE: repr(score), DIGEST: digest}
        version = client.create_model_version(name, place, run_id=run_id, tags=tags, model_id=model_id)
    try:
        best = client.get_model_version_by_alias(name, ALIAS).tags
    except MlflowException:  # there is none yet
        best = {}
    if best.get(DIGEST) != digest or score <= float(best[SCORE]):
        client.set_registered_model_alias(name, ALIAS, version.version)
    return None


def model_name(data: str) -> str:
    """Return a name that the registry takes.

    Example:
        >>> model_name("sunspots"), model_name("a/b:c")
        ('sunspots', 'a_b_c')
    """
    return re.sub(r"[/:.%\"']", "_", data)
