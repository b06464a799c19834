import numpy as np
import pytest

from rnn_lab.evaluation.autoregression import Autoregression, choose_order


def sine(length=200):
    return np.sin(np.arange(float(length)))[:, None]


def noise_driven(coefficients, length, seed=0):
    """x_t = sum_i a_i x_{t-i} + e_t, a fresh draw of it."""
    innovations = np.random.default_rng(seed).normal(size=length)
    x = np.zeros(length)
    for t in range(length):
        x[t] = innovations[t] + sum(a * x[t - i] for i, a in enumerate(coefficients, 1) if t >= i)
    return x[:, None]


def rmse(model, series, at):
    return float(np.sqrt(np.mean((model.predict(series, at) - series[at]) ** 2)))


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("order", [1, 2, 5])
def test_normal_equations_with_intercept(order, horizon):
    series = np.random.default_rng(order).normal(3.0, 2.0, size=(120, 1))
    at = np.arange(20, 90)
    rows = [[1.0] + [series[t - horizon - i, 0] for i in range(order)] for t in at]
    design = np.array(rows)
    expected = np.linalg.solve(design.T @ design, design.T @ series[at, 0])
    model = Autoregression.fit(series, at, order, horizon)
    assert model.intercept[0] == pytest.approx(expected[0], rel=1e-9)
    assert model.coefficients[:, 0] == pytest.approx(expected[1:], rel=1e-9, abs=1e-12)
    assert model.predict(series, at)[:, 0] == pytest.approx(design @ expected)


def test_yardsticks_of_the_sine():
    """The published yardsticks: AR(1) 0.595, AR(2) 1e-16, on targets 150..199 after fitting on 50..149."""
    series, train, validation = sine(), np.arange(50, 150), np.arange(150, 200)
    assert rmse(Autoregression.fit(series, train, 1, 1), series, validation) == pytest.approx(0.595, abs=5e-4)
    assert rmse(Autoregression.fit(series, train, 2, 1), series, validation) < 1e-14


@pytest.mark.parametrize("frequency", [0.3, 1.0, 2.5])
def test_first_order_residual_of_a_long_sine(frequency):
    """The best one-lag residual of sin(w n) has RMSE sin(w) / sqrt 2; horizon h sees w h instead of w."""
    series = np.sin(frequency * np.arange(20_000.0))[:, None]
    at = np.arange(10, 20_000)
    for horizon in (1, 2):
        expected = abs(np.sin(frequency * horizon)) / 2**0.5
        assert rmse(Autoregression.fit(series, at, 1, horizon), series, at) == pytest.approx(expected, rel=1e-3)


def test_each_column_has_its_own_coefficients():
    series = np.hstack([sine(), noise_driven([0.5], 200), 1e4 + 1e-3 * noise_driven([-0.4, 0.3], 200)])
    at = np.arange(50, 150)
    together = Autoregression.fit(series, at, 3, 1)
    for column in range(3):
        alone = Autoregression.fit(series[:, [column]], at, 3, 1)
        expected = alone.predict(series[:, [column]], at)
        assert together.predict(series, at)[:, [column]] == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_a_large_offset_costs_no_digits():
    series, at = noise_driven([0.5, -0.3], 300), np.arange(50, 250)
    plain, lifted = Autoregression.fit(series, at, 2, 1), Autoregression.fit(series + 1e7, at, 2, 1)
    assert lifted.coefficients == pytest.approx(plain.coefficients, rel=1e-6)


def test_fit_reads_no_later_row():
    series, at = noise_driven([0.5], 200), np.arange(50, 150)
    tampered = series.copy()
    tampered[150:] = 1e9
    assert (
        Autoregression.fit(series, at, 2, 1).coefficients == Autoregression.fit(tampered, at, 2, 1).coefficients
    ).all()
    assert choose_order(series, at, 20, 1) == choose_order(tampered, at, 20, 1)


def test_lags_before_the_first_row_are_refused():
    with pytest.raises(ValueError, match="reach back before"):
        Autoregression.fit(sine(), np.arange(2, 50), 3, 1)


def akaike_corrected(series, at, order, horizon):
    """The criterion from an explicit fit, one order at a time."""
    model = Autoregression.fit(series, at, order, horizon)
    squares = np.sum((model.predict(series, at) - series[at]) ** 2, axis=0)
    m, N = order + 2, len(at)
    return sum(N * np.log(s / N) + 2 * m * N / (N - m - 1) for s in squares)


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("horizon", [1, 2])
def test_chosen_order_minimises_the_criterion(columns, horizon):
    for seed in range(5):
        series = np.hstack([noise_driven([0.5, -0.4, 0.3], 160, seed=10 * seed + column) for column in range(columns)])
        at = np.arange(25, 125)
        values = [akaike_corrected(series, at, order, horizon) for order in range(1, 21)]
        assert choose_order(series, at, 20, horizon) == 1 + int(np.argmin(values))


def test_chosen_order_of_known_processes():
    long = np.arange(100, 5000)
    assert choose_order(noise_driven([0.5, -0.3, 0.4], 5000), long, 20, 1) == 3
    assert choose_order(sine(), np.arange(50, 150), 50, 1) == 2
    assert choose_order(1e6 + sine(), np.arange(50, 150), 50, 1) == 2
    assert choose_order(np.ones((200, 1)), np.arange(50, 150), 50, 1) == 1
    assert choose_order(np.zeros((200, 1)), np.arange(50, 150), 50, 1) == 1


@pytest.mark.parametrize("targets", [1, 2, 5, 6, 9])
def test_few_targets_never_buy_many_lags(targets):
    series = np.random.default_rng(0).normal(size=(100, 1))
    order = choose_order(series, np.arange(60, 60 + targets), 50, 1)
    assert 1 <= order <= max(1, targets - 4)
