"""Least-squares autoregressions of a fixed order, and of the order that a criterion prefers."""

from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.autoregression import Autoregression, choose_order
from rnn_lab.evaluation.baselines.baseline import Array, Baseline, FittedBaseline, NumberBaseline, Problem, thinned
from rnn_lab.evaluation.free_run.loop import run_freely
from rnn_lab.evaluation.free_run.segment import Segment


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LinearModel(Baseline):
    """Autoregressions AR1, AR2, .. on each target's own past, fitted on the training targets.

    Args:
        orders: numbers of lags that are always tried; the one that AICc prefers is added, see
            `rnn_lab.evaluation.autoregression.choose_order`. None has more lags than the network sees rows.

    Reference: Box, Jenkins, Reinsel & Ljung, "Time series analysis: forecasting and control" (2015), ch. 7.
    """

    of_networks_size: ClassVar[bool] = False

    orders: list[Annotated[int, Field(ge=1)]] = Field(default_factory=lambda: [1, 2])

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Fit each order; the largest runs freely."""
        data = problem.data
        if not data.lags:
            return {}
        train, horizon = data.scored["train"], data.horizon
        series, at = data.history(train)
        at = thinned(at)
        orders = {min(order, data.lags) for order in self.orders} | {choose_order(series, at, data.lags, horizon)}
        return {
            f"AR{p}": _LinearModel(problem, Autoregression.fit(series, at, p, horizon), p == max(orders))
            for p in sorted(orders)
        }


@plain_dataclass(frozen=True, eq=False)
class _LinearModel(NumberBaseline):
    problem: Problem
    model: Autoregression
    runs_freely: bool

    def predict(self, split: Any) -> Array:
        return self.model.predict(*self.problem.data.history(split))

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array | None:
        if not self.runs_freely:
            return None
        order, everyone = len(self.model.coefficients), list(range(segment.series.shape[1]))
        return run_freely(
            self.model.forecast, segment, starts, steps, window=order, horizon=self.model.horizon, columns=everyone
        )
