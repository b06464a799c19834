"""Forecasts along a series with the state carried on, against a walk of the equations in original units."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import StreamForecaster
from rnn_lab.evaluation import stream_forecaster as module
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.reference import start, step
from rnn_lab.sequences import Henon, Stream

MODELS = [
    Elman(hidden_dim=3),
    GRU(hidden_dim=3, layers=2, input_skip=True),
    LSTM(hidden_dim=3, initial_state="learned"),
]


def made(model=MODELS[0], horizon=1, dtype="float64", **arguments):
    arguments = {"columns": ["y", "x"], "target": ["x", "y"], "scaling": "standard", **arguments}
    stream = Stream(name="henon", series=Henon(length=200), train=120, validation=80, horizon=horizon, **arguments)
    data = stream.dataset()
    network = Network(model, len(data.inputs), len(data.targets), None, dtype, each_step=True)
    parameters = network.initial([0, 1])
    parameters.flat[...] += 0.2 * np.random.default_rng(0).standard_normal(parameters.flat.shape)
    return StreamForecaster.of(network, parameters, data)


class Walk:
    """One replica, row by row, in original units."""

    def __init__(self, forecaster, r):
        self.f = forecaster
        self.theta = {name: values[None, r] for name, values in forecaster.parameters.arrays().items()}
        self.state = start(forecaster.network.model, self.theta, 1)

    def __call__(self, row):
        x = self.f.input_scaler.apply(row)[None]
        self.state, o = step(self.f.network.model, self.theta, 0, x, self.state)
        return self.f.target_scaler.undo(o[0, 0].real)


def series(rows=23):
    return np.random.default_rng(1).standard_normal((rows, 2)) * [0.3, 1.0]


@pytest.fixture(params=[5, 256], ids=["blocks", "one block"])
def block(request, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", request.param)


every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
horizons = pytest.mark.parametrize("horizon", [1, 3])


@horizons
@every_model
@pytest.mark.usefixtures("block")
def test_one_step_from_every_row(model, horizon):
    """Forecast n is of row n + horizon: of what training gave the step at row n as its target."""
    forecaster, x = made(model, horizon), series()
    found = forecaster.one_step(x)
    assert found.shape == (2, 23, 2)
    assert forecaster.lag == horizon
    for r in range(2):
        walk = Walk(forecaster, r)
        np.testing.assert_allclose(found[r], [walk(row) for row in x], rtol=1e-11)


@horizons
@every_model
@pytest.mark.usefixtures("block")
def test_a_free_run_reads_its_own_forecasts(model, horizon):
    """Row s after the series is forecast at the row ``horizon`` before it; inputs (y, x) come back from (x, y)."""
    forecaster, x = made(model, horizon), series()
    found = forecaster.free_run(x, 11)
    assert found.shape == (2, 11, 2)
    for r in range(2):
        walk = Walk(forecaster, r)
        ahead = [walk(row) for row in x][-horizon:]
        expected = []
        for _ in range(11):
            expected.append(ahead.pop(0))
            ahead.append(walk(expected[-1][::-1]))
        np.testing.assert_allclose(found[r], expected, rtol=1e-9)


@pytest.mark.usefixtures("block")
def test_several_starts_are_as_many_runs():
    forecaster, x = made(MODELS[1], horizon=2), series(40)
    starts = np.stack([x[:17], x[5:22], x[20:37]])
    found = forecaster.free_runs(starts, 6)
    assert found.shape == (2, 3, 6, 2)
    for k in range(3):
        np.testing.assert_allclose(found[:, k], forecaster.free_run(starts[k], 6), rtol=1e-11)


def test_a_free_run_begins_with_the_one_step_forecasts_beyond_the_series():
    forecaster, x = made(horizon=3), series()
    np.testing.assert_allclose(forecaster.free_run(x, 7)[:, :3], forecaster.one_step(x)[:, -3:], rtol=1e-12)
    np.testing.assert_allclose(forecaster.free_run(x, 2), forecaster.one_step(x)[:, -3:-1], rtol=1e-12)
    assert forecaster.free_run(x, 0).shape == (2, 0, 2)


def test_windows_of_any_length_have_a_forecast_at_each_row():
    forecaster, x = made(MODELS[2]), series()
    for rows in (1, 4, 23):
        windows = np.stack([x[:rows], x[::-1][:rows]])
        found = forecaster.predict_each(windows)
        assert found.shape == (2, 2, rows, 2)
        np.testing.assert_allclose(found[:, 0], forecaster.one_step(x[:rows]), rtol=1e-11)
        np.testing.assert_allclose(forecaster.predict(windows), found.mean(axis=0))


def test_a_runaway_ends_in_numbers_that_say_so_and_in_no_warning():
    forecaster = made(Elman(hidden_dim=3, activation="identity"))
    forecaster.parameters["W_hy"][...] *= 1e60
    runaway = forecaster.free_run(series(), 20)
    assert np.isfinite(runaway[:, 0]).all()
    assert not np.isfinite(runaway[:, -1]).all()


def test_single_precision():
    short, x = made(dtype="float32"), series()
    np.testing.assert_allclose(short.one_step(x), made().one_step(x), rtol=1e-3, atol=1e-4)


def test_arguments_are_not_modified():
    forecaster, x = made(), series()
    before, weights = x.copy(), forecaster.parameters.flat.copy()
    forecaster.free_run(x, 5)
    assert (x == before).all()
    assert (forecaster.parameters.flat == weights).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (np.zeros((2, 2)), "the series has 2 rows, but a forecast needs at least 3"),
        (np.zeros((9, 1)), "the columns y, x"),
        (np.zeros(9), "the columns y, x"),
        (np.full((9, 2), np.inf), "not finite"),
    ],
)
def test_series_that_do_not_fit(rows, says):
    with pytest.raises(BadInput, match=says):
        made(horizon=3).free_run(rows, 4)


def test_what_cannot_be_fed_back_is_refused():
    forecaster = made(horizon=3, target="x")
    assert forecaster.free_run(series(), 3).shape == (2, 3, 1)
    with pytest.raises(BadInput, match=r"steps=4 .* the input 'y' is no target .* ask for steps=3 at most"):
        forecaster.free_run(series(), 4)
    with pytest.raises(BadInput, match=r"observed rows of shape \(1, 2, 2\) do not fit"):
        forecaster.free_runs(np.zeros((1, 2, 2)), 1)
