"""Answers of networks along a stream, against a walk through it step by step."""

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.losses import LOSSES
from rnn_lab.network.reference import start, step
from rnn_lab.scoring import Evaluator, stream_outputs, targets_of
from rnn_lab.scoring.stream_outputs import StreamOutputs
from rnn_lab.sequences import ARMA, Henon, Stream, StreamDataset, Text

MODELS = [
    Elman(hidden_dim=3),
    GRU(hidden_dim=3, reset="before"),
    LSTM(hidden_dim=3, layers=2, input_skip=True, initial_state="learned"),
]


def henon(**arguments):
    arguments = {"train": 90, "validation": 63, "test": 30, "columns": ["y", "x"], "target": "x", **arguments}
    return Stream(name="henon", series=Henon(length=220), **arguments).dataset()


def text(**arguments):
    return Text(name="text", **{"train": 90, "validation": 63, "test": 30, **arguments}).dataset()


MAKERS = {"numbers": henon, "numbers further ahead": lambda: henon(horizon=3, scaling="standard"), "classes": text}


def net(data, model):
    loss = "cross_entropy" if data.classes else "half_mean_squared_error"
    return Network(model, len(data.inputs), len(data.targets), None, each_step=True, loss=loss)


def drawn(network, replicas=2):
    parameters = network.initial(range(replicas))
    parameters.flat[...] += 0.3 * np.random.default_rng(0).standard_normal(parameters.flat.shape)
    return parameters


def walk(network, theta, rows, lanes, warm_up):
    """One replica's outputs (M, O) at each step of some rows, whichever lanes there are: (start, length) of each."""
    found = np.full((rows.length, network.outputs), np.nan)
    theta = {name: values[None] for name, values in theta.items()}
    for begin, length in reversed(lanes):  # what two lanes have, the earlier one says
        before = min(warm_up, rows.first + begin)
        X, _ = rows.read(np.array([begin - before]), before + length)
        state = start(network.model, theta, 1)
        for t in range(before + length):
            state, o = step(network.model, theta, t, X[t], state)
            if t >= before:
                found[begin + t - before] = o[0, 0].real
    return found


@pytest.fixture
def small(monkeypatch):
    for name, value in (("LANE", 20), ("WARM_UP", 6), ("CHUNK", 7)):
        monkeypatch.setattr(stream_outputs, name, value)


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.usefixtures("small")
def test_every_step_once_from_a_warm_state(make, model, split):
    """89 steps in 4 lanes of 23, 62 in 3 of 21, 29 in one: lanes that overlap, and one shorter than a lane."""
    data = make()
    network = net(data, model)
    parameters = drawn(network)
    asked = StreamOutputs(network, targets_of(data), getattr(data, split), 2)
    rows = asked.rows
    assert (rows.first, rows.length) == (getattr(data, split).first, getattr(data, split).length)
    count = max(1, rows.length // 20)
    lanes = [(int(begin), asked.lane) for begin in asked.starts]
    assert len(lanes) == count
    assert set().union(*(range(begin, begin + length) for begin, length in lanes)) == set(range(rows.length))
    for _ in range(2):
        found = asked(parameters)
        for r in range(2):
            theta = {name: values[r] for name, values in parameters.arrays().items()}
            outputs = walk(network, theta, rows, lanes, 6)
            targets = rows.read_targets(0, rows.length)
            if data.classes:
                p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
                right = p[np.arange(rows.length), targets]
                np.testing.assert_allclose(found.plot_values()[r, :, 0], right, rtol=1e-10)
                np.testing.assert_array_equal(found.right[r, :, 0], outputs.argmax(axis=1) == targets)
                assert (found.plot_targets() == 1.0).all()
            else:
                undo = data.target_scaler.undo
                np.testing.assert_allclose(found.predicted[r], undo(outputs), rtol=1e-10)
                np.testing.assert_array_equal(found.true, undo(targets))
        parameters.flat[...] *= 0.9  # another state of the weights, in the same buffers


@pytest.mark.usefixtures("small")
def test_scores_of_numbers():
    data = henon(scaling="standard", target=["x", "y"])
    network = net(data, MODELS[0])
    targets, rows = targets_of(data), data.validation.last(50)
    found = StreamOutputs(network, targets, rows, 2)(drawn(network))
    scores = targets.evaluate(found)
    scaled, error = data.target_scaler.apply(found.predicted), np.empty((2, 50, 2))
    loss = LOSSES["half_mean_squared_error"](scaled, rows.read_targets(0, 50)[None], error)
    np.testing.assert_allclose(scores["loss"], loss, rtol=1e-12)
    width = data.target_scaler.undo(np.ones(2)) - data.target_scaler.undo(np.zeros(2))
    squares = ((scaled - rows.read_targets(0, 50)) * width) ** 2
    np.testing.assert_allclose(scores["rmse"], np.sqrt(squares.mean(axis=(1, 2))), rtol=1e-12)


@pytest.mark.usefixtures("small")
def test_scores_of_classes():
    data = text()
    network = net(data, MODELS[0])
    targets = targets_of(data)
    found = StreamOutputs(network, targets, data.validation.last(50), 2)(drawn(network))
    scores = targets.evaluate(found)
    np.testing.assert_allclose(scores["loss"], -np.log(found.plot_values()).mean(axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(scores["accuracy"], found.right[:, :, 0].mean(axis=1))


@pytest.mark.usefixtures("small")
def test_the_loss_of_a_network_that_is_certain_and_wrong_is_that_of_training():
    """The right class's probability is too small for a number here, and its logarithm is not."""
    data = text()
    network = net(data, MODELS[0])
    parameters = drawn(network, 1)
    parameters["W_hy"][...] *= 1e4
    targets = targets_of(data)
    asked = StreamOutputs(network, targets, data.validation.last(100), 1)
    theta = {name: values[0] for name, values in parameters.arrays().items()}
    lanes = [(int(begin), asked.lane) for begin in asked.starts]
    outputs = walk(network, theta, asked.rows, lanes, 6)
    Y = asked.rows.read_targets(0, asked.rows.length)
    loss = LOSSES["cross_entropy"](outputs[None], Y[None], np.empty((1, *outputs.shape)))
    assert loss[0] > 1e3
    np.testing.assert_allclose(targets.evaluate(asked(parameters))["loss"], loss, rtol=1e-9)


@pytest.mark.parametrize("make", [henon, text])
@pytest.mark.usefixtures("small")
def test_an_evaluation_knows_what_its_predictions_should_be(make, monkeypatch):
    monkeypatch.setattr(StreamDataset, "MOST", 40)
    data = make()
    network = net(data, MODELS[0])
    targets = targets_of(data)
    evaluator = Evaluator(network, targets, data.watched, 2)
    answers = evaluator.answers(drawn(network))
    metrics = evaluator.metrics(answers, each_epoch=True)
    score = "accuracy" if data.classes else "rmse"
    assert set(metrics) == {f"{part}/{name}" for part in ("train", "val") for name in ("loss", score)}
    for split, name in (("train", "train"), ("validation", "val")):
        found = StreamOutputs(network, targets, data.scored[split], 2)(drawn(network))
        np.testing.assert_allclose(metrics[f"{name}/{score}"], targets.evaluate(found)[score])
        np.testing.assert_array_equal(answers[split].plot_values(25), found.plot_values()[:, :25])
        Y = data.scored[split].read_targets(0, 25)
        true = np.ones((25, 1)) if data.classes else data.target_scaler.undo(Y)
        np.testing.assert_allclose(answers[split].plot_targets(25), true, rtol=1e-12)


@pytest.mark.parametrize("most", [10, 10_000])
@pytest.mark.parametrize("make", [henon, lambda: henon(test=0)])
def test_of_numbers_the_last_steps_of_each_split_are_scored(make, most, monkeypatch):
    monkeypatch.setattr(StreamDataset, "MOST", most)
    data = make()
    found = data.scored
    assert set(found) == {"train", "validation"} | ({"test"} if data.test else set())
    for split, rows in found.items():
        whole = getattr(data, split)
        assert rows.length == min(most, whole.length)
        assert rows.first + rows.length == whole.first + whole.length


@pytest.mark.parametrize("make", [text, lambda: text(train=40)])
def test_of_classes_training_is_scored_on_as_many_steps_as_validation_has(make):
    data = make()
    found = data.scored
    assert found["train"].length == min(data.train.length, data.validation.length)
    assert found["train"].first + found["train"].length == data.train.first + data.train.length
    for split in set(found) - {"train"}:
        assert (found[split].first, found[split].length) == (getattr(data, split).first, getattr(data, split).length)


def test_only_the_first_lane_of_a_series_begins_cold():
    """A network that remembers the last value: no step but the series' first is a surprise to it."""
    data = Stream(name="ar", series=ARMA(length=5_000, ar=[0.9]), train=4_500, validation=500).dataset()
    network = Network(Elman(hidden_dim=2, activation="identity", bias=False), 1, 1, None, each_step=True)
    parameters = network.zeros(1)
    parameters["W_xh"][...] = [[[1.0, 0.0]]]
    parameters["W_hh"][...] = [[[0.0, 1.0], [0.0, 0.0]]]
    parameters["W_hy"][...] = [[[0.0], [1.0]]]
    asked = StreamOutputs(network, targets_of(data), data.scored["train"], 1)
    assert len(asked.starts) > 1
    X, _ = data.train.read(np.array([0]), data.train.length)
    np.testing.assert_array_equal(asked(parameters).predicted[0, 1:], X[:-1, 0])
