"""scripts/predict.py as a user runs it: what it writes, and that bad input is one sentence and leaves nothing."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.evaluation import Forecaster
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Generated, Sine

PREDICT = Path(__file__).parents[2] / "scripts" / "predict.py"


@pytest.fixture
def folder(tmp_path):
    """A run folder, `run`, and a series, `new.csv`, of 30 rows."""
    data = Generated(name="sine", series=Sine(length=60), window=8, train=30, validation=10).dataset()
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=8)
    Forecaster.of(network, network.initial([0, 1]), data).save(tmp_path / "run")
    np.savetxt(tmp_path / "new.csv", np.sin(0.4 * np.arange(30)), header="x", comments="")
    return tmp_path


def predict(folder, *arguments):
    command = [sys.executable, str(PREDICT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_forecasts_and_figure_lie_side_by_side_and_nothing_else(folder):
    before = files(folder)
    (folder / "there").mkdir()
    done = predict(folder, "run=run", "data.path=new.csv", "steps=12", "out=there/sine.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "30 rows read, 12 forecast after them: there/sine.csv and there/sine.png\n"
    assert files(folder) - before == {"there/sine.csv", "there/sine.png"}
    assert (folder / "there/sine.png").read_bytes().startswith(b"\x89PNG")
    table = rows(folder / "there/sine.csv")
    forecaster, x = Forecaster.load(folder / "run"), np.sin(0.4 * np.arange(30))[:, None]
    free_run = [float(row["x_free_run"]) for row in table[30:]]
    assert free_run == forecaster.free_run(x, 12).mean(axis=0)[:, 0].tolist()
    one_step = [float(row["x_one_step"]) for row in table[8:31]]
    assert one_step == forecaster.one_step(x).mean(axis=0)[:, 0].tolist()


def test_a_copied_run_other_columns_and_no_steps(folder):
    shutil.move(folder / "run", folder / "moved")
    (folder / "new.csv").write_text("t;y\n" + "".join(f"{1900 + n};{0.1 * n}\n" for n in range(20)))
    done = predict(
        folder, "run=moved", "data.path=new.csv", "steps=0", "data.columns=y", "data.index=t", "data.delimiter=';'"
    )
    assert (done.returncode, done.stderr) == (0, "")
    table = rows(folder / "forecast.csv")
    assert list(table[0])[:3] == ["t", "x", "x_one_step"]
    assert (table[-1]["t"], table[-1]["x"], table[-1]["x_free_run"]) == ("1920", "", "")
    assert float(table[-1]["x_one_step"])


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("data.path=nope.csv", "Error: data.path=nope.csv cannot be read: No such file"),
        ("data.columns=y", "Error: data.columns names 'y', which is no column"),
        ("data.path=???", "Error: data.path is missing: say data.path="),
        ("run=elsewhere", "Error: run=elsewhere is neither a run folder nor the id of an MLflow run"),
        ("run=empty", "Error: empty holds no trained network"),
        ("run=0123456789abcdef0123456789abcdef", "Error: there is no MLflow store sqlite:///"),
        ("steps=-1", "Error: steps=-1 is not allowed: it should be greater than or equal to 0"),
        ("steps=many", "Error: steps='many' is not allowed: it should be a valid integer"),
        ("out=forecast.png", "Error: out=forecast.png must end in .csv"),
        ("out=new.csv", "Error: out=new.csv would overwrite data.path"),
        ("out=no/where.csv", "Error: the figure no/where.png cannot be written: No such file"),
        ("out=taken.csv", "Error: the forecast taken.csv cannot be written: Is a directory"),
        ("data.header=yes", "Error: data.header='yes' is not allowed"),
        ("stepps=3", "Error: Could not override 'stepps'."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2_and_leaves_nothing(override, says, folder):
    (folder / "empty").mkdir()
    (folder / "taken.csv").mkdir()
    before = files(folder)
    done = predict(folder, "run=run", "data.path=new.csv", override)
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert files(folder) == before


def test_a_refusal_leaves_even_an_empty_working_directory(folder):
    """Hydra takes the working directory for its output folder here; what is refused must not be tidied up with it."""
    (folder / "desk").mkdir()
    done = predict(folder / "desk", "run=../run", "data.path=../nope.csv")
    assert done.returncode == 2
    assert (folder / "desk").is_dir()


def test_help_is_a_page_with_examples(folder):
    done = predict(folder, "--help")
    assert done.returncode == 0
    assert "python scripts/predict.py run=outputs/DAY/TIME data.path=new.csv" in done.stdout
    assert "tracking:\n  uri: null" in done.stdout
    assert files(folder) == {"new.csv", "run/weights/kept.npz", "run/weights/model.json"}
