"""Runs of a study are the lab's own."""

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.runs import Run, run, several
from rnn_lab.errors import BadInput


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    overrides = ["data=sine", "model.hidden_dim=4", "trainer.epochs=3", "replicas=2", "seed=5", "trainer.keep=last"]
    return run(tmp_path_factory.mktemp("study") / "run", overrides)


def test_rows_say_what_the_summary_says(small: Run) -> None:
    summary = json.loads((small.folder / "summary.json").read_text())
    rows = small.rows("name")
    assert [row["seed"] for row in rows] == [5, 6]
    assert [row["val_rmse"] for row in rows] == [replica["metrics"]["val/rmse"] for replica in summary["replicas"]]
    assert {row["records_seen"] for row in rows} == {300}
    assert {row["k"] for row in rows} == {50}
    assert {row["run"] for row in rows} == {"name"}


def test_curve_ends_where_the_summary_does(small: Run) -> None:
    curve = small.curve("val/rmse")
    assert curve.shape == (4, 2)
    np.testing.assert_allclose(curve[-1], [row["val_rmse"] for row in small.rows("")], rtol=1e-12)


def test_weights_are_those_of_each_epoch(small: Run) -> None:
    weights = dict(small.weights())
    assert list(weights) == [0, 1, 2, 3]
    initial = small.experiment.network.initial([5, 6])
    np.testing.assert_array_equal(weights[0].flat, initial.flat)


def test_nothing_of_mlflow_and_no_figure(small: Run) -> None:
    assert not list(small.folder.glob("figures/*.png"))
    assert not any(fact["fact"] == "figure" for fact in small.facts)


def test_a_run_that_diverges_is_a_result(tmp_path: Path) -> None:
    overrides = ["data=sine", "model.hidden_dim=4", "trainer.epochs=3", "model.activation=identity", "optimizer=sgd"]
    (row,) = run(tmp_path / "run", [*overrides, "optimizer.learning_rate=1e6"]).rows("blown up")
    assert row["diverged"] is True


def test_runs_beside_each_other_are_those_that_each_would_be_alone(small: Run, tmp_path: Path) -> None:
    same = ["data=sine", "model.hidden_dim=4", "trainer.epochs=3", "replicas=2", "seed=5", "trainer.keep=last"]
    runs = several(tmp_path, {"same": same, "shorter": [*same[:2], "trainer.epochs=1"]}, at_once=2)
    assert list(runs) == ["same", "shorter"]
    np.testing.assert_array_equal(runs["same"].curve("val/rmse"), small.curve("val/rmse"))
    assert len(runs["shorter"].curve("val/rmse")) == 2


def test_after_a_run_that_is_refused_no_other_begins(tmp_path: Path) -> None:
    refused = ["data=adding", "trainer.bptt_stride=9", "trainer.bptt_truncate=5"]
    with pytest.raises(BadInput, match="bptt_stride"):
        several(tmp_path, {f"{number}": refused for number in range(9)}, at_once=1)
    assert len(list(tmp_path.iterdir())) < 9
