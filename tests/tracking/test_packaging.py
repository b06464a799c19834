"""The packaged model: loaded elsewhere, without pickle, and the same forecasts as the lab's own."""

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.network import Network
from rnn_lab.sequences import Generated, Sine
from rnn_lab.tracking.own_code import collect, needs, requirements
from rnn_lab.tracking.packaging import log_dataset, package
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
    written = [file for file in model.rglob("*") if file.parent.name != "__pycache__"]  # which a load may have left
    files = {file.relative_to(model).as_posix() for file in written if file.is_file()}
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


CELL = """
from pydantic.dataclasses import dataclass

from {helper} import SCALE
from rnn_lab.component import STRICT
from rnn_lab.network import Elman


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cell(Elman):
    factor: float = SCALE
"""


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({"mine_alone.py": "helper_of_mine", "helper_of_mine.py": None}, "mine_alone"),
        ({"mine_all/__init__.py": "mine_all.scale", "mine_all/scale.py": None}, "mine_all"),
        ({"mine_far/__init__.py": "", "mine_far/cells.py": ".scale", "mine_far/scale.py": None}, "mine_far.cells"),
    ],
    ids=["module", "package", "relative"],
)
def test_a_cell_of_ones_own_travels_with_what_it_imports(files, target, empty_store, tmp_path, monkeypatch):
    for name, helper in files.items():
        (tmp_path / "desk" / name).parent.mkdir(parents=True, exist_ok=True)
        text = "SCALE = 2.0" if helper is None else helper and CELL.format(helper=helper)
        (tmp_path / "desk" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path / "desk")
    cell = import_module(target).Cell(hidden_dim=3)
    data = Generated(name="sine", series=Sine(length=60), window=8, train=30, validation=10).dataset()
    network = Network(cell, inputs=1, outputs=1, window=8)
    forecaster = Forecaster.of(network, network.initial([0, 1]), data)
    forecaster.save(tmp_path / "run")
    assert needs(tmp_path / "run") == []
    package(forecaster, tmp_path / "model", run_id="4f", model_id="m-1")
    windows = np.random.default_rng(0).standard_normal((5, 8, 1))
    np.save(tmp_path / "windows.npy", windows)
    arguments = (tmp_path / "model", tmp_path / "windows.npy", tmp_path / "out.npy")
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *arguments], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), forecaster.predict(windows))


def test_the_labs_own_parts_lack_nothing_so_that_a_run_of_them_need_not_look():
    code = collect({"_target_": "rnn_lab.network.Elman"}, *(f"rnn_lab.{room}" for room in ("evaluation", "rules")))
    assert (code.missing, requirements(code.packages)[1]) == ([], [])


def test_what_cannot_travel_is_said_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    (tmp_path / f"swift_of_mine{EXTENSION_SUFFIXES[0]}").touch()  # compiled, as it were
    monkeypatch.syspath_prepend(tmp_path)
    recipe = {"model": {"_target_": "nowhere_at_all.Cell", "loss": {"_target_": "swift_of_mine.Loss"}}}
    (tmp_path / "weights" / "model.json").write_text(json.dumps(recipe))
    lost, compiled = sorted(needs(tmp_path), key=len)
    assert lost == "the module 'nowhere_at_all' is not found, so it is not in the packaged model"
    assert compiled.startswith("the module 'swift_of_mine' is no Python file (")


def test_an_installed_package_that_is_imported_is_required_and_nothing_is_run_to_find_it(tmp_path, monkeypatch):
    (tmp_path / "cell_with_needs.py").write_text("import optuna, yaml\nfrom numpy import fft\n1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    code = collect({"_target_": "cell_with_needs.Cell"})
    assert set(code.files) == {"cell_with_needs.py"}
    assert code.packages == {"optuna", "yaml", "numpy"}
    found, nameless = requirements({"optuna", "yaml"})
    assert found == [f"optuna=={version('optuna')}", f"PyYAML=={version('PyYAML')}"]
    assert nameless == []


def test_a_dataset_that_another_run_adds_at_the_same_time_is_found_the_second_time():
    from mlflow.exceptions import MlflowException

    logged = []

    class Client:
        def log_inputs(self, run_id, inputs):
            logged.append(inputs[0].dataset.digest)
            if len(logged) == 1:
                raise MlflowException("(sqlite3.IntegrityError) UNIQUE constraint failed: datasets.digest")

    recipe = {"_target_": "rnn_lab.sequences.Generated", "inputs": ["x"], "targets": ["x"]}
    log_dataset(Client(), "4f", {"name": "sine", "fingerprint": "ab" * 32, "recipe": recipe, "shapes": {}})
    assert logged == ["ab" * 18] * 2


def test_a_name_that_a_package_imports_when_it_is_asked_travels_with_its_module(tmp_path, monkeypatch):
    files = {
        "__init__.py": """
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from .cell import Cell
            def __getattr__(name):
                from importlib import import_module
                return getattr(import_module("asked.cell"), name)
            """,
        "cell.py": "from asked.inner import Cell\n",
        "inner.py": "class Cell: pass\n",
        "other.py": "",
    }
    (tmp_path / "asked").mkdir()
    for name, text in files.items():
        (tmp_path / "asked" / name).write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    code = collect({"_target_": "asked.Cell"})
    assert set(code.files) == {"asked/__init__.py", "asked/cell.py", "asked/inner.py"}
    assert code.missing == []
