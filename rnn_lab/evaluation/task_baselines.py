"""What a network must beat on a task: the published yardsticks, and what needs no training loop.

    no memory, chance, ...   what the task's own answers score in expectation, exactly; see `Task.yardsticks`
    ideal                    the best answer's loss on just these records, which no network can be expected to beat
    mean, frequencies        the mean of the training targets, or the class frequencies of training
    ESN32                    an echo-state network of (say) 32 units on the same records, its readout fitted by ridge
                             regression on every target that counts; of classes it has an accuracy alone

Nothing here is fitted on validation or test records.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.echo_state import INPUT_SCALES, Reservoir
from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.rng import named_rng
from rnn_lab.scoring.metrics import class_scores, scores
from rnn_lab.sequences import Records, TaskDataset

Array = NDArray[np.float64]
Scores = dict[str, dict[str, float]]

RECORDS = 1000
"""Training records that the echo-state network is fitted on, and records of a split that it is scored on."""


def task_baselines(dataset: TaskDataset, hidden_dim: int) -> dict[str, Scores]:
    """Each baseline's scores, ``{"train": {"no memory": {"loss": ..., ...}, ...}, "validation": ..., ...}``.

    Args:
        dataset: what the network is trained and scored on.
        hidden_dim: units of the echo-state network.
    """
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    splits = {name: records for name, records in parts.items() if records is not None}
    plain = _frequencies(dataset, splits) if dataset.classes else _mean(dataset, splits)
    echo = _echo_state(dataset, splits, hidden_dim)
    yardsticks = dataset.task.yardsticks()
    ideal = {name: dataset.task.ideal(records) for name, records in splits.items()}
    bound = {name: {} if loss is None else {"ideal": {"loss": loss}} for name, loss in ideal.items()}
    return {name: {**yardsticks, **bound[name], **plain[name], f"ESN{hidden_dim}": echo[name]} for name in splits}


def _counted(dataset: TaskDataset, records: Records) -> NDArray[np.float64]:
    """Targets that count: numbers (M, O), classes as (M, O) of zeros and ones."""
    Y = np.eye(len(dataset.targets))[records.Y] if dataset.classes else records.Y
    return dataset.judged(Y, records)


def _mean(dataset: TaskDataset, splits: dict[str, Records]) -> dict[str, Scores]:
    mean = _counted(dataset, dataset.train).mean(axis=0)
    found = {}
    for name, records in splits.items():
        true = _counted(dataset, records)
        found[name] = {"mean": _plain(scores(np.broadcast_to(mean, true.shape), true))}
    return found


def _frequencies(dataset: TaskDataset, splits: dict[str, Records]) -> dict[str, Scores]:
    """The frequencies, with one more count for each class, so that none is impossible."""
    counts = _counted(dataset, dataset.train).sum(axis=0) + 1.0
    shares = counts / counts.sum()
    found = {}
    for name, records in splits.items():
        true = _counted(dataset, records).mean(axis=0)
        loss = -float(true @ np.log(shares))
        found[name] = {"frequencies": {"loss": loss, **_plain(class_scores(loss, true[shares.argmax()]))}}
    return found


def _echo_state(dataset: TaskDataset, splits: dict[str, Records], hidden_dim: int) -> dict[str, dict[str, float]]:
    rng = named_rng(0, "initialisation", hidden_dim)  # keyed as in the baselines of series
    unit = Reservoir.draw(rng, len(dataset.inputs), hidden_dim, input_scale=1.0)
    candidates = []
    for scale in INPUT_SCALES:
        reservoir = Reservoir(scale * unit.W_xh, unit.W_hh, unit.b_h)
        few = dataset.train.first(RECORDS)
        readout = Ridge.fit(_states(dataset, few, reservoir), _counted(dataset, few))
        candidates.append((readout.score, reservoir, readout))
    _, reservoir, readout = min(candidates, key=lambda candidate: candidate[0])
    found = {}
    for name, records in splits.items():
        few = records.first(RECORDS)
        predicted, true = readout.predict(_states(dataset, few, reservoir)), _counted(dataset, few)
        if dataset.classes:
            found[name] = {"accuracy": float((predicted.argmax(axis=1) == true.argmax(axis=1)).mean())}
        else:
            found[name] = _plain(scores(predicted, true))
    return found


def _states(dataset: TaskDataset, records: Records, reservoir: Reservoir) -> Array:
    """The states (M, H) from which the targets that count are read."""
    if not dataset.each_step:
        return reservoir.last_states(records.X)
    state, states = np.zeros((len(records), len(reservoir.b_h))), []
    for t in range(records.X.shape[1]):
        state = reservoir.step(state, records.X[:, t])
        states.append(state)
    return dataset.judged(np.stack(states, axis=1), records)


def _plain(found: dict[str, NDArray[np.float64]]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items()}
