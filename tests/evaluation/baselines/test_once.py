"""Baselines that a process fits once: the same answers, and as few fits as the data and sizes ask for."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.evaluation import BASELINES, Problem, fit_baselines, score_baselines, score_each_target
from rnn_lab.evaluation.baselines import EchoStateNetwork, LinearModel
from rnn_lab.evaluation.baselines.once import FittedOnce
from rnn_lab.evaluation.free_run.plan import FreeRun
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import Generated, Henon, MackeyGlass, Sine, Stream

SINE = Generated(name="sine", series=Sine(length=80), window=5, train=40, validation=20)
HENON = Generated(name="henon", series=Henon(length=120), window=5, train=60, validation=30)


@pytest.fixture
def fits(monkeypatch):
    """The sizes of networks for which baselines were fitted, in order."""
    found: dict[str, list[int]] = {"LinearModel": [], "EchoStateNetwork": []}
    for kind in (LinearModel, EchoStateNetwork):

        def counted(self, problem, real=kind.fit):
            found[type(self).__name__].append(problem.hidden_dim)
            return real(self, problem)

        monkeypatch.setattr(kind, "fit", counted)
    return found


def test_trials_of_one_data_set_fit_each_once(fits):
    known = FittedOnce()
    for maker, H in ((SINE, 4), (SINE, 4), (SINE, 6), (SINE, 6), (HENON, 6), (SINE, 6)):
        data = maker.dataset()  # each trial makes its own
        problem, fitted = known.fit(Problem(data, targets_of(data), H), BASELINES, {})
        fresh = fit_baselines(alone := Problem(data, targets_of(data), H), BASELINES)
        del fits["LinearModel"][-1], fits["EchoStateNetwork"][-1]
        assert problem.hidden_dim == H
        for _ in range(2):
            assert score_baselines(problem, fitted) == score_baselines(alone, fresh)
            assert score_each_target(problem, fitted) == score_each_target(alone, fresh)
        plan = FreeRun(starts=3, steps=6).plan(data, maker)
        run = plan.segment, plan.starts, plan.steps
        for name, one in fresh.items():
            expected = one.free_run(*run)
            np.testing.assert_array_equal(fitted[name].free_run(*run), expected)
            np.testing.assert_array_equal(fitted[name].free_run(*run), expected)
    assert fits == {"LinearModel": [4, 6, 6], "EchoStateNetwork": [4, 6, 6, 6]}


def test_other_scores_are_another_problem(fits):
    known, data = FittedOnce(), SINE.dataset()
    usual = targets_of(data)
    for targets in (
        usual,
        targets_of(data),
        targets_of(data, None, {"mae": usual.scores["mae"]}),
    ):
        problem, fitted = known.fit(Problem(data, targets, 4), {"linear": LinearModel()}, {})
        assert set(fitted["AR1"].scores(data.validation)) == set(targets.scores)
    known.fit(replace(problem, hidden_dim=9), {"linear": LinearModel(), "third": LinearModel(orders=[3])}, {})
    assert fits["LinearModel"] == [4, 4, 9]


def test_answers_along_a_stream_are_of_the_split_that_is_asked_for():
    """A stream's scored rows are cut when they are asked for, and answers are remembered by them."""
    data = Stream(name="own", series=MackeyGlass(length=400), train=200, validation=100, test=50).dataset()
    assert data.scored["train"] is data.scored["train"]
    problem, fitted = FittedOnce().fit(Problem(data, targets_of(data), 4), BASELINES, {})
    first = score_baselines(problem, fitted)
    for _ in range(3):
        gc.collect()
        assert score_baselines(problem, fitted) == first
