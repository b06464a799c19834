"""k = 0: the readout's gradient is that of full back-propagation, and no recurrent weight moves by a bit."""

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import BPTT, Reach, Readout
from rnn_lab.sequences import Generated, Sine, Stream
from rnn_lab.training import LBFGS, SGD, Adam, RMSprop, Trainer, fit

R, B, T = 2, 3, 6
READOUT = ("W_hy", "b_y")


@pytest.mark.parametrize("model", [Elman(hidden_dim=4), GRU(hidden_dim=4), LSTM(hidden_dim=4, layers=2)], ids=repr)
@pytest.mark.parametrize("each_step", [False, True])
def test_gradient_of_windows(model, each_step) -> None:
    network, rng = Network(model, 2, 1, T, each_step=each_step), np.random.default_rng(0)
    parameters = network.initial(range(R))
    X, Y = rng.standard_normal((R, T, B, 2)), rng.standard_normal((R, T, B, 1) if each_step else (R, B, 1))
    loss, full = BPTT().for_windows(network, R, B, Reach(bptt_truncate=T))(parameters, X, Y)
    found_loss, found = Readout().for_windows(network, R, B, Reach(bptt_truncate=2))(parameters, X, Y)
    np.testing.assert_allclose(found_loss, loss, rtol=1e-13)
    for name in found:
        if name in READOUT:
            np.testing.assert_allclose(found[name], full[name], rtol=1e-12, atol=1e-15)
        else:
            assert not found[name].any()


WINDOWS = Generated(name="sine", series=Sine(length=60), window=6, train=20, validation=10)
STREAM = Stream(name="sine", series=Sine(length=80), train=60, validation=20)


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.1, momentum=0.9), Adam(), RMSprop(), LBFGS()], ids=repr)
@pytest.mark.parametrize("given", [WINDOWS, STREAM], ids=["windows", "stream"])
def test_no_recurrent_weight_moves_a_bit(optimizer, given) -> None:
    if optimizer.one_loss and given is STREAM:
        pytest.skip("a stream has no one loss")
    data = given.dataset()
    network = Network.for_data(data, GRU(hidden_dim=4, initial_state="learned"))
    trainer = Trainer(epochs=3, batch_size=None if optimizer.one_loss else 4, bptt_truncate=3, keep="last")
    state = fit(network, data, trainer, optimizer, (0, 1), rule=Readout())
    before = network.initial((0, 1))
    for name in before:
        assert np.array_equal(state.parameters[name], before[name]) == (name not in READOUT)


def test_weight_decay_shrinks_frozen_weights_too() -> None:
    data = WINDOWS.dataset()
    network = Network.for_data(data, Elman(hidden_dim=4))
    state = fit(network, data, Trainer(epochs=1, keep="last"), Adam(weight_decay=0.1), rule=Readout())
    ratio = state.parameters["W_hh"] / network.initial((0,))["W_hh"]
    assert (ratio < 1).all()
    np.testing.assert_allclose(ratio, ratio[0, 0, 0], rtol=1e-12)
