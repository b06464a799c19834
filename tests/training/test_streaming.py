"""Epochs along a stream against the same epochs in plain loops, lane by lane and step by step."""

import tracemalloc

import numpy as np
import pytest
from rnn_lab.training.streaming import Lanes
from rnn_lab.training.survey import StreamExamination

from rnn_lab.errors import BadInput
from rnn_lab.network import LSTM, Elman, Network
from rnn_lab.sequences import ARMA, Henon, Logistic, Stream, Text
from rnn_lab.training import SGD, Adam, Cosine, Trainer, TrainingState, fit, survey

RATE = 0.2


def henon(**arguments):
    arguments = {"train": 41, "validation": 19, "columns": ["y", "x"], "target": "x", "horizon": 2, **arguments}
    return Stream(name="henon", series=Henon(length=60), **arguments).dataset()


@pytest.fixture
def text(tmp_path):
    (tmp_path / "own.txt").write_text("abcaabbccabacbccaabcbabccbaabcabcacb" * 2)
    return Text(name="own", path=str(tmp_path / "own.txt"), train=47, validation=25).dataset()


def net(data, model=Elman(hidden_dim=3), **options):  # noqa: B008 - frozen
    loss = "cross_entropy" if data.classes else "half_mean_squared_error"
    return Network(model, len(data.inputs), len(data.targets), None, each_step=True, loss=loss, **options)


def begun(network, optimizer, seeds):
    state = TrainingState.before(network.initial(seeds))
    state.moments = optimizer.begin(state.parameters.flat)
    state.schedule = optimizer.schedule.begin(len(seeds))
    return state


def by_hand(theta, data, lanes, k, chunk, epochs, rate=lambda epoch: RATE):
    """Train one tanh network in place; returns the lengths of the last epoch's gradients.

    What is remembered are the states as they were computed: those before an update with the weights before it.
    """
    length = data.train.length // lanes
    X, Y = data.train.read(length * np.arange(lanes), length)
    for epoch in range(epochs):
        h, lengths = [np.zeros((lanes, 3))], []
        for begin in range(0, length, chunk):
            end = min(begin + chunk, length)
            errors = {}
            for t in range(begin, end):
                h.append(np.tanh(X[t] @ theta["W_xh"] + h[t] @ theta["W_hh"] + theta["b_h"]))
                o = h[t + 1] @ theta["W_hy"] + theta["b_y"]
                if data.classes:
                    p = np.exp(o) / np.exp(o).sum(axis=1, keepdims=True)
                    errors[t] = (p - np.eye(p.shape[1])[Y[t]]) / ((end - begin) * lanes)
                else:
                    errors[t] = (o - Y[t]) / ((end - begin) * lanes * o.shape[1])
            g = {name: np.zeros_like(values) for name, values in theta.items()}
            dh = np.zeros((lanes, 3))
            for t in range(end - 1, max(end - k, 0) - 1, -1):
                if t in errors:
                    g["W_hy"] += h[t + 1].T @ errors[t]
                    g["b_y"] += errors[t].sum(axis=0)
                    dh = dh + errors[t] @ theta["W_hy"].T
                delta = dh * (1 - h[t + 1] ** 2)
                g["W_xh"] += X[t].T @ delta
                g["W_hh"] += h[t].T @ delta
                g["b_h"] += delta.sum(axis=0)
                dh = delta @ theta["W_hh"].T
            lengths.append(np.sqrt(sum((values**2).sum() for values in g.values())))
            for name in theta:
                theta[name] -= rate(epoch + begin / length) * g[name]
    return lengths


@pytest.mark.parametrize(
    ("lanes", "k", "stride"),
    [(1, 1, None), (3, 5, None), (3, 5, 2), (3, 7, 1), (4, 50, None), (4, 50, 3), (None, 6, 4)],
)
@pytest.mark.parametrize("kind", ["numbers", "classes"])
def test_two_epochs(kind, lanes, k, stride, text):
    """39 steps in 3 lanes of 13 (45 in 3 of 15): most chunks do not divide them, and the last one is shorter."""
    data = text if kind == "classes" else henon()
    network, optimizer = net(data), SGD(learning_rate=RATE, schedule=Cosine())
    trainer = Trainer(epochs=2, batch_size=lanes, bptt_truncate=k, bptt_stride=stride)
    state, before = begun(network, optimizer, [3, 4]), network.initial([3, 4])
    epoch_of = Lanes(network, trainer, optimizer, [3, 4], data)
    for epoch in (1, 2):
        lengths, clips = epoch_of(state)
        state.epoch = epoch

    def rate(epoch):
        return RATE * (1 + np.cos(np.pi * epoch / 2)) / 2

    for r in range(2):
        theta = {name: values[r].copy() for name, values in before.arrays().items()}
        found = by_hand(theta, data, lanes or 1, k, stride or k, 2, rate)
        for name, expected in theta.items():
            np.testing.assert_allclose(state.parameters[name][r], expected, rtol=1e-10, atol=1e-13, err_msg=name)
        np.testing.assert_allclose(lengths[r], np.mean(found), rtol=1e-10)
    assert clips.tolist() == [0.0, 0.0]
    assert state.updates == 2 * len(found)


def test_clipping_and_its_share():
    data = henon()
    network, optimizer = net(data), SGD(learning_rate=1e-12)
    before = {name: values[0].copy() for name, values in network.initial([3]).arrays().items()}
    lengths = by_hand(before, data, 3, 5, 5, 1, lambda epoch: 0.0)
    limit = float(np.median(lengths))
    state = begun(network, optimizer, [3])
    _, clips = Lanes(network, Trainer(batch_size=3, bptt_truncate=5, clip_norm=limit), optimizer, [3], data)(state)
    np.testing.assert_allclose(clips, np.mean(np.array(lengths) > limit))
    assert 0 < clips[0] < 1


@pytest.mark.parametrize("model", [Elman(hidden_dim=3), LSTM(hidden_dim=3, layers=2, initial_state="learned")])
def test_replicas_are_single_runs(model):
    data = henon()
    trainer = Trainer(epochs=3, batch_size=3, bptt_truncate=5, bptt_stride=2)
    together = fit(net(data, model), data, trainer, Adam(), [3, 4, 5])
    for r, seed in enumerate((3, 4, 5)):
        alone = fit(net(data, model), data, trainer, Adam(), [seed])
        np.testing.assert_allclose(together.parameters.flat[r], alone.parameters.flat[0], rtol=1e-8)
        np.testing.assert_allclose(together.best_loss[r], alone.best_loss[0], rtol=1e-8)


def test_single_precision_stays_single():
    data = henon()
    state = fit(net(data, dtype="float32"), data, Trainer(epochs=1, batch_size=3, dtype="float32"), Adam(), [3])
    assert state.parameters.flat.dtype == "float32"


def test_memory_does_not_grow_with_the_stream(monkeypatch):
    """An epoch and a look at the weights: ten times the steps, the same peak."""
    monkeypatch.setattr(survey, "MOST", 400)
    peaks = []
    for length in (2_000, 20_000):
        series = ARMA(length=length, ar=[0.9])
        data = Stream(name="ar", series=series, train=0.8, validation=0.2).dataset()
        network, optimizer = net(data), SGD(learning_rate=1e-3)
        state = begun(network, optimizer, [0])
        tracemalloc.start()
        lanes = Lanes(network, Trainer(batch_size=4, bptt_truncate=25), optimizer, [0], data)
        lanes(state)
        StreamExamination(network, data, 1)(state.parameters)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] <= 1.1 * peaks[0]


def test_to_go_back_further_than_a_lane_takes_no_more_memory_and_changes_no_bit():
    data = henon()
    some, endless = (
        fit(net(data), data, Trainer(epochs=2, batch_size=3, bptt_truncate=k), Adam(), [3, 4]) for k in (13, 10**15)
    )
    assert (some.parameters.flat == endless.parameters.flat).all()


def test_as_many_lanes_as_steps_and_no_more():
    data = Stream(name="logistic", series=Logistic(length=30), train=11, validation=9).dataset()
    optimizer = SGD()
    lanes = Lanes(net(data), Trainer(batch_size=10), optimizer, [0], data)
    lanes(begun(net(data), optimizer, [0]))
    assert lanes.length == 1
    with pytest.raises(
        BadInput, match=r"^trainer\.batch_size=11 lanes are more than the 10 training steps; use 1 to 10"
    ):
        Lanes(net(data), Trainer(batch_size=11), optimizer, [0], data)


@pytest.mark.parametrize(
    ("model", "trainer", "says"),
    [
        (Elman(encoding="positional"), Trainer(), r"model\.encoding=positional has weights for each step of a window"),
        (Elman(), Trainer(update_rule="tutorial"), r"trainer\.update_rule=tutorial is defined for windows"),
    ],
)
def test_what_is_made_for_windows_is_refused(model, trainer, says):
    data = henon()
    network = Network(model, 2, 1, None, each_step=True)
    with pytest.raises(BadInput, match=says):
        Lanes(network, trainer, SGD(), [0], data)
