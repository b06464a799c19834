"""Exact scores of certain answers to a task: no memory, chance, the best there is on just these records."""

from dataclasses import dataclass as plain_dataclass
from typing import Any, ClassVar

from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.baselines.baseline import Baseline, FittedBaseline, Problem


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Yardsticks(Baseline):
    """The task's own answers, in expectation (see `rnn_lab.sequences.Task.yardsticks`), and the ideal one."""

    of_networks_size: ClassVar[bool] = False

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Ask the data; there are none but of tasks."""
        names = problem.data.yardsticks(problem.data.train)
        return {name: _Yardstick(problem, name) for name in names}


@plain_dataclass(frozen=True, eq=False)
class _Yardstick(FittedBaseline):
    problem: Problem
    name: str

    def scores(self, split: Any) -> dict[str, float]:
        return self.problem.data.yardsticks(split)[self.name]
