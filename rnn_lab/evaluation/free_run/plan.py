"""Whether, from where and how far a trained network is to run freely."""

from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.evaluation.free_run.rivals import rivals
from rnn_lab.evaluation.free_run.segment import Track, stretches, track_of
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

    They need targets to feed back, so they are left out where an input is no target, or where there is no series.

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
        track = track_of(dataset)
        if track is None:
            return None
        if self.steps != "auto" and self.steps > track.length:
            raise BadInput(
                f"evaluation.free_run.steps={self.steps} is not allowed: there are {track.length} {track.split} targets"
                " to compare with, so it should be that at most, or auto"
            )
        S = max(1, min(track.length // 2, LONGEST)) if self.steps == "auto" else self.steps
        places = track.length - S + 1
        starts = np.linspace(0, places - 1, min(self.starts, places)).round().astype(int)
        return Plan(dataset, data, track, track.first + starts, S, self.threshold)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Evaluation:
    """What is measured of the weights that a run keeps, beyond their scores on each split.

    Args:
        free_run: see `FreeRun`; None leaves it out.
    """

    free_run: FreeRun | None = None

    def plan(self, dataset: Data, data: Any) -> "Plan | None":
        """See `FreeRun.plan`."""
        return None if self.free_run is None else self.free_run.plan(dataset, data)


@plain_dataclass(frozen=True, eq=False)
class Plan:
    """Free runs to be carried out once the network is trained.

    Attributes:
        dataset: what the network is trained on.
        data: the component that made it.
        track: the rows to run along.
        starts: (K,) each run's first row to forecast, of the track.
        steps: S.
        threshold: see `FreeRun`.
    """

    dataset: Data
    data: Any
    track: Track
    starts: NDArray[np.int64]
    steps: int
    threshold: float

    def carry_out(self, forecaster: Forecaster) -> FreeRuns:
        """Run the network and its rivals from every start, and find the system's Lyapunov exponent if it has one."""
        track, H = self.track, forecaster.network.model.hidden_dim
        observed = stretches(track.series[:, track.inputs], self.starts, -track.warm_up, 0)
        return FreeRuns(
            split=track.split,
            targets=self.dataset.targets,
            series=track.series,
            true=stretches(track.series, self.starts, 0, self.steps),
            network=forecaster.free_runs(observed, self.steps),
            rivals=rivals(self.dataset, track, self.starts, self.steps, H),
            threshold=self.threshold,
            lyapunov=lyapunov_of(self.data),
        )
