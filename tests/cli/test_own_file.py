"""A file of one's own through the commands: what is typed is what is read, in training, resuming and forecasting."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.processes import python

SCRIPTS = Path(__file__).parents[2] / "scripts"
QUICK = (
    "tracking=off",
    "tracking.figures=false",
    "model.hidden_dim=3",
    "data.window=5",
    "trainer.batch_size=8",
    "trainer.checkpoint_seconds=0",
)


def command(script, folder, *arguments):
    return python(SCRIPTS / script, *arguments, cwd=folder)


@pytest.fixture
def trained(tmp_path):
    """A run of two epochs, ``run``, on a file and columns whose names mean something to Hydra."""
    cells = np.random.default_rng(0).normal(size=(60, 2)).cumsum(axis=0).round(3)
    lines = [f"{2000 + n};{a};{b}" for n, (a, b) in enumerate(cells)]
    (tmp_path / "Größen (1).csv").write_text("\n".join(["year;CO(GT);it's, open", *lines]) + "\n")
    done = command(
        "train.py", tmp_path, *QUICK, "data=csv", "data.path=Größen (1).csv", "data.columns=[CO(GT)]",
        "data.index=year", "data.delimiter=;", "trainer.epochs=2", "hydra.run.dir=run",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path, done.stdout


def test_the_first_lines_say_which_file_how_many_rows_and_which_columns(trained):
    _, said = trained
    assert said.splitlines()[1].strip() == "Größen (1).csv: 60 rows; inputs and targets CO(GT)"


def test_a_run_goes_on_from_a_moved_file_of_the_same_content_and_from_no_other(trained):
    folder, _ = trained
    (folder / "elsewhere").mkdir()
    moved = shutil.move(folder / "Größen (1).csv", folder / "elsewhere" / "b, c.csv")
    more = ("trainer.resume=run", "trainer.epochs=3", "data.path=elsewhere/b, c.csv", "hydra.run.dir=more")
    done = command("train.py", folder, *more)
    assert done.returncode == 0, done.stderr
    assert json.loads((folder / "more" / "summary.json").read_text())["epochs"] == 3
    assert "elsewhere/b, c.csv: 60 rows" in done.stdout
    moved.write_text(moved.read_text().replace("2001;", "2001;1", 1))
    done = command("train.py", folder, *more[:3], "hydra.run.dir=other")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (folder / "other" / "summary.json").exists()


def test_a_forecast_reads_the_columns_that_are_named(trained):
    folder, _ = trained
    done = command(
        "predict.py", folder, "run=run", "data.path=Größen (1).csv", "data.columns=[\"it's, open\"]", "steps=4",
        "out=a, [b].csv",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    header, *rows = (folder / "a, [b].csv").read_text().splitlines()
    assert header.startswith("year,CO(GT),")
    original = (folder / "Größen (1).csv").read_text().splitlines()[1].split(";")[2]
    assert float(rows[0].split(",")[1]) == float(original)
