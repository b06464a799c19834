"""Every short option makes the class that it names, with Optuna's own defaults; any other class serves by its name."""

import importlib.util

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from rnn_lab.errors import BadInput
from rnn_lab.sweeping import build
from rnn_lab.sweeping.choices import PRUNERS, SAMPLERS
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plugin import DEFAULTS
from rnn_lab.sweeping.space import Parameter

SPACE = [
    Parameter("n", IntDistribution(1, 4), "n=range(1,5)"),
    Parameter("k", CategoricalDistribution(["a", "b"]), "k=a,b"),
]


def options(**changed):
    given = {key: value for key, value in DEFAULTS.items() if key not in ("defaults", "_target_", "params")}
    given |= {"study_name": "s", "sampler": "tpe", "pruner": "none", "executor": "local"}
    return Options(**given | changed)


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("name", SAMPLERS)
def test_samplers(name):
    if name == "gp" and importlib.util.find_spec("torch") is None:
        with pytest.raises(BadInput, match=r"rnn-lab\[gp\]"):
            build.sampler(options(sampler=name), SPACE, told=0)
        return
    made = build.sampler(options(sampler=name, seed=3), SPACE, told=0)
    assert type(made).__name__ == SAMPLERS[name]["_target_"].rpartition(".")[2]
    assert build.sampler(options(sampler=SAMPLERS[name]), SPACE, told=0)


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("name", PRUNERS)
def test_pruners(name):
    assert type(build.pruner(options(pruner=name))).__name__ == PRUNERS[name]["_target_"].rpartition(".")[2]


def test_the_early_pruner_judges_a_trial_once_among_finished_ones():
    study = optuna.create_study(pruner=build.pruner(options(pruner="early")))

    def last(values):
        """The step at which a trial with these values is asked to stop, or None."""
        trial = study.ask()
        for step, value in enumerate(values, start=1):
            trial.report(value, step)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                return step
        study.tell(trial, values[-1])
        return None

    assert [last([value] * 100) for value in (1, 2, 3, 4)] == [None] * 4  # too few to compare with
    assert last([2.6] * 100) == 6
    assert last([9, 9, 2.4, 9, 9, 9] + [9] * 94) is None  # by its best value; and not again in 100 epochs


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_any_class_serves_with_arguments_and_nested_classes():
    node = {
        "_target_": "optuna.pruners.PatientPruner",
        "wrapped_pruner": {"_target_": "optuna.pruners.MedianPruner", "n_startup_trials": 2},
        "patience": 4,
    }
    made = build.pruner(options(pruner=node))
    assert isinstance(made, optuna.pruners.PatientPruner)
    assert isinstance(made._wrapped_pruner, optuna.pruners.MedianPruner)


def _first(sampler):
    study = optuna.create_study(sampler=sampler)
    return study.ask({"x": FloatDistribution(0, 1)}).params["x"]


def test_a_seed_repeats_a_study_from_its_start_and_goes_on_with_new_trials():
    seeded = options(sampler="random", seed=3)
    assert _first(build.sampler(seeded, [], told=0)) == _first(build.sampler(seeded, [], told=0))
    assert _first(build.sampler(seeded, [], told=0)) != _first(build.sampler(seeded, [], told=5))


def test_a_grid_ends_with_its_last_point():
    assert build.grid(SPACE) == {"n": [1, 2, 3, 4], "k": ["a", "b"]}
    assert build.trials(options(sampler="grid", n_trials=99), SPACE) == 8
    assert build.trials(options(sampler="grid", n_trials=5), SPACE) == 5
    steps = [Parameter("x", FloatDistribution(0.0, 0.3, step=0.1), "x=range(0,0.4,0.1)")]
    assert build.grid(steps)["x"] == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_cmaes_refuses_several_objectives():
    with pytest.raises(BadInput, match="cmaes serves one objective"):
        build.sampler(options(sampler="cmaes", directions=["minimize", "maximize"]), SPACE, told=0)
