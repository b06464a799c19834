"""The seasonal naive forecast: what was observed a season ago is what comes."""

from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines.baseline import Array, Baseline, FittedBaseline, NumberBaseline, Problem
from rnn_lab.evaluation.free_run.segment import Segment


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SeasonalNaive(Baseline):
    """The target's value a whole number of seasons before, the last one that is known.

        y[t] = y[t - m ceil(horizon / m)]

    Args:
        season: m, rows of a season: 12 of monthly data with a year's cycle. None leaves this baseline out.

    Reference: Hyndman & Athanasopoulos, "Forecasting: principles and practice" (2021), sec. 5.2.
    """

    of_networks_size: ClassVar[bool] = False

    season: Annotated[int, Field(ge=1)] | None = None

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """See that the season fits the data; nothing is to be fitted."""
        if self.season is None or not problem.data.lags:
            return {}
        back = self.season * -(-problem.data.horizon // self.season)
        known = min(int(problem.data.history(split)[1][0]) for split in problem.data.scored.values())
        if back > known:
            raise BadInput(
                f"evaluation.baselines.seasonal_naive.season={self.season} is not allowed: before the first target lie"
                f" {known} rows, so it should be that at most."
            )
        return {f"season {self.season}": _SeasonalNaive(problem, back)}


@plain_dataclass(frozen=True, eq=False)
class _SeasonalNaive(NumberBaseline):
    problem: Problem
    back: int

    def predict(self, split: Any) -> Array:
        series, at = self.problem.data.history(split)
        return np.asarray(series[at - self.back])

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array | None:
        if self.back > segment.warm_up:
            return None
        last = segment.stretches(starts, -self.back, 0)
        return np.asarray(last[:, np.arange(steps) % self.back])
