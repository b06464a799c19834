"""The tasks of the memory study: how each is run, what of a network is scored, and when it has learned a task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rnn_lab.sequences import TaskDataset
from rnn_lab.sequences.reber import EmbeddedReber

Metrics = Mapping[str, float]

LEARNED = 0.9
"""Share of the test records that a network has to solve, by the task's own criterion, to have learned it."""


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        overrides: beside ``study=memory`` and the model.
        score: what the score is, in words; smaller is better.
        of: the score of a network, from its metrics on the test records.
    """

    overrides: tuple[str, ...]
    score: str
    of: Callable[[Metrics, TaskDataset], float]


def squared_error(metrics: Metrics, data: TaskDataset) -> float:
    """Mean squared error."""
    return metrics["test/rmse"] ** 2


def wrong(metrics: Metrics, data: TaskDataset) -> float:
    """Share of wrong classes."""
    return 1.0 - metrics["test/accuracy"]


def beside_forgetting(metrics: Metrics, data: TaskDataset) -> float:
    """Cross-entropy as a multiple of that of the best answer without memory."""
    return metrics["test/loss"] / data.task.yardsticks()["no memory"]["loss"]


def above_the_grammar(metrics: Metrics, data: TaskDataset) -> float:
    """By how much of it the cross-entropy exceeds that of the grammar's own probabilities on the same strings."""
    assert isinstance(data.task, EmbeddedReber)
    assert data.test is not None
    return metrics["test/loss"] / data.task.ideal(data.test) - 1.0


FIVE = "replicas=5"

TASKS = {
    "adding, T = 30": Task((FIVE,), "mean squared error", squared_error),
    "adding, T = 50": Task(("data.task.length=50", FIVE), "mean squared error", squared_error),
    "temporal order 6a, T = 50": Task(("data=temporal_order_6a", FIVE), "share of wrong classes", wrong),
    "embedded Reber grammar": Task(
        ("data=embedded_reber", FIVE), "cross-entropy above the grammar's", above_the_grammar
    ),
    "copying, T = 20": Task(
        ("data=copying", "model.hidden_dim=128", "trainer.batch_size=20", "trainer.epochs=60", "replicas=3"),
        "cross-entropy, no memory = 1",
        beside_forgetting,
    ),
}
"""Name -> task, from the easiest on."""

NETWORKS = {
    "tanh": ("model=elman",),
    "tanh, learning rate 0.001": ("model=elman", "optimizer.learning_rate=0.001"),
    "GRU": ("model=gru",),
    "LSTM": ("model=lstm",),
}
"""Name -> overrides. The tanh network is given a second learning rate, since the recipe's suits gates."""
