"""Free runs of a trained network: from where, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines.baseline import FittedBaseline
from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.evaluation.free_run.segment import Segment, segment_of, too_broken
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.sequences import Data
from rnn_lab.sequences.lyapunov import lyapunov_of

LONGEST = 500
"""Steps that ``auto`` runs at most."""


def _steps(value: Any) -> Any:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise ValueError("it must be 'auto' or a whole number of steps >= 1")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FreeRun:
    """Free runs of the kept weights: from observed windows, then on their own forecasts.

    They need targets to feed back, so they are left out where an input is no target, or where there is no series. Where
    cells were missing they run along the longest stretch of the split that lacks none.

    Args:
        starts: K, spread evenly over the test targets if there are any, else over the validation targets; fewer where
            there are not so many places to start from.
        steps: S, rows forecast from each start, all within the split; ``auto`` takes half of the split, 500 at most.
        threshold: error up to which a forecast counts as valid, in standard deviations of the targets.

    Example:
        >>> FreeRun(steps=0)
        Traceback (most recent call last):
            ...
        pydantic_core._pydantic_core.ValidationError: 1 validation error for FreeRun
        steps
          Value error, it must be 'auto' or a whole number of steps >= 1 [...
    """

    starts: int = Field(default=20, ge=1)
    steps: Annotated[int | Literal["auto"], BeforeValidator(_steps)] = "auto"
    threshold: float = Field(default=0.5, gt=0.0)

    def plan(self, dataset: Data, data: Any) -> "Plan | None":
        """Say from which rows to run, and how far; None where a free run makes no sense.

        Args:
            dataset: what the network is trained on.
            data: the component that made it.

        Raises:
            BadInput: there are more steps than the split has rows.
        """
        segment = segment_of(dataset)
        if segment is None or too_broken(dataset) is not None:
            return None
        segment = segment.unbroken
        if self.steps != "auto" and self.steps > segment.length:
            compared = "targets" if segment.observed is None else "targets in a row without a missing cell"
            raise BadInput(
                f"evaluation.free_run.steps={self.steps} is not allowed: there are {segment.length} {segment.split}"
                f" {compared} to compare with, so it should be that at most, or auto"
            )
        S = max(1, min(segment.length // 2, LONGEST)) if self.steps == "auto" else self.steps
        places = segment.length - S + 1
        starts = np.linspace(0, places - 1, min(self.starts, places)).round().astype(int)
        return Plan(dataset, data, segment, segment.origins[starts], S, self.threshold)


@plain_dataclass(frozen=True, eq=False)
class Plan:
    """Free runs to be carried out once the network is trained.

    Attributes:
        dataset: what the network is trained on.
        data: the component that made it.
        segment: the rows to run along.
        starts: (K,) each run's first row to forecast, of the segment.
        steps: S.
        threshold: see `FreeRun`.
    """

    dataset: Data
    data: Any
    segment: Segment
    starts: NDArray[np.int64]
    steps: int
    threshold: float

    def carry_out(self, network: Trained, baselines: Mapping[str, FittedBaseline]) -> FreeRuns:
        """Run the network and the baselines from every start, and find the system's Lyapunov exponent if it has one."""
        segment, run = self.segment, (self.segment, self.starts, self.steps)
        observed = segment.stretches(self.starts, -segment.warm_up, 0)
        free = {name: forecasts for name, b in baselines.items() if (forecasts := b.free_run(*run)) is not None}
        return FreeRuns(
            split=segment.split,
            targets=self.dataset.targets,
            series=segment.series,
            observed=segment.observed,
            true=segment.stretches(self.starts, 0, self.steps),
            network=network.free_runs(observed[..., segment.inputs], self.steps),
            baselines=free,
            threshold=self.threshold,
            lyapunov=lyapunov_of(self.data),
        )
