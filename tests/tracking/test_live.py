"""A run in training is seen in MLflow, its link is printed meanwhile, and its death is told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay import KILLED
from rnn_lab.tracking.relay_state import State
from tests.tracking.test_relay import Remembered, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),  # mlflow's store
]

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"


@pytest.fixture
def training(tmp_path, store):
    """A trainer that goes on for ever, with what it prints."""
    command = [sys.executable, TRAIN, "trainer.epochs=1000000", f"tracking.uri='{store}'", "hydra.run.dir=run"]
    with (
        open(tmp_path / "printed", "w") as printed,
        subprocess.Popen(command, cwd=tmp_path, stdout=printed, stderr=printed) as process,
    ):
        yield process
        process.kill()


def test_a_run_is_seen_live_and_its_death_is_told_within_seconds(training, tmp_path, store):
    link = until(lambda: [line for line in (tmp_path / "printed").read_text().splitlines() if "MLflow: " in line], 300)
    said = State.load(tmp_path / "run")
    assert link == [f"MLflow: {said.link}"]
    until(lambda: len(Remembered(store, said.run_id).curve("loss/val")) > 2)
    assert training.poll() is None
    assert read(tmp_path / "run")[-1]["fact"] != "end"

    os.kill(training.pid, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: Remembered(store, said.run_id).run.info.status == "KILLED")
    assert time.monotonic() - killed < 10
    assert Remembered(store, said.run_id).run.data.tags["rnn_lab.reason"] == KILLED
    until(lambda: State.load(tmp_path / "run").state == "done")


def test_a_request_to_terminate_reaches_mlflow_with_its_reason(training, tmp_path, store):
    said = until(lambda: State.load(tmp_path / "run"), 300)
    training.send_signal(signal.SIGTERM)
    assert training.wait(60) == 143
    until(lambda: State.load(tmp_path / "run").state == "done")
    run = Remembered(store, said.run_id).run
    assert (run.info.status, run.data.tags["rnn_lab.reason"]) == ("KILLED", "terminated")
    assert "trainer.resume=" in (tmp_path / "printed").read_text()
