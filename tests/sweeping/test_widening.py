import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.widening import check_widened

OLD = {
    "x": FloatDistribution(1e-4, 1e-2, log=True),
    "n": IntDistribution(1, 50),
    "kind": CategoricalDistribution(["a"]),
}
TRIALS = [{"x": 1e-3, "n": 50, "kind": "a"}, {"x": 9e-3, "n": 20, "kind": "a"}]


def test_nothing_changed():
    assert check_widened(OLD, dict(OLD), TRIALS) == []


def test_ends_that_hold_the_trials_may_move_either_way():
    new = OLD | {"x": FloatDistribution(1e-4, 1e-1, log=True), "n": IntDistribution(10, 60)}
    assert check_widened(OLD, new, TRIALS) == [
        "x from 0.0001 to 0.01 is now from 0.0001 to 0.1",
        "n from 1 to 50 is now from 10 to 60",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": IntDistribution(1, 40)}, "n from 1 to 40 excludes 1 finished trials, such as 50"),
        ({"x": FloatDistribution(1e-4, 1e-1)}, "x has another kind, scale or step"),
        ({"n": FloatDistribution(1, 50)}, "n has another kind"),
        ({"kind": CategoricalDistribution(["a", "b"])}, "kind has other choices"),
        ({"new": FloatDistribution(0, 1)}, "new is searched in only one"),
    ],
)
def test_what_would_lose_a_trial_is_refused(change, message):
    with pytest.raises(BadInput, match=message):
        check_widened(OLD, OLD | change, TRIALS)


def test_optuna_goes_on_with_a_widened_range():
    """The premise: a study takes other ends, and its sampler sees the old trials."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=5))
    for high in (1.0, 3.0):
        for _ in range(12):
            trial = study.ask({"x": FloatDistribution(0.0, high)})
            study.tell(trial, abs(trial.params["x"] - 2.5))
    assert len(study.trials) == 24
    assert study.best_params["x"] > 2.0


def test_a_sweep_goes_on_in_a_wider_range_and_in_no_narrower_one(toy):
    common = ("hydra.sweeper.sampler=random", "hydra.sweeper.seed=1", "epochs=1")
    toy.sweep("x=interval(0,1)", "hydra.sweeper.n_trials=3", *common)
    before = [(trial.params, trial.values) for trial in toy.trials()]
    out, _ = toy.sweep("x=interval(0,9)", "hydra.sweeper.n_trials=6", *common)
    assert "x from 0 to 1 is now from 0 to 9; its 3 trials are kept." in out
    assert [(trial.params, trial.values) for trial in toy.trials()][:3] == before
    assert max(trial.params["x"] for trial in toy.trials()[3:]) > 1
    _, err = toy.sweep("x=interval(8.9,9)", "hydra.sweeper.n_trials=9", *common, code=2)
    assert "finished trials" in err
    assert err.count("\n") == 1
    assert len(toy.trials()) == 6
