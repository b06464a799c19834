"""Persistence: what was observed last is what comes."""

from dataclasses import dataclass as plain_dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.baselines.baseline import Array, Baseline, FittedBaseline, NumberBaseline, Problem
from rnn_lab.evaluation.free_run.segment import Segment


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Persistence(Baseline):
    """The target's last value that is known, series[at - horizon], for series and streams of numbers."""

    of_networks_size: ClassVar[bool] = False

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Nothing is to be fitted."""
        return {"persistence": _Persistence(problem)} if problem.data.lags else {}


@plain_dataclass(frozen=True, eq=False)
class _Persistence(NumberBaseline):
    problem: Problem

    def predict(self, split: Any) -> Array:
        series, at = self.problem.data.history(split)
        return np.asarray(series[at - self.problem.data.horizon])

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array:
        return np.repeat(segment.series[starts - 1][:, None], steps, axis=1)
