"""The study of a sweep across sequences: its measures on cases that are known, and its paper from its rows."""

import csv
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
from experiments.sweep_across_sequences.design import DEFAULT, KEYS, POOLED, SAMPLERS, SEQUENCES, Design
from experiments.sweep_across_sequences.measure import measure
from experiments.sweep_across_sequences.rows import Rows
from experiments.sweep_across_sequences.tables import blocks, shortest, verdicts
from rnn_lab.experiment import build

HERE = Path(study.__file__).parent
FIGURES = {"importances.png", "truncation.png", "gains.png", "progress.png"}


@pytest.fixture(scope="module")
def rows():
    return Rows(study.EVIDENCE)


def built(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return build(compose("config", [*overrides, "tracking=off"]))


def test_every_series_in_windows_but_ones_own_file_takes_part():
    kinds = {path.stem: OmegaConf.load(path)["_target_"] for path in (CONF / "data").glob("*.yaml")}
    windowed = {"rnn_lab.sequences.Generated", "rnn_lab.sequences.Sunspots"}
    assert set(SEQUENCES) == {name for name, kind in kinds.items() if kind in windowed}


def test_every_run_has_a_split_on_which_nothing_is_chosen(rows):
    assert (rows.numbers("test") >= 30).all()


def test_the_searched_keys_are_those_of_the_default_search():
    config = OmegaConf.load(CONF / "search" / "default.yaml")
    assert set(config.hydra.sweeper.params) == set(KEYS.values())


@pytest.mark.parametrize(("name", "rows"), [("sine", 2), ("logistic", 1), ("henon", 2), ("square", 10)])
def test_memory_is_what_the_equation_says(name, rows):
    """x_n = 2 cos(1) x_{n-1} - x_{n-2}; r x (1 - x); 1 - a x_{n-1}^2 + b x_{n-2}; half a period of 20."""
    dataset = built(*Design().overrides(name)).data
    assert memory.enough(range(1, dataset.window + 1), list(memory.errors(dataset))) == rows


def test_the_parameter_on_which_the_value_depends_comes_first():
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
    found = {row["parameter"]: row for row in importances.rows("toy", [*trials, trials[0]])}
    assert sum(row["importance"] for row in found.values()) == pytest.approx(1)
    assert found["learning_rate"]["first"] == 1.0
    assert found["learning_rate"]["importance"] > found["learning_rate"]["by_chance"]
    assert found["hidden_dim"]["high"] < found["learning_rate"]["low"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The whole study in small: one sequence, two trials a sampler."""
    design = Design(sequences=("sunspots",), trials=2, seeds=2, ks=(1,), more=("trainer.epochs=2",))
    folder = tmp_path_factory.mktemp("study")
    return folder, design, measure(folder, design)


def test_the_trials_are_the_sweeps(small):
    _, _, tables = small
    assert Counter(row["sampler"] for row in tables["trials"]) == {"random": 2, "tpe": 2}
    assert all(1 <= row["bptt_truncate"] <= 12 and 8 <= row["hidden_dim"] <= 128 for row in tables["trials"])


def test_what_is_compared_was_chosen_by_validation_and_trained_from_other_seeds(small):
    _, _, tables = small
    assert {row["seed"] for row in tables["finals"]} == {100, 101}
    for sampler in SAMPLERS:
        own = [row for row in tables["trials"] if row["sampler"] == sampler]
        best = min(own, key=lambda row: row["val_rmse"])
        for row in tables["finals"]:
            if row["configuration"] == sampler:
                assert [row[key] for key in KEYS] == [best[key] for key in KEYS]
    names = {row["configuration"] for row in tables["finals"]}
    assert names == {DEFAULT, *SAMPLERS, f"{POOLED} 1", f"{POOLED} 12"}


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


def test_committed_tables_are_what_the_committed_rows_give(rows):
    parts = blocks(rows)
    readme = (HERE / "README.md").read_text()
    assert fill(readme, parts) == readme
    assert (study.EVIDENCE / "table.md").read_text() == "\n\n".join(parts.values()) + "\n"


def test_tables_say_what_the_rows_say(rows):
    """Against the CSV read anew, without the study's own reader."""
    with (study.EVIDENCE / "finals.csv").open() as file:
        finals = list(csv.DictReader(file))
    said = verdicts(rows, "tpe", DEFAULT)
    for name in SEQUENCES:
        ours, theirs = (
            sorted(float(r["test_rmse"]) for r in finals if (r["sequence"], r["configuration"]) == (name, what))
            for what in ("tpe", DEFAULT)
        )
        if ours[-1] < theirs[0]:
            assert said[name] == "lower"  # all five below all five: p = 0.008
        if theirs[-1] < ours[0]:
            assert said[name] == "higher"
    line = next(line for line in blocks(rows)["gains"].splitlines() if line.startswith("| sine |"))
    middle = sorted(float(r["test_rmse"]) for r in finals if (r["sequence"], r["configuration"]) == ("sine", DEFAULT))[
        2
    ]
    assert float(re.split(r"[ |]+", line)[2]) == pytest.approx(middle, rel=5e-3)


def test_the_shortest_k_that_does_is_within_a_tenth_of_the_best(rows):
    for name, k in shortest(rows).items():
        scan = rows.scan(name)
        limit = max(1.1 * min(scan.values()), 0.01)
        assert scan[k] <= limit
        assert all(error > limit for shorter, error in scan.items() if shorter < k)


def test_report_writes_the_page_anew(tmp_path, monkeypatch):
    shutil.copytree(HERE / "evidence", tmp_path / "evidence", ignore=shutil.ignore_patterns("*.png"))
    page = (HERE / "README.md").read_text()
    (tmp_path / "README.md").write_text(page.replace("Rank correlation", "Correlation"))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == page
    assert {path.name for path in (tmp_path / "evidence").glob("*.png")} == FIGURES
