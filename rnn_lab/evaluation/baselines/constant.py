"""Baselines that answer the same whatever the input: the mean of the targets, and the frequencies of classes."""

from dataclasses import dataclass as plain_dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.baselines.baseline import Array, Baseline, FittedBaseline, NumberBaseline, Problem, plain
from rnn_lab.scoring import ClassAnswers


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Mean(Baseline):
    """The mean of the training targets, for data in numbers."""

    of_networks_size: ClassVar[bool] = False

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Take the mean."""
        if problem.targets.usual_loss.of_classes:
            return {}
        return {"mean": _Mean(problem, problem.true(problem.data.scored["train"]).mean(axis=0))}


@plain_dataclass(frozen=True, eq=False)
class _Mean(NumberBaseline):
    problem: Problem
    mean: Array

    def predict(self, split: Any) -> Array:
        return np.tile(self.mean, (len(self.problem.true(split)), 1))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Frequencies(Baseline):
    """The frequencies of classes in training, with one more count for each, so that none is impossible.

    For tasks; of a text the unigram is the same.
    """

    of_networks_size: ClassVar[bool] = False

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Count."""
        if not problem.data.criteria or not problem.targets.usual_loss.of_classes:
            return {}
        counts = problem.targets.as_numbers(problem.data.train).sum(axis=0) + 1.0
        return {"frequencies": _Frequencies(problem, counts / counts.sum())}


@plain_dataclass(frozen=True, eq=False)
class _Frequencies(FittedBaseline):
    problem: Problem
    shares: Array

    def scores(self, split: Any) -> dict[str, float]:
        chosen = self.problem.targets.as_numbers(split)
        answers = ClassAnswers(
            loss=-(chosen.mean(axis=0) @ np.log(self.shares))[None],
            log_probability=np.log(chosen @ self.shares)[None, :, None],
            right=(chosen.argmax(axis=1) == self.shares.argmax())[None, :, None],
        )
        return plain(self.problem.targets.evaluate(answers))
