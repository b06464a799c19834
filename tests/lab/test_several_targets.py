"""Several targets in units of their own: each has its scores, and what compares them is without a unit."""

import json

import numpy as np
import pytest

from rnn_lab import baseline_scores, dataset, figures, lab, run_figures, terminal
from rnn_lab.experiment import build
from rnn_lab.network import Elman, Network
from rnn_lab.plots import plot_curves
from rnn_lab.tracking import note, translation
from rnn_lab.tracking.journal import read
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


def test_no_sum_over_units_is_shown(table, composed, tmp_path):
    """The journal keeps it, for an objective that somebody names; what people read has each target's own."""
    lab.run(composed("data=csv", table, "trainer.epochs=1", "model.hidden_dim=4"), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert (summary["columns"], summary["pooled"]) == (["nrmse"], ["rmse", "mae"])
    lines = terminal.results(summary)
    shown = "\n".join(lines)
    assert "val/nrmse" in shown
    assert "The targets have different units: errors in those are of each target alone." in lines
    own = {target: found["network"]["val/rmse"] for target, found in summary["each_target"].items()}
    assert [f"{target}: val/rmse {value:.4g};" in shown for target, value in own.items()] == [True, True]
    facts = {fact["fact"]: fact for fact in read(tmp_path)}
    page = note.write(facts, [], "FINISHED", "all epochs are done")
    assert f"| close | {own['close']:.4g} |" in page
    best, score = min((value["nrmse"], name) for name, value in summary["baselines"]["validation"].items())[::-1]
    assert translation.best_baseline(facts["baselines"]) == f"{best} {score:.4g}"
    sent = translation.epoch(facts["epoch"], pooled=facts["baselines"]["pooled"])
    sent |= translation.final(summary) | translation.baselines(facts["baselines"])
    sent |= translation.line_to_beat(facts["baselines"])
    assert {"nrmse/val", "scores/val_nrmse", "scores_baselines/AR1_val_nrmse", "nrmse/baseline"} <= set(sent)
    for pooled in (f"{summary['metrics']['val/rmse']:.4g}", f"{summary['metrics']['val/mae']:.4g}"):
        assert pooled not in shown + page
    assert not any("rmse" in name.replace("nrmse", "") or "mae" in name for name in sent)
