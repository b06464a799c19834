"""The median of the training targets: of all constants the one with the least absolute error."""

from dataclasses import dataclass as plain_dataclass

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation import Baseline, Problem
from rnn_lab.evaluation.baselines import NumberBaseline


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Median(Baseline):
    """The median, for data in numbers."""

    def fit(self, problem):
        """Take it, of training alone; it says nothing of classes."""
        if problem.targets.usual_loss.of_classes:
            return {}
        return {"median": FittedMedian(problem, np.median(problem.true(problem.data.scored["train"]), axis=0))}


@plain_dataclass(frozen=True, eq=False)
class FittedMedian(NumberBaseline):
    """It, fitted."""

    problem: Problem
    median: np.ndarray

    def predict(self, split):
        """The median at every target: (M, O)."""
        return np.tile(self.median, (len(self.problem.true(split)), 1))
