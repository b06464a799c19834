"""The study of a sweep across sequences: its measures on cases that are known, and its paper from its rows."""

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from experiments.evidence import fill
from experiments.runs import CONF
from experiments.sweep_across_sequences import importances, memory, study
from experiments.sweep_across_sequences.design import DEFAULT, KEYS, POOLED, SAMPLERS, SEQUENCES, WHERE, Design
from experiments.sweep_across_sequences.measure import measure
from experiments.sweep_across_sequences.rows import Rows
from experiments.sweep_across_sequences.tables import blocks, confirmed, gains, shortest, verdicts
from rnn_lab.experiment import build

HERE = Path(study.__file__).parent
FIGURES = {"importances.png", "importances_near_best.png", "truncation.png", "gains.png", "progress.png"}


@pytest.fixture(scope="module")
def rows():
    return Rows(study.EVIDENCE)


def built(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return build(compose("config", [*overrides, "tracking=off"]))


def test_every_series_in_windows_but_ones_own_file_takes_part():
    kinds = {path.stem: OmegaConf.load(path)["_target_"] for path in (CONF / "data").glob("*.yaml")}
    assert set(SEQUENCES) == {name for name, kind in kinds.items() if kind == "rnn_lab.sequences.Generated"} | {
        "sunspots"
    }


def test_every_run_has_a_split_on_which_nothing_is_chosen(rows):
    assert (rows.numbers("test") >= 30).all()
    assert built(*Design().overrides("sine")).trainer.keep == "best"


def test_the_searched_keys_are_those_of_the_default_search():
    config = OmegaConf.load(CONF / "search" / "default.yaml")
    assert set(config.hydra.sweeper.params) == set(KEYS.values())


@pytest.mark.parametrize(("name", "rows"), [("sine", 2), ("logistic", 1), ("henon", 2), ("square", 10)])
def test_memory_is_what_the_equation_says(name, rows):
    """x_n = 2 cos(1) x_{n-1} - x_{n-2}; r x (1 - x); 1 - a x_{n-1}^2 + b x_{n-2}; half a period of 20."""
    dataset = built(*Design().overrides(name)).data
    assert memory.enough(range(1, dataset.window + 1), list(memory.errors(dataset))) == rows


def test_the_parameter_on_which_the_value_depends_comes_first(monkeypatch):
    monkeypatch.setattr(importances, "SHUFFLES", 20)
    rng = np.random.default_rng(0)
    trials = [
        {
            "sequence": "toy",
            "learning_rate": float(10 ** rng.uniform(-4, -1)),
            "hidden_dim": int(rng.integers(8, 129)),
            "bptt_truncate": int(rng.integers(1, 21)),
        }
        for _ in range(60)
    ]
    for trial in trials:
        trial["val_rmse"] = (np.log10(trial["learning_rate"]) + 2) ** 2
    found = importances.rows("toy", [*trials, trials[0]])
    for where in WHERE:
        by = {row["parameter"]: row for row in found if row["where"] == where}
        assert by["learning_rate"]["first"] == 1.0
        assert by["learning_rate"]["importance"] > by["learning_rate"]["by_chance"]
        assert by["hidden_dim"]["high"] < by["learning_rate"]["low"]


def test_a_setting_that_both_samplers_tried_counts_once_and_few_trials_tell_nothing():
    trial = {"sequence": "toy", "learning_rate": 0.01, "hidden_dim": 8, "bptt_truncate": 3, "val_rmse": 1.0}
    known = importances.pooled([trial, dict(trial), trial | {"hidden_dim": 9}, trial | {"val_rmse": None}])
    assert len(known.values) == 2
    assert importances.rows("toy", [trial, trial | {"hidden_dim": 9, "val_rmse": 2.0}]) == []


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The whole study in small: one sequence, as few trials as pay for a confirmation."""
    design = Design(
        sequences=("sunspots",), trials=6, confirm=2, seeds=3, ks=(1,), scan_seeds=2, more=("trainer.epochs=1",)
    )
    folder = tmp_path_factory.mktemp("study")
    return folder, design, measure(folder, design)


def test_the_trials_are_the_sweeps(small):
    _, _, tables = small
    assert Counter(row["sampler"] for row in tables["trials"]) == {"random": 6, "tpe": 6}
    assert all(1 <= row["bptt_truncate"] <= 12 and 8 <= row["hidden_dim"] <= 128 for row in tables["trials"])


def test_what_is_compared_is_what_fresh_seeds_confirmed_trained_from_others(small):
    folder, _, tables = small
    assert [(row["sampler"], row["fresh_seeds"]) for row in tables["winners"]] == [("random", 2), ("tpe", 2)]
    for row in tables["winners"]:
        trial = tables["trials"][6 * SAMPLERS.index(row["sampler"]) + row["trial"]]
        assert [trial[key] for key in KEYS] == [row[key] for key in KEYS]
        assert trial["val_rmse"] == row["reported"]
        (confirmed,) = (folder / "sweeps" / f"sunspots-{row['sampler']}").glob("confirmation/*/summary.json")
        fresh = [each["metrics"]["val/rmse"] for each in json.loads(confirmed.read_text())["replicas"]]
        assert row["confirmed"] == pytest.approx(np.mean(fresh), rel=1e-12)
        finals = [each for each in tables["finals"] if each["configuration"] == row["sampler"]]
        assert [each["seed"] for each in finals] == [100, 101, 102]
        assert all(each[key] == row[key] for each in finals for key in KEYS)
    names = Counter(row["configuration"] for row in tables["finals"])
    assert names == {DEFAULT: 3, **dict.fromkeys(SAMPLERS, 3), f"{POOLED} 1": 2, f"{POOLED} 12": 2}


def test_what_is_done_is_not_done_again(small):
    folder, design, tables = small
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("summary.json")}
    (unfinished,) = folder.glob("runs/*/default")
    (unfinished / "summary.json").unlink()  # as when it was killed in between
    assert measure(folder, design) == tables
    changed = [path.parent for path, time in times.items() if path.stat().st_mtime_ns != time]
    assert changed == [unfinished]


def test_committed_rows_hold_every_trial_and_every_seed(rows):
    assert set(rows.sequences) == set(SEQUENCES)
    with (study.EVIDENCE / "trials.csv").open() as file:
        counts = Counter((row["sequence"], row["sampler"]) for row in csv.DictReader(file))
    assert counts == {(name, sampler): Design().trials for name in SEQUENCES for sampler in SAMPLERS}
    for configuration in (DEFAULT, *SAMPLERS):
        assert {len(each) for each in rows.finals(configuration)} == {Design().seeds}
    for name in rows.sequences:
        assert max(rows.scan(name)) == int(rows.sequence("window")[name])
    for where in WHERE:
        assert rows.importance(where, "hidden_dim", "importance").shape == (len(SEQUENCES),)


def test_committed_tables_are_what_the_committed_rows_give(rows):
    parts = blocks(rows)
    readme = (HERE / "README.md").read_text()
    assert fill(readme, parts) == readme
    assert (study.EVIDENCE / "table.md").read_text() == "\n\n".join(parts.values()) + "\n"


def test_tables_say_what_the_rows_say(rows):
    """Against the CSVs read anew, without the study's own reader."""

    def read(name, **wanted):
        with (study.EVIDENCE / f"{name}.csv").open() as file:
            return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]

    finals = {what: read("finals", configuration=what) for what in (DEFAULT, "tpe")}
    said = verdicts(rows, "tpe", DEFAULT)
    for name in SEQUENCES:
        ours, theirs = (
            sorted(float(row["test_rmse"]) for row in finals[what] if row["sequence"] == name)
            for what in ("tpe", DEFAULT)
        )
        if ours[-1] < theirs[0]:
            assert said[name] == "lower"  # all below all
        if theirs[-1] < ours[0]:
            assert said[name] == "higher"
    middle = np.median([float(row["test_rmse"]) for row in finals[DEFAULT] if row["sequence"] == "sine"])
    line = next(line for line in gains(rows).splitlines() if line.startswith("| sine |"))
    assert float(re.split(r"[ |]+", line)[2]) == pytest.approx(middle, rel=5e-3)

    winner = read("winners", sampler="tpe", sequence="sine")[0]
    more = [float(row["val_rmse"]) for row in finals["tpe"] if row["sequence"] == "sine" and int(row["seed"]) < 120]
    assert len(more) == 20
    line = next(line for line in confirmed(rows).splitlines() if line.startswith("| sine |"))
    expected = [float(winner["reported"]) / np.median(more), float(winner["confirmed"]) / np.median(more)]
    assert [float(cell) for cell in line.split("|")[-3:-1]] == pytest.approx(expected, rel=5e-3)


def test_the_shortest_k_that_does_is_within_a_tenth_of_the_best(rows):
    for name, k in shortest(rows).items():
        scan = rows.scan(name)
        limit = max(1.1 * min(scan.values()), 0.01)
        assert scan[k] <= limit
        assert all(error > limit for shorter, error in scan.items() if shorter < k)


def test_report_writes_the_page_anew(tmp_path, monkeypatch):
    shutil.copytree(study.EVIDENCE, tmp_path / "evidence", ignore=shutil.ignore_patterns("*.png"))
    page = (HERE / "README.md").read_text()
    (tmp_path / "README.md").write_text(page.replace("Rank correlation", "Correlation"))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == page
    assert {path.name for path in (tmp_path / "evidence").glob("*.png")} == FIGURES
