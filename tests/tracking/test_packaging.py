"""The packaged model: loaded elsewhere, without pickle, and the same forecasts as the lab's own."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.tracking.packaging import package
from tests.tracking.fake_trainer import FakeTrainer

LOAD = """
import os, sys
# As on a machine without the lab: what an installation in place would find is out of reach.
sys.path = [place for place in sys.path if not os.path.exists(os.path.join(place, "rnn_lab", "__init__.py"))]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
try:
    import rnn_lab
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("the lab is still there")
import numpy as np
import mlflow
model = mlflow.pyfunc.load_model(sys.argv[1])
import rnn_lab
print(rnn_lab.__file__)
windows = np.load(sys.argv[2])
np.save(sys.argv[3], model.predict(windows))
try:
    model.predict(windows[:, 1:])
except mlflow.MlflowException as error:
    print("refused")
"""


@pytest.fixture(scope="module")
def packaged(empty_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packaged")
    FakeTrainer.run(folder / "run", replicas=2)
    forecaster = Forecaster.load(folder / "run")
    package(forecaster, folder / "model", run_id="4f", model_id="m-1")
    windows = np.random.default_rng(0).standard_normal((5, 8, 1))
    return folder / "model", windows, forecaster.predict(windows)


def test_it_loads_in_another_process_and_folder_with_code_of_its_own(packaged, tmp_path):
    model, windows, expected = packaged
    np.save(tmp_path / "windows.npy", windows)
    arguments = (model, tmp_path / "windows.npy", tmp_path / "out.npy")
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    where, refused = done.stdout.split()
    assert Path(where) == model / "code" / "rnn_lab" / "__init__.py"
    assert refused == "refused"
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), expected)


def test_mlflows_command_predicts(packaged, tmp_path):
    model, windows, expected = packaged
    (tmp_path / "in.json").write_text(json.dumps({"inputs": windows.tolist()}))
    command = ["models", "predict", "-m", model, "-i", tmp_path / "in.json", "-o", tmp_path / "out.json", "-t", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", *command, "--env-manager", "local"],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(json.loads((tmp_path / "out.json").read_text())["predictions"], expected, rtol=1e-15)


def test_there_is_no_pickle_in_it(packaged):
    model, _, _ = packaged
    files = {file.relative_to(model).as_posix() for file in model.rglob("*") if file.is_file()}
    assert not {file for file in files if file.endswith((".pkl", ".pickle", ".joblib", ".pyc"))}
    assert {"model.py", "artifacts/weights/kept.npz", "artifacts/weights/model.json"} <= files
    with zipfile.ZipFile(model / "artifacts" / "weights" / "kept.npz") as arrays:
        for name in arrays.namelist():
            assert b"'|O'" not in arrays.read(name)[:200]  # NumPy's mark of pickled objects


def test_its_signature_and_requirements_are_given(packaged):
    import numpy
    import yaml

    model, _, _ = packaged
    described = yaml.safe_load((model / "MLmodel").read_text())
    tensor = json.loads(described["signature"]["inputs"])[0]["tensor-spec"]
    assert tensor == {"dtype": "float64", "shape": [-1, 8, 1]}
    assert json.loads(described["signature"]["outputs"])[0]["tensor-spec"]["shape"] == [-1, 1]
    assert (described["run_id"], described["model_id"]) == ("4f", "m-1")
    assert f"numpy=={numpy.__version__}" in (model / "requirements.txt").read_text().splitlines()


def test_no_floor_above_the_forecaster_is_shipped(packaged):
    model, _, _ = packaged
    shipped = {path.name for path in (model / "code" / "rnn_lab").iterdir()} - {"__pycache__"}
    assert shipped.isdisjoint({"lab.py", "tracking", "sweeping", "figures"})
