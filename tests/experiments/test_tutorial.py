"""Experiment zero: the recipe gives the published log, and the paper says what its rows say."""

import csv
import doctest
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from experiments.evidence import fill
from experiments.runs import CONF, Run, run
from experiments.tutorial import loops, measure, nudged, study
from experiments.tutorial.rows import Rows
from experiments.tutorial.tables import blocks
from rnn_lab.experiment import build
from rnn_lab.scoring import evaluate

HERE = Path(study.__file__).parent
PUBLISHED = np.loadtxt(HERE / "published.csv", delimiter=",", skiprows=1)  # epoch, train, validation
PRINTED = 5e-9  # half a unit of the last printed digit


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The recipe as far as the tutorial's fifth epoch, which is before the fifth pass."""
    return run(tmp_path_factory.mktemp("tutorial") / "run", ["study=tutorial", "trainer.epochs=4"])


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(study.EVIDENCE)


def test_recipe_gives_the_published_losses_to_every_printed_digit(five: Run) -> None:
    np.testing.assert_allclose(five.curve("train/loss")[:, 0] * 100, PUBLISHED[:5, 1], rtol=0, atol=PRINTED)
    np.testing.assert_allclose(five.curve("val/loss")[:, 0] * 50, PUBLISHED[:5, 2], rtol=0, atol=PRINTED)


def test_both_forward_passes_are_those_of_the_loops(five: Run) -> None:
    """The loops share no code with the lab; four passes are before chaos sets in."""
    X, Y, X_val, Y_val = loops.records()
    U, W, V = loops.weights(seed=42)
    for _ in range(2):
        for x, y in zip(X, Y, strict=True):
            loops.update(U, W, V, x, y)
    parameters = dict(five.weights())[2]
    np.testing.assert_allclose(parameters["W_xh"][0, :, 0].T, U, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parameters["W_hh"][0].T, W, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parameters["W_hy"][0].T, V, rtol=0, atol=1e-12)

    found = evaluate(five.experiment.network, parameters, five.experiment.data)
    full_window = np.sqrt(np.mean((loops.predictions(U, W, V, X_val) - Y_val) ** 2))
    trained = np.sqrt(2 * loops.loss(U, W, V, X_val, Y_val) / 50)
    np.testing.assert_allclose(five.curve("val/rmse_full_window")[2], [full_window], rtol=1e-12)
    np.testing.assert_allclose(found["val/rmse"], [trained], rtol=1e-12)


def test_each_units_weights_move_by_one_number(five: Run) -> None:
    """As the paper says: 15,000 weights, 200 numbers."""
    weights = dict(five.weights())
    for name, units in (("W_xh", weights[0]["W_xh"][0, :, 0]), ("W_hh", weights[0]["W_hh"][0])):
        moved = weights[4][name][0].reshape(units.shape) - units
        assert np.ptp(moved, axis=0).max() < 1e-13
        assert np.abs(moved).max() > 1e-4


def test_first_weights_have_no_gradient_at_all(five: Run) -> None:
    first = dict(five.weights())[0]
    row = measure.anatomy(five.experiment.network, five.experiment.data, 0, first)
    assert row["largest_gradient"] == 0.0
    assert row["state_sd"] == 0.0
    assert row["countdown"] == pytest.approx(PUBLISHED[0, 1], abs=PRINTED)


def test_nudged_weights_are_the_published_ones_but_for_rounding(five: Run) -> None:
    model = nudged.Nudged(hidden_dim=100, activation="sigmoid", encoding="positional", bias=False)
    shapes = five.experiment.network.shapes
    exact = five.experiment.network.model.initial(42, shapes)
    first, second = model.initial(0, shapes), model.initial(1, shapes)
    for name, w in exact.items():
        np.testing.assert_allclose(first[name], w, rtol=1.2e-15, atol=0)
        assert (first[name] != w).any()
        assert (first[name] != second[name]).any()


def test_nudged_runs_are_runs_of_the_lab(tmp_path: Path) -> None:
    done = run(tmp_path / "run", [*measure.NUDGED, "seed=0", "replicas=2", "trainer.epochs=1"])
    np.testing.assert_allclose(done.curve("train/loss") * 100, np.tile(PUBLISHED[:2, 1:2], 2), rtol=1e-12)
    assert all(row["val_rmse_full_window"] > 0 for row in done.rows("nudged"))


def test_every_run_of_the_study_is_composed_and_built() -> None:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for overrides in measure.RUNS.values():
            experiment = build(compose("config", [*overrides, "tracking=off"]))
            assert experiment.trainer.keep == "last"


def test_committed_rows_hold_the_published_epochs() -> None:
    with (study.EVIDENCE / "losses.csv").open() as file:
        cells = [row for row in csv.DictReader(file) if row["run"] == "published" and int(row["epoch"]) <= 5]
    found = np.array([[float(row["train_loss"]), float(row["val_loss"])] for row in cells])
    np.testing.assert_allclose(found, PUBLISHED[:5, 1:], rtol=0, atol=PRINTED)


def test_committed_rows_hold_every_seed(rows: Rows) -> None:
    seeds = {"published": 1, "nudged": 32, "other seeds": 20}
    assert {name: len(rows.run(name)) for name in measure.RUNS} == {name: seeds.get(name, 10) for name in measure.RUNS}


def test_committed_tables_are_what_the_committed_rows_give(rows: Rows) -> None:
    parts = blocks(rows)
    readme = (HERE / "README.md").read_text()
    assert fill(readme, parts) == readme
    assert (study.EVIDENCE / "table.md").read_text() == "\n\n".join(parts.values()) + "\n"


def test_tables_say_what_the_rows_say(rows: Rows) -> None:
    """Against the CSV read anew, without the study's own reader."""
    with (study.EVIDENCE / "runs.csv").open() as file:
        values = sorted(float(row["val_rmse"]) for row in csv.DictReader(file) if row["run"] == "the lab's default")
    median = (values[4] + values[5]) / 2
    line = next(line for line in blocks(rows)["ladder"].splitlines() if "| the lab's default network |" in line)
    found = re.fullmatch(r"\| .* \| 2,500 \| (\S+) \((\S+) to (\S+)\) \|", line)
    assert found is not None
    assert [float(text) for text in found.groups()] == pytest.approx([median, values[0], values[-1]], rel=5e-3)


def test_report_writes_the_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(HERE / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("*.png"))
    shutil.copy(HERE / "published.csv", tmp_path)
    page = (HERE / "README.md").read_text()
    (tmp_path / "README.md").write_text(re.sub("0[.]127 is one draw", "0.5 is one draw", page))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == page
    for name in ("reproduction.png", "ladder.png", "truncation.png"):
        assert (tmp_path / "evidence" / name).read_bytes().startswith(b"\x89PNG")
        assert (HERE / "evidence" / name).is_file()


def test_examples() -> None:
    assert doctest.testmod(nudged).failed == 0
    assert doctest.testmod(nudged).attempted > 0
