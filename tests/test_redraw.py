"""Figures drawn again from a run's folder: the same as the run drew, or in another format."""

import shutil
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir

from rnn_lab import lab
from rnn_lab.errors import BadInput
from rnn_lab.redraw import redraw
from rnn_lab.run_figures import Figures
from rnn_lab.tracking.journal import Journal

CONF = Path(__file__).parents[1] / "conf"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redraw") / "run"
    words = ["tracking=off", "replicas=2", "model.hidden_dim=4", "trainer.epochs=2"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        lab.run(compose("config", words), folder)
    return folder


def test_the_same_figures(run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    before = {file.name: file.read_bytes() for file in (run / "figures").glob("*.png")}
    shutil.rmtree(tmp_path / "run" / "figures")
    assert {file.name: file.read_bytes() for file in redraw(tmp_path / "run")} == before
    assert len(before) >= 6


def test_another_format(run, tmp_path):
    shutil.copytree(run, tmp_path / "run")
    files = redraw(tmp_path / "run", Figures(format="pdf"))
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)


def test_what_has_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(BadInput, match="is no run folder"):
        redraw(tmp_path)
    with Journal(tmp_path / "killed") as journal:
        journal.write("start", config={}, tags={})
    with pytest.raises(BadInput, match="did not get to its end"):
        redraw(tmp_path / "killed")
