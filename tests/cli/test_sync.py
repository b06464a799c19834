"""scripts/sync.py as its user runs it."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.launch import Relay
from rnn_lab.tracking.relay_state import State
from tests.processes import python
from tests.tracking.fake_trainer import FakeTrainer

SYNC = Path(__file__).parents[2] / "scripts" / "sync.py"


def sync(cwd, *arguments):
    return python(SYNC, *arguments, cwd=cwd)


def test_folders_are_carried_to_the_store_of_the_working_directory(tmp_path, monkeypatch):
    """One is a copy, one is no run folder, and one is carried twice; the others do not suffer."""
    tmp_path /= "my runs, ü"
    FakeTrainer.run(tmp_path / "a", run="a" * 32)
    FakeTrainer.run(tmp_path / "b", run="b" * 32)
    shutil.copytree(tmp_path / "b", tmp_path / "copy")
    (tmp_path / "empty").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = sync(tmp_path / "elsewhere", *(tmp_path / name for name in ("a", "empty", "b", "copy")))
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}/empty is no run folder: there is no journal.jsonl in it.\n"
    lines = dict(line.split(": ") for line in done.stdout.splitlines())
    assert list(lines) == [str(tmp_path / name) for name in ("a", "b", "copy")]
    assert lines[str(tmp_path / "b")] == lines[str(tmp_path / "copy")]
    database = sqlite3.connect(tmp_path / "elsewhere" / "mlflow.db")
    assert database.execute("select status from runs").fetchall() == [("FINISHED",)] * 2
    database.close()
    State(state="unreachable").save(tmp_path / "a")
    (said,) = Relay(tmp_path / "a", os.getpid(), Tracking()).report(0)  # of a run that did not get there
    again = subprocess.run(
        said.partition("to carry it there later: ")[2], shell=True, cwd="/", capture_output=True, text=True
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"{tmp_path}/a: {lines[str(tmp_path / 'a')]}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "the following arguments are required: FOLDER"),
        (("run", "--urii=http://ada:s3cret@h"), "unrecognized arguments: --urii=http://ada:***@h"),
        (("run", "--uri", "mlruns"), "--uri mlruns must start with one of http"),
        (("nowhere",), "nowhere is no run folder: there is no journal.jsonl in it."),
        (("run", "--uri", "http://127.0.0.1:9"), "run is not in MLflow: http://127.0.0.1:9 does not answer"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, arguments, says):
    FakeTrainer.run(tmp_path / "run")
    done = sync(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run" / "mlflow.json").exists()
