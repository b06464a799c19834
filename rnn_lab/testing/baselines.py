"""Behaviour of every baseline: fitted on training alone, scored as networks are."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnn_lab.evaluation.baselines import Baseline, FittedBaseline, Problem, fit_baselines, score_baselines
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import ARMA, Adding, Copying, Data, Generated, Stream, TaskData, Text

KINDS = (
    Generated(name="ar", series=ARMA(length=200, ar=[0.9]), window=8, train=100, validation=50),
    Stream(name="ar", series=ARMA(length=300, ar=[0.9]), train=200, validation=100),
    Text(name="text", train=600, validation=600),
    TaskData(name="adding", task=Adding(length=9), train=30, validation=20),
    TaskData(name="copying", task=Copying(delay=2, count=2, symbols=3), train=30, validation=20),
)
"""Data of every kind; of the text, as much of training is scored as there is of validation."""


class BaselineContract(ABC):
    """Tests of a baseline: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> Baseline:
        """The baseline to be tested."""

    def fitted(self, data: Data) -> tuple[Problem, Mapping[str, FittedBaseline]]:
        """It, fitted on some data: none where it does not apply."""
        problem = Problem(data, targets_of(data), hidden_dim=6)
        return problem, fit_baselines(problem, {"mine": self.make()})

    def applicable(self) -> list[Data]:
        """The data that it applies to."""
        return [data for kind in KINDS if self.fitted(data := kind.dataset())[1]]

    def test_applies_to_something(self) -> None:
        """And says nothing of the rest, instead of raising."""
        assert self.applicable()

    def test_its_scores_are_numbers_by_the_names_of_scores(self) -> None:
        """On each split; they can be written as JSON."""
        for data in self.applicable():
            problem, fitted = self.fitted(data)
            found = score_baselines(problem, fitted)
            assert list(found) == list(data.scored)
            assert json.loads(json.dumps(found)) == found
            for scores in (scores for split in found.values() for scores in split.values()):
                assert scores
                assert set(scores) <= set(problem.targets.names)
                assert np.isfinite(list(scores.values())).all()

    def test_nothing_of_validation_enters(self) -> None:
        """With training in its place, nothing on training changes."""
        for data in self.applicable():
            before, after = (
                score_baselines(*self.fitted(some))["train"] for some in (data, replace(data, validation=data.train))
            )
            assert before == after

    def test_is_fitted_the_same_each_time(self) -> None:
        """It draws no random numbers of its own but by a seed."""
        for data in self.applicable():
            assert score_baselines(*self.fitted(data)) == score_baselines(*self.fitted(data))
