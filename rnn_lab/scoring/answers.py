"""Answers of R networks for the targets that count, beside what is right: every score is a function of these."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rnn_lab.scoring.scores import Score

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class NumberAnswers:
    """Numbers, in the data's own units and in the order of time (of a task, one record after the other).

    Attributes:
        predicted: (R, M, O).
        true: (M, O).
        past: (L, O), the targets of training in the order of time, by which errors may be scaled; None where there is
            no such order.
        loss: (R,), of scaled targets, as it is trained on; None for what has none, such as a baseline.
        success: (R,), the share of records that are solved by the task's own criterion; None where it has none.
    """

    predicted: Array
    true: Array
    past: Array | None = None
    loss: Array | None = None
    success: Array | None = None

    def score(self, score: "Score") -> Array | None:
        """(R,); None if it is no score of numbers."""
        return score.of_numbers(self)

    def of_target(self, position: int) -> "NumberAnswers":
        """The answers to one of the O targets alone."""
        only = slice(position, position + 1)
        past = None if self.past is None else self.past[:, only]
        return NumberAnswers(predicted=self.predicted[..., only], true=self.true[:, only], past=past)

    def plot_values(self, most: int | None = None) -> Array:
        """Values to plot: the numbers, (R, M, O)."""
        return self.predicted[:, :most]

    def plot_targets(self, most: int | None = None) -> Array:
        """Targets of a plot: the true numbers, (M, O)."""
        return self.true[:most]


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassAnswers:
    """Classes: how likely the right one was said to be, and whether it came first.

    Attributes:
        log_probability: (R, M, 1), of the right class.
        right: (R, M, 1), whether the likeliest class is the right one.
        loss: (R,), a cross-entropy in nats; None for what has no probabilities.
        success: (R,), the share of records that are solved by the task's own criterion; None where it has none.
    """

    log_probability: Array
    right: Array
    loss: Array | None = None
    success: Array | None = None

    def score(self, score: "Score") -> Array | None:
        """(R,); None if it is no score of classes."""
        return score.of_classes(self)

    def plot_values(self, most: int | None = None) -> Array:
        """Values to plot: the probability of the right class, (R, M, 1), which should be 1."""
        return np.asarray(np.exp(self.log_probability[:, :most]))

    def plot_targets(self, most: int | None = None) -> Array:
        """Targets of a plot: ones, (M, 1)."""
        return np.ones(self.log_probability[0, :most].shape)


Answers = NumberAnswers | ClassAnswers
