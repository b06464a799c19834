"""Contract of every task, whatever is asked. A new one joins by entries in TASKS and in NO_MEMORY."""

import hashlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import rnn_lab.sequences
from rnn_lab.sequences import (
    Adding,
    AddingOriginal,
    Copying,
    DelayedRecall,
    EmbeddedReber,
    FinalParity,
    Parity,
    Reber,
    Records,
    Task,
    TaskData,
    TemporalOrder,
)
from rnn_lab.sequences.forecasting import describe

TASKS: dict[str, Task] = {
    "adding": Adding(length=30),
    "adding_original": AddingOriginal(length=40),
    "copying": Copying(delay=7),
    "copying_few": Copying(delay=1, count=3, symbols=2),
    "temporal_order_6a": TemporalOrder(relevant=2, length=30),
    "temporal_order_6b": TemporalOrder(relevant=3, length=110, shortest=100),
    "delayed_recall": DelayedRecall(length=20, delay=4),
    "parity": Parity(length=8),
    "final_parity": FinalParity(length=8),
    "reber": Reber(length=30),
    "reber_short": Reber(length=7),
    "embedded_reber": EmbeddedReber(length=40),
    "embedded_reber_short": EmbeddedReber(length=12),
}
MANY = 20_000

every_task = pytest.mark.parametrize("name", TASKS)


def draw(name: str, records: int = 50, seed: int = 0) -> Records:
    return TASKS[name].draw(np.random.default_rng(seed), records)


def parts(records: Records) -> list[np.ndarray]:
    return [array for array in (records.X, records.Y, records.at, records.mask) if array is not None]


def bits(records: Records) -> str:
    return hashlib.sha256(b"".join(array.tobytes() for array in parts(records))).hexdigest()


def drawn(name: str, **options: Any) -> TaskData:
    defaults: dict[str, Any] = {"train": 40, "validation": 30, "test": 20, "fresh": True}
    return TaskData(name=name, task=TASKS[name], **{**defaults, **options})


def digests() -> dict[str, list[str]]:
    found = {}
    for name in TASKS:
        data = drawn(name, seed=5).dataset()
        assert data.fresh is not None
        assert data.test is not None
        records = (data.train, data.validation, data.test, data.fresh(7))
        found[name] = [data.fingerprint, *(bits(part) for part in records)]
    return found


def targets(name: str, records: Records) -> np.ndarray:
    """Outputs of a perfect network: the numbers, or all but certain logits; of strings, what may follow."""
    task = TASKS[name]
    if "reber" in name:
        return 20.0 * may_follow(records, embedded="embedded" in name)
    return 20.0 * (np.arange(len(task.targets)) == records.Y[..., None]) if task.classes else records.Y


REBER = [{"B": 1}, {"T": 2, "P": 3}, {"S": 2, "X": 4}, {"T": 3, "V": 5}, {"X": 3, "S": 6}, {"P": 4, "V": 6}, {"E": 7}]


def may_follow(records: Records, embedded: bool) -> np.ndarray:
    """The symbols that may follow each beginning of each string, (N, T, 7), by a walk through the published graph."""
    found = np.zeros((*records.Y.shape, 7))
    for n, steps in enumerate(records.X):
        string = ["BTPSXVE"[step.argmax()] for step in steps if step.any()]
        node = 0
        for t, symbol in enumerate(string):
            if not embedded or (t > 1 and node < 7):
                node = REBER[node][symbol]
                following = [*REBER[node]] if node < 7 else [string[1]]
            else:
                following = {0: ["T", "P"], 1: ["B"]}.get(t, ["E"])
            found[n, t, ["BTPSXVE".index(symbol) for symbol in following]] = 1.0
    return found


# Answers without memory, written out here, in numbers or logits, without a look at the task's own code.


def constant(value: float) -> Callable[[Records], np.ndarray]:
    return lambda records: np.full((*records.Y.shape[:-1], 1), value)


def even_odds(classes: int) -> Callable[[Records], np.ndarray]:
    return lambda records: np.zeros((*records.Y.shape, classes))


def blank_until_asked(count: int, symbols: int) -> Callable[[Records], np.ndarray]:
    def answer(records: Records) -> np.ndarray:
        logits = np.full((*records.Y.shape, symbols + 1), -1e9)
        logits[:, :-count, symbols] = 0.0
        logits[:, -count:, :symbols] = 0.0
        return logits

    return answer


def bigrams(name: str) -> Callable[[Records], np.ndarray]:
    """Logarithms of how often each symbol followed the current one in other strings."""

    def answer(records: Records) -> np.ndarray:
        others = draw(name, 2 * MANY, seed=99)
        assert others.mask is not None
        count = np.full((7, 7), 1e-9)
        np.add.at(count, (others.X[others.mask].argmax(axis=1), others.Y[others.mask]), 1.0)
        return np.asarray(np.log(count / count.sum(axis=1, keepdims=True))[records.X.argmax(axis=2)])

    return answer


NO_MEMORY: dict[str, Callable[[Records], np.ndarray]] = {
    "adding": constant(1.0),
    "adding_original": constant(0.5),
    "copying": blank_until_asked(10, 8),
    "copying_few": blank_until_asked(3, 2),
    "temporal_order_6a": even_odds(4),
    "temporal_order_6b": even_odds(8),
    "delayed_recall": constant(0.0),
    "parity": even_odds(2),
    "final_parity": even_odds(2),
    **{name: bigrams(name) for name in TASKS if "reber" in name},
}


def measured(task: Task, outputs: np.ndarray, records: Records) -> dict[str, tuple[float, float]]:
    """Mean over the counted targets and its standard error (records are independent): metric -> both."""
    counted = np.ones(records.Y.shape[: 2 if task.each_step else 1], bool) if records.mask is None else records.mask
    if task.classes:
        logits = outputs - outputs.max(axis=-1, keepdims=True)
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
        nats = -np.log(np.take_along_axis(p, records.Y[..., None], axis=-1)[..., 0])
        ties = np.random.default_rng(0).random(outputs.shape) * 1e-6
        costs = {"loss": nats, "bits": nats / np.log(2), "accuracy": (outputs + ties).argmax(axis=-1) == records.Y}
    else:
        squared = ((outputs - records.Y) ** 2).mean(axis=-1)
        costs = {"loss": squared / 2, "rmse": squared}
    found = {}
    for metric, cost in costs.items():
        total = np.where(counted, cost, 0.0).reshape(len(records), -1).sum(axis=1)
        count = counted.reshape(len(records), -1).sum(axis=1)
        mean = total.sum() / count.sum()
        error = (total - mean * count).std() / count.mean() / np.sqrt(len(records))
        found[metric] = (np.sqrt(mean), error / (2 * np.sqrt(mean))) if metric == "rmse" else (mean, error)
    return found


def test_every_public_task_is_held_to_the_contract() -> None:
    public = {
        item
        for item in (getattr(rnn_lab.sequences, name) for name in rnn_lab.sequences.__all__)
        if isinstance(item, type) and issubclass(item, Task) and item is not Task
    }
    assert public == {type(task) for task in TASKS.values()}
    assert set(NO_MEMORY) == set(TASKS)


@every_task
@pytest.mark.parametrize("count", [1, 50])
def test_shape_and_dtype(name: str, count: int) -> None:
    task, records = TASKS[name], draw(name, count)
    steps = (task.window,) if task.each_step else ()
    assert records.X.shape == (count, task.window, len(task.inputs))
    assert records.X.dtype == np.float64
    assert np.isfinite(records.X).all()
    assert np.ptp(records.X) > 0
    if task.classes:
        assert records.Y.shape == (count, *steps)
        assert records.Y.dtype == np.int64
        assert records.Y.min() >= 0
        assert records.Y.max() < len(task.targets)
    else:
        assert records.Y.shape == (count, *steps, len(task.targets))
        assert records.Y.dtype == np.float64
        assert np.isfinite(records.Y).all()
    assert records.at.tolist() == list(range(count))
    assert records.at.dtype == np.int64
    if records.mask is not None:
        assert task.each_step
        assert records.mask.shape == (count, task.window)
        assert records.mask.dtype == np.bool_
        assert records.mask.any(axis=1).all()
        assert not records.Y[~records.mask].any()
    assert all(array.flags.c_contiguous for array in parts(records))
    for names in (task.inputs, task.targets):
        assert len(set(names)) == len(names)


@every_task
def test_seeding_by_the_generator_it_is_given(name: str) -> None:
    assert bits(draw(name, seed=3)) == bits(draw(name, seed=3)) != bits(draw(name, seed=4))


@every_task
def test_the_global_random_state_is_left_alone(name: str) -> None:
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    draw(name)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


@pytest.mark.slow
def test_the_same_bits_in_another_process() -> None:
    program = "import json, test_tasks; print(json.dumps(test_tasks.digests()))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == digests()


@every_task
def test_the_splits_are_drawn_apart(name: str) -> None:
    """None depends on another's size, and none repeats another."""
    data, longer = drawn(name).dataset(), drawn(name, train=41, validation=31).dataset()
    assert data.test is not None
    assert longer.test is not None
    assert bits(data.test) == bits(longer.test)
    splits = [data.train, data.validation, data.test]
    if name not in ("reber_short", "embedded_reber_short"):  # there are only a few strings
        starts = {part.X[:20].tobytes() for part in splits}
        assert len(starts) == 3
    short = drawn(name, train=20, validation=20, test=20).dataset()
    assert len({bits(part) for part in (short.train, short.validation, short.test) if part is not None}) == 3


@every_task
def test_fresh_epochs_are_independent_and_repeatable(name: str) -> None:
    data = drawn(name).dataset()
    assert data.fresh is not None
    late_first = bits(data.fresh(5))
    each = [bits(data.fresh(epoch)) for epoch in range(1, 7)]
    assert each[0] == bits(data.train)
    assert each[4] == late_first
    assert len(set(each)) == 6
    assert pickle.loads(pickle.dumps(data.fresh))(5).X.tobytes() == data.fresh(5).X.tobytes()
    assert drawn(name, fresh=False).dataset().fresh is None


@every_task
def test_a_perfect_answer_solves_every_record(name: str) -> None:
    task, records = TASKS[name], draw(name)
    perfect = targets(name, records)
    assert task.success(perfect, records).tolist() == [True] * 50
    replicas = np.stack([perfect, perfect + np.nan, perfect * 0 - 7.0, perfect])
    with np.errstate(all="raise"):
        solved = task.success(replicas, records)
    assert solved.shape == (4, 50)
    assert solved.dtype == np.bool_
    assert solved.all(axis=1).tolist() == [True, False, False, True]
    assert not solved[1:3].any()


@every_task
def test_one_wrong_answer_spoils_its_record_alone(name: str) -> None:
    task, records = TASKS[name], draw(name)
    spoilt = targets(name, records).copy()
    last = -1 if records.mask is None else int(np.flatnonzero(records.mask[7])[-1])
    last -= isinstance(task, EmbeddedReber)  # whose second-last symbol decides
    at = (7, last) if task.each_step else (7,)
    spoilt[at] = np.roll(spoilt[at], 1) if task.classes else spoilt[at] + 0.041
    assert np.flatnonzero(~task.success(spoilt, records)).tolist() == [7]


@every_task
def test_what_does_not_count_does_not_matter(name: str) -> None:
    task, records = TASKS[name], draw(name)
    if records.mask is None:
        return
    answer = np.random.default_rng(1).normal(size=(*records.mask.shape, len(task.targets)))
    answer[20:] = targets(name, records)[20:]
    other = np.where(records.mask[..., None], answer, 1e3)
    assert (task.success(answer, records) == task.success(other, records)).all()


@pytest.mark.slow
@every_task
def test_the_no_memory_yardstick_is_what_such_an_answer_scores(name: str) -> None:
    """Monte Carlo over 20,000 records: within five standard errors."""
    task, records = TASKS[name], draw(name, MANY, seed=1)
    yardsticks = task.yardsticks()
    (stated,) = (yardsticks[answer] for answer in ("no memory", "chance") if answer in yardsticks)
    found = measured(task, NO_MEMORY[name](records), records)
    assert set(found) == set(stated)
    for metric, (mean, error) in found.items():
        assert abs(mean - stated[metric]) < 5 * error + 1e-12, (metric, mean, stated[metric], error)
        assert error < 0.02 * max(stated[metric], 0.1)


@every_task
def test_no_memory_solves_nothing_but_by_luck(name: str) -> None:
    records = draw(name, 1000)
    luck = {"adding": 0.1, "adding_original": 0.2, "embedded_reber": 0.55, "embedded_reber_short": 0.55}
    share = TASKS[name].success(NO_MEMORY[name](records), records).mean()
    assert share < luck.get(name, 0.001)


@every_task
def test_yardsticks_are_plain_numbers_from_worse_to_better(name: str) -> None:
    yardsticks = TASKS[name].yardsticks()
    assert json.loads(json.dumps(yardsticks)) == yardsticks
    for figures in yardsticks.values():
        assert set(figures) == ({"loss", "accuracy", "bits"} if TASKS[name].classes else {"loss", "rmse"})
        assert min(figures.values()) >= 0


@every_task
def test_its_recipe_makes_it_again(name: str) -> None:
    from hydra.utils import instantiate

    recipe = json.loads(json.dumps(describe(TASKS[name])))
    again = instantiate(recipe, _convert_="all")
    assert asdict(again) == asdict(TASKS[name])
    assert bits(again.draw(np.random.default_rng(0), 50)) == bits(draw(name))


@every_task
@pytest.mark.parametrize("wrong", [{"wobble": 1}, {"length": "30"}, {"length": 30.0}])
def test_wrong_arguments_are_refused_by_name(name: str, wrong: dict[str, Any]) -> None:
    arguments = asdict(TASKS[name])
    if "length" in wrong and "length" not in arguments:
        wrong = {"delay": wrong["length"]}
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        type(TASKS[name])(**{**arguments, **wrong})
