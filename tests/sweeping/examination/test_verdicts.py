"""Planted and clean studies: a few seeds of what experiments/statistics does with twenty."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from experiments.statistics.planted import AXES, CLEAN, PLANTED, STEPS, Planted, make, varied
from experiments.statistics.verdicts import KINDS, found_in
from rnn_lab.errors import BadInput
from rnn_lab.sweeping.examination.density import best_by_budget
from rnn_lab.sweeping.examination.edges import edges, widened
from rnn_lab.sweeping.examination.effects import effects, isolation, near_best, over_all
from rnn_lab.sweeping.examination.examine import examine
from rnn_lab.sweeping.examination.feasibility import where
from rnn_lab.sweeping.examination.from_optuna import trials_of
from rnn_lab.sweeping.examination.health import shape
from rnn_lab.sweeping.examination.page import QUESTIONS, page, sentences
from rnn_lab.sweeping.examination.reality import confirmed_values, seed_noise
from rnn_lab.sweeping.examination.surface import Surface
from rnn_lab.sweeping.examination.trials import Axis, Finding, Trials


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named(name):
    planted, expected = PLANTED[name]
    assert set(expected) <= found_in(make(varied(planted, 3), 3))


@pytest.mark.parametrize("name", list(CLEAN)[:6])
def test_a_clean_study_is_not_accused(name):
    assert not found_in(make(varied(CLEAN[name], 1001), 1001))


def line(values, **units):
    """Trials of given places on axes in [0, 1], and values."""
    axes = tuple(Axis(name, "float") for name in units)
    params = [dict(zip(units, map(float, each), strict=True)) for each in zip(*units.values(), strict=True)]
    return Trials(axes, params, np.asarray(values), ["complete"] * len(params), [np.empty(0)] * len(params))


@pytest.mark.parametrize("seed", [200_005, 200_072])
def test_both_ends_of_a_corner_are_named_where_the_second_is_less_sure(seed):
    planted, expected = PLANTED["optimum beyond a corner"]
    found = edges(make(varied(planted, seed), seed).trials)
    assert {(each.kind, *each.subject) for each in found} == set(expected)


def test_chance_presses_against_an_end_in_five_per_cent():
    rng = np.random.default_rng(1)
    found = [edges(line(np.exp(rng.normal(size=30)), **dict(zip("xyz", rng.random((3, 30)), strict=True))))
             for _ in range(200)]  # fmt: skip
    # Three standard deviations above 5 % of 200.
    assert sum(each[0].kind == "edge" for each in found) <= 19


def test_an_effect_that_bad_trials_hide_is_seen_among_the_better_half():
    trials = make(varied(CLEAN["one parameter weighs most"], 300_001), 300_001).trials
    assert Surface.fit(trials).p_value([STEPS]) > 0.05
    assert not any(each.kind == "no effect" for each in effects(trials))


@pytest.mark.parametrize("seed", [200_008, 200_010])
def test_an_option_of_all_the_best_decides_though_few_trials_have_another(seed):
    trials = make(varied(PLANTED["a choice that decides"][0], seed), seed).trials
    assert [each.subject for each in effects(trials) if each.kind == "decides"] == [("model", "elman")]


@pytest.mark.parametrize(("gain", "kinds"), [(2.0, {"decides"}), (0.0, set())])
def test_a_choice_decides_if_the_option_of_the_best_is_better_than_the_others(gain, kinds):
    rng = np.random.default_rng(3)
    x, option = rng.random(40), np.where(rng.random(40) < 0.85, "gru", "elman")
    values = np.exp(8 * (x - 0.5) ** 2 + gain * (option == "elman") + 0.02 * rng.normal(size=40))
    params = [{"x": float(a), "model": str(b)} for a, b in zip(x, option, strict=True)]
    axes = (Axis("x", "float"), Axis("model", "choice", choices=("elman", "gru")))
    found = effects(Trials(axes, params, values, ["complete"] * 40, [np.empty(0)] * 40))
    assert {each.kind for each in found} & {"decides"} == kinds


def test_an_only_option_decides_nothing():
    x = np.random.default_rng(4).random(30)
    params = [{"x": float(each), "model": "gru"} for each in x]
    axes = (Axis("x", "float"), Axis("model", "choice", choices=("elman", "gru")))
    trials = Trials(axes, params, np.exp(x), ["complete"] * 30, [np.empty(0)] * 30)
    assert not any(each.kind == "decides" for each in effects(trials))


def test_the_best_of_a_budget_against_every_choice_of_trials():
    values = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
    from itertools import combinations

    found = best_by_budget(values)
    for n in range(1, 7):
        best = [min(each) for each in combinations(values, n)]
        for q, each in ((0.05, found.low), (0.5, found.middle), (0.95, found.high)):
            assert each[n - 1] == np.quantile(best, q, method="inverted_cdf")
    mirrored = best_by_budget(-values, minimize=False)
    assert mirrored.middle.tolist() == (-found.middle).tolist()


def test_a_cliff_is_where_it_was_planted():
    cut = where(make(Planted(cliff=0.6, sampler="random", trials=60), 0).trials)
    assert cut.region.startswith("optimizer.learning_rate above")
    assert AXES[0].unit(float(cut.region.split()[-1])) == pytest.approx(0.6, abs=0.05)
    assert cut.inside[0] == cut.inside[1]
    assert cut.outside[0] == 0


@pytest.mark.parametrize(("factor", "offset"), [(1.0, 0.0), (1e-6, 0.0), (1e6, 0.0)])
def test_curves_are_judged_by_shape_alone(factor, offset):
    t = np.arange(60.0)
    assert shape(factor * (1 + np.exp(-t / 30)) + offset) == {"falling"}
    assert shape(factor * (1 + np.exp(-t / 5)) + offset) == set()
    noise = np.exp(0.3 * np.random.default_rng(0).normal(size=60))
    assert "noisy" in shape(factor * (1 + 50 * np.exp(-t / 5)) * noise)


def test_accuracies_rise_where_losses_fall():
    t = np.arange(60.0)
    assert shape(0.9 - 0.5 * np.exp(-t / 5), minimize=False) == set()
    assert shape(0.9 - 0.5 * np.exp(-t / 60), minimize=False) == {"falling"}


def test_maximizing_gives_the_same_verdicts():
    study = make(varied(PLANTED["optimum outside the range"][0], 1), 1)
    trials, turned = study.trials, replace(study.trials, values=-study.trials.values, minimize=False)
    assert [f.kind for f in examine(trials)["edge"]] == [f.kind for f in examine(turned)["edge"]] == ["edge"]


def test_importances_have_the_order_that_was_planted():
    trials = make(Planted(trials=120, weight=(60.0, 4.0, 0.0), sampler="random"), 0).trials
    whole, near = over_all(trials), near_best(trials)
    assert whole.leader() == near.leader() == AXES[0].name
    assert np.all(np.diff(whole.shares, axis=1) >= 0)
    assert whole.first.sum() == pytest.approx(1.0)
    equal = make(Planted(trials=40, weight=(10.0, 10.0, 10.0), sampler="random"), 1).trials
    assert near_best(equal).leader() is None
    assert any("the trials do not tell" in finding.sentence for finding in examine(equal)["effects"])


def test_shares_of_resamples_are_those_of_repeated_trials():
    surface = Surface.fit(make(PLANTED["a choice that decides"][0], 0).trials)
    rows = np.random.default_rng(0).integers(30, size=(3, 30))
    counts = np.array([np.bincount(each, minlength=30) for each in rows], float)
    repeated = [Surface(surface.design[each], surface.scores[each], surface.columns) for each in rows]
    expected = [[each.explained(name) for name in each.columns] for each in repeated]
    assert surface.explained_by_resample(counts) == pytest.approx(np.array(expected), rel=1e-6)


def test_isolation_is_the_best_of_each_part():
    trials = make(Planted(), 0).trials
    places, values, at, best = isolation(trials, AXES[0])
    assert len(places) == len(values) == 30
    assert best.min() == values.min()
    assert len(at) == len(best) == 8


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_widened_range_holds_the_old_one(axis, side):
    wider = widened(axis, side)
    if wider is not None:
        assert wider.low <= axis.low
        assert wider.high >= axis.high
        assert (wider.low, wider.high) != (axis.low, axis.high)
    assert (wider is None) == (side == -1 and axis.low == 1)


def test_fresh_seeds_take_the_luck_out():
    study = make(PLANTED["a lucky seed"][0], 0)
    best = int(study.trials.best(1)[0])
    assert confirmed_values(study.trials, study.fresh).values[best] == pytest.approx(np.mean(study.fresh[best]))
    assert seed_noise(study.fresh) == pytest.approx(0.02, rel=0.5)
    assert seed_noise({0: [-1.0, 1.0]}) is None
    assert seed_noise({0: [1.0]}) is None


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_or_no_values_are_no_error(count):
    params = [{"x": k / 10} for k in range(count)]
    trials = Trials((Axis("x", "float"),), params, np.full(count, np.nan), ["pruned"] * count, [np.empty(0)] * count)
    answers = examine(trials)
    assert set(answers) == set(QUESTIONS)
    assert all(isinstance(each, Finding) for findings in answers.values() for each in findings)
    assert page("few", trials).startswith("<!doctype html>")


def test_equal_values_are_no_error():
    params = [{"x": k / 20} for k in range(20)]
    trials = Trials((Axis("x", "float"),), params, np.ones(20), ["complete"] * 20, [np.ones(12)] * 20)
    kinds = {finding.kind for findings in examine(trials).values() for finding in findings}
    assert "flat" in kinds
    assert not kinds & {"edge", "interaction", "cliff"}


def test_the_page_holds_sentences_figures_and_the_command():
    study = make(varied(PLANTED["optimum outside the range"][0], 0), 0)
    page("warm", study.trials)  # the first figure of a process loads its fonts
    started = time.process_time()
    text = page("a <study>", study.trials, fresh=study.fresh, command=lambda overrides: " ".join(["again", *overrides]))
    assert time.process_time() - started < 5
    assert "a &lt;study&gt;" in text
    assert text.count("data:image/png;base64,") == 6
    assert "again optimizer.learning_rate=tag(log,interval(0.0001," in text
    assert all(title in text.replace("&#x27;", "'") for title in QUESTIONS.values())
    lines = sentences(examine(study.trials, study.fresh))
    assert lines[-1].startswith("  To widen and continue: optimizer.learning_rate=tag(log,")


def test_any_optuna_study_can_be_read():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), study_name="other")
    with pytest.raises(BadInput, match="'other' has no finished trial"):
        trials_of(study)

    def objective(trial):
        x = trial.suggest_float("x", 1e-3, 1.0, log=True)
        n = trial.suggest_int("n", 1, 9)
        kind = trial.suggest_categorical("kind", ["a", "b"])
        for step in range(3):
            trial.report(x + step, step)
        if n == 9:
            raise optuna.TrialPruned
        return x * n if kind == "a" else float("nan")

    study.optimize(objective, n_trials=30)
    trials = trials_of(study)
    assert [axis.kind for axis in trials.axes] == ["float", "int", "choice"]
    assert len(trials.values) == 30
    assert trials.curves[0].tolist() == [trials.params[0]["x"] + step for step in range(3)]
    assert trials.values[trials.best(1)[0]] == study.best_value
    cut = where(trials)
    assert (cut.axis, cut.region) == ("kind", "kind=b")


def test_kinds_are_those_that_are_planted():
    assert {kind for _, expected in PLANTED.values() for kind, _ in expected} <= KINDS


def test_reading_trials_loads_no_drawing():
    program = "import sys, rnn_lab.sweeping.examination.examine as e; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[3]
    )
    assert json.loads(done.stdout.lower()) is False
