"""An application's hook: its sweep is checked whole before anything is written, and described by what matters."""

import csv
import shutil
from collections import Counter

import pytest
import yaml

from tests.sweeping.conftest import TOY


@pytest.fixture
def hooked(toy):
    toy.script = TOY.with_name("hooked.py")
    return toy


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["rate=2"], "Error: rate=2 is not allowed: it should be at most 1."),
        (["rate=interval(2,3)"], "Error: rate=2.0 is not allowed: it should be at most 1."),
        (["ending=two"], "returns 2 objectives (val/loss, seconds), and the sweep has 1 direction: give one direction"),
        (["hydra.sweeper.directions=[minimize,minimize]"], "returns 1 objective (val/loss), and the sweep has 2 dir"),
    ],
)
@pytest.mark.parametrize("dry", ["false", "true"])
def test_what_every_trial_would_refuse_is_refused_once(hooked, arguments, sentence, dry):
    out, err = hooked.sweep("x=interval(0,1)", *arguments, f"hydra.sweeper.dry_run={dry}", code=2)
    assert sentence in err
    assert err.count("\n") == 1
    assert not out
    assert not list(hooked.folder.iterdir())


def test_a_space_with_a_forbidden_corner_is_searched(hooked):
    hooked.sweep("x=interval(0,1)", "rate=interval(0.5,2)", "hydra.sweeper.n_trials=1")


def test_the_application_has_defaults_and_overrides_of_its_own_for_trials(hooked):
    hooked.sweep("x=interval(-1,1)")
    trials = hooked.trials("hooked")
    assert [trial.value for trial in trials] == [trial.params["x"] ** 2 + 0.5 for trial in trials]
    assert len(trials) == 4
    folder = hooked.folder / "multirun" / "hooked"
    assert not [text for text in yaml.safe_load((folder / "best.yaml").read_text())["overrides"] if "y=" in text]
    with (folder / "trials.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(row["val/loss"]) for row in table] == [trial.value for trial in trials]
    assert [float(row["x"]) for row in table] == [trial.params["x"] for trial in trials]
    assert [row["folder"] for row in table] == ["0", "1", "2", "3"]
    assert hooked.study("hooked").metric_names == ["val/loss"]
    # What changes no result is no part of the description; the user's own value counts before the application's.
    hooked.sweep("x=interval(-1,1)", "nothing=5", "hydra.sweeper.n_trials=5")
    _, err = hooked.sweep("x=interval(-1,1)", "y=0.1", code=2)
    assert "y was not given, now 0.1" in err


def test_equal_trials_share_a_result_and_say_so(hooked):
    out, _ = hooked.sweep("x=1,2", "hydra.sweeper.n_trials=7", "hydra/sweeper/sampler=random")
    trials = hooked.trials("hooked")
    assert Counter(trial.value for trial in trials).total() == 7
    assert out.count("has the settings of trial") == 7 - len({trial.value for trial in trials})
    run = list((hooked.folder / "multirun" / "hooked").glob("[0-9]*"))
    assert len(run) == len({trial.value for trial in trials})


def test_a_study_without_results_may_be_described_anew(hooked):
    hooked.sweep("x=interval(0,1)", "ending=raise", code=1)
    hooked.sweep("x=interval(0,1)", "n=7")
    states = Counter(trial.state.name for trial in hooked.trials("hooked"))
    assert states == {"FAIL": 4, "COMPLETE": 4}
    _, err = hooked.sweep("x=interval(0,1)", "n=8", code=2)
    assert "n was 7, now 8" in err


@pytest.mark.parametrize("how", [shutil.move, shutil.copytree])
def test_a_sweeps_folder_that_was_moved_or_copied_goes_on(hooked, how):
    hooked.sweep("x=interval(0,1)", "hydra.sweeper.n_trials=2")
    how(hooked.folder / "multirun" / "hooked", hooked.folder / "moved ü")
    out, _ = hooked.sweep("x=interval(0,1)", "hydra.sweeper.n_trials=3", "hydra.sweep.dir='moved ü'")
    assert "goes on after 2 of 3 trials" in out
    best = yaml.safe_load((hooked.folder / "moved ü" / "best.yaml").read_text())
    assert (hooked.folder / "moved ü" / best["folder"] / ".hydra").is_dir()
    out, _ = hooked.sweep("x=interval(0,1)", "hydra.sweeper.n_trials=3", "hydra.sweep.dir='moved ü'")
    assert "all 3 trials are done already" in out
