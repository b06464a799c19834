"""The memory study: what it runs, what it scores, and that its page says what its rows say."""

import csv
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from experiments.evidence import fill
from experiments.memory import measure, study
from experiments.memory.rows import Rows
from experiments.memory.tables import blocks
from experiments.memory.tasks import NETWORKS, TASKS, above_the_grammar, beside_forgetting
from experiments.runs import CONF, Run, run
from rnn_lab import lab
from rnn_lab.experiment import build
from rnn_lab.network import Parameters
from rnn_lab.sequences import Copying, EmbeddedReber, TaskData, TaskDataset

HERE = Path(study.__file__).parent
README = (HERE / "README.md").read_text()
COMMANDS = re.findall(r"^    python scripts/train\.py (.*)$", README, re.M)
SMALL = ["trainer.epochs=2", "data.train=60", "data.validation=20", "data.test=20", "model.hidden_dim=4", "replicas=2"]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows(study.EVIDENCE)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    overrides = [*measure.RUNS["embedded Reber grammar", "GRU"], *SMALL]
    return run(tmp_path_factory.mktemp("memory") / "run", overrides)


def built(*overrides: str) -> lab.Experiment:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return build(compose("config", [*overrides, "tracking=off"]))


@pytest.mark.parametrize("name", TASKS)
def test_every_run_sends_the_gradient_through_all_steps_and_chooses_no_weights(name: str) -> None:
    for network in NETWORKS:
        small = ("data.train=100", "data.validation=1", "data.test=1")
        experiment = built(*measure.RUNS[name, network], *small)
        assert isinstance(experiment.data, TaskDataset)
        assert experiment.trainer.bptt_truncate >= experiment.data.window
        assert experiment.trainer.keep == "last"


def test_adding_is_learned_within_the_updates_that_were_allowed() -> None:
    experiment = built(*measure.RUNS["adding, T = 50", "GRU"], "data.validation=1", "data.test=1")
    assert experiment.trainer.batch_size == 50
    assert experiment.network.model.hidden_dim == 64
    assert experiment.trainer.epochs * len(experiment.data.train) / 50 <= 5000  # type: ignore[union-attr, arg-type]


def test_every_command_of_the_page_is_a_run_of_the_study() -> None:
    assert len(COMMANDS) > len(TASKS)
    for command in COMMANDS:
        assert built(*shlex.split(command.partition("  #")[0])).trainer.keep == "last"


def test_scores_are_relative_to_what_is_known_exactly() -> None:
    copying = TaskData(name="c", task=Copying(delay=20), train=1, validation=1, test=1).dataset()
    assert beside_forgetting({"test/loss": 10 * np.log(8) / 40}, copying) == pytest.approx(1.0)
    reber = TaskData(name="r", task=EmbeddedReber(length=40), train=1, validation=1, test=200).dataset()
    assert reber.test is not None
    assert isinstance(reber.task, EmbeddedReber)
    choices = reber.task.may_follow(reber.test).sum(axis=2)[reber.test.mask]
    assert set(choices) == {1, 2}  # so the grammar spends ln 2 on each step with two
    spent = np.log(2) * (choices == 2).mean()
    assert above_the_grammar({"test/loss": 1.02 * spent}, reber) == pytest.approx(0.02)


def test_rows_are_of_the_kept_weights_on_the_test_records(small: Run) -> None:
    """Against outputs computed here."""
    data = small.experiment.data
    assert isinstance(data, TaskDataset)
    assert data.test is not None
    parameters = Parameters.load(small.folder / "weights" / "kept.npz")
    logits = small.experiment.network.predict(parameters, data.test.X).astype(float)
    each = np.log(np.exp(logits).sum(axis=-1)) - np.take_along_axis(logits, data.test.Y[None, ..., None], -1)[..., 0]
    ends = measure.ends("embedded Reber grammar", "GRU", small)
    np.testing.assert_allclose([row["loss"] for row in ends], each[:, data.test.mask].mean(axis=1), rtol=1e-5)
    assert [row["seed"] for row in ends] == [0, 1]


def test_curves_are_validation_losses_by_updates(small: Run) -> None:
    curve = measure.curve("embedded Reber grammar", "GRU", small)
    assert [row["updates"] for row in curve] == [0, 2, 4]  # 60 records in batches of 50
    assert curve[-1]["seed_1"] == pytest.approx(small.curve("val/loss")[-1, 1], rel=1e-5)


def test_committed_rows_hold_every_seed_of_every_run(rows: Rows) -> None:
    for task, network in measure.RUNS:
        seeds = int(measure.RUNS[task, network][-1].partition("=")[2])
        np.testing.assert_array_equal(rows.ends(task, network, "seed"), range(seeds))
        updates, losses = rows.curve(task, network)
        assert losses.shape == (len(updates), seeds)
        assert updates[-1] == rows.ends(task, network, "updates")[0]


def test_one_criterion_says_what_is_learned(rows: Rows) -> None:
    for task, network in measure.RUNS:
        solved = np.round(1000 * rows.ends(task, network, "success"))  # of 1,000 test records
        np.testing.assert_array_equal(rows.learned(task, network), solved >= 900)


def test_gates_learn_every_task_but_copying_in_the_committed_rows(rows: Rows) -> None:
    """A rerun that loses this has lost a finding of the page."""
    learned = {task for task in rows.tasks if all(rows.learned(task, "GRU"))}
    assert learned == set(rows.tasks) - {"copying, T = 20"}


def test_committed_tables_are_what_the_committed_rows_give(rows: Rows) -> None:
    parts = blocks(rows)
    assert fill(README, parts) == README
    assert (study.EVIDENCE / "table.md").read_text() == "\n\n".join(parts.values()) + "\n"


def test_the_table_says_what_the_rows_say(rows: Rows) -> None:
    """Against the CSV read anew, without the study's own reader."""
    with (study.EVIDENCE / "runs.csv").open() as file:
        found = [row for row in csv.DictReader(file) if (row["task"], row["network"]) == ("adding, T = 50", "GRU")]
    line = next(line for line in blocks(rows)["seeds"].splitlines() if line.startswith("| adding, T = 50 | GRU |"))
    cells = [float(cell.strip(" ✗")) for cell in line.split("|")[3:-1]]
    assert cells == pytest.approx([float(row["score"]) for row in found], rel=5e-3)


def test_report_writes_the_page_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(HERE / "evidence", tmp_path / "evidence")
    (tmp_path / "evidence" / "learning.png").unlink()
    (tmp_path / "README.md").write_text(README.replace("Seeds that learn it", "Seeds that do not"))
    monkeypatch.setattr(study, "HERE", tmp_path)
    monkeypatch.setattr(study, "EVIDENCE", tmp_path / "evidence")
    study.report()
    assert (tmp_path / "README.md").read_text() == README
    assert (tmp_path / "evidence" / "learning.png").read_bytes().startswith(b"\x89PNG")
