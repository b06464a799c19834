"""A backtest is what a plain loop over its origins gives: each forecast from the rows before it, and no other."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Backtest, Problem, fit_baselines, make_predictor
from rnn_lab.evaluation.backtest import Recipe, told
from rnn_lab.evaluation.baselines import LinearModel, Persistence
from rnn_lab.network import Elman, Network
from rnn_lab.rules import BPTT
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import ARMA, Generated
from rnn_lab.training import Adam, Trainer, fit

T, K, S, SEEDS = 2, 4, 5, (0, 1)
MAKER = Generated(
    name="ar", series=ARMA(length=90, ar=[1.6, -0.8]), window=T, train=50, validation=20, test=10, scaling="standard"
)
TRAINER = Trainer(epochs=2, batch_size=10)
BASELINES = {"persistence": Persistence(), "linear": LinearModel(orders=[2])}


def trained(data):
    network = Network.for_data(data, Elman(hidden_dim=3))
    state = fit(network, data, TRAINER, Adam(), SEEDS)
    problem = Problem(data, targets_of(data), 3)
    return network, make_predictor(network, state.parameters, data), fit_baselines(problem, BASELINES)


def free_autoregression(series, at, order, steps):
    """Least squares on the targets ``at``, and forecasts fed back: written for this test."""
    lags = np.array([[1.0, *(series[t - 1 - i] for i in range(order))] for t in at])
    c = np.linalg.lstsq(lags, series[at], rcond=None)[0]
    seen = list(series)
    for _ in range(steps):
        seen.append(c @ [1.0, *seen[: -order - 1 : -1]])
    return np.array(seen[len(series) :])


@pytest.mark.parametrize("refit", [False, True])
def test_it_equals_a_plain_loop_over_its_origins(refit):
    data = MAKER.dataset()
    network, forecaster, baselines = trained(data)
    plan = Backtest(origins=K, steps=S, refit=refit).plan(data, MAKER)
    section = plan.carry_out(forecaster, baselines, Recipe(network, TRAINER, Adam(), BPTT(), SEEDS, BASELINES))

    x, at = data.series, data.test.at
    origins = np.linspace(at[0], at[-1] - S + 1, K).round().astype(int)
    assert (section["origins"], section["split"], section["steps"]) == (origins.tolist(), "test", S)
    squares = {"network": np.zeros((2, S)), "persistence": np.zeros((1, S)), "AR2": np.zeros((1, S))}
    for origin in origins:
        seen, own, fit_to = x[:origin], forecaster, data.train.at
        if refit:
            again = replace(MAKER, train=50 / 70, validation=20 / 70, test=0).cut(replace(MAKER.read(), values=seen))
            assert again.validation.at[-1] == origin - 1  # nothing that was known is left out
            own, fit_to = trained(again)[1], again.train.at
        true = x[origin : origin + S, 0]
        squares["network"] += (own.free_run(seen, S)[:, :, 0] - true) ** 2
        squares["persistence"] += (seen[-1, 0] - true) ** 2
        squares["AR2"] += (free_autoregression(seen[:, 0], fit_to, 2, S) - true) ** 2
    for name, total in squares.items():
        by_horizon = np.sqrt(total / K)
        np.testing.assert_allclose(section["rmse"][name], by_horizon.mean(axis=0), rtol=0, atol=1e-12)
        overall = np.sqrt((by_horizon**2).mean(axis=1)).mean()
        assert section["overall"][name] == pytest.approx(overall, abs=1e-12)
    assert set(section["rmse"]) == set(squares)
    np.testing.assert_allclose(section["replicas"], np.sqrt(squares["network"] / K), rtol=0, atol=1e-12)
    assert ("fitted anew" in told(section)[0]) is refit


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"origins": 7, "steps": 5}, "does not fit the 10 test targets: there is room for 6 origins"),
        ({"origins": 1, "steps": 11}, "there is room for 0 origins"),
    ],
)
def test_origins_that_do_not_fit_are_refused(options, said):
    with pytest.raises(BadInput, match=said):
        Backtest(**options).plan(MAKER.dataset(), MAKER)
    assert Backtest().plan(MAKER.dataset(), MAKER) is None
