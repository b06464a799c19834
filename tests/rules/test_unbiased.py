"""UORO and ARTBP: right in the mean, within three standard errors of 1e5 draws; and random in the way runs are."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rng import named_rng
from rnn_lab.rules import ARTBP, RTRL, UORO, Reach
from rnn_lab.sequences import Generated, Sine, Stream
from rnn_lab.training import SGD, Adam, Trainer, TrainingState, fit

D, T, H = 1, 4, 3
GROUPS, EACH = 100, 1000  # 1e5 draws: records alike, each with noise of its own, in replicas alike
CELLS = [
    Elman(hidden_dim=H, initial_state="learned", gain=1.5),
    GRU(hidden_dim=H, initial_state="learned"),
    GRU(hidden_dim=2, reset="before"),
    LSTM(hidden_dim=2, initial_state="learned"),
]


def z_scores(rule, model, k):
    """Distance of the mean of 1e5 draws from the exact gradient, in standard errors, entry by entry."""
    network, rng = Network(model, D, 1, T, each_step=True), np.random.default_rng(11)
    one = network.initial([0])
    one.flat[...] += 0.2 * rng.standard_normal(one.flat.shape)
    X, Y = rng.standard_normal((1, T, 1, D)), rng.standard_normal((1, T, 1, 1))
    _, exact = RTRL().for_windows(network, 1, 1, Reach(bptt_truncate=T))(one, X, Y)
    many = one.like(np.repeat(one.flat, GROUPS, axis=0))
    X, Y = (np.broadcast_to(part, (GROUPS, T, EACH, part.shape[-1])) for part in (X, Y))
    at_work = rule.for_windows(network, GROUPS, EACH, Reach(bptt_truncate=k))
    at_work.begin_epoch([named_rng(seed, "noise", 1) for seed in range(GROUPS)])
    _, found = at_work(many, X, Y)
    means = found.flat  # of 1000 draws each
    error = means.std(axis=0, ddof=1) / np.sqrt(GROUPS)
    apart = means.mean(axis=0) - exact.flat[0]
    return apart / np.where(error > 1e-12, error, np.inf), apart, error, exact


@pytest.mark.slow
@pytest.mark.parametrize("model", CELLS, ids=repr)
@pytest.mark.parametrize(("rule", "k"), [(UORO(), T), (ARTBP(), 2)], ids=["uoro", "artbp"])
def test_right_in_the_mean(rule, k, model) -> None:
    z, apart, error, exact = z_scores(rule, model, k)
    random = error > 1e-12
    assert random.sum() > 10
    assert (np.abs(apart[~random]) < 1e-9).all()  # the readout's gradient is exact
    assert np.abs(z).max() < 3.0
    size = np.abs(exact.flat).max()
    assert error.max() < 0.05 * size  # it could tell a bias from none


WINDOWS = Generated(name="sine", series=Sine(length=60), window=6, train=22, validation=10).dataset()
STREAM = Stream(name="sine", series=Sine(length=80), train=60, validation=20).dataset()


@pytest.mark.parametrize(
    ("rule", "data"), [(UORO(), WINDOWS), (UORO(), STREAM), (ARTBP(), WINDOWS)], ids=["uoro", "uoro-stream", "artbp"]
)
def test_runs_resume_to_the_bit_and_replicas_are_runs_of_their_own(tmp_path, rule, data) -> None:
    network, path = Network.for_data(data, GRU(hidden_dim=4)), tmp_path / "state.npz"
    trainer = Trainer(epochs=5, batch_size=4, bptt_truncate=3, keep="last")
    listen = [lambda epoch: epoch.state.save(path) if epoch.epoch == 2 else None]
    whole = fit(network, data, trainer, Adam(), (3, 4), listen, rule=rule)
    resumed = fit(network, data, trainer, Adam(), (3, 4), state=TrainingState.load(path)[0], rule=rule)
    np.testing.assert_array_equal(resumed.parameters.flat, whole.parameters.flat)
    alone = fit(network, data, trainer, Adam(), (4,), rule=rule)
    np.testing.assert_allclose(alone.parameters.flat, whole.parameters.flat[1:], rtol=1e-9)


@pytest.mark.parametrize("model", [GRU(hidden_dim=3), LSTM(hidden_dim=3)], ids=repr)
def test_a_stream_in_single_precision_resumes_to_the_bit(tmp_path, model) -> None:
    """The rows of a stream are of double precision, which the state must not take from them."""
    network, path = Network.for_data(STREAM, model, dtype="float32"), tmp_path / "state.npz"
    trainer = Trainer(epochs=4, batch_size=4, bptt_truncate=3, keep="last", dtype="float32")
    listen = [lambda epoch: epoch.state.save(path) if epoch.epoch == 2 else None]
    whole = fit(network, STREAM, trainer, Adam(), (3, 4), listen, rule=UORO())
    resumed = fit(network, STREAM, trainer, Adam(), (3, 4), state=TrainingState.load(path)[0], rule=UORO())
    np.testing.assert_array_equal(resumed.parameters.flat, whole.parameters.flat)


@pytest.mark.filterwarnings("error")
def test_divergence_is_no_warning() -> None:
    """A state that overflows is divergence, which the run says in words, and no division by zero."""
    network = Network.for_data(STREAM, Elman(hidden_dim=4, activation="identity", gain=1.2))
    trainer = Trainer(epochs=2, batch_size=1, bptt_truncate=5)
    assert fit(network, STREAM, trainer, SGD(learning_rate=30.0), (1, 2), rule=UORO()).diverged.all()


@pytest.mark.parametrize(
    ("data", "trainer", "words"),
    [
        (STREAM, Trainer(), "ARTBP is defined for windows, and the data is a stream"),
        (WINDOWS, Trainer(bptt_truncate=1), r"trainer\.bptt_truncate=1 would cut at every step"),
    ],
)
def test_what_does_not_fit_is_one_sentence(data, trainer, words) -> None:
    with pytest.raises(BadInput, match=words):
        fit(Network.for_data(data, Elman(hidden_dim=4)), data, trainer, Adam(), rule=ARTBP())
