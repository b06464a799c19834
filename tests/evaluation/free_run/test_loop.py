"""The loop that feeds forecasts back: the same from many starts as from one, whoever forecasts."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.loop import feed_back
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.sequences import Generated, Henon, Sine


def trained(layer, *, horizon=1, each_step=False, dtype="float64", **data):
    """An untrained network is as good: what it forecasts is fed back all the same."""
    data = {"window": 6, "train": 0.6, "validation": 0.4, "scaling": "standard", **data}
    dataset = Generated(name="henon", series=Henon(length=90), horizon=horizon, **data).dataset()
    network = Network(layer, len(dataset.inputs), len(dataset.targets), 6, dtype=dtype, each_step=each_step)
    return Forecaster.of(network, network.initial([0, 1, 2]), dataset), dataset.series


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize(
    "layer", [Elman(hidden_dim=5), GRU(hidden_dim=5), LSTM(hidden_dim=5)], ids=["elman", "gru", "lstm"]
)
def test_many_starts_at_once_equal_each_alone(layer, horizon):
    forecaster, series = trained(layer, horizon=horizon)
    ends = [forecaster.lag, 30, 31, 90]
    observed = np.stack([series[end - forecaster.lag : end] for end in ends])
    together = forecaster.free_runs(observed, 12)
    assert together.shape == (3, 4, 12, 2)
    for k, end in enumerate(ends):
        assert together[:, k] == pytest.approx(forecaster.free_run(series[:end], 12), rel=1e-11)


def test_a_network_with_a_target_at_each_step_forecasts_from_its_last():
    layer = Elman(hidden_dim=5)
    last, series = trained(layer)
    each, _ = trained(layer, each_step=True)
    assert each.free_run(series, 9) == pytest.approx(last.free_run(series, 9), rel=1e-12)


def test_half_precision_of_the_network_is_kept_within_its_own_rounding():
    double, series = trained(Elman(hidden_dim=5))
    single, _ = trained(Elman(hidden_dim=5), dtype="float32")
    assert single.free_run(series, 3) == pytest.approx(double.free_run(series, 3), rel=1e-4)


def test_no_steps_and_no_starts():
    forecaster, series = trained(Elman(hidden_dim=5))
    assert forecaster.free_run(series, 0).shape == (3, 0, 2)
    assert forecaster.free_runs(np.empty((0, 6, 2)), 4).shape == (3, 0, 4, 2)


def test_stretches_that_do_not_fit():
    forecaster, _ = trained(Elman(hidden_dim=5), horizon=2)
    for shape in ((4, 6, 2), (4, 7, 1), (7, 2)):
        with pytest.raises(BadInput, match=r"\(starts, 7, 2\) is needed, 7 rows of x, y"):
            forecaster.free_runs(np.zeros(shape), 2)


def test_each_start_goes_its_own_way_of_a_linear_recurrence():
    """x_{n+1} = 2 cos(w) x_n - x_{n-1} goes on with every sine of that frequency, whatever its phase and size."""
    omega, sizes, phases = 0.3, np.array([1.0, 0.1, 40.0]), np.array([0.0, 1.0, 2.0])
    n = np.arange(60)
    sines = (sizes[:, None] * np.sin(omega * n + phases[:, None]))[..., None]
    found = feed_back(
        lambda x: 2 * np.cos(omega) * x[:, -1] - x[:, -2], sines[None, :, :5], 55, window=5, outputs=1, fed_back=[0]
    )
    assert found[0] == pytest.approx(sines[:, 5:], rel=1e-9, abs=1e-9)


def test_the_horizon_reaches_over_observed_rows_first():
    """With horizon 3, the first three forecasts see observed rows alone, the fourth the first forecast."""
    observed = np.arange(5.0).reshape(1, 1, 5, 1)  # lag 5 = window 3 - 1 + horizon 3
    found = feed_back(lambda x: x[:, -1] + 100, observed, 7, window=3, outputs=1, fed_back=[0])
    assert found.ravel().tolist() == [102, 103, 104, 202, 203, 204, 302]


def test_what_is_not_fed_back_is_not_needed():
    found = feed_back(lambda x: x[:, -1, :, :1], np.ones((1, 2, 4, 3)), 2, window=3, outputs=1, fed_back=None)
    assert found.tolist() == [[[[1.0], [1.0]]] * 2]


def test_a_sine_is_followed_by_the_autoregression_that_it_obeys():
    series = Sine(length=120)(np.random.default_rng(0))
    from rnn_lab.evaluation.autoregression import Autoregression

    model = Autoregression.fit(series, np.arange(20, 80), 2, 1)
    found = feed_back(
        lambda x: model.forecast(x.swapaxes(1, 2)), series[None, None, 78:80], 40, window=2, outputs=1, fed_back=[0]
    )
    assert found[0, 0] == pytest.approx(series[80:120], abs=1e-9)
    assert model.forecast(series[None, 78:80])[0] == pytest.approx(model.predict(series, np.array([80]))[0])
