"""Targets, and how good outputs for them are: loss, scores and their names, plots; each kind answers for its own.

Nothing else asks whether targets are numbers or classes: whoever needs to know holds a `Targets` and lets it answer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from rnn_lab.component import by_name
from rnn_lab.errors import BadInput
from rnn_lab.network.losses import LOSSES, Loss
from rnn_lab.scoring.answers import Answers, Array
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
        loss: a component or its name; None for the usual one of such targets.
        scores: by their names; None for those of `rnn_lab.scoring.scores`.

    Attributes:
        scores: those that fit these targets, ``main`` always among them.
        past: the data's.
    """

    what: ClassVar[str]
    """Name of such targets, in the plural."""
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
        self.past = self.data.past

    @property
    @abstractmethod
    def main(self) -> str:
        """The score that networks, baselines and sweeps are ordered by."""

    @abstractmethod
    def takes(self, score: Score) -> bool:
        """Return True for a score of such targets."""

    @property
    @abstractmethod
    def plot_names(self) -> tuple[str, ...]:
        """The names of what a plot shows."""

    @abstractmethod
    def of_records(self, records: Records, replicas: int, dtype: Any) -> Callable[[Array], Answers]:
        """Return a function from outputs (R, N, O) or (R, N, T, O) to answers, with all that is fixed done once."""

    @abstractmethod
    def of_stream(self, replicas: int, steps: int) -> Collector:
        """Return a collector of answers along so many steps of a stream."""

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
        shown = [name for name, score in self.scores.items() if not score.sentence and name not in self.pooled]
        return tuple(dict.fromkeys([self.main, *shown, *self.criteria]))

    @property
    def pooled(self) -> tuple[str, ...]:
        """The names of scores that add up errors in different units, and so stand nowhere but in the journal."""
        if self.data.one_unit:
            return ()
        return tuple(name for name, score in self.scores.items() if score.unit and name != self.main)

    @property
    def sentences(self) -> dict[str, str]:
        """Words before the numbers of scores that stand in no table."""
        loss = {"loss": self.loss_sentence} if self.loss_sentence else {}
        return loss | {name: score.sentence for name, score in self.scores.items() if score.sentence}

    def higher_is_better(self, name: str) -> bool:
        """Return True where more of a score is better."""
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

    def _success(self, outputs: Array, records: Records) -> Array | None:
        """Share of records (R,) that are solved."""
        solved = self.data.success(outputs, records)
        return None if solved is None else solved.mean(axis=1)


def loss_weights(records: Records, replicas: int, dtype: Any) -> Array | None:
    """Weights (R, N, T) of the losses at the steps that count, adding up to 1; None where all count."""
    if records.mask is None:
        return None
    shape = (replicas, *records.mask.shape)
    return np.broadcast_to(records.mask / records.mask.sum(), shape).astype(dtype)
