"""Scores of the weights after an epoch, against loops over records and steps."""

import numpy as np
import pytest

from rnn_lab.evaluation import Forecaster
from rnn_lab.network import GRU, Network
from rnn_lab.scoring import Evaluator, targets_of
from rnn_lab.sequences import (
    Adding,
    Copying,
    DelayedRecall,
    EmbeddedReber,
    Generated,
    Henon,
    TaskData,
    TemporalOrder,
)

TASKS = {
    "numbers after the last step": Adding(length=9),
    "numbers at each step, masked": DelayedRecall(length=9, delay=4),
    "classes after the last step": TemporalOrder(relevant=2, length=20),
    "classes at each step": Copying(delay=3, count=2, symbols=3),
    "classes at each step, masked": EmbeddedReber(length=20),
}
every_task = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def drawn(task, **arguments):
    return TaskData(name="task", task=task, train=8, validation=5, **arguments).dataset()


def henon(**arguments):
    arguments = {"window": 6, "train": 20, "validation": 12, "each_step": True, "scaling": "standard", **arguments}
    return Generated(name="henon", series=Henon(length=80), **arguments).dataset()


def net(data, dtype="float64"):
    loss = "cross_entropy" if data.classes else "half_mean_squared_error"
    sizes = len(data.inputs), len(data.targets), data.window
    return Network(GRU(hidden_dim=3), *sizes, dtype, data.each_step, loss)


def weights(network, replicas=2):
    parameters = network.initial(range(replicas))
    parameters.flat[...] += 0.5 * np.random.default_rng(0).standard_normal(parameters.flat.shape)
    return parameters


def evaluated(network, data, parameters):
    """Metrics of an epoch, and what is plotted of both splits: predictions, and what they should be."""
    evaluator = Evaluator(network, targets_of(data, network.loss), data.watched, 2)
    answers = evaluator.answers(parameters)
    metrics = evaluator.metrics(answers, each_epoch=True)
    shown = {split: part.shown for split, part in data.watched.items()}
    predictions = {split: given.plot_values(shown[split]) for split, given in answers.items()}
    return metrics, predictions, {split: given.plot_targets(shown[split]) for split, given in answers.items()}


def judged(data, records, outputs):
    """Scores of an epoch of given outputs, and what is plotted of them."""
    targets = targets_of(data)
    answers = targets.of_records(records, len(outputs), outputs.dtype)(outputs)
    return targets.evaluate(answers, each_epoch=True), answers.plot_values(records.shown)


def counted(data, records):
    """The predictions that count, (record, step); the step is None where there is one answer a record."""
    for n in range(len(records)):
        if not data.each_step:
            yield n, None
            continue
        for t in range(data.window):
            if records.mask is None or records.mask[n, t]:
                yield n, t


def literally(data, records, outputs):
    """Loss, and accuracy or RMSE, of one replica's outputs (N, O) or (N, T, O), and right class's probabilities."""
    losses, rights, squares, probabilities = [], [], [], []
    for n, t in counted(data, records):
        o, y = (values[n] if t is None else values[n, t] for values in (outputs, records.Y))
        if data.classes:
            p = np.exp(o) / np.exp(o).sum()
            losses.append(-np.log(p[y]))
            rights.append(o.argmax() == y)
            probabilities.append(p[y])
        else:
            losses.append(((o - y) ** 2).mean() / 2)
            squares.append((data.target_scaler.undo(o) - data.target_scaler.undo(y)) ** 2)
    if data.classes:
        return np.mean(losses), {"accuracy": np.mean(rights)}, np.array(probabilities)
    return np.mean(losses), {"rmse": np.sqrt(np.mean(squares))}, None


@every_task
def test_tasks(task):
    data = drawn(task)
    network = net(data)
    parameters = weights(network)
    metrics, predictions, right = evaluated(network, data, parameters)
    for split, name in (("train", "train"), ("validation", "val")):
        records = getattr(data, split)
        outputs = network.predict(parameters, records.X)
        for r in range(2):
            loss, score, probabilities = literally(data, records, outputs[r])
            np.testing.assert_allclose(metrics[f"{name}/loss"][r], loss, rtol=1e-12)
            for key, value in score.items():
                np.testing.assert_allclose(metrics[f"{name}/{key}"][r], value, rtol=1e-12)
            np.testing.assert_allclose(metrics[f"{name}/success"][r], task.success(outputs[r], records).mean())
            if data.classes:
                np.testing.assert_allclose(predictions[split][r, :, 0], probabilities[:300], rtol=1e-12)
            else:
                flat = [outputs[r][n] if t is None else outputs[r][n, t] for n, t in counted(data, records)]
                np.testing.assert_allclose(predictions[split][r], np.array(flat)[:300], rtol=1e-12)
        assert right[split].shape == predictions[split].shape[1:]
        if data.classes:
            assert (right[split] == 1.0).all()
        else:
            flat = [records.Y[n] if t is None else records.Y[n, t] for n, t in counted(data, records)]
            np.testing.assert_array_equal(right[split], flat)
    assert {name.partition("/")[2] for name in metrics} == {"loss", "success", "accuracy" if data.classes else "rmse"}


@every_task
def test_answers_that_are_right_score_full_marks(task):
    data = drawn(task)
    Y = data.validation.Y
    outputs = 50.0 * np.eye(len(data.targets))[Y][None] if data.classes else Y[None].copy()
    found, _ = judged(data, data.validation, outputs)
    assert found["loss"][0] == pytest.approx(0.0, abs=1e-12)
    assert found["success"].tolist() == [1.0]
    assert found["accuracy" if data.classes else "rmse"].tolist() == [1.0 if data.classes else 0.0]


@pytest.mark.parametrize("task", [TASKS["numbers at each step, masked"], TASKS["classes at each step, masked"]])
def test_what_is_masked_is_nowhere_seen(task):
    data = drawn(task)
    network, records = net(data), data.validation
    outputs = network.predict(weights(network), records.X)
    spoilt = np.where(records.mask[None, :, :, None], outputs, 1e3 * np.random.default_rng(0).random(outputs.shape))
    (found, shown), (same, still_shown) = (judged(data, records, values) for values in (outputs, spoilt))
    assert found.keys() == same.keys()
    for name, values in found.items():
        np.testing.assert_array_equal(same[name], values, err_msg=name)
    np.testing.assert_array_equal(still_shown, shown)


def test_of_fresh_records_the_first_epoch_s_are_looked_at_as_many_as_for_validation():
    data = drawn(Adding(length=9), fresh=True)
    found = data.watched
    np.testing.assert_array_equal(found["train"].X, data.fresh(1).X[:5])
    np.testing.assert_array_equal(found["validation"].X, data.validation.X)
    assert len(drawn(Adding(length=9)).watched["train"]) == 8
    network = net(data)
    parameters = weights(network)
    metrics, _, _ = evaluated(network, data, parameters)
    loss, score, _ = literally(data, found["train"], network.predict(parameters, data.train.X[:5])[1])
    np.testing.assert_allclose(metrics["train/loss"][1], loss, rtol=1e-12)
    np.testing.assert_allclose(metrics["train/rmse"][1], score["rmse"], rtol=1e-12)


@pytest.mark.parametrize("horizon", [1, 3])
def test_windows_with_targets_at_each_step_are_judged_by_their_last(horizon):
    """The loss is that of all steps that count; the errors those of the forecaster that the run leaves behind."""
    data = henon(horizon=horizon, target="x")
    network = net(data)
    parameters = weights(network)
    metrics, predictions, truth = evaluated(network, data, parameters)
    forecaster = Forecaster.of(network, parameters, data)
    for split, name in (("train", "train"), ("validation", "val")):
        records = getattr(data, split)
        outputs = network.predict(parameters, records.X)
        windows = np.stack([data.series[at - horizon - 5 : at - horizon + 1] for at in records.at])
        forecasts = forecaster.predict_each(windows)
        np.testing.assert_allclose(predictions[split], forecasts, rtol=1e-10)
        np.testing.assert_allclose(truth[split], data.series[records.at, :1], rtol=1e-12)
        for r in range(2):
            loss, _, _ = literally(data, records, outputs[r])
            np.testing.assert_allclose(metrics[f"{name}/loss"][r], loss, rtol=1e-12)
            errors = forecasts[r, :, 0] - data.series[records.at, 0]
            np.testing.assert_allclose(metrics[f"{name}/rmse"][r], np.sqrt((errors**2).mean()), rtol=1e-10)


def test_in_single_precision_classes_and_masks_stay_what_they_are():
    data = drawn(TASKS["classes at each step, masked"])
    network, short = net(data), net(data, "float32")
    parameters = weights(network)
    lower = short.initial([0, 1])
    lower.flat[...] = parameters.flat
    metrics, same = (evaluated(n, data, p)[0] for n, p in ((network, parameters), (short, lower)))
    for name, values in metrics.items():
        np.testing.assert_allclose(same[name], values, rtol=1e-5, err_msg=name)
