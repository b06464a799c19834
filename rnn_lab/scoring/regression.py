"""Regression: targets that are numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_lab.network.losses import LOSSES
from rnn_lab.scoring.answers import Answers, Array, NumberAnswers
from rnn_lab.scoring.scores import Score
from rnn_lab.scoring.targets import Targets, loss_weights
from rnn_lab.sequences import Records


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
        """Return True for a score of numbers."""
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
        """Return a function from outputs to answers."""
        true, Y, weights = (
            self.as_numbers(records),
            records.Y.astype(dtype)[None],
            loss_weights(records, replicas, dtype),
        )

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
        """Return a collector of answers along a stream."""
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
