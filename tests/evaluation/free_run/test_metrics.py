import numpy as np
import pytest

from rnn_lab.evaluation.free_run.metrics import error_growth, nrmse_at, relative_error, valid_prediction_time
from rnn_lab.scoring.metrics import nrmse
from rnn_lab.sequences import Lorenz63
from rnn_lab.sequences.runge_kutta import rk4_step

LN2 = np.log(2)


def logistic(angle, steps):
    """The logistic map at r = 4 in closed form: x = sin^2(theta), and each step doubles theta; (..., steps, 1)."""
    return np.sin(np.asarray(angle)[..., None] * 2.0 ** np.arange(1, steps + 1))[..., None] ** 2


@pytest.fixture
def perturbed():
    """Perfect forecasts of the logistic map from 2000 starts that are wrong by 1e-6 in theta: true, forecast, sd."""
    angles = np.random.default_rng(0).uniform(0, np.pi, 2000)
    return logistic(angles, 30), logistic(angles + 1e-6, 30), np.array([np.sqrt(1 / 8)])


def test_a_doubling_error_is_valid_for_the_logarithm_of_its_room():
    """e_s = eps 2^s: the last valid step is the largest s with eps 2^s < threshold, each step ln 2 Lyapunov times."""
    eps, deviation, steps = 1e-5, 3.0, np.arange(1, 41)
    true = np.random.default_rng(0).normal(size=(40, 1))
    forecast = true + deviation * eps * 2.0 ** steps[:, None]
    error = relative_error(forecast, true, [deviation])
    for threshold in (0.4, 0.5, 1.0):
        expected = np.ceil(np.log2(threshold / eps)) - 1
        time = valid_prediction_time(error, step=1.0, lyapunov=LN2, threshold=threshold)
        assert time / LN2 == pytest.approx(expected)
        assert abs(time - np.log(threshold / eps)) <= LN2


def test_the_logistic_map_keeps_a_known_error_for_the_known_time(perturbed):
    """A start wrong by eps in theta is wrong by eps 2^s |sin(2 theta)| after s steps, about eps 2^(s-1) typically."""
    true, forecast, deviation = perturbed
    time = valid_prediction_time(relative_error(forecast, true, deviation), step=1.0, lyapunov=LN2)
    assert time.shape == (2000,)
    assert np.median(time) == pytest.approx(np.log(0.5 * deviation[0] / 1e-6), abs=2 * LN2)


def test_errors_of_the_logistic_map_double(perturbed):
    """The mean log of |sin(2 theta)| over the invariant density is -ln 2: not only the slope is known."""
    true, forecast, deviation = perturbed
    growth = error_growth(forecast, true, deviation)[:12]
    expected = 1e-6 * 2.0 ** np.arange(1, 13) / 2 / deviation[0]
    np.testing.assert_allclose(growth, expected, rtol=0.1)
    assert np.polyfit(np.arange(12), np.log(growth), 1)[0] == pytest.approx(LN2, abs=0.01)


def test_the_logistic_map_s_error_at_every_horizon(perturbed):
    """sin^2(a + d) - sin^2(a) = sin(d) sin(2a + d), whose mean square over a is sin^2(d) / 2, with d = eps 2^h."""
    true, forecast, deviation = perturbed
    horizons = np.arange(1, 31)
    expected = 2 * np.abs(np.sin(1e-6 * 2.0**horizons))
    np.testing.assert_allclose(nrmse_at(forecast, true, deviation, horizons=horizons), expected, rtol=0.05)


def test_unrelated_states_differ_by_the_square_root_of_two(perturbed):
    true, _, deviation = perturbed
    assert nrmse_at(true[::-1], true, deviation, horizons=[9])[0] == pytest.approx(np.sqrt(2), rel=0.05)


def test_errors_of_the_lorenz_system_grow_at_its_exponent():
    """Twin orbits, 1e-8 apart: the published exponent is .906 per unit of time."""
    flow, step = Lorenz63(length=1, transient=1000, step=0.01), 0.01
    orbit = Lorenz63(length=40 * 250, transient=1000)(np.random.default_rng(0))
    true, twin = orbit[::250].T, orbit[::250].T + 1e-8
    runs = []
    for _ in range(1200):
        true, twin = (rk4_step(flow.derivative, state, step) for state in (true, twin))
        runs.append((true, twin))
    true, twin = (np.moveaxis(np.array(side), 2, 0) for side in zip(*runs, strict=True))  # (K, S, 3)
    growth = error_growth(twin, true, orbit.std(axis=0))
    slope = np.polyfit(step * np.arange(200, 1200), np.log(growth[200:]), 1)[0]
    assert slope == pytest.approx(0.906, rel=0.1)


def test_nrmse_at_a_horizon_is_the_metric_s_of_that_step():
    """With the starts' own standard deviation it is `nrmse` of the K values at that step, replica by replica."""
    rng = np.random.default_rng(0)
    true, forecast = rng.normal(size=(50, 90, 2)) * [1.0, 30.0], rng.normal(size=(3, 50, 90, 2))
    found = nrmse_at(forecast, true, true[:, 83].std(axis=0))
    assert found.shape == (3, 3)
    assert found[:, 2] == pytest.approx(nrmse(forecast[:, :, 83], true[:, 83]))


def test_a_mean_scores_one_at_every_horizon():
    true = np.random.default_rng(0).normal(size=(4000, 7, 1))
    forecast = np.zeros_like(true)
    assert nrmse_at(forecast, true, [1.0], horizons=range(1, 8)) == pytest.approx(np.ones(7), abs=0.05)


def test_what_comes_back_is_not_valid_again():
    assert valid_prediction_time([0.1, 0.9, 0.1, 0.1], step=2.0, lyapunov=0.5) == 1.0
    assert valid_prediction_time([0.5, 0.1], step=2.0, lyapunov=0.5) == 0.0  # the threshold itself is no longer valid
    assert valid_prediction_time([0.1, 0.1], step=2.0, lyapunov=0.5) == 2.0


def test_a_run_that_blew_up_is_wrong_and_no_warning():
    true = np.ones((2, 4, 1))
    forecast = true + 0.1
    forecast[0, 2:, 0] = np.nan, np.inf
    error = relative_error(forecast, true, [1.0])
    assert valid_prediction_time(error, step=1.0, lyapunov=1.0).tolist() == [2.0, 4.0]
    assert nrmse_at(forecast, true, [1.0], horizons=[2, 3, 4]).tolist() == pytest.approx([0.1, np.inf, np.inf])
    forecast[1, 2] = 1.0
    assert error_growth(forecast, true, [1.0]).tolist() == pytest.approx([0.1, 0.1, np.inf, np.inf])
    forecast[0, 0] = 1e300
    assert nrmse_at(forecast, true, [1.0], horizons=[1])[0] == np.inf


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: relative_error(np.ones((5, 1)), np.ones((5, 2)), [1.0, 1.0]), "do not fit"),
        (lambda: relative_error(np.ones((5, 2)), np.ones((5, 2)), [1.0]), "do not fit"),
        (lambda: relative_error(np.ones((5, 2)), np.ones((5, 2)), [1.0, 0.0]), "must be positive"),
        (lambda: nrmse_at(np.ones((5, 2)), np.ones((5, 2)), [1.0, 1.0]), "K starts"),
        (lambda: error_growth(np.ones((5, 2)), np.ones((5, 2)), [1.0, 1.0]), "K starts"),
        (lambda: nrmse_at(np.ones((3, 5, 1)), np.ones((3, 5, 1)), [1.0]), "between 1 and the 5 steps"),
        (lambda: valid_prediction_time([0.1], step=1.0, lyapunov=-0.1), "positive"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
