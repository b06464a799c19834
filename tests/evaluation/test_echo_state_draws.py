import numpy as np
import pytest

from rnn_lab.evaluation.echo_state import EchoState
from rnn_lab.evaluation.echo_state_draws import EchoStateDraws, draw_rngs
from rnn_lab.rng import named_rng
from rnn_lab.scoring.spread import spread
from rnn_lab.sequences import Generated, Lorenz63, MackeyGlass


def windows(series):
    return Generated(name="own", series=series, window=15, train=0.6, validation=0.2, test=0.2).dataset()


@pytest.mark.parametrize("series", [MackeyGlass(length=300), Lorenz63(length=300)])
@pytest.mark.parametrize("hidden_dim", [8, 33])
def test_the_first_draw_is_the_single_one_to_the_bit(series, hidden_dim):
    data = windows(series)
    fit = (data.train.X, data.train.Y, hidden_dim)
    draws = EchoStateDraws.fit(*fit, draw_rngs(hidden_dim, 4))
    single = EchoState.fit(*fit, named_rng(0, "initialisation", hidden_dim))  # as the baseline has it
    assert np.array_equal(draws.networks[0].readout.coefficients, single.readout.coefficients)
    assert np.array_equal(draws.predict(data.validation.X)[0], single.predict(data.validation.X))


@pytest.mark.parametrize("settings", [{}, {"leak": 0.4, "spectral_radius": 0.5, "input_scales": (0.3,)}])
def test_every_draw_is_the_single_fit_of_its_stream(settings):
    data = windows(MackeyGlass(length=300))
    draws = EchoStateDraws.fit(data.train.X, data.train.Y, 12, draw_rngs(12, 5), **settings)
    for network, rng, forecast in zip(draws.networks, draw_rngs(12, 5), draws.predict(data.test.X), strict=True):
        alone = EchoState.fit(data.train.X, data.train.Y, 12, rng, **settings)
        assert np.array_equal(network.reservoir.W_hh, alone.reservoir.W_hh)
        assert np.array_equal(forecast, alone.predict(data.test.X))


def test_draws_differ_and_have_a_spread():
    data = windows(MackeyGlass(length=300))
    draws = EchoStateDraws.fit(data.train.X, data.train.Y, 12, draw_rngs(12))
    errors = np.sqrt(np.mean((draws.predict(data.test.X) - data.test.Y) ** 2, axis=(1, 2)))
    assert errors.shape == (10,)
    assert len(set(errors.tolist())) == 10
    low, high = spread(errors).interval
    assert errors.min() < low < high < errors.max() * 3
    assert draws.settings.startswith("10 draws of 12 units")
