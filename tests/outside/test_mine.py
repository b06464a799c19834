"""Proof from outside: a package that lies elsewhere adds one of everything, and no file of the lab knows of it.

Its contract suites pass where it lies; a run is made of all of it, carried to MLflow, and forecast with; a sweep too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rnn_lab.testing
from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay_state import State
from tests.processes import python

MINE = Path(__file__).with_name("mine")
PROGRAM = Path(sys.executable).with_name("rnn-lab")
SERIES = (
    "data=ricker",
    "model=leaky",
    "+model/activation=algebraic",
    "+model/input_initializer=sparse",
    "rule=perturbation",
    "optimizer=lion",
    "optimizer/schedule=linear",
    "+trainer/loss=pseudo_huber",
    "observers=[distance]",
    "evaluation/scores=[rmse,late]",
    "evaluation/baselines=[mean,median]",
    "objective=val/late",
    "model.hidden_dim=4",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),  # mlflow's store
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder that holds nothing but the package."""
    place = tmp_path_factory.mktemp("outside")
    shutil.copytree(MINE, place / "mine", ignore=shutil.ignore_patterns("__pycache__"))
    return place


def call(folder, *arguments, code=0):
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = python(*arguments, cwd=folder, env=clean, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def trained(folder, empty_store):
    """A run of all that a series takes, and what it said."""
    store = shutil.copy(empty_store, folder / "mine.db")
    track = (f"tracking.uri='sqlite:///{store}'", "tracking.wait=true", "tracking.figures=false")
    done = call(
        folder, PROGRAM, "train", "--config-dir=mine/conf", *SERIES, *track, "trainer.epochs=3", "hydra.run.dir=run"
    )
    return done.stdout, f"sqlite:///{store}"


def test_every_component_passes_the_suite_of_its_socket(folder):
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "mine"]
    done = subprocess.run(tests, cwd=folder, capture_output=True, text=True, check=False)
    assert re.search(r"^\d+ passed in", done.stdout, re.M), done.stdout
    held = re.findall(r"^class Test\w+\(\w+\)", (MINE / "test_mine.py").read_text(), re.M)
    modules = {path.stem for path in MINE.glob("*.py")} - {"__init__", "test_mine"}
    assert len(held) == len(modules)


def test_the_page_on_extending_shows_just_these_files():
    page = (Path(rnn_lab.testing.__file__).with_name("README.md")).read_text()
    shown = dict(re.findall(r"^`mine/(\S+)`:\n\n```\w+\n(.*?)```$", page, re.M | re.S))
    files = {
        str(path.relative_to(MINE)): path.read_text() for path in MINE.rglob("*") if path.suffix in (".py", ".yaml")
    }
    assert shown == {name: text for name, text in files.items() if name not in ("__init__.py", "test_mine.py")}


def test_all_of_it_is_what_was_trained(folder, trained):
    config = (folder / "run" / ".hydra" / "config.yaml").read_text()
    used = set(re.findall(r"mine\.(\w+)\.", config))
    offered = {path.stem for path in MINE.glob("*.py")} - {"__init__", "test_mine", "latch"}
    assert used == offered


def test_a_score_of_ones_own_is_in_the_terminal_in_the_summary_and_in_mlflow(folder, trained):
    import mlflow

    said, store = trained
    header, *rows = re.search(r"^ +(train/rmse .*?)\n\n", said, re.M | re.S)[0].splitlines()
    assert header.split() == ["train/rmse", "val/rmse", "train/late", "val/late"]
    table = {line.split()[0]: line.split()[1:] for line in rows if line.strip()}
    assert set(table) == {"network", "mean", "median"}
    summary = json.loads((folder / "run" / "summary.json").read_text())
    assert float(table["network"][3]) == pytest.approx(summary["metrics"]["val/late"], rel=1e-3)
    client, state = mlflow.MlflowClient(store), State.load(folder / "run")
    curve = [point.value for point in client.get_metric_history(state.run_id, "late/val")]
    kept = [fact["metrics"]["val/late"] for fact in read(folder / "run") if fact["fact"] == "epoch"]
    assert curve == pytest.approx(kept)
    final = client.get_run(state.run_id).data.metrics
    assert final["scores/val_late"] == pytest.approx(summary["metrics"]["val/late"])
    assert final["distance"] > 0


def test_the_trained_network_forecasts_with_a_cell_and_a_loss_of_ones_own(folder, trained):
    (folder / "new.csv").write_text("x\n" + "".join(f"{n % 7}\n" for n in range(30)))
    arguments = ("run=run", "data.path=new.csv", "steps=3")
    refused = call(folder, PROGRAM, "predict", *arguments, code=2).stderr
    assert "say trust=mine" in refused
    done = call(folder, PROGRAM, "predict", *arguments, "trust=[mine]")
    assert "30 rows read, 3 forecast after them" in done.stdout


def test_a_task_of_ones_own(folder):
    done = call(
        folder, PROGRAM, "train", "--config-dir=mine/conf", "data=latch", "model=leaky", "trainer.epochs=1",
        "model.hidden_dim=4", "data.task.length=5", "data.train=50", "tracking=off", "tracking.figures=false",
        "hydra.run.dir=latch",
    )  # fmt: skip
    assert re.search(r"^chance +.*0\.6931", done.stdout, re.M)
    assert "val/success" in json.loads((folder / "latch" / "summary.json").read_text())["metrics"]


def test_a_sweep_over_all_of_it_by_the_score(folder):
    done = call(
        folder, PROGRAM, "train", "--config-dir=mine/conf", "search=default", *SERIES, "trainer.epochs=2",
        "tracking=off", "hydra.sweeper.n_trials=2", "hydra.sweeper.confirm=0", "hydra.sweeper.examine=false",
        "hydra.sweeper.figures=false", "hydra.sweeper.params={optimizer.learning_rate:'interval(0.001,0.01)'}",
        "hydra.sweep.dir=sweep",
    )  # fmt: skip
    assert "best is trial" in done.stdout
    (table,) = (folder / "sweep").rglob("trials.csv")
    header, *trials = table.read_text().splitlines()
    assert "val/late" in header.split(",")
    assert len(trials) == 2
