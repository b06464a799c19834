"""Classification: targets that are one of O classes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_lab.network.losses import LOSSES
from rnn_lab.scoring.answers import Array, ClassAnswers
from rnn_lab.scoring.scores import Score
from rnn_lab.scoring.targets import Targets, loss_weights
from rnn_lab.sequences import Records


class Classification(Targets):
    """Targets that are one of O classes: outputs are logits, the loss is the cross-entropy."""

    what = "classes"
    usual_loss = LOSSES["cross_entropy"]
    loss_sentence = ""

    @property
    def main(self) -> str:
        """The cross-entropy."""
        return "loss"

    def takes(self, score: Score) -> bool:
        """Return True for a score of classes."""
        return score.takes_classes

    def as_numbers(self, records: Records) -> Array:
        """The classes that count, each as a row with a single 1: (M, O)."""
        return np.asarray(records.counted(np.eye(len(self.data.targets))[records.Y]))

    def of_readout(self, predicted: Array, records: Records) -> ClassAnswers:
        """The likeliest classes: numbers that are no probabilities have no loss."""
        right = (predicted.argmax(axis=1) == self.as_numbers(records).argmax(axis=1))[None, :, None]
        return ClassAnswers(log_probability=np.full(right.shape, np.nan), right=right)

    @property
    def plot_names(self) -> tuple[str, ...]:
        """One name: a plot shows how likely the right class was."""
        return ("probability of the right class",)

    def of_records(self, records: Records, replicas: int, dtype: Any) -> Callable[[Array], ClassAnswers]:
        """Return a function from outputs to answers."""
        weights = loss_weights(records, replicas, dtype)

        def answers(outputs: Array) -> ClassAnswers:
            log_probability, right = judge_logits(outputs, records.Y)
            return ClassAnswers(
                loss=self.loss(outputs, records.Y[None], np.empty_like(outputs), weights),
                log_probability=records.counted(log_probability),
                right=records.counted(right),
                success=self._success(outputs, records),
            )

        return answers

    def of_stream(self, replicas: int, steps: int) -> "_ClassesOfStream":
        """Return a collector of answers along a stream; of each step it keeps the right class's alone."""
        return _ClassesOfStream(replicas, steps)


class _ClassesOfStream:
    def __init__(self, replicas: int, steps: int) -> None:
        self.log_probability, self.right = np.zeros((replicas, steps, 1)), np.zeros((replicas, steps, 1), bool)

    def add(self, at: Array, outputs: Array, Y: Array) -> None:
        self.log_probability[:, at], self.right[:, at] = judge_logits(outputs, Y)

    def answers(self) -> ClassAnswers:
        loss = -self.log_probability.mean(axis=(1, 2))
        return ClassAnswers(loss=loss, log_probability=self.log_probability, right=self.right)


def judge_logits(outputs: Array, Y: Array) -> tuple[Array, Array]:
    """The right class's log-probability, and True where it is the likeliest: (R, ..., O) and (...) -> (R, ..., 1) each.

        ln p_y = o_y - ln sum_j exp(o_j)

    Example:
        >>> log_probability, right = judge_logits(np.log([[[0.2, 0.8]]]), np.array([1]))
        >>> np.exp(log_probability).round(6), right
        (array([[[0.8]]]), array([[[ True]]]))
    """
    logits = outputs - outputs.max(axis=-1, keepdims=True)  # exp cannot overflow
    chosen = np.take_along_axis(logits, Y[None, ..., None], axis=-1)
    right = outputs.argmax(axis=-1) == Y
    return chosen - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), right[..., None]
