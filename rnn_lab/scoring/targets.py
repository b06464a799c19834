"""Regression and classification: loss, scores and their names, what a plot shows; each answers for its own targets.

Nothing else asks whether targets are numbers or classes: whoever needs to know holds a `Targets` and lets it answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from rnn_lab.component import by_name
from rnn_lab.errors import BadInput
from rnn_lab.network.losses import LOSSES, Loss
from rnn_lab.scoring.answers import Answers, Array, ClassAnswers, NumberAnswers
from rnn_lab.scoring.scores import SCORES, Score
from rnn_lab.sequences import Data, Records


class Collector(Protocol):
    """Answers along a stream, put together from blocks."""

    def add(self, at: Array, outputs: Array, Y: Array) -> None:
        """Take the outputs (R, n, B, O) of steps ``at`` (n, B), whose targets are Y."""

    def answers(self) -> Answers:
        """All of them, in the order of time."""


class Targets(ABC):
    """The targets of some data, and what outputs for them are worth.

    Args:
        data: whose targets they are.
        loss: what is trained on, a component or its name; None for what such targets call for.
        scores: by their names; None for those of `rnn_lab.scoring.scores`.

    Attributes:
        scores: those that fit these targets, ``main`` always among them.
        past: the training targets in the order of time, (L, O), in their own units; None where there is no such order.
    """

    what: ClassVar[str]
    """What they are, in the plural."""
    usual_loss: ClassVar[Loss]
    loss_sentence: ClassVar[str]

    def __init__(self, data: Data, loss: Loss | str | None = None, scores: Mapping[str, Score] | None = None) -> None:
        self.data, self.loss = data, self.usual_loss if loss is None else by_name(LOSSES, Loss)(loss)
        if self.loss.of_classes is not self.usual_loss.of_classes:
            name, usual = (
                next((n for n, own in LOSSES.items() if own == a), type(a).__name__)
                for a in (self.loss, self.usual_loss)
            )
            raise BadInput(f"trainer.loss={name} does not fit the data, whose targets are {self.what}: use {usual}.")
        everyone = SCORES if scores is None else scores
        self.scores = {name: score for name, score in everyone.items() if self.takes(score)}
        if self.main in SCORES:  # whatever else is asked for, runs are ordered by it
            self.scores = {self.main: SCORES[self.main]} | self.scores
        self.past = self._past()

    @property
    @abstractmethod
    def main(self) -> str:
        """The score that networks, baselines and sweeps are ordered by."""

    @abstractmethod
    def takes(self, score: Score) -> bool:
        """Whether it is a score of such targets."""

    @property
    @abstractmethod
    def plot_names(self) -> tuple[str, ...]:
        """The names of what a plot shows."""

    @abstractmethod
    def of_records(self, records: Records, replicas: int, dtype: Any) -> Callable[[Array], Answers]:
        """What makes answers of the outputs (R, N, O) or (R, N, T, O) for records; all that is fixed is done once."""

    @abstractmethod
    def of_stream(self, replicas: int, steps: int) -> Collector:
        """What collects answers along so many steps of a stream."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """The names of the task's own criteria: ``success``, or none."""
        return self.data.criteria

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all scores, the loss first."""
        return ("loss", *self.scores, *self.criteria)

    @property
    def epoch_names(self) -> tuple[str, ...]:
        """The names of those that are taken after every epoch."""
        return ("loss", *filter(self._each_epoch, self.scores), *self.criteria)

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of those that stand in a table of results, the main one first."""
        shown = [name for name, score in self.scores.items() if not score.sentence]
        return tuple(dict.fromkeys([self.main, *shown, *self.criteria]))

    @property
    def sentences(self) -> dict[str, str]:
        """What is said of scores that stand in no table, before their numbers."""
        loss = {"loss": self.loss_sentence} if self.loss_sentence else {}
        return loss | {name: score.sentence for name, score in self.scores.items() if score.sentence}

    def higher_is_better(self, name: str) -> bool:
        """Whether more of a score is better."""
        return name in self.criteria or (name in self.scores and self.scores[name].higher_is_better)

    def evaluate(self, answers: Answers, *, each_epoch: bool = False) -> dict[str, Array]:
        """Take every score of answers, or those of each epoch, by name: each (R,)."""
        found = {} if answers.loss is None else {"loss": answers.loss}
        for name, score in self.scores.items():
            if not each_epoch or self._each_epoch(name):
                values = answers.score(score)
                found |= {} if values is None else {name: values}
        return found if answers.success is None else found | {"success": answers.success}

    def of_each_target(self, answers: Answers) -> dict[str, dict[str, Array]]:
        """Each target's own scores by its name, where there are several numbers: name -> score -> (R,)."""
        return {}

    @abstractmethod
    def as_numbers(self, records: Records) -> Array:
        """The targets that count as numbers, (M, O): in their own units, or of classes zeros and ones."""

    @abstractmethod
    def of_readout(self, predicted: Array, records: Records) -> Answers:
        """The answers of a linear readout (M, O) that was fitted to `as_numbers`."""

    def _each_epoch(self, name: str) -> bool:
        return name == self.main or self.scores[name].each_epoch

    def _past(self) -> Array | None:
        if not self.data.lags:
            return None
        series, at = self.data.history(self.data.scored["train"])
        return np.asarray(series[: at[-1] + 1])

    def _success(self, outputs: Array, records: Records) -> Array | None:
        """(R,) the share of records that are solved."""
        solved = self.data.success(outputs, records)
        return None if solved is None else solved.mean(axis=1)


class Regression(Targets):
    """Targets that are O numbers: errors are in the data's own units, the loss is of scaled targets."""

    what = "numbers"
    usual_loss = LOSSES["half_mean_squared_error"]
    loss_sentence = "The network's loss, half the mean squared error of scaled targets"

    @property
    def main(self) -> str:
        """The RMSE; of several targets in different units, which no sum of errors can compare, the NRMSE."""
        return "rmse" if self.data.one_unit or "nrmse" not in self.scores else "nrmse"

    def takes(self, score: Score) -> bool:
        """Whether it is a score of numbers."""
        return score.takes_numbers

    @property
    def plot_names(self) -> tuple[str, ...]:
        """The target columns'."""
        return self.data.targets

    def as_numbers(self, records: Records) -> Array:
        """The targets that count, in their own units: (M, O)."""
        return np.asarray(records.undo(self.data.target_scaler, records.counted(records.Y).astype(np.float64)))

    def of_readout(self, predicted: Array, records: Records) -> NumberAnswers:
        """The predictions as they are."""
        return NumberAnswers(predicted=predicted[None], true=self.as_numbers(records), past=self.past)

    def of_records(self, records: Records, replicas: int, dtype: Any) -> Callable[[Array], NumberAnswers]:
        """What makes answers of outputs for records."""
        true, Y, weights = self.as_numbers(records), records.Y.astype(dtype)[None], _weights(records, replicas, dtype)

        def answers(outputs: Array) -> NumberAnswers:
            return NumberAnswers(
                loss=self.loss(outputs, Y, np.empty_like(outputs), weights),
                predicted=records.undo(self.data.target_scaler, records.counted(outputs).astype(np.float64)),
                true=true,
                past=self.past,
                success=self._success(outputs, records),
            )

        return answers

    def of_each_target(self, answers: Answers) -> dict[str, dict[str, Array]]:
        """Each target's own scores by its name, where there are several: name -> score -> (R,)."""
        names = self.data.targets
        if len(names) == 1 or not isinstance(answers, NumberAnswers):
            return {}
        return {name: self.evaluate(answers.of_target(position)) for position, name in enumerate(names)}

    def of_stream(self, replicas: int, steps: int) -> "_NumbersOfStream":
        """What collects answers along a stream."""
        return _NumbersOfStream(self, replicas, steps)


class _NumbersOfStream:
    def __init__(self, targets: Regression, replicas: int, steps: int) -> None:
        self.targets, O = targets, len(targets.data.targets)  # noqa: E741 - the symbol of the equations
        self.outputs, self.true = np.zeros((replicas, steps, O)), np.zeros((steps, O))

    def add(self, at: Array, outputs: Array, Y: Array) -> None:
        self.outputs[:, at], self.true[at] = outputs, Y

    def answers(self) -> NumberAnswers:
        undo = self.targets.data.target_scaler.undo
        return NumberAnswers(
            loss=self.targets.loss.each(self.outputs, self.true).mean(axis=1),
            predicted=undo(self.outputs),
            true=undo(self.true),
            past=self.targets.past,
        )


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
        """Whether it is a score of classes."""
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
        """What makes answers of outputs for records."""
        weights = _weights(records, replicas, dtype)

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
        """What collects answers along a stream; of each step the right class's alone are kept."""
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
    """The right class's log-probability, and whether it is the likeliest: (R, ..., O) and (...) -> (R, ..., 1) each.

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


def targets_of(data: Data, loss: Loss | str | None = None, scores: Mapping[str, Score] | None = None) -> Targets:
    """The targets of some data: the one place that asks whether they are classes.

    Args:
        data: whose targets they are.
        loss: what is trained on, a component or its name; None for what such targets call for.
        scores: by name; None for the usual ones.
    """
    kind = Classification if data.classes else Regression
    return kind(data, loss, scores)


def _weights(records: Records, replicas: int, dtype: Any) -> Array | None:
    """(R, N, T): of the losses at the steps that count, adding up to 1; None where all count."""
    if records.mask is None:
        return None
    shape = (replicas, *records.mask.shape)
    return np.broadcast_to(records.mask / records.mask.sum(), shape).astype(dtype)


def _spelled(loss: Loss) -> str:
    """A loss as a config names it."""
    return next((name for name, own in LOSSES.items() if own == loss), type(loss).__name__)
