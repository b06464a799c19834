"""Baselines that a network must beat on a task, against direct computation."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.evaluation.baselines import baseline_scores, reservoir
from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.sequences import (
    Adding,
    AddingOriginal,
    Copying,
    DelayedRecall,
    EmbeddedReber,
    FinalParity,
    Parity,
    Reber,
    TaskData,
    TemporalOrder,
)

NUMBERS = {
    "after the last step": Adding(length=12),
    "of several lengths": AddingOriginal(length=12),
    "at each step, masked": DelayedRecall(length=12, delay=3),
}
CLASSES = {
    "after the last step": TemporalOrder(relevant=2, length=12),
    "of two": FinalParity(length=6),
    "at each step": Copying(delay=3, count=2, symbols=3),
    "at each step of two": Parity(length=6),
    "masked": Reber(length=20),
    "embedded": EmbeddedReber(length=24),
}
of_numbers = pytest.mark.parametrize("task", NUMBERS.values(), ids=NUMBERS)
of_classes = pytest.mark.parametrize("task", CLASSES.values(), ids=CLASSES)
of_all = pytest.mark.parametrize("task", [*NUMBERS.values(), *CLASSES.values()], ids=lambda task: type(task).__name__)


def drawn(task, **arguments):
    return TaskData(name="task", task=task, **{"train": 60, "validation": 40, "test": 30, **arguments}).dataset()


def counted(data, records, values):
    """The rows of (N, ...) or (N, T, ...) that count, one record after the other."""
    if not data.each_step:
        return list(values)
    mask = np.ones(records.X.shape[:2], bool) if records.mask is None else records.mask
    return [values[n, t] for n in range(len(records)) for t in range(data.window) if mask[n, t]]


@of_numbers
def test_the_mean_of_the_training_targets(task):
    data = drawn(task)
    found = baseline_scores(data, 4)
    mean = np.mean(counted(data, data.train, data.train.Y), axis=0)
    for split in ("train", "validation", "test"):
        records = getattr(data, split)
        true = np.array(counted(data, records, records.Y))
        error = true - mean
        scores = found[split]["mean"]
        assert scores["rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-12)
        assert scores["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-12)
        assert scores["nrmse"] == pytest.approx(np.sqrt(((error**2).mean(axis=0) / true.var(axis=0)).mean()), rel=1e-12)
    assert found["train"]["mean"]["nrmse"] == pytest.approx(1.0)


@of_classes
def test_the_frequencies_of_the_training_classes(task):
    data = drawn(task)
    found = baseline_scores(data, 4)
    O = len(data.targets)  # noqa: E741 - the symbol of the equations
    seen = counted(data, data.train, data.train.Y)
    shares = [(seen.count(c) + 1) / (len(seen) + O) for c in range(O)]
    for split in ("train", "validation", "test"):
        records = getattr(data, split)
        true = counted(data, records, records.Y)
        loss = -np.mean([np.log(shares[c]) for c in true])
        scores = found[split]["frequencies"]
        assert scores["loss"] == pytest.approx(loss, rel=1e-12)
        assert scores["accuracy"] == pytest.approx(np.mean([c == np.argmax(shares) for c in true]))
        assert scores["bits"] == pytest.approx(loss / np.log(2))
        assert scores["perplexity"] == pytest.approx(np.exp(loss))


def states(data, records, W_xh, W_hh, b_h):
    """Those from which the answers that count are read, record by record."""
    found = []
    for x in records.X:
        h = np.zeros(len(b_h))
        along = [h := np.tanh(u @ W_xh + h @ W_hh + b_h) for u in x]
        found.append(along if data.each_step else along[-1])
    return np.array(counted(data, records, np.array(found)))


def drawn_network(data, draw, H):
    """One echo-state network of a task: the readout that is fitted on few records, and what it says of records."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(draw, spawn_key=(1, H))))
    W_hh = rng.standard_normal((H, H))
    W_hh *= 0.9 / np.abs(np.linalg.eigvals(W_hh)).max()
    W_xh = rng.uniform(-1, 1, (len(data.inputs), H)) / np.sqrt(len(data.inputs))
    b_h = rng.uniform(-1, 1, H) * 0.5
    few = data.train.first(35)
    fits = [(Ridge.fit(states(data, few, s * W_xh, W_hh, b_h), readable(data, few)), s) for s in (0.1, 1.0)]
    readout, scale = min(fits, key=lambda fit: fit[0].score)
    return lambda records: readout.predict(states(data, records, scale * W_xh, W_hh, b_h))


def readable(data, records):
    return np.array(counted(data, records, np.eye(len(data.targets))[records.Y] if data.classes else records.Y))


@of_all
def test_the_echo_state_network(task, monkeypatch):
    """Drawn five times, the inputs' scale by the readout's own score; fitted and scored on the first records."""
    monkeypatch.setattr(reservoir, "RECORDS", 35)
    data = drawn(task)
    found, networks = baseline_scores(data, 6), [drawn_network(data, draw, 6) for draw in range(5)]
    for split in ("train", "validation", "test"):
        records = getattr(data, split).first(35)
        true, said = readable(data, records), [network(records) for network in networks]
        scores = found[split]["ESN6"]
        if data.classes:
            right = [(says.argmax(axis=1) == true.argmax(axis=1)).mean() for says in said]
            assert scores == {"accuracy": pytest.approx(np.median(right))}
        else:
            errors = [np.sqrt(((says - true) ** 2).mean()) for says in said]
            assert scores["rmse"] == pytest.approx(np.median(errors), rel=1e-9)


@of_all
def test_nothing_of_validation_or_test_enters(task):
    data = drawn(task)
    found = baseline_scores(data, 4)
    assert data.test is not None
    turned = baseline_scores(replace(data, validation=data.train, test=data.validation), 4)
    assert turned["train"] == turned["validation"] == found["train"]
    assert turned["test"] == found["validation"]
    assert set(baseline_scores(replace(data, test=None), 4)) == {"train", "validation"}


@of_all
def test_beside_them_stand_the_task_s_own_yardsticks(task):
    data = drawn(task)
    found = baseline_scores(data, 4)
    for name, split in found.items():
        ideal = task.ideal(getattr(data, name))
        bound = [] if ideal is None else ["ideal"]
        assert list(split) == [*task.yardsticks(), *bound, "frequencies" if data.classes else "mean", "ESN4"]
        assert not bound or split["ideal"] == {"loss": ideal}
        for who, scores in task.yardsticks().items():
            assert split[who] == scores
    assert json.loads(json.dumps(found)) == found


def test_a_reservoir_recalls_what_is_not_long_past():
    """Of one step ago nearly all, of more steps than it has units nearly nothing."""
    errors = [
        baseline_scores(drawn(DelayedRecall(length=50, delay=delay), train=200), 10)["validation"]["ESN10"]["nrmse"]
        for delay in (1, 30)
    ]
    assert errors[0] < 0.2
    assert errors[1] > 0.95
