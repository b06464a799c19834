"""Free runs within a run: measured, said, drawn, recorded, and absent where they make no sense."""

import json
import logging

import numpy as np
import pytest

from rnn_lab import lab
from rnn_lab.evaluation import Forecaster
from rnn_lab.evaluation.free_run.metrics import nrmse_at
from rnn_lab.redraw import redraw
from rnn_lab.sequences import Henon
from rnn_lab.tracking import translation
from rnn_lab.tracking.journal import read

QUICK = ("model.hidden_dim=6", "trainer.epochs=3")
HENON = ("data=henon", "data.series.length=400", "data.test=0.1", "data.validation=0.2", "replicas=2")


def summary_of(folder):
    return json.loads((folder / "summary.json").read_text())


def test_a_run_measures_what_its_own_forecaster_does(composed, tmp_path, caplog):
    caplog.set_level(logging.INFO, "rnn_lab")
    options = ("evaluation.free_run.starts=3", "evaluation.free_run.steps=8")
    lab.run(composed(*HENON, *QUICK, *options), tmp_path)
    redraw(tmp_path)
    section = summary_of(tmp_path)["free_run"]
    assert {key: section[key] for key in ("split", "starts", "steps", "unit")} == {
        "split": "test", "starts": 3, "steps": 8, "unit": "Lyapunov times",
    }  # fmt: skip
    assert section["lyapunov"]["exponent"] == pytest.approx(0.4192, rel=0.01)
    series = Henon(length=400)(np.random.default_rng(0))[:, :1]
    firsts = [360, 376, 392]  # the last 40 of 400 rows are test targets, and the last run ends with the last of them
    observed, true = (np.stack([series[first + a : first + b] for first in firsts]) for a, b in ((-5, 0), (0, 8)))
    runs = Forecaster.load(tmp_path).free_runs(observed, 8)
    expected = nrmse_at(runs, true, series.std(axis=0), [1, 6]).mean(axis=0)
    assert list(section["network"]["nrmse"].values()) == pytest.approx(expected)
    facts = read(tmp_path)
    assert next(fact for fact in facts if fact["fact"] == "summary")["free_run"] == section
    assert facts[0]["config"]["evaluation"]["free_run"]["steps"] == 8
    drawn = [fact["file"] for fact in facts if fact["fact"] == "figure"]
    for name in ("free_run", "free_run_error", "free_run_states"):
        assert f"figures/{name}.png" in drawn
    said = " ".join(caplog.text.split())
    assert "from 3 test starts, 8 steps or 3.35 Lyapunov times each, " in said
    assert "NRMSE of the free runs after 1, 6 steps: " in said


@pytest.mark.parametrize(
    "overrides",
    [("evaluation.free_run=null",), ("data=narma10", "data.series.length=300"), ("data=henon", "data.target=y")],
    ids=["switched off", "an input that is not forecast", "a target that is not seen"],
)
def test_there_is_none(overrides, composed, tmp_path):
    lab.run(composed(*overrides, *QUICK), tmp_path)
    redraw(tmp_path)
    assert "free_run" not in summary_of(tmp_path)
    assert not list((tmp_path / "figures").glob("free_run*"))
    assert translation.free_run(summary_of(tmp_path)) == {}


def test_mlflow_gets_the_valid_times_and_errors(composed, tmp_path):
    lab.run(composed(*QUICK), tmp_path)
    metrics, section = translation.free_run(summary_of(tmp_path)), summary_of(tmp_path)["free_run"]
    assert metrics == {
        "scores_free_run/valid_time": section["network"]["valid_time"]["mean"],
        "scores_free_run/nrmse_1": section["network"]["nrmse"]["1"],
        "scores_free_run/nrmse_6": section["network"]["nrmse"]["6"],
        "scores_free_run/persistence_valid_time": section["rivals"]["persistence"]["valid_time"]["mean"],
        "scores_free_run/AR2_valid_time": 25.0,
        "scores_free_run/ESN6_valid_time": section["rivals"]["ESN6"]["valid_time"]["mean"],
    }
