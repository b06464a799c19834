"""Adaptive truncation: kappa of gradients that are known, and a gradient that is BPTT's at that k."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, Elman, Network
from rnn_lab.observers.alignment import agreement, recurrent
from rnn_lab.rules import BPTT, Adaptive, Reach
from rnn_lab.rules.adaptive import estimate_kappa
from rnn_lab.sequences import Generated, Reber, Sine, Stream, TaskData
from rnn_lab.training import Adam, Trainer, TrainingState, fit

R, B, T = 3, 8, 24


@pytest.mark.parametrize("beta", [0.3, 0.6, 0.8])
@pytest.mark.parametrize("delta", [0.1, 0.5, 0.9])
def test_kappa_of_a_geometric_decay_is_the_closed_form(beta, delta) -> None:
    """The bias of k is beta^k: what is left out, over all of it."""
    by_lag = beta ** np.arange(60.0)[:, None, None] * np.ones((1, 4, 1))
    assert estimate_kappa(by_lag, delta, 0.5) == int(np.floor(np.log(delta) / np.log(beta))) + 1


def test_the_gradient_is_that_of_bptt_at_each_replicas_own_kappa() -> None:
    network, rng = Network(Elman(hidden_dim=5), 2, 1, T), np.random.default_rng(0)
    parameters = network.initial(range(R))
    parameters["W_hh"][...] *= np.array([0.3, 0.6, 0.8])[:, None, None]
    X, Y = rng.standard_normal((R, T, B, 2)), rng.standard_normal((R, B, 1))
    rule = Adaptive(delta=0.3).for_windows(network, R, B, Reach(bptt_truncate=T))
    loss, found = rule(parameters, X, Y)
    kappa = rule.signals()["kappa"].astype(int)
    assert len(set(kappa)) > 1
    assert kappa[0] == kappa.min() < T
    for r in range(R):
        exact = BPTT().for_windows(network, R, B, Reach(bptt_truncate=int(kappa[r])))
        own_loss, expected = exact(parameters, X, Y)
        np.testing.assert_allclose(loss[r], own_loss[r], rtol=1e-13)
        np.testing.assert_allclose(found.flat[r], expected.flat[r], rtol=1e-12, atol=1e-16)
    _, full = BPTT().for_windows(network, R, B, Reach(bptt_truncate=T))(parameters, X, Y)
    W, whole = found["W_hh"].copy(), full["W_hh"]
    bias = np.linalg.norm((W - whole).reshape(R, -1), axis=1) / np.linalg.norm(whole.reshape(R, -1), axis=1)
    assert (bias < 0.5).all()


@pytest.mark.parametrize("k", [T, 12])
def test_kappa_counts_from_each_records_own_last_loss(k) -> None:
    """Records that end earlier decay as the others do, and a short reach does not hide it."""
    network, rng = (
        Network(Elman(hidden_dim=4, activation="identity"), 2, 1, T, each_step=True),
        np.random.default_rng(0),
    )
    parameters, weights = network.initial([0]), np.zeros((1, T, B))
    parameters["W_hh"][...] = 0.7 * np.eye(4)
    weights[0, np.arange(T - B, T), np.arange(B)] = 1 / B
    rule = Adaptive(delta=0.3).for_windows(network, 1, B, Reach(bptt_truncate=k))
    rule(parameters, rng.standard_normal((1, T, B, 2)), np.full((1, T, B, 1), 5.0), weights)
    assert rule.signals()["kappa"] == 4  # .7^4 < .3 < .7^3


@pytest.mark.parametrize("model", [Elman(hidden_dim=6, gain=0.6), GRU(hidden_dim=6)], ids=repr)
def test_with_a_loss_at_each_step_the_bias_is_what_is_allowed(model) -> None:
    """Every loss goes back through all kappa steps, unless a stride says otherwise."""
    network, rng = Network(model, 2, 1, T, each_step=True), np.random.default_rng(0)
    parameters, X, Y = network.initial([0]), rng.standard_normal((1, T, B, 2)), rng.standard_normal((1, T, B, 1))
    rule = Adaptive(delta=0.1).for_windows(network, 1, B, Reach(bptt_truncate=T))
    found = recurrent(rule(parameters, X, Y)[1], network)
    k = int(rule.signals()["kappa"][0])
    assert k < T
    exact, whole = (
        recurrent(BPTT().for_windows(network, 1, B, reach)(parameters, X, Y)[1], network)
        for reach in (Reach(bptt_truncate=k, bptt_stride=1), Reach(bptt_truncate=T))
    )
    np.testing.assert_array_equal(found, exact)
    assert agreement(found, whole)[0] < 0.1


WINDOWS = Generated(name="sine", series=Sine(length=80), window=12, train=22, validation=10).dataset()
MASKED = TaskData(name="reber", task=Reber(length=20), train=22, validation=10).dataset()


@pytest.mark.slow
@pytest.mark.parametrize("data", [WINDOWS, MASKED], ids=["windows", "masked"])
def test_runs_resume_to_the_bit_and_replicas_are_runs_of_their_own(tmp_path, data) -> None:
    network, path = Network.for_data(data, GRU(hidden_dim=4)), tmp_path / "state.npz"
    trainer = Trainer(epochs=4, batch_size=4, bptt_truncate=10, keep="last")
    listen = [lambda epoch: epoch.state.save(path) if epoch.epoch == 2 else None]
    whole = fit(network, data, trainer, Adam(), (3, 4), listen, rule=Adaptive())
    resumed = fit(network, data, trainer, Adam(), (3, 4), state=TrainingState.load(path)[0], rule=Adaptive())
    np.testing.assert_array_equal(resumed.parameters.flat, whole.parameters.flat)
    alone = fit(network, data, trainer, Adam(), (4,), rule=Adaptive())
    np.testing.assert_array_equal(alone.parameters.flat, whole.parameters.flat[1:])


def test_a_stream_is_refused() -> None:
    data = Stream(name="sine", series=Sine(length=80), train=60, validation=20).dataset()
    with pytest.raises(BadInput, match="Adaptive is defined for windows, and the data is a stream"):
        fit(Network.for_data(data, Elman(hidden_dim=4)), data, Trainer(), Adam(), rule=Adaptive())
