"""SnAp-1 and RFLO: exact where they should be, and stated where they are not."""

import numpy as np
import pytest

import rnn_lab.capacity
from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import ARTBP, BPTT, RFLO, RTRL, UORO, Reach, SnAp1
from rnn_lab.sequences import Generated, Sine
from rnn_lab.training import Trainer, fit

R, B, T, D, H = 2, 3, 7, 2, 4
CELLS = [
    Elman(hidden_dim=H, initial_state="learned"),
    GRU(hidden_dim=H, initial_state="learned"),
    GRU(hidden_dim=H, reset="before"),
    LSTM(hidden_dim=H, initial_state="learned"),
    LSTM(hidden_dim=2),
]


def drawn(network, seed=0):
    rng, parameters = np.random.default_rng(seed), network.initial(range(R))
    parameters.flat[...] += 0.3 * rng.standard_normal(parameters.flat.shape)
    return parameters, rng.standard_normal((R, T, B, D)), rng.standard_normal((R, T, B, 1))


def gradients(network, batch, *rules):
    """The gradient of each rule for windows, with k = T."""
    found = []
    for rule in rules:
        _, gradient = rule.for_windows(network, R, B, Reach(bptt_truncate=T))(*batch)
        found.append(gradient.copy())
    return found


def diagonal(parameters) -> None:
    """Leave only what goes from a unit to itself, in every gate."""
    W = parameters["W_hh"]
    W *= np.tile(np.eye(H if W.shape[1] == H else W.shape[1]), W.shape[2] // W.shape[1])


@pytest.mark.parametrize("model", CELLS, ids=repr)
def test_snap1_is_rtrl_where_w_hh_is_diagonal(model) -> None:
    network = Network(model, D, 1, T, each_step=True)
    parameters, X, Y = drawn(network)
    kept, exact = gradients(network, (parameters, X, Y), SnAp1(), RTRL())
    assert not np.allclose(kept["W_hh"], exact["W_hh"], rtol=1e-3)
    diagonal(parameters)
    found, expected = gradients(network, (parameters, X, Y), SnAp1(), RTRL())
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-10, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("model", [CELLS[1], CELLS[3], CELLS[4]], ids=repr)
def test_rflo_has_no_term_through_w_hh(model) -> None:
    """Its gradient is exact where W_hh is zero; elsewhere its p sees W_hh by the values of the gates alone."""
    network = Network(model, D, 1, T, each_step=True)
    parameters, X, Y = drawn(network)
    kept, exact = gradients(network, (parameters, X, Y), RFLO(), RTRL())
    assert not np.allclose(kept["W_hh"], exact["W_hh"], rtol=1e-3)
    parameters["W_hh"][...] = 0.0
    found, expected = gradients(network, (parameters, X, Y), RFLO(), RTRL())
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-10, atol=1e-14, err_msg=name)


def test_rflo_of_an_elman_layer_is_one_step_of_back_propagation() -> None:
    network = Network(Elman(hidden_dim=H), D, 1, T, each_step=True)
    batch = drawn(network)
    (found,) = gradients(network, batch, RFLO())
    _, expected = BPTT().for_windows(network, R, B, Reach(bptt_truncate=1))(*batch)
    np.testing.assert_allclose(found.flat, expected.flat, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("rule", [SnAp1(), RFLO()])
def test_a_stream_goes_on(rule) -> None:
    """Chunks of a stream, with weights that stand still, give in all what one chunk gives."""
    network = Network(GRU(hidden_dim=H), D, 1, None, each_step=True)
    parameters, X, Y = drawn(network)
    pieces, whole = (rule.for_stream(network, R, B, Reach(bptt_truncate=3)) for _ in range(2))
    pieces.begin(parameters)
    whole.begin(parameters)
    _, expected = whole(parameters, X, Y)
    total = sum(
        pieces(parameters, X[:, part], Y[:, part])[1].flat * (part.stop - part.start) / T
        for part in (slice(0, 3), slice(3, 6), slice(6, 7))
    )
    np.testing.assert_allclose(total, expected.flat, rtol=1e-11, atol=1e-14)


def test_a_reset_gate_that_acts_through_w_hn_is_refused() -> None:
    with pytest.raises(BadInput, match=r"RFLO has no term through W_hh, .* needs model\.reset=after"):
        RFLO().refuse(Network(GRU(hidden_dim=H, reset="before"), D, 1, T))


@pytest.mark.parametrize("rule", [SnAp1(), RFLO(), UORO(), ARTBP()], ids=repr)
def test_what_no_memory_holds_is_one_sentence(monkeypatch, rule) -> None:
    """A number a parameter or more, for each of so many records, is far more than the states of two steps."""
    monkeypatch.setattr(rnn_lab.capacity, "free_memory", lambda: 5e8)
    data = Generated(name="sine", series=Sine(length=1200), window=2, train=1000, validation=100).dataset()
    trainer = Trainer(epochs=1, batch_size=1000, bptt_truncate=2)
    with pytest.raises(BadInput, match=rf"the rule {type(rule).__name__} with model\.hidden_dim=200.* GB of memory"):
        fit(Network.for_data(data, LSTM(hidden_dim=200)), data, trainer, rule=rule)
