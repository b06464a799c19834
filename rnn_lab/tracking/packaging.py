"""Dataset that a run read and model that it trained, which MLflow keeps as things of their own."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import Fact
from rnn_lab.tracking.own_code import LIBRARIES, collect, needs, requirements
from rnn_lab.trust import Trusted

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from rnn_lab.evaluation.trained_network import Trained

ROOT = "rnn_lab.evaluation.trained_network"
"""The module that ``model.py`` imports; what of the lab is shipped follows from it."""

NEEDS_TAG = "model_needs"
"""The run's tag that says what the packaged model lacks."""

DIGEST_LENGTH = 36
"""MLflow's limit; the whole fingerprint is a tag of the run."""


def log_dataset(client: "MlflowClient", run_id: str, fact: Fact) -> None:
    """Log the data as the run's input, from the journal's ``data`` fact. Once more changes nothing."""
    from mlflow.entities import Dataset, DatasetInput, InputTag
    from mlflow.exceptions import MlflowException

    recipe, shapes = fact["recipe"], fact["shapes"]
    columns = list(dict.fromkeys([*recipe["inputs"], *recipe["targets"]]))
    made_by = {"tags": {"mlflow.source.name": recipe["_target_"]}}
    source = {"uri": recipe["path"]} if "path" in recipe else made_by
    dataset = Dataset(
        name=fact["name"],
        digest=fact["fingerprint"][:DIGEST_LENGTH],
        source_type="local" if "path" in recipe else "code",
        source=json.dumps(source),
        schema=json.dumps({"mlflow_colspec": [{"type": "double", "name": name} for name in columns]}),
        profile=json.dumps({"num_rows": sum(shape["X"][0] for shape in shapes.values()), "recipe": recipe}),
    )
    tags = [InputTag("mlflow.data.context", ", ".join(shapes))]
    try:
        client.log_inputs(run_id, [DatasetInput(dataset, tags)])
    except MlflowException:  # another run of the same data came between MLflow's look for it and its insertion
        client.log_inputs(run_id, [DatasetInput(dataset, tags)])


def log_model(
    client: "MlflowClient",
    run_id: str,
    experiment_id: str,
    folder: Path,
    scores: Mapping[str, float],
    *,
    time: float,
    step: int = 0,
    data: Fact | None = None,
    trusted: Trusted = (),
) -> None:
    """Package the run's network and log it as ``model``, unless MLflow has it.

    Args:
        client: of the store.
        run_id, experiment_id: MLflow's.
        folder: the run folder, with ``weights/model.json`` and ``weights/kept.npz``.
        scores: the metrics by which MLflow compares models, as they stand in the run.
        time: the scores' in the run, that they be the same points and no further ones.
        step: the epoch of the weights.
        trusted: modules whose classes the network may be made of; None: a folder of one's own.
        data: the journal's ``data`` fact: MLflow then says on which data set the scores are.

    Raises:
        BadInput: the network cannot be read; say, it is of another version of the lab.
    """
    from mlflow.entities import LoggedModelOutput, Metric

    from rnn_lab.evaluation.trained_network import MODEL, WEIGHTS, Trained

    outputs = client.get_run(run_id).outputs
    if outputs and outputs.model_outputs:
        return
    for file in (MODEL, WEIGHTS):
        inside(folder, str(file))
    trained = Trained.load(folder, trusted)
    for half in client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'"):
        client.delete_logged_model(half.model_id)  # of a relay that was killed at it
    model = client.create_logged_model(experiment_id, name="model", source_run_id=run_id)
    with tempfile.TemporaryDirectory() as scratch:
        package(trained, Path(scratch, "model"), run_id=run_id, model_id=model.model_id)
        client.log_model_artifacts(model.model_id, str(Path(scratch, "model")))
    client.finalize_logged_model(model.model_id, "READY")
    if lacking := needs(folder):
        client.set_tag(run_id, NEEDS_TAG, "; ".join(lacking))
    on = {"dataset_name": data["name"], "dataset_digest": data["fingerprint"][:DIGEST_LENGTH]} if data else {}
    given = [Metric(name, value, int(time * 1000), 0, model.model_id, **on) for name, value in scores.items()]
    client.log_batch(run_id, metrics=given)
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step)])


def package(trained: "Trained", destination: Path, *, run_id: str, model_id: str) -> None:
    """Write a trained network as an MLflow model: code, weights, signature and requirements, and no pickle.

    The code is the lab's and that of the network's components, whoever wrote them: it loads where neither is installed.

    Args:
        trained: the network.
        destination: the model's folder, to be trained.
        run_id, model_id: MLflow's, which the model's description remembers.
    """
    import mlflow
    import numpy as np
    from mlflow.models import Model, ModelSignature
    from mlflow.types import Schema, TensorSpec

    network = trained.network
    steps = trained.rows or -1  # a stream's windows are of any length
    windows = TensorSpec(np.dtype(np.float64), (-1, steps, len(trained.inputs)))
    each = (steps,) if network.each_step else ()
    targets = TensorSpec(np.dtype(np.float64), (-1, *each, len(trained.targets)))
    with tempfile.TemporaryDirectory() as scratch:
        weights, folder = Path(scratch, "weights"), Path(scratch, "code")
        trained.save(Path(scratch))
        recipe = trained.recipe()
        code = collect(recipe, ROOT, recipe["kind"].rpartition(".")[0])
        for place, source in code.files.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / place)
        with _unchecked():
            mlflow.pyfunc.save_model(
                str(destination),
                mlflow_model=Model(run_id=run_id, model_id=model_id, model_uuid=model_id),
                python_model=str(Path(__file__).with_name("model.py")),
                artifacts={"weights": str(weights)},
                code_paths=sorted(map(str, folder.iterdir())),
                signature=ModelSignature(Schema([windows]), Schema([targets])),
                input_example=np.ones((1, trained.rows or 10, len(trained.inputs))),
                pip_requirements=requirements(LIBRARIES | code.packages)[0],
            )


@contextmanager
def _unchecked() -> Iterator[None]:
    """Leave out MLflow's look at whether this environment has what the model needs: its versions come from here.

    To look, MLflow lists every file of every package that is installed, which takes most of packaging a small network.
    """
    from mlflow.utils import environment

    name = "warn_dependency_requirement_mismatches"
    with patch.object(environment, name, lambda requirements: None, create=True):
        yield
