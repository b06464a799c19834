"""Baselines that a network must beat on windows of a series: closed forms, and nothing that it could not know."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines import BASELINES, Baseline, fit_baselines
from rnn_lab.sequences import Generated, Sine, Sunspots, Table
from tests.evaluation.baselines.usual import fitted, forecasts, scores


def sine(**arguments):
    arguments = {"window": 50, "train": 100, "validation": 50, **arguments}
    return Generated(name="sine", series=Sine(length=200), **arguments).dataset()


@pytest.fixture
def weather(tmp_path):
    """Three columns, 80 rows: wind drives, temperature and rain follow in other units."""
    rng = np.random.default_rng(0)
    wind = rng.normal(5, 2, 80)
    temperature = 290 + np.cumsum(rng.normal(size=80))
    rain = 1e-3 * np.roll(wind, 1)
    np.savetxt(
        tmp_path / "weather.csv",
        np.column_stack([wind, temperature, rain]),
        delimiter=",",
        header="wind,temperature,rain",
        comments="",
    )
    return tmp_path / "weather.csv"


def test_yardsticks_of_the_tutorial():
    """Published beside the tutorial, on its 50 validation targets: 0.680, 0.595, and nothing left for AR(2)."""
    validation = scores(sine())["validation"]
    assert validation["persistence"]["rmse"] == pytest.approx(0.680, abs=5e-4)
    assert validation["AR1"]["rmse"] == pytest.approx(0.595, abs=5e-4)
    assert validation["AR2"]["rmse"] < 1e-14
    assert list(validation) == ["mean", "persistence", "AR1", "AR2"]
    assert validation["mean"]["nrmse"] == pytest.approx(1.0, abs=1e-3)  # a mean over 16 periods, and over 8


@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
def test_scaling_changes_nothing(scaling):
    plain, scaled = scores(sine()), scores(sine(scaling=scaling))
    assert scaled == plain


def test_same_targets_as_the_network():
    """The targets scored are the records' own, undone: no row more, none less, in every split."""
    dataset = sine(scaling="standard", horizon=3, train=60, validation=40, test=20, gap=5)
    for split, records in dataset.scored.items():
        series, at = dataset.history(records)
        assert series[at] == pytest.approx(dataset.target_scaler.undo(records.Y), abs=1e-12)
        for name, forecast in forecasts(dataset)[split].items():
            assert forecast.shape == records.Y.shape, name
    assert set(scores(dataset)) == {"train", "validation", "test"}
    assert set(scores(sine())) == {"train", "validation"}


def test_persistence_is_the_window_s_last_value():
    for horizon in (1, 4):
        dataset = sine(horizon=horizon, validation=40)
        for split in ("train", "validation"):
            last_seen = getattr(dataset, split).X[:, -1]
            assert (forecasts(dataset)[split]["persistence"] == last_seen).all()


def test_nothing_is_fitted_after_training():
    dataset = sine()
    tampered = dataset.series.copy()
    tampered[dataset.train.at[-1] + 1 :] *= 1e6
    other = forecasts(replace(dataset, series=tampered))
    for name, forecast in forecasts(dataset)["train"].items():
        assert (other["train"][name] == forecast).all(), name
    assert (other["validation"]["mean"] == dataset.series[dataset.train.at].mean()).all()


def test_no_forecast_sees_its_own_future():
    """A change of a row moves no forecast whose window ends before it."""
    dataset = sine(horizon=2, validation=49)
    at = dataset.validation.at
    tampered = dataset.series.copy()
    tampered[170:] += 1e3
    before, after = forecasts(dataset), forecasts(replace(dataset, series=tampered))
    for name in before["validation"]:
        same = (before["validation"][name] == after["validation"][name])[:, 0]
        assert same[at - 2 < 170].all(), name
        assert name == "mean" or not same[at - 2 >= 170].any(), name


def test_several_targets_one_of_them_unseen(weather):
    """Rain is forecast from wind and temperature: its persistence is still its own last value."""
    dataset = Table(
        name="weather",
        path=str(weather),
        columns=["wind", "temperature"],
        target=["rain", "temperature"],
        window=8,
        train=50,
        validation=20,
        scaling="standard",
    ).dataset()
    forecast, at = forecasts(dataset)["validation"], dataset.validation.at
    assert (forecast["persistence"] == dataset.series[at - 1][:, [2, 1]]).all()
    mean = dataset.series[dataset.train.at][:, [2, 1]].mean(axis=0)
    assert forecast["mean"] == pytest.approx(np.tile(mean, (20, 1)))
    for column, name in enumerate(["rain", "temperature"]):
        alone = forecasts(replace(dataset, targets=(name,)))["validation"]
        for baseline in ("AR1", "AR2"):
            assert forecast[baseline][:, column] == pytest.approx(alone[baseline][:, 0])


@pytest.mark.parametrize(("window", "names"), [(1, ["AR1"]), (2, ["AR1", "AR2"])])
def test_no_more_past_than_the_network_has(window, names):
    sunspots = Sunspots(name="sunspots", window=window, train=200, validation=80).dataset()
    assert list(scores(sunspots)["train"]) == ["mean", "persistence", *names]


def test_sunspots_ask_for_about_nine_lags():
    """The literature's orders for the yearly numbers by Akaike's criterion are 8 and 9."""
    sunspots = Sunspots(name="sunspots", window=24, train=200, validation=80).dataset()
    validation = scores(sunspots)["validation"]
    chosen = list(validation)[-1]
    assert chosen in {"AR8", "AR9"}
    assert validation[chosen]["rmse"] < validation["AR2"]["rmse"] < validation["AR1"]["rmse"]
    assert json.loads(json.dumps(validation)) == validation


def test_an_echo_state_network_of_the_size_asked_for(weather):
    """It reads the network's windows and nothing else, is fitted on training records, and scored like the rest."""
    dataset = Table(
        name="weather", path=str(weather), columns=["wind"], target=["rain"],
        window=8, train=40, validation=15, test=10, scaling="standard",
    ).dataset()  # fmt: skip
    forecast = forecasts(dataset, hidden_dim=12)
    drawn = [f"ESN12, {draw}" for draw in range(5)]
    assert list(forecast["test"]) == [*forecasts(dataset)["test"], *drawn]
    later = replace(dataset.validation, X=dataset.validation.X[::-1])
    other = forecasts(replace(dataset, validation=later, test=None), hidden_dim=12)
    for draw in drawn:
        assert (other["train"][draw] == forecast["train"][draw]).all()
        np.testing.assert_allclose(other["validation"][draw], forecast["validation"][draw][::-1])
    # Rain is yesterday's wind: all of it is in the window, and none of it in rain's own past.
    scored = scores(dataset, hidden_dim=12)["test"]
    assert scored["ESN12"]["nrmse"] < 0.1 < 0.5 < scored["AR1"]["nrmse"]
    truth = dataset.series[dataset.test.at][:, [dataset.columns.index("rain")]]
    errors = [np.sqrt(np.mean((forecast["test"][draw] - truth) ** 2)) for draw in drawn]
    assert scored["ESN12"]["rmse"] == pytest.approx(np.median(errors))


class Unfit(Baseline):
    """One that always fails."""

    def __init__(self, error):
        self.error = error

    def fit(self, problem):
        raise self.error


def test_a_baseline_that_cannot_be_fitted_is_left_out_and_a_wrong_argument_is_refused():
    problem, _ = fitted(Generated(name="sine", series=Sine(length=60), window=5, train=30, validation=20).dataset())
    lost = {}
    chosen = {"mean": BASELINES["mean"], "bad": Unfit(ValueError("no luck\nat all"))}
    assert set(fit_baselines(problem, chosen, lost)) == {"mean"}
    assert lost == {"bad": "ValueError: no luck"}
    with pytest.raises(ValueError, match="no luck"):
        fit_baselines(problem, chosen)
    with pytest.raises(BadInput, match="season"):
        fit_baselines(problem, {"bad": Unfit(BadInput("season"))}, lost)
