import numpy as np
import pytest

from rnn_lab.evaluation.echo_state import EchoState, Reservoir
from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.network import Elman, Network
from rnn_lab.network.activations import TANH, Identity
from rnn_lab.scoring.metrics import nrmse
from rnn_lab.sequences import NARMA, Generated, Logistic, MackeyGlass


def drawn(seed=0, inputs=2, hidden_dim=12, **settings):
    return Reservoir.draw(np.random.default_rng(seed), inputs, hidden_dim, **settings)


def test_the_states_are_the_elman_network_s():
    """With a leak of 1 it is the layer that the lab trains: the same weights give the same forecast."""
    X = np.random.default_rng(1).normal(size=(5, 9, 2))
    reservoir = drawn(input_scale=1.0)
    network = Network(Elman(hidden_dim=12), inputs=2, outputs=12, window=9)
    parameters = network.initial([0])
    for name, value in (("W_xh", reservoir.W_xh), ("W_hh", reservoir.W_hh), ("b_h", reservoir.b_h)):
        parameters[name][0] = value
    parameters["W_hy"][0], parameters["b_y"][0] = np.eye(12), 0.0
    np.testing.assert_allclose(reservoir.last_states(X), network.predict(parameters, X)[0], rtol=1e-12)


@pytest.mark.parametrize("leak", [1.0, 0.3])
def test_windows_and_series_are_one_recurrence(leak):
    reservoir, series = drawn(leak=leak), np.random.default_rng(1).normal(size=(30, 2))
    states = reservoir.states(series)
    assert reservoir.last_states(series[None])[0] == pytest.approx(states[-1], rel=1e-12)
    np.testing.assert_allclose(reservoir.states(series[20:], start=states[19]), states[20:], rtol=1e-12)


def test_a_linear_leaky_reservoir_is_a_sum_of_powers():
    """h_T = leak sum_t (x_t W_xh + b) A^(T - t) with A = (1 - leak) I + leak W_hh."""
    reservoir, x = drawn(leak=0.4, activation=Identity()), np.random.default_rng(1).normal(size=(6, 2))
    A = 0.6 * np.eye(12) + 0.4 * reservoir.W_hh
    drives = 0.4 * (x @ reservoir.W_xh + reservoir.b_h)
    expected = sum(drive @ np.linalg.matrix_power(A, 5 - t) for t, drive in enumerate(drives))
    np.testing.assert_allclose(reservoir.last_states(x[None])[0], expected, rtol=1e-12)


@pytest.mark.parametrize("leak", [1.0, 0.5])
def test_two_starts_converge(leak):
    """The echo-state property: what the state was is forgotten, what came in is not."""
    series = np.random.default_rng(1).uniform(-1, 1, (300, 2))
    reservoir = drawn(hidden_dim=40, leak=leak)
    distance = np.abs(reservoir.states(series, np.full(40, 0.9)) - reservoir.states(series, np.full(40, -0.9)))
    assert distance[0].max() > 0.1
    assert distance[-1].max() < 1e-6


def test_beyond_a_radius_of_one_two_starts_stay_apart():
    reservoir = drawn(hidden_dim=40, spectral_radius=1.6, input_scale=0.01, bias_scale=0.0)
    series = np.random.default_rng(1).uniform(-1, 1, (300, 2))
    distance = np.abs(reservoir.states(series, np.full(40, 0.9)) - reservoir.states(series, np.full(40, -0.9)))
    assert distance[-1].max() > 0.1


def recalled(reservoir, delays, length=6000):
    """Share of the variance of u(t - d) that a readout of h_t explains on data it was not fitted on, for each d."""
    u = np.random.default_rng(5).uniform(-1, 1, (length, 1))
    states, washout, half = reservoir.states(u), 200, length // 2
    past = np.column_stack([np.roll(u[:, 0], d) for d in range(delays)])
    readout = Ridge.fit(states[washout:half], past[washout:half], [1e-14])
    error = readout.predict(states[half:]) - past[half:]
    return 1 - np.mean(error**2, axis=0) / past[half:].var(axis=0)


def test_a_delay_line_recalls_exactly_its_length():
    line = Reservoir(np.eye(1, 8), np.eye(8, k=1), np.zeros(8), activation=Identity())
    capacity = recalled(line, delays=12)
    np.testing.assert_allclose(capacity[:8], 1.0, atol=1e-10)
    assert np.abs(capacity[8:]).max() < 0.02


def test_memory_capacity_is_at_most_the_size():
    """Jaeger (2002): the sum over all delays is at most H, and linear units come near it; tanh units recall less."""
    capacity = {
        name: recalled(
            drawn(inputs=1, hidden_dim=10, activation=activation, input_scale=1.0, bias_scale=0.0), delays=60
        ).clip(0)
        for name, activation in (("identity", Identity()), ("tanh", TANH))
    }
    assert 9.0 < capacity["identity"].sum() <= 10.0 + 0.1  # chance adds about H / N for each of the 60 delays
    assert capacity["tanh"].sum() < capacity["identity"].sum()


def test_narma_10_at_the_published_error():
    """Rodan & Tino (2011) report a normalised mean squared error of .0956, sd .016, for 100 units of this kind."""
    errors = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        u, y = NARMA(length=4200, transient=200)(rng).T[:, :, None]
        states = drawn(seed, inputs=1, hidden_dim=100).states((u[:-1] - 0.25) * np.sqrt(48))
        washout, split = 200, 2200
        readout = Ridge.fit(states[washout:split], y[washout + 1 : split + 1])
        errors.append(float(nrmse(readout.predict(states[split:]), y[split + 1 :])) ** 2)
    assert 0.06 < np.mean(errors) < 0.13


def fitted(data, hidden_dim=32, **settings):
    network = EchoState.fit(data.train.X, data.train.Y, hidden_dim, np.random.default_rng(0), **settings)
    return network, float(nrmse(network.predict(data.validation.X), data.validation.Y))


def windows(series, **arguments):
    arguments = {"window": 20, "train": 0.7, "validation": 0.3, **arguments}
    return Generated(name="own", series=series, **arguments).dataset()


def test_mackey_glass_gains_with_size():
    """One step ahead at a delay of 17: a few tenths of a percent with 32 units, clearly less with 100."""
    data = windows(MackeyGlass(length=1500, transient=250))
    small, large = fitted(data)[1], fitted(data, hidden_dim=100)[1]
    assert large < small / 2
    assert small < 5e-3


def test_it_does_what_no_linear_model_can():
    """One step of the chaotic logistic map is a parabola, which has no linear part: AR(p) explains nothing at r = 4."""
    assert fitted(windows(Logistic(length=600, r=4.0, start=0.3), window=5))[1] < 0.01


def test_the_scale_of_the_inputs_is_chosen_by_the_score():
    data = windows(Logistic(length=600), window=5)
    chosen, _ = fitted(data, input_scales=(0.1, 1.0))
    alone = [fitted(data, input_scales=(scale,))[0] for scale in (0.1, 1.0)]
    assert chosen.readout.score == min(network.readout.score for network in alone)
    assert alone[0].reservoir.W_xh == pytest.approx(0.1 * alone[1].reservoir.W_xh)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_the_data_s_own_scaling_does_not_matter(scaling):
    series = MackeyGlass(length=400)
    plain, scaled = windows(series), windows(series, scaling=scaling)
    expected = fitted(plain)[0].predict(plain.validation.X)
    forecast = scaled.target_scaler.undo(fitted(scaled)[0].predict(scaled.validation.X))
    np.testing.assert_allclose(forecast, expected, atol=1e-4)


def test_an_input_that_never_changes_is_harmless():
    data = windows(MackeyGlass(length=300))
    X = np.concatenate([data.train.X, np.full_like(data.train.X, 0.1)], axis=2)
    network = EchoState.fit(X, data.train.Y, 16, np.random.default_rng(0))
    assert float(nrmse(network.predict(X), data.train.Y)) < 0.05
