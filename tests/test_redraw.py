"""Figures drawn from a run's folder: by the process that draws after the answer, and again by whoever asks."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_lab import drawer, runs
from rnn_lab.cli.redraw import main as redraw_command
from rnn_lab.errors import BadInput
from rnn_lab.redraw import LOG, redraw
from rnn_lab.run_figures import Figures
from rnn_lab.runs.command import main
from rnn_lab.runs.folder import RunFolder
from rnn_lab.tracking.figures_state import FACT
from rnn_lab.tracking.journal import Journal, Tail, read

TRAIN = Path(__file__).parents[1] / "scripts" / "train.py"
QUICK = ("tracking=off", "replicas=2", "model.hidden_dim=4", "trainer.epochs=2", "hydra.run.dir=run")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose command has not waited for its figures, once they are there."""
    folder = tmp_path_factory.mktemp("redraw") / "run"
    done = subprocess.run(
        [sys.executable, TRAIN, *QUICK], cwd=folder.parent, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "Figures: being drawn there now" in done.stdout
    assert not (folder / "figures" / "weights_histograms.png").exists()  # the last of them
    deadline = time.monotonic() + 100
    while Tail(folder).written_to():
        assert RunFolder.at(folder).status == "FINISHED"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return folder


def undrawn(run, folder):
    """The same run, as the drawer finds it: it has ended, and its figures are due."""
    shutil.copytree(run, folder, ignore=shutil.ignore_patterns("*.png", "journal.jsonl"))
    lines = (run / "journal.jsonl").read_text().splitlines(keepends=True)
    end = next(number for number, line in enumerate(lines) if line.startswith('{"fact": "end"'))
    (folder / "journal.jsonl").write_text("".join(lines[: end + 1]))
    return folder


def test_the_folder_is_complete(run):
    facts = read(run)
    drawn = [fact["file"] for fact in facts if fact["fact"] == "figure"]
    assert [fact["fact"] for fact in facts][-11:] == ["end", *["figure"] * 9, FACT]
    assert [fact["state"] for fact in facts if fact["fact"] == FACT] == ["due", "drawn"]
    assert {f"figures/{path.name}" for path in (run / "figures").glob("*.png")} == set(drawn)
    assert RunFolder.at(run).lacking is None
    assert not (run / LOG).exists()


def test_a_drawer_that_is_killed_is_noticed_and_made_good_by_one_command(run, tmp_path):
    folder = undrawn(run, tmp_path / "run")
    with Journal(folder) as journal:
        process = drawer.start(journal)
    with pytest.raises(BadInput, match="is being drawn now"):
        redraw(folder)
    with pytest.raises(BadInput, match="is still being written"):
        runs.remove(RunFolder.at(folder))
    assert RunFolder.at(folder).lacking is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    lines: list[str] = []
    assert main(["list", str(tmp_path)], say=lines.append) == 0
    assert lines[-1].startswith(f"{folder}: its figures are not drawn: what drew them was killed. To draw them: ")
    assert {file.name: file.read_bytes() for file in redraw(folder)} == {
        file.name: file.read_bytes() for file in (run / "figures").glob("*.png")
    }
    assert RunFolder.at(folder).lacking is None
    files = redraw(folder, Figures(format="pdf"))
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)
    assert len(RunFolder.at(folder).figures) == 18


def test_a_drawer_that_fails_says_why(run, tmp_path):
    folder = undrawn(run, tmp_path / "run")
    (folder / "weights" / "kept.npz").unlink()
    with Journal(folder) as journal:
        process = drawer.start(journal)
    process.wait()
    said = read(folder)[-1]
    assert (said["fact"], said["state"]) == (FACT, "failed")
    assert "kept.npz" in said["reason"]
    assert f"its figures are not drawn: {said['reason']}. To draw them: " in str(RunFolder.at(folder).lacking)


def test_a_journal_that_is_a_link_is_not_written_through(run, tmp_path):
    theirs = undrawn(run, tmp_path / "theirs")
    journal = tmp_path / "mine.jsonl"
    (theirs / "journal.jsonl").rename(journal)
    (theirs / "journal.jsonl").symlink_to(journal)
    before = journal.read_bytes()
    with pytest.raises(BadInput, match=r"theirs/journal.jsonl cannot be opened for writing: it is a link\.$"):
        redraw(theirs)
    assert journal.read_bytes() == before
    assert not list((theirs / "figures").glob("*.png"))


@pytest.mark.parametrize("dpi", ["²", "", "nan", "1e999", "-3"])
def test_a_resolution_that_is_none_is_refused(dpi, tmp_path):
    with pytest.raises(BadInput, match=r"^figures\.dpi=.* is not allowed: it should be "):
        redraw_command([str(tmp_path), f"figures.dpi={dpi}"])


def test_what_has_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(BadInput, match="is no run folder"):
        redraw(tmp_path)
    with Journal(tmp_path / "killed") as journal:
        journal.write("start", config={}, tags={})
    with pytest.raises(BadInput, match="did not get to its end"):
        redraw(tmp_path / "killed")


def test_a_study_s_own_folder_is_refused_with_the_sweep_s(tmp_path):
    (tmp_path / "sweep" / "study").mkdir(parents=True)
    (tmp_path / "sweep" / "optuna.journal").touch()
    with pytest.raises(BadInput, match=rf"give the sweep's folder, {tmp_path}/sweep\.$"):
        redraw_command([f"{tmp_path}/sweep/study"])
