"""Scores: numbers that say how good answers are. One class a score, and one YAML in ``conf/evaluation/scores``.

A score of your own derives from `Score` and says what it makes of numbers, of classes, or of both:

    >>> class LateError(Score):
    ...     def of_numbers(self, answers):
    ...         weight = np.linspace(0, 2, len(answers.true))[:, None]
    ...         return np.sqrt(np.mean(weight * (answers.predicted - answers.true) ** 2, axis=(1, 2)))

With ``evaluation.scores.late._target_=mine.LateError`` it stands in the terminal's table, in MLflow as ``val/late`` by
epoch and ``final/val_late``, and ``objective=val/late`` optimises it.
"""

from typing import ClassVar

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.scoring.answers import Array, ClassAnswers, NumberAnswers
from rnn_lab.scoring.metrics import mae, nrmse, rmse


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Score:
    """A number for each of R networks; it says nothing of answers whose method is not defined.

    Attributes:
        each_epoch: whether it is taken after every epoch, so that it has a curve and sweeps can prune by it; otherwise
            only of the weights that the run keeps.
        higher_is_better: whether more of it is better.
        unit: whether it is in the unit of the targets, so that of targets in different ones it says nothing.
        sentence: for a score that says the loss in other words: it is printed so, below the table instead of in it.
    """

    each_epoch: ClassVar[bool] = True
    higher_is_better: ClassVar[bool] = False
    unit: ClassVar[bool] = False
    sentence: ClassVar[str] = ""

    def of_numbers(self, answers: NumberAnswers) -> Array | None:
        """Score numbers: (R,)."""
        return None

    def of_classes(self, answers: ClassAnswers) -> Array | None:
        """Score classes: (R,)."""
        return None

    @property
    def takes_numbers(self) -> bool:
        """True if it scores numbers."""
        return type(self).of_numbers is not Score.of_numbers

    @property
    def takes_classes(self) -> bool:
        """True if it scores classes."""
        return type(self).of_classes is not Score.of_classes


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RMSE(Score):
    """Root mean squared error in the units of the targets; see `rnn_lab.scoring.metrics.rmse`."""

    unit: ClassVar[bool] = True

    def of_numbers(self, answers: NumberAnswers) -> Array:
        """sqrt(mean((predicted - true)^2))."""
        return rmse(answers.predicted, answers.true)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MAE(Score):
    """Mean absolute error in the units of the targets; see `rnn_lab.scoring.metrics.mae`."""

    each_epoch: ClassVar[bool] = False
    unit: ClassVar[bool] = True

    def of_numbers(self, answers: NumberAnswers) -> Array:
        """mean(|predicted - true|)."""
        return mae(answers.predicted, answers.true)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NRMSE(Score):
    """RMSE over the standard deviation of the targets, without a unit; see `rnn_lab.scoring.metrics.nrmse`."""

    each_epoch: ClassVar[bool] = False

    def of_numbers(self, answers: NumberAnswers) -> Array:
        """sqrt(mean_o(mean_n((predicted - true)^2) / var_n(true)))."""
        return nrmse(answers.predicted, answers.true)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MASE(Score):
    """Mean absolute scaled error: the MAE in units of what the training series changes by from one season to the next.

        MASE = mean_o(mean_n |predicted_no - true_no| / mean_t |y_to - y_{t-m,o}|),    t over the training targets

    Below 1, the forecasts are better than the (seasonal) naive one was on training. Each target has its own scale, so
    that targets in different units weigh the same; it is ``nan`` where a target does not change in training. A change
    from or to a cell that was made up does not count.

    Args:
        season: m, 1 for the change from one row to the next.

    Reference: Hyndman & Koehler, "Another look at measures of forecast accuracy" (2006).
    """

    each_epoch: ClassVar[bool] = False
    sentence: ClassVar[str] = "MASE, the absolute error over that of persistence in training"

    season: int = Field(default=1, ge=1)

    def of_numbers(self, answers: NumberAnswers) -> Array | None:
        """The mean over targets."""
        if answers.past is None or len(answers.past) <= self.season:
            return None
        changes = np.abs(answers.past[self.season :] - answers.past[: -self.season])
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            change = np.nansum(changes, axis=0) / np.count_nonzero(~np.isnan(changes), axis=0)
            errors = np.abs(answers.predicted - answers.true).mean(axis=-2)
            return np.asarray((errors / np.where(change > 0, change, np.nan)).mean(axis=-1))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Accuracy(Score):
    """Share of targets whose likeliest class is the right one."""

    higher_is_better: ClassVar[bool] = True

    def of_classes(self, answers: ClassAnswers) -> Array:
        """mean(right)."""
        return np.asarray(answers.right.mean(axis=(1, 2)))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Bits(Score):
    """The cross-entropy in bits a target: loss / ln 2."""

    each_epoch: ClassVar[bool] = False
    sentence: ClassVar[str] = "The loss, a cross-entropy in nats, in bits a target"

    def of_classes(self, answers: ClassAnswers) -> Array | None:
        """Loss / ln 2."""
        return None if answers.loss is None else np.asarray(answers.loss, np.float64) / np.log(2)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Perplexity(Score):
    """exp(loss): the number of equally likely classes among which the choice would be as hard."""

    each_epoch: ClassVar[bool] = False
    sentence: ClassVar[str] = "Perplexity"

    def of_classes(self, answers: ClassAnswers) -> Array | None:
        """exp(loss)."""
        if answers.loss is None:
            return None
        with np.errstate(over="ignore"):
            return np.exp(np.asarray(answers.loss, np.float64))


SCORES: dict[str, Score] = {
    "rmse": RMSE(),
    "mae": MAE(),
    "nrmse": NRMSE(),
    "mase": MASE(),
    "accuracy": Accuracy(),
    "bits": Bits(),
    "perplexity": Perplexity(),
}
"""Those that are taken where nothing else is said, by their names in metrics."""
