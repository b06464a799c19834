"""A run's bits: the same whatever number of threads, locale, order of hashing or working directory a machine has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_lab.training import TrainingState

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
QUICK = ("tracking=off", "tracking.figures=false", "model=lstm", "model.hidden_dim=5", "trainer.epochs=2", "replicas=2")


def bits(folder, **environment):
    """What a run in a folder computed, and the line about threads that it printed, if it did."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, str(TRAIN), *QUICK, "hydra.run.dir=run"],
        cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    state, _ = TrainingState.load(folder / "run" / "weights" / "checkpoint.npz")
    summary = json.loads((folder / "run" / "summary.json").read_text())
    return state.parameters.flat.tobytes(), summary["metrics"], [n for n in done.stdout.splitlines() if "threads " in n]


@pytest.mark.slow
def test_threads_locale_hashing_and_folder_change_nothing_unsaid(tmp_path):
    weights, metrics, said = bits(tmp_path / "a", PYTHONHASHSEED="1", LC_ALL="C")
    assert said == []
    other = {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "2", "LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8"}
    again, scores, said = bits(tmp_path / "another folder, ü", **other)
    assert (again, scores) == (weights, metrics)  # so small a network takes one thread, but that is no promise
    assert len(said) == 1
    assert "OMP_NUM_THREADS=2: the last bits may differ" in said[0]
