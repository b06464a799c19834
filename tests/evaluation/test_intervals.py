"""Intervals of forecasts hold about as often as they say, on rows that neither training nor their width has seen."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Forecaster, make_predictor
from rnn_lab.evaluation.forecast import forecast_series
from rnn_lab.evaluation.intervals import half_width, replica_half_width, told
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import ARMA, Generated, Series
from rnn_lab.training import LBFGS, Trainer, fit


def calibrated(seed: int, **options):
    maker = Generated(
        name="ar", series=ARMA(length=1000, ar=[1.6, -0.8]), seed=seed, window=4, scaling="standard",
        **{"train": 200, "validation": 390, "test": 400, **options},
    )  # fmt: skip
    data = maker.dataset()
    network = Network.for_data(data, Elman(hidden_dim=2))
    whole = Trainer(epochs=1, batch_size=None)
    parameters = fit(network, data, whole, LBFGS(iterations=20), [0, 1]).parameters
    return data, *make_predictor(network, parameters, data).calibrated(data)


def test_they_hold_on_the_test_split_and_travel_with_the_network(tmp_path):
    found = [calibrated(seed) for seed in range(4)]
    held = np.array([section["coverage"]["0.95"] for _, _, section in found])
    assert 0.92 < held[:, 0].mean() < 0.98
    assert 0.9 < held.mean() < 0.99
    assert "Intervals at 95 % from 390 validation errors hold" in told(found[0][2])[0]

    data, forecaster, section = found[0]
    errors = (
        data.series[data.validation.at, 0]
        - forecaster.one_step(data.series).mean(axis=0)[:, 0][data.validation.at - forecaster.lag]
    )
    expected = np.sort(np.abs(errors))[int(np.ceil(391 * 0.9)) - 1]  # the first step ahead, by hand
    assert forecaster.intervals["0.9"][0][0] == pytest.approx(expected, abs=1e-12)
    assert section["steps"] == len(forecaster.intervals["0.9"]) == 50

    forecaster.save(tmp_path)
    again = Forecaster.load(tmp_path)
    series = Series(data.series, ("x",), ("x",), ("x",))
    forecast = forecast_series(again, series, 60, 0.95)
    low, high = forecast.interval
    L, mean = len(data.series), forecast.free_run.mean(axis=0)
    np.testing.assert_allclose((high - low)[L : L + 50], 2 * np.array(again.intervals["0.95"]))
    np.testing.assert_allclose((high + low)[L : L + 50] / 2, mean[L : L + 50])
    assert np.isnan(low[L + 50 :]).all()  # nothing was measured so far ahead
    np.testing.assert_allclose((high - low)[L - 9 : L], 2 * again.intervals["0.95"][0][0])
    forecast.write_csv(tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text().startswith("n,x,x_one_step,x_one_step_sd,x_free_run,x_free_run_sd,x_low,")
    wide = forecast_series(again, series, 5, 0.95, "replicas").interval
    np.testing.assert_allclose((wide[1] - wide[0])[L:], 2 * replica_half_width(forecast.free_run[:, L : L + 5], 0.95))
    with pytest.raises(BadInput, match=r"interval=0\.7 was not measured .* there are 0\.5, 0\.8"):
        forecast_series(again, series, 5, 0.7)
    alone = replace(again, parameters=again.parameters.select(0))
    with pytest.raises(BadInput, match="needs two replicas"):
        forecast_series(alone, series, 5, 0.95, "replicas")


def test_too_few_errors_give_no_interval():
    assert half_width(np.arange(18.0), 0.95) == np.inf
    assert half_width(np.array([*np.arange(19.0), np.nan]), 0.95) == 18.0
    _, forecaster, section = calibrated(0, train=500, validation=10, test=20)
    assert forecaster.intervals["0.95"][0] == [None]
    assert "0.95" not in section["coverage"]
