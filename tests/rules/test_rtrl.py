"""RTRL against back-propagation through everything: every cell, windows and streams, to 1e-10."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import BPTT, RTRL, Reach
from rnn_lab.sequences import Generated, Sine, Stream
from rnn_lab.training import LBFGS, Adam, Trainer, TrainingState, fit

R, B, T, D, O, H = 2, 3, 8, 2, 2, 4  # noqa: E741 - the symbols of the equations
CELLS = [
    Elman(hidden_dim=H),
    Elman(hidden_dim=H, activation="sigmoid", bias=False, initial_state="learned"),
    Elman(hidden_dim=H, activation="relu", input_skip=True),
    GRU(hidden_dim=H, initial_state="learned"),
    GRU(hidden_dim=H, reset="before"),
    GRU(hidden_dim=H, bias=False),
    GRU(hidden_dim=1, reset="before"),
    LSTM(hidden_dim=H, initial_state="learned"),
    LSTM(hidden_dim=2),
]


def agree(found, expected) -> None:
    for name in expected:
        scale = np.abs(expected[name]).max() + 1e-12
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-10 * scale, err_msg=name)


def moved(network):
    parameters = network.initial(range(R))
    parameters.flat[...] += 0.3 * np.random.default_rng(8).standard_normal(parameters.flat.shape)
    return parameters


@pytest.mark.parametrize("model", [*CELLS, Elman(hidden_dim=H, encoding="positional")], ids=repr)
@pytest.mark.parametrize("each_step", [False, True])
def test_windows(model, each_step) -> None:
    network, rng = Network(model, D, O, T, each_step=each_step), np.random.default_rng(1)
    rule, full = (made.for_windows(network, R, B, Reach(bptt_truncate=T)) for made in (RTRL(), BPTT()))
    parameters, weights = moved(network), rng.random((R, T, B)) if each_step else None
    for _ in range(2):
        X, Y = rng.standard_normal((R, T, B, D)), rng.standard_normal((R, T, B, O) if each_step else (R, B, O))
        loss, found = rule(parameters, X, Y, weights)
        expected_loss, expected = full(parameters, X, Y, weights)
        np.testing.assert_allclose(loss, expected_loss, rtol=1e-12)
        agree(found, expected)
        parameters.flat[...] -= 0.1 * expected.flat


@pytest.mark.parametrize("model", CELLS, ids=repr)
@pytest.mark.parametrize("chunk", [1, 3])
def test_along_a_stream_with_weights_that_stand_still(model, chunk) -> None:
    steps = 30
    network, rng = Network(model, D, O, None, each_step=True), np.random.default_rng(2)
    parameters = moved(network)
    X, Y = rng.standard_normal((R, steps, B, D)), rng.standard_normal((R, steps, B, O))
    rule = RTRL().for_stream(network, R, B, Reach(bptt_truncate=chunk))
    full = BPTT().for_stream(network, R, B, Reach(bptt_truncate=steps))
    rule.begin(parameters)
    full.begin(parameters)
    for start in range(0, steps, chunk):
        part = slice(start, start + chunk)
        loss, found = rule(parameters, X[:, part], Y[:, part])
        expected_loss, expected = full(parameters, X[:, part], Y[:, part])
        np.testing.assert_allclose(loss, expected_loss, rtol=1e-12)
        agree(found, expected)


def test_classes_and_each_replica_by_itself() -> None:
    network = Network(GRU(hidden_dim=H), D, 3, None, each_step=True, loss="cross_entropy")
    rng, parameters = np.random.default_rng(3), network.initial(range(R))
    X, Y = rng.standard_normal((R, 5, B, D)), rng.integers(3, size=(R, 5, B))
    both = RTRL().for_stream(network, R, B, Reach(bptt_truncate=5))
    both.begin(parameters)
    loss, gradient = both(parameters, X, Y)
    for r in range(R):
        alone = RTRL().for_stream(network, 1, B, Reach(bptt_truncate=5))
        alone.begin(parameters.select(r))
        own_loss, own = alone(parameters.select(r), X[r : r + 1], Y[r : r + 1])
        np.testing.assert_array_equal(own_loss, loss[r : r + 1])
        np.testing.assert_array_equal(own.flat, gradient.flat[r : r + 1])


WINDOWS = Generated(name="sine", series=Sine(length=60), window=6, train=20, validation=10).dataset()
STREAM = Stream(name="sine", series=Sine(length=80), train=60, validation=20).dataset()


@pytest.mark.parametrize("data", [WINDOWS, STREAM], ids=["windows", "stream"])
def test_training_goes_down_and_resumes_to_the_bit(tmp_path, data) -> None:
    network = Network.for_data(data, Elman(hidden_dim=H))
    trainer = Trainer(epochs=6, batch_size=4, bptt_truncate=3, keep="last")
    path = tmp_path / "state.npz"
    listen = [lambda epoch: epoch.state.save(path) if epoch.epoch == 3 else None]
    whole = fit(network, data, trainer, Adam(), (0, 1), listen, rule=RTRL())
    resumed = fit(network, data, trainer, Adam(), (0, 1), state=TrainingState.load(path)[0], rule=RTRL())
    np.testing.assert_array_equal(resumed.parameters.flat, whole.parameters.flat)
    losses = whole.curves["train/loss"]
    assert (losses[-1] < losses[0]).all()


@pytest.mark.parametrize(
    ("model", "optimizer", "trainer", "words"),
    [
        (
            Elman(hidden_dim=4, layers=2),
            Adam(),
            Trainer(),
            r"RTRL is defined for one recurrent layer: it needs model\.l",
        ),
        (Elman(hidden_dim=4), LBFGS(), Trainer(batch_size=None), "LBFGS needs the loss's own gradient"),
        (Elman(hidden_dim=3000), Adam(), Trainer(), r"RTRL with model\.hidden_dim=3000.* needs .* GB of memory"),
    ],
)
def test_what_does_not_fit_is_one_sentence(model, optimizer, trainer, words) -> None:
    with pytest.raises(BadInput, match=words):
        fit(Network.for_data(WINDOWS, model), WINDOWS, trainer, optimizer, rule=RTRL())
