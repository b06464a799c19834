"""Several targets in units of their own: each has its scores, and what compares them is without a unit."""

import json

import numpy as np
import pytest

from rnn_lab import baseline_scores, dataset, figures, lab, run_figures
from rnn_lab.experiment import build
from rnn_lab.network import Elman, Network
from rnn_lab.plots import plot_curves
from rnn_lab.training import Trainer, fit


@pytest.fixture
def table(tmp_path):
    n = np.arange(160)
    np.savetxt(tmp_path / "two.csv", np.column_stack([np.sin(n / 3), 1e6 * np.cos(n / 5)]), delimiter=",",
               header="close,volume", comments="")  # fmt: skip
    return f"data.path={tmp_path}/two.csv"


@pytest.fixture
def summary(table, composed, tmp_path):
    lab.run(composed("data=csv", table, "trainer.epochs=2", "model.hidden_dim=4", "replicas=2"), tmp_path / "run")
    return json.loads((tmp_path / "run" / "summary.json").read_text())


def test_the_order_is_by_scaled_errors(summary):
    assert summary["score"] == "nrmse"
    assert summary["columns"][0] == "nrmse"


def test_each_target_has_its_own_scores(summary):
    each = summary["each_target"]
    assert set(each) == {"close", "volume"}
    for column in ("train/rmse", "val/rmse"):
        for name in ("network", "persistence"):
            whole = summary["metrics"] if name == "network" else {
                f"{part}/{score}": value
                for part, split in (("train", "train"), ("val", "validation"))
                for score, value in summary["baselines"][split][name].items()
            }  # fmt: skip
            squares = [each[target][name][column] ** 2 for target in each]
            if name == "persistence":  # a mean over replicas is no root of a mean
                assert np.sqrt(np.mean(squares)) == pytest.approx(whole[column], rel=1e-10)
    assert each["close"]["persistence"]["val/rmse"] < 1
    assert each["volume"]["persistence"]["val/rmse"] > 1e4


def test_columns_of_one_unit_are_compared_by_their_rmse(composed, tmp_path):
    lab.run(composed("data=lorenz63", "data.series.length=300", "trainer.epochs=1", "model.hidden_dim=4"), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["score"] == "rmse"
    assert set(summary["each_target"]) == {"x", "y", "z"}


def test_its_curves_are_of_the_score_of_its_baselines(table, composed, tmp_path, monkeypatch):
    """An NRMSE of 0.3 beside an RMSE of 700,000 would beat every network."""
    config = composed("data=csv", table, "trainer.epochs=2", "model.hidden_dim=4")
    lab.run(config, tmp_path / "run")
    drawn = []
    monkeypatch.setattr(figures, "loss_curves", lambda *_, **options: drawn.append(options))
    run_figures._curves(tmp_path / "run", build(config).targets)
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert drawn[0]["score"] == "nrmse"
    assert drawn[0]["baselines"]["persistence"] == summary["baselines"]["validation"]["persistence"]["nrmse"]


def test_the_curves_of_a_script_are_of_the_score_of_its_baselines():
    n = np.arange(160)
    data = dataset(np.column_stack([np.sin(n / 3), 1e6 * np.cos(n / 5)]), window=6)
    state = fit(Network.for_data(data, Elman(hidden_dim=4)), data, Trainer(epochs=2))
    figure = plot_curves(state, baseline_scores(data, 4)["validation"])
    assert figure.axes[1].get_ylabel().startswith("NRMSE")
    assert figure.axes[1].get_legend().get_title().get_text() == "Validation NRMSE of"
