"""The truncation study: what it runs, what it measures, and that its page says what its rows say."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.runs import composed
from experiments.truncation import design, findings, measure, study
from experiments.truncation.costs import exponent
from experiments.truncation.design import FULL, LONGEST, REDUCED, Cell
from experiments.truncation.rows import Rows, known
from experiments.truncation.tables import reduced
from rnn_lab.experiment import build
from rnn_lab.network import Parameters
from rnn_lab.rules import BPTT, Readout

HERE = Path(study.__file__).parent
README = (HERE / "README.md").read_text()


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(study.EVIDENCE)


def test_cells_are_each_a_run_with_exact_truncation_and_the_axes_of_the_question() -> None:
    for size in (REDUCED, FULL):
        cells = list(size.cells())
        assert len(set(cells)) == len(cells)
        assert {0, LONGEST} <= {cell.k for cell in cells}
        assert len({cell.gain for cell in cells if cell.part == "reach"}) > 2
        assert all(len(cell.rates) >= size.rates for cell in cells)
        assert not set(size.tuning) & set(size.fresh)
    assert {cell.optimizer for cell in FULL.cells()} == {"adam", "rmsprop", "sgd"}
    assert {cell.how for cell in FULL.cells()} >= set(design.RULES)
    small = ["data.length=3000", "data.train=2000", "data.validation=500", "data.test=500"]
    for how, kind in (("k = 0", Readout), ("k = 5", BPTT)):
        built = build(composed([*Cell("reach", "lags 3, 8", 0.1, 8, how).overrides, *small]))
        assert isinstance(built.rule, kind)
        assert (built.trainer.bptt_stride, built.trainer.keep) == (1, "last")
        assert (built.network.model.gain, built.network.model.hidden_dim) == (0.1, 8)
    windowed = build(composed(Cell("reach", "recall of 5", 0.3, 8, "k = 5").overrides))
    assert windowed.data.window == 15


def test_a_cell_is_tuned_on_validation_and_reported_on_fresh_seeds(tmp_path: Path) -> None:
    """Small, and against losses computed here; done cells are not done again."""
    size = replace(REDUCED, epochs=1, rates=2, fresh=range(7, 9))
    cell = Cell(
        "reach",
        "lags 1, 4",
        0.3,
        4,
        "k = 0",
        extra=("data.length=6000", "data.train=2000", "data.validation=2000", "data.test=2000"),
    )
    found = measure.rows_of(tmp_path, cell, size)
    best = min(found["rates"], key=lambda row: row["loss"])
    assert [row["rate"] for row in found["rates"]] == [0.06, 0.2]
    assert [(row["seed"], row["rate"]) for row in found["runs"]] == [(7, best["rate"]), (8, best["rate"])]
    assert all(row["bias"] == 1.0 and np.isnan(row["cosine"]) and row["rank"] == 0 for row in found["runs"])
    assert {row["when"] for row in found["lags"]} == {"first", "last"}

    config = composed(cell.overrides)
    done = measure.carry_out(tmp_path, config, best["rate"], size.fresh, 1, watched=False)
    data, network = done.experiment.data, done.experiment.network
    X, _ = data.test.read(np.zeros(1, int), 1800)
    network = replace(network, window=1800)
    parameters = Parameters.load(done.folder / "weights" / "kept.npz")
    logits = network.predict(parameters, X.swapaxes(0, 1)).astype(float)[:, 0, 20:]
    q = np.exp(logits[..., 1]) / np.exp(logits).sum(axis=-1)
    bits = X[:, 0, 1]
    p = 0.5 + 0.5 * bits[19:-1] - 0.25 * bits[16:-4]
    entropy = -sum(x * np.log(np.where(x > 0, x, 1)) for x in (p, 1 - p))
    apart = -(p * np.log(q) + (1 - p) * np.log(1 - q)) - entropy
    expected = known(cell.task)["both lags"] + apart.mean(axis=1)
    np.testing.assert_allclose(
        [row["loss"] for row in found["runs"]], expected, rtol=2e-3
    )  # lanes leave other rows out

    unfinished = tmp_path / "evidence" / "unfinished.jsonl"
    measure.keep(unfinished, size, cell, found)
    again = measure.read_kept(unfinished, size)[repr(cell)]
    assert json.dumps(again) == json.dumps(found)
    assert measure.read_kept(unfinished, REDUCED) == {}


def test_committed_rows_hold_every_cell_and_seed(rows: Rows) -> None:
    with (study.EVIDENCE / "runs.csv").open() as file:
        given = [
            (r["part"], r["task"], float(r["gain"]), int(r["H"]), r["how"], r["optimizer"], int(r["seed"]))
            for r in csv.DictReader(file)
        ]
    wanted = [
        (c.part, c.task, c.gain, c.hidden_dim, c.how, c.optimizer, seed) for c in FULL.cells() for seed in FULL.fresh
    ]
    assert sorted(given) == sorted(wanted)


def test_findings_follow_from_the_rows(rows: Rows) -> None:
    for setting in rows.settings("reach"):
        shares = rows.shares(setting)
        if setting.task.startswith("lags"):
            nats = known(setting.task)
            losses = rows.values(setting, "k = 0")
            expected = (nats["no memory"] - losses) / (nats["no memory"] - nats["both lags"])
            np.testing.assert_allclose(shares[0], expected, rtol=1e-12)
        for r, k in enumerate(findings.starts(rows, setting)):
            credit = dict(zip(rows.ks(setting), shares[:, r] - shares[0, r], strict=True))
            assert credit[int(k)] >= credit[LONGEST] / 2
            assert all(credit[j] < credit[LONGEST] / 2 for j in rows.ks(setting) if 0 < j < k)
    assert findings.rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx((-1.0, 2 / 24))
    # Ranks 1, 2, 3, 4 and 1.5, 1.5, 3, 4: r = 4.5 / sqrt(5 * 4.5); orders with as large an |r|: 2 of 12, and mirrored.
    assert findings.rank_correlation([1, 2, 3, 4], [5, 5, 6, 9]) == pytest.approx((0.9**0.5, 2 / 12))
    assert np.isnan(findings.rank_correlation([1, 1, 1], [1, 2, 3])).all()
    assert exponent({2: 3.0, 4: 24.0}) == pytest.approx(3.0)


def test_the_full_design_fits_two_hours_on_two_cores_and_the_reduced_one_ten_minutes(rows: Rows) -> None:
    assert rows.seconds / 2 < 2 * 3600
    assert reduced(rows) < 600


def test_report_makes_the_committed_page_tables_and_figures_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(study.EVIDENCE, tmp_path / "evidence", ignore=shutil.ignore_patterns("*.png", "table.md"))
    (tmp_path / "README.md").write_text(README.replace("Memory that nobody taught", "No memory"))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == README
    assert (tmp_path / "evidence" / "table.md").read_text() == (HERE / "evidence" / "table.md").read_text()
    assert {path.name for path in (tmp_path / "evidence").glob("*.png")} == {"reach.png", "lags.png", "rules.png"}
