"""The verdict of a run against the same tests done by hand, and the draws of a reservoir."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from rnn_lab.evaluation import Problem, fit_baselines, score_baselines, score_draws
from rnn_lab.evaluation.baselines import BASELINES, EchoStateNetwork
from rnn_lab.evaluation.echo_state import EchoState
from rnn_lab.evaluation.verdict import of_draws, verdict
from rnn_lab.rng import named_rng
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import Adding, Generated, MackeyGlass, TaskData

SEEDS = [1.00, 1.04, 0.97, 1.02, 0.99]


def run(values, baselines, draws=None, score="rmse"):
    replicas = [{"metrics": {f"val/{score}": value}, "diverged": np.isnan(value)} for value in values]
    drawn = {name: {"settings": "", "scores": {f"val/{score}": own}} for name, own in (draws or {}).items()}
    baselines = {"validation": {name: {score: value} for name, value in baselines.items()}}
    return {"judged_on": "validation", "score": score, "replicas": replicas, "baselines": baselines, "draws": drawn}


def test_a_baseline_without_random_parts_is_one_number():
    baselines = {"far": 2.0, "near": 1.01, "better": 0.5}
    assert [ttest_1samp(SEEDS, value).pvalue * 3 < 0.05 for value in baselines.values()] == [True, False, True]
    assert verdict(run(SEEDS, baselines)).startswith(
        "By val/rmse the network is better than far; not told apart from near; no better than better (t tests over 5"
    )


def test_a_baseline_that_is_drawn_has_a_spread_of_its_own():
    """Its median alone would be told apart from the network, its draws are not."""
    draws = [1.03, 1.2, 0.9, 1.4, 1.1]
    assert ttest_1samp(SEEDS, np.median(draws)).pvalue < 0.05 < ttest_ind(SEEDS, draws, equal_var=False).pvalue
    assert "better than ESN8" in verdict(run(SEEDS, {"ESN8": np.median(draws)}))
    said = verdict(run(SEEDS, {"ESN8": np.median(draws)}, {"ESN8": draws}))
    assert "not told apart from ESN8 (t tests over 5 seeds and 5 draws of ESN8, at 5 % after Holm)" in said


def test_many_baselines_need_more_evidence():
    p = ttest_1samp(SEEDS, 1.06).pvalue
    assert p < 0.05 < 10 * p
    assert "better than one" in verdict(run(SEEDS, {"one": 1.06}))
    assert "not told apart from" in verdict(run(SEEDS, dict.fromkeys("abcdefghij", 1.06)))


def test_one_seed_tells_nothing_and_a_replica_that_diverged_is_none():
    assert verdict(run([1.0, np.nan], {"AR2": 2.0})) == (
        "One seed does not tell whether the network is better than AR2: take replicas=5."
    )
    assert verdict(run([np.nan], {"AR2": 2.0})) == ""


def test_what_nothing_can_be_better_than_is_no_rival():
    assert verdict(run(SEEDS, {"ideal": 0.0, "entropy": 0.4}, score="loss")) == ""


def test_each_draw_is_the_network_of_its_own_stream():
    data = Generated(name="own", series=MackeyGlass(length=300), window=15, train=0.6, validation=0.4).dataset()
    problem = Problem(data, targets_of(data), 8)
    fitted = fit_baselines(problem, {"echo_state": EchoStateNetwork(draws=3)})
    drawn = score_draws(problem, fitted)["ESN8"]["scores"]["val/rmse"]
    alone = []
    for draw in range(3):
        network = EchoState.fit(data.train.X, data.train.Y, 8, named_rng(draw, "initialisation", 8))
        alone.append(np.sqrt(np.mean((network.predict(data.validation.X) - data.validation.Y) ** 2)))
    assert drawn == pytest.approx(alone, rel=1e-9)
    assert len(set(drawn)) == 3
    assert score_baselines(problem, fitted)["validation"]["ESN8"]["rmse"] == np.median(drawn)


def test_a_long_series_has_fewer_draws_and_says_so():
    data = Generated(name="own", series=MackeyGlass(length=9000), window=100, train=0.6, validation=0.4).dataset()
    problem = Problem(data, targets_of(data), 4)
    drawn = score_draws(problem, fit_baselines(problem, {"echo_state": BASELINES["echo_state"]}))
    assert len(drawn["ESN4"]["scores"]["val/rmse"]) == 2_000_000 // (8900 * 100)
    (line,) = of_draws({"judged_on": "validation", "score": "rmse", "draws": drawn})
    assert line.startswith("ESN4: the median of 2 draws of 4 units, spectral radius 0.9")


def test_what_is_drawn_and_has_not_that_score_is_no_rival_and_told_by_another():
    drawn = {
        "ESN4": {
            "settings": "4 units",
            "scores": {"train/accuracy": [1.0, 1.0, 1.0], "val/accuracy": [0.25, 0.75, 0.5]},
        }
    }
    summary = run(SEEDS, {"chance": 2.0}, score="loss") | {"draws": drawn}
    assert "better than chance (t tests over 5 seeds, at 5 % after Holm)" in verdict(summary)
    assert of_draws(summary) == ["ESN4: the median of 3 draws of 4 units; val/accuracy from 0.25 to 0.75."]


def test_a_tasks_reservoirs_are_drawn_too():
    data = TaskData(name="adding", task=Adding(length=10), train=30, validation=20).dataset()
    problem = Problem(data, targets_of(data), 4)
    drawn = score_draws(problem, fit_baselines(problem, {"echo_state": BASELINES["echo_state"]}))
    assert len(set(drawn["ESN4"]["scores"]["val/rmse"])) == 5
