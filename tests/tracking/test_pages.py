"""MLflow's pages in a real browser, on a store with runs of every kind that people have."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay import carry
from rnn_lab.tracking.relay_state import State
from tests.processes import python
from tests.tracking.browser import CHROMIUM, DRIVER, HOW, browser
from tests.tracking.fake_trainer import FakeTrainer

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason=HOW)

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"

CONFIG = {
    "data": {"name": "sine", "window": 8},
    "model": {"_target_": "rnn_lab.network.GRU", "hidden_dim": 3},
    "optimizer": {"_target_": "rnn_lab.training.Adam", "learning_rate": 0.01},
    "trainer": {"epochs": 3, "bptt_truncate": 50},
}


def a_run(folder, server, *, seed=0, replicas=1, end="FINISHED", tags=None, name="sine-gru"):
    config = {"seed": seed, "replicas": replicas, **CONFIG}
    given = {"config": config, "experiment": "pages", "name": name, "tags": tags or {}, "run": f"{folder.name:0>32}"}
    trainer = FakeTrainer(folder, uri=server, replicas=replicas, **given)
    trainer.describe()
    trainer.train(3)
    if end == "killed":
        trainer.journal.close()
    else:
        trainer.end(end)
    return folder


def trained(folder, *overrides):
    """A run as the command makes it, carried whole."""
    done = python(TRAIN, *overrides, f"hydra.run.dir={folder}", "tracking.wait=true", cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return State.load(folder)


def killed_and_resumed(place, *overrides):
    """A run whose trainer is killed after its first checkpoint, and that is taken up again."""
    killed = place / "until it was killed"
    endless = (*overrides, "trainer.epochs=100000", "trainer.checkpoint_seconds=0.1", f"hydra.run.dir='{killed}'")
    with subprocess.Popen([sys.executable, TRAIN, *endless], cwd=place, stdout=subprocess.DEVNULL) as process:
        while not (killed / "weights" / "checkpoint.npz").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    reached = max(fact["epoch"] for fact in read(killed) if fact["fact"] == "epoch")
    resume = (f"trainer.resume='{killed}'", f"trainer.epochs={reached + 20}")
    return trained(place / "resumed", *overrides, *resume)


@pytest.fixture(scope="module")
def runs(server, tmp_path_factory):
    """Single runs, replicas, a killed run, a resumed one, text, and a study of which one trial was pruned; by name."""
    place = tmp_path_factory.mktemp("runs")
    made = {
        "single": a_run(place / "single", server),
        "other": a_run(place / "other", server, seed=1),
        "replicas": a_run(place / "replicas", server, seed=4, replicas=3),
        "killed": a_run(place / "killed", server, seed=2, end="killed"),
    }
    states = {name: carry(folder) for name, folder in made.items()}
    shutil.copytree(made["single"], place / "again")
    states["copy"] = carry(place / "again")
    shared = (f"tracking.uri={server}", "tracking.experiment=pages", "model.hidden_dim=4")
    states["text"] = trained(place / "text", *shared, "data=text", "data.train=2000", "trainer.epochs=2")
    states["resumed"] = killed_and_resumed(place, *shared, "seed=9")
    study = FakeTrainer(
        place / "study", uri=server, run="5" * 32, experiment="pages", name="sine study",
        config={"study": {"n_trials": 2}}, tags={"rnn_lab.kind": "sweep"},
    )  # fmt: skip
    for number, end in enumerate(("FINISHED", "PRUNED")):
        tags = {"rnn_lab.trial": str(number)}
        a_run(place / "study" / str(number), server, seed=number, end=end, tags=tags)
        study.journal.write("trial", folder=str(number))
        study.journal.write("epoch", epoch=number, metrics={"trials/complete": 1.0, "best/value": 0.05})
    study.journal.write("best", trial=0, folder="0", values=[0.05], params={"model.hidden_dim": 3})
    study.journal.write("end", status="FINISHED", reason="2 trials are finished")
    study.journal.close()
    states["study"] = carry(place / "study")
    states |= {f"trial {n}": State.load(place / "study" / str(n)) for n in range(2)}
    return states


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_the_printed_link_opens_on_training_and_validation_against_the_baseline(window, runs, tmp_path):
    window.open(runs["single"].charts)
    window.see("Learning", "rmse/val vs rmse/train vs rmse/baseline", "sine gru h3 s0 (rmse/baseline)")
    assert "sine gru h3 s1" not in window.text()  # the link is this run's
    drawn = window.until("return document.querySelectorAll('.scatterlayer .js-line').length")
    assert drawn >= 3
    top = window.run("return document.querySelector('.scatterlayer').getBoundingClientRect().top")
    assert 0 < top < window.run("return innerHeight")
    window.picture(tmp_path / "charts.png")


def test_the_link_of_a_study_opens_on_its_best_value_trial_by_trial(window, runs):
    window.open(runs["study"].charts)
    window.see("sine study (best/value)", "3 matching runs")
    assert runs["trial 0"].charts == runs["trial 0"].table  # a trial is seen beside the others


def test_predictions_are_one_click_away_and_follow_the_slider(window, runs):
    window.open(runs["single"].link)
    window.see("Predictions over the epochs", "the network is 2 times as good")
    window.until("const link = [...document.links].find(a => a.innerText.startsWith('Predictions over')); return link")
    window.run("[...document.links].find(a => a.innerText.startsWith('Predictions over')).click()")
    window.follow()
    window.enter_frame("return document.querySelector('iframe')")
    window.see("epoch 3", "validation: x")
    window.run("const s = document.getElementById('epoch'); s.value = 0; s.dispatchEvent(new Event('input'))")
    window.see("epoch 0")


def test_the_table_names_what_differs_and_shows_no_failure_for_a_pruned_trial(window, runs):
    import mlflow

    window.open(runs["single"].table.replace("&compareRunsMode=CHART", ""))
    window.see("sine gru h3 s0", "sine gru h3 s1", "sine gru h3 s4-6", "sine gru h3 s2", "sine study", "model")
    client = mlflow.MlflowClient(runs["single"].uri)
    statuses = {name: client.get_run(state.run_id).info.status for name, state in runs.items()}
    assert statuses["trial 1"] == "FINISHED"
    assert statuses["killed"] == "KILLED"
    assert runs["copy"].run_id == runs["single"].run_id
    study = client.get_run(runs["study"].run_id).data
    assert study.metrics["scores/val_rmse"] == 0.05
    assert study.params["model.hidden_dim"] == "3"
    assert client.get_model_version_by_alias("sine", "best").run_id == runs["trial 0"].run_id


def test_a_text_runs_page_has_what_it_learned_of_its_characters(window, runs, tmp_path):
    window.open(runs["text"].link)
    window.see("text elman h4 s0", "loss/val", "Predictions over the epochs")
    window.picture(tmp_path / "text.png")


def test_a_resumed_runs_page_says_where_from_and_its_curves_have_every_epoch(window, runs, tmp_path):
    import mlflow

    client = mlflow.MlflowClient(runs["resumed"].uri)
    steps = [point.step for point in client.get_metric_history(runs["resumed"].run_id, "rmse/val")]
    assert sorted(steps) == list(range(max(steps) + 1))
    assert max(steps) >= 20
    window.open(runs["resumed"].link)
    window.see("sine elman h4 s9", "resumed")
    window.picture(tmp_path / "resumed.png")


def test_seeds_are_grouped_in_a_view_of_their_own(window, runs):
    window.open(runs["single"].table.replace("Key=rnn-lab", "Key=rnn-lab-seeds"))
    window.see("sine gru h3", "Group by: group")


def test_the_winner_is_loaded_by_its_alias(runs, tmp_path):
    from rnn_lab.errors import BadInput
    from rnn_lab.evaluation.forecaster import Forecaster
    from rnn_lab.tracking.download import download_network

    download_network("models:/sine@best", runs["single"].uri, tmp_path)
    assert Forecaster.load(tmp_path).targets == ("x",)
    for wrong in ("models:/sine@worst", "models:/nothing@best", "models:/sine"):
        with pytest.raises(BadInput):
            download_network(wrong, runs["single"].uri, tmp_path / "none")
