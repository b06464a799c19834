"""The forecasting study: what it runs, what it scores, and that its page says what its rows say."""

import csv
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from experiments.evidence import fill
from experiments.forecasting import measure, reservoir, study
from experiments.forecasting.rows import Rows
from experiments.forecasting.tables import blocks
from experiments.runs import CONF, Run, run
from rnn_lab import lab
from rnn_lab.experiment import build
from rnn_lab.sequences import SeriesDataset, StreamDataset

HERE = Path(study.__file__).parent
README = (HERE / "README.md").read_text()
COMMANDS = re.findall(r"^    python scripts/train\.py (.*)$", README, re.M)
SMALL = ("trainer.epochs=1", "model.hidden_dim=4", "replicas=2")
SERIES = ("optimizer.iterations=3", "data.series.length=1500")


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(study.EVIDENCE)


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Run:
    overrides = [*measure.RUNS["Mackey-Glass"], *SMALL, *SERIES]
    return run(tmp_path_factory.mktemp("forecasting") / "run", overrides)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Run:
    short = ("data.train=3000", "data.validation=500", "data.test=500")
    return run(tmp_path_factory.mktemp("forecasting") / "run", [*measure.RUNS["text"], *SMALL, *short])


def built(*overrides: str) -> lab.Experiment:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return build(compose("config", [*overrides, "tracking=off"]))


@pytest.mark.parametrize("name", measure.RUNS)
def test_no_weights_are_chosen_and_there_is_a_test_split(name: str) -> None:
    experiment = built(*measure.RUNS[name])
    assert experiment.trainer.keep == "last"
    assert experiment.data.test is not None
    assert len(experiment.seeds) == 5


def test_every_command_of_the_page_is_a_run_of_the_study() -> None:
    assert len(COMMANDS) >= len(measure.RUNS)
    for command in COMMANDS:
        assert built(*shlex.split(command.partition("  #")[0])).trainer.keep == "last"


def test_scores_are_those_of_the_kept_weights_on_the_test_records(glass: Run) -> None:
    ends = measure.ends("Mackey-Glass", glass)
    assert [row["score"] for row in ends] == [r["metrics"]["test/nrmse"] for r in glass.summary["replicas"]]
    nmse = measure.TASKS["NARMA-10"].of({"nrmse": 0.2})
    assert nmse == pytest.approx(0.04)


def test_curves_end_where_the_summary_does(glass: Run, text: Run) -> None:
    for name, done, metric in (("Mackey-Glass", glass, "val/nrmse"), ("text", text, "val/bits")):
        last = measure.curve(name, done)[-1]
        expected = [replica["metrics"][metric] for replica in done.summary["replicas"]]
        assert [last["seed_0"], last["seed_1"]] == pytest.approx(expected, rel=1e-5)


def test_rivals_are_the_labs_own_on_both_splits(glass: Run) -> None:
    (rival,) = (row for row in measure.rivals("Mackey-Glass", glass) if row["name"] == "AR2")
    assert rival["val_score"] == glass.summary["baselines"]["validation"]["AR2"]["nrmse"]
    assert rival["score"] == glass.summary["baselines"]["test"]["AR2"]["nrmse"]


def test_longer_counts_go_on_where_the_labs_trigram_ends(text: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "ORDERS", (3, 4))
    trigram, longer = measure.counted(text)
    known = text.summary["baselines"]
    # The trigram's own counts begin two characters into the text, those of a model of four begin three into it.
    assert trigram["score"] == pytest.approx(known["test"]["trigram"]["bits"], rel=1e-3)
    assert trigram["val_score"] == pytest.approx(known["validation"]["trigram"]["bits"], rel=1e-3)
    assert longer["name"] == "4-gram"
    data = text.experiment.data
    assert isinstance(data, StreamDataset)
    assert measure.grams(data.validation, 4).shape == (data.validation.length, 4)


def test_free_runs_are_the_summarys(glass: Run) -> None:
    found = {row["name"]: row for row in measure.free(glass)}
    section = glass.summary["free_run"]
    assert found["network"]["nrmse_6"] == section["network"]["nrmse"]["6"]
    assert found["network"]["valid_time"] <= found["network"]["longest"]
    assert set(found) == {"network", *section["rivals"]}
    growth = measure.growth(glass)
    assert [row["step"] for row in growth] == section["growth_at"]
    assert growth[0]["persistence"] == pytest.approx(section["rivals"]["persistence"]["growth"][0], rel=1e-5)


@pytest.fixture(scope="module")
def driven() -> reservoir.Driven:
    overrides = (*measure.RUNS["Mackey-Glass"], *SERIES)
    data = built(*overrides).data
    assert isinstance(data, SeriesDataset)
    settings = reservoir.Settings(spectral_radius=0.9, input_scale=0.5, bias_scale=0.5, leak=0.5)
    return reservoir.Driven(data, settings, np.random.default_rng(0))


def test_a_driven_reservoir_forecasts_each_row_from_those_before_it(driven: reservoir.Driven) -> None:
    """Against the equations, step by step, and the series in its own units."""
    data, one = driven.data, driven.reservoir
    series, at = data.history(data.test)
    x = (data.input_scaler.apply(series) - driven.mean) / driven.deviation
    state = np.zeros(reservoir.UNITS)
    for row in range(at[3] + 1):
        if row == at[3]:
            forecast = driven.readout.predict(np.concatenate([state, x[row - 1]])[None])
        state = (1 - one.leak) * state + one.leak * np.tanh(x[row] @ one.W_xh + state @ one.W_hh + one.b_h)
    assert driven.readout.predict(driven.features[at[3] - data.train.at[0]][None]) == pytest.approx(forecast, rel=1e-9)
    assert np.asarray(data.test.Y)[3] == data.target_scaler.apply(series[at[3]][None])[0]
    assert driven.nrmse("test") < 0.05


def test_its_free_run_begins_with_its_forecast_and_goes_on_from_it(driven: reservoir.Driven) -> None:
    plan = built(*measure.RUNS["Mackey-Glass"], *SERIES).free_run
    assert plan is not None
    runs = driven.free_run(plan)
    true = plan.segment.stretches(plan.starts, 0, plan.steps)
    features = driven.features[plan.starts - driven.data.train.at[0]]
    np.testing.assert_allclose(runs[:, 0], driven.data.target_scaler.undo(driven.readout.predict(features)))
    deviation = plan.segment.series.std()
    assert np.abs(runs[:, 0] - true[:, 0]).max() < 0.1 * deviation
    assert np.sqrt(np.square(runs[:, 5] - true[:, 5]).mean()) < 0.2 * deviation


def test_committed_rows_hold_every_seed(rows: Rows) -> None:
    for name in measure.RUNS:
        np.testing.assert_array_equal(rows.ends(name, "seed"), range(5))
        assert rows.curve(name)[1].shape[1] == 5
        assert len(rows.driven(name)) == (0 if name == "text" else 5)


def test_findings_of_the_page_hold_in_the_committed_rows(rows: Rows) -> None:
    """A rerun that loses one of these has lost a finding."""
    assert rows.ends("Mackey-Glass").max() <= 1e-3
    assert rows.free["network"]["valid_time"] > 5 * rows.free[rows.largest("Mackey-Glass", "AR")]["valid_time"]
    assert rows.ends("NARMA-10").max() <= 0.04
    assert rows.ends("text").max() < rows.rivals["text"]["trigram"]


def test_committed_tables_are_what_the_committed_rows_give(rows: Rows) -> None:
    parts = blocks(rows)
    assert fill(README, parts) == README
    assert (study.EVIDENCE / "table.md").read_text() == "\n\n".join(parts.values()) + "\n"


def test_the_table_says_what_the_rows_say(rows: Rows) -> None:
    """Against the CSV read anew, without the study's own reader."""
    with (study.EVIDENCE / "runs.csv").open() as file:
        found = [float(row["score"]) for row in csv.DictReader(file) if row["task"] == "NARMA-10"]
    line = next(line for line in blocks(rows)["seeds"].splitlines() if line.startswith("| NARMA-10"))
    assert [float(cell) for cell in line.split("|")[2:-1]] == pytest.approx(found, rel=5e-3)


def test_report_writes_the_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(HERE / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("*.png"))
    (tmp_path / "README.md").write_text(re.sub(r"\*\*Text:\*\* \d", "**Text:** 9", README))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == README
    assert (tmp_path / "evidence" / "forecasts.png").read_bytes().startswith(b"\x89PNG")
