"""Confirmation of a search on fresh seeds, in the toy application and its real processes."""

import os
import signal

import yaml

from rnn_lab.sweeping.attributes import CONFIRMED
from rnn_lab.sweeping.race import CONFIRMATION, SHARE

FRESH = (
    "hydra.sweeper.confirm=4",
    "hydra.sweeper.n_trials=12",
    "hydra.sweeper.sampler=random",
    "hydra.sweeper.seed=1",
    "hydra.sweeper.n_jobs=1",
    "ending=lucky",
    "x=interval(0,1)",
)


def luck(seed):
    """Value that `toy.luck` adds for a seed."""
    return 0.0 if seed == 0 else 0.2 + 0.01 * (seed % 5)


def test_the_best_is_what_fresh_seeds_say(toy):
    out, _ = toy.sweep(*FRESH)
    stored = toy.study().user_attrs
    raced = {int(trial): found for trial, found in stored[CONFIRMATION]["values"].items()}
    params = {trial.number: trial.params["x"] for trial in toy.trials()}
    for trial, found in raced.items():
        for seed, value in found.items():
            assert abs(value - (params[trial] - 0.3) ** 2 - luck(int(seed))) < 1e-12
            assert int(seed) >= 1  # seed 0 was the search's
    confirmed = stored[CONFIRMED]
    assert confirmed["epochs"] <= SHARE * 3 * 12
    best = yaml.safe_load((toy.folder / "multirun/toy/best.yaml").read_text())
    assert best["trial"] == confirmed["trial"]
    mean = sum(raced[best["trial"]].values()) / len(raced[best["trial"]])
    assert abs(best["confirmed"]["confirmed"]["mean"] - mean) < 1e-12
    assert abs(best["confirmed"]["optimism"] - (mean - best["values"][0])) < 1e-12
    assert f"best is trial {best['trial']}\n  confirmed by" in out
    low, high = best["confirmed"]["confirmed"]["interval"]
    told = "do not tell from luck" if low <= best["values"][0] <= high else "too good by"
    assert told in " ".join(out.split())

    again, _ = toy.sweep(*FRESH)  # all is known: nothing runs
    assert "confirming" not in again
    assert f"best is trial {best['trial']}\n  confirmed by" in again


def test_a_killed_race_goes_on(toy):
    process = toy.start(*FRESH, "sleep=0.15")
    toy.wait_for(lambda: (toy.folder / "multirun/toy/confirmation").is_dir(), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert CONFIRMED not in toy.study().user_attrs
    finished = len(toy.trials())
    toy.sweep(*FRESH, "sleep=0.15")
    assert len(toy.trials()) == finished == 12
    assert toy.study().user_attrs[CONFIRMED]["after"] == 12


def test_the_members_of_a_front_are_confirmed(toy):
    out, _ = toy.sweep(
        *(text for text in FRESH if "ending" not in text),
        "ending=lucky_two",
        "hydra.sweeper.directions=[minimize,minimize]",
    )
    confirmed = toy.study().user_attrs[CONFIRMED]
    assert confirmed["front"].keys() <= {str(trial.number) for trial in toy.study().best_trials}
    assert all(len(each) == 2 for each in confirmed["front"].values())
    assert "(fresh seeds)" in out


def test_what_cannot_be_confirmed_is_refused_in_a_sentence(toy):
    space = "x=interval(0,1)"
    _, err = toy.sweep(space, "hydra.sweeper.confirm=-1", code=2)
    assert err == "Error: hydra.sweeper.confirm=-1: it should be greater than or equal to 0.\n"
    _, err = toy.sweep(space, "hydra.sweeper.confirm=3", "~seed", code=2)
    assert "the config has no whole number 'seed'" in err
    _, err = toy.sweep("seed=1,2,3", "hydra.sweeper.confirm=3", code=2)
    assert "seed has several values itself" in err
    assert not (toy.folder / "multirun").exists()
