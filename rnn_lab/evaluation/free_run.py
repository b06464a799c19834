"""How well a trained network runs freely from many starts, beside the rivals that can: planned, carried out, scored."""

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, BadInput
from rnn_lab.evaluation.baselines import autoregressions, echo_state, rows, targets
from rnn_lab.evaluation.closed_loop import error_growth, nrmse_at, relative_error, valid_prediction_time
from rnn_lab.evaluation.feedback import feed_back
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.replicas import spread
from rnn_lab.evaluation.trained import Array
from rnn_lab.sequences import Data, Forecasting, SeriesDataset
from rnn_lab.sequences.lyapunov import Lyapunov, lyapunov_of

LONGEST = 500
"""Steps that ``auto`` runs at most."""
HORIZONS = (1, 6, 84)
"""Of the Mackey-Glass literature."""
POINTS = 50
"""Of an error curve in the summary; the figure has all."""


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
        if not isinstance(dataset, SeriesDataset) or not set(dataset.inputs) <= set(dataset.targets):
            return None
        deviation = targets(dataset).std(axis=0)
        if not (deviation > 0).all():
            return None
        split = "validation" if dataset.test is None else "test"
        at = rows(dataset)[split]
        if self.steps != "auto" and self.steps > len(at):
            raise BadInput(
                f"evaluation.free_run.steps={self.steps} is not allowed: there are {len(at)} {split} targets to compare"
                " with, so it should be that at most, or auto"
            )
        S = max(1, min(len(at) // 2, LONGEST)) if self.steps == "auto" else self.steps
        places = len(at) - S + 1
        starts = at[np.linspace(0, places - 1, min(self.starts, places)).round().astype(int)]
        return Plan(dataset, data, split, starts, S, self.threshold, deviation)


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
        dataset, data: the dataset and the component that made it.
        split: whose rows are forecast.
        starts: (K,) each run's first row to forecast.
        steps: S.
        threshold: see `FreeRun`.
        deviation: (O,) of each target over the whole series.
    """

    dataset: SeriesDataset
    data: Forecasting
    split: str
    starts: NDArray[np.int64]
    steps: int
    threshold: float
    deviation: Array

    def carry_out(self, forecaster: Forecaster) -> "FreeRuns":
        """Run the network and its rivals from every start, and find the system's Lyapunov exponent if it has one."""
        dataset = self.dataset
        inputs = dataset.series[:, [dataset.columns.index(name) for name in dataset.inputs]]
        return FreeRuns(
            plan=self,
            true=stretches(targets(dataset), self.starts, 0, self.steps),
            network=forecaster.free_runs(stretches(inputs, self.starts, -forecaster.lag, 0), self.steps),
            rivals=rivals(dataset, self.starts, self.steps, forecaster.network.model.hidden_dim),
            lyapunov=lyapunov_of(self.data),
        )


def stretches(series: Array, starts: NDArray[np.int64], first: int, last: int) -> Array:
    """Cut the rows ``start + first`` to ``start + last``, the last left out, of each start: (K, last - first, C)."""
    return np.asarray(series[starts[:, None] + np.arange(first, last)])


def rivals(dataset: SeriesDataset, starts: NDArray[np.int64], steps: int, hidden_dim: int) -> dict[str, Array]:
    """Free runs (K, steps, O) of what needs no training loop, each fed with its own forecasts.

    persistence holds the last observed row; ARp is the largest of the baselines' autoregressions, on each target's own
    past; ESN the echo-state network of the network's size, on the network's windows.
    """
    series, everything = targets(dataset), range(len(dataset.targets))
    order, linear = list(autoregressions(dataset).items())[-1]
    reservoir = echo_state(dataset, hidden_dim)
    inputs = dataset.series[:, [dataset.columns.index(name) for name in dataset.inputs]]

    def echo(windows: Array) -> Array:
        return reservoir.predict(dataset.input_scaler.apply(windows[0].swapaxes(0, 1)))[None]

    def run(forecast: Any, columns: Array, window: int, fed_back: Sequence[int]) -> Array:
        observed = stretches(columns, starts, 1 - window - dataset.horizon, 0)[None]
        return feed_back(forecast, observed, steps, window=window, outputs=len(everything), fed_back=fed_back)[0]

    return {
        "persistence": np.repeat(series[starts - 1][:, None], steps, axis=1),
        f"AR{order}": run(lambda windows: linear.forecast(windows.swapaxes(1, 2)), series, order, everything),
        f"ESN{hidden_dim}": run(echo, inputs, dataset.window, [dataset.targets.index(name) for name in dataset.inputs]),
    }


@plain_dataclass(frozen=True, eq=False)
class FreeRuns:
    """What came of them.

    Attributes:
        plan: what was run.
        true: (K, S, O) what happened, in original units.
        network: (R, K, S, O).
        rivals: name -> (K, S, O).
        lyapunov: of the system; None if it has none that is known.
    """

    plan: Plan
    true: Array
    network: Array
    rivals: dict[str, Array]
    lyapunov: Lyapunov | None

    @property
    def lyapunov_times(self) -> float | None:
        """Lyapunov times that one step lasts; None if the system has no positive exponent that is known."""
        known = self.lyapunov is not None and self.lyapunov.positive
        return self.lyapunov.exponent * self.lyapunov.step if self.lyapunov is not None and known else None

    def valid_steps(self, runs: Array) -> Array:
        """Count the steps until a run (..., K, S, O) first errs by the threshold: (..., K)."""
        error = relative_error(runs, self.true, self.plan.deviation)
        return valid_prediction_time(error, step=1.0, lyapunov=1.0, threshold=self.plan.threshold)

    def growth(self, runs: Array) -> Array:
        """Geometric mean of the error over the starts, and over replicas if there are any: (S,)."""
        replicas = runs.reshape(-1, *self.true.shape)
        true = np.broadcast_to(self.true, replicas.shape).reshape(-1, *self.true.shape[1:])
        return error_growth(replicas.reshape(true.shape), true, self.plan.deviation)

    def section(self) -> dict[str, Any]:
        """Return what ``summary.json`` says of it, as plain numbers.

        Valid times are in ``unit``; they hold the mean over starts and replicas, the median and the standard deviation,
        and ``lasting``, the share of runs that never went wrong: with one above 0, the mean is a lower bound.
        """
        S = self.plan.steps
        at = np.unique(np.linspace(1, S, min(S, POINTS)).round().astype(int))
        horizons = [horizon for horizon in HORIZONS if horizon <= S]
        unit = self.lyapunov_times or 1.0
        network = self._scores(self.network, horizons, at)
        time = self.valid_steps(self.network).mean(axis=1) * unit
        nrmse = nrmse_at(self.network, self.true, self.plan.deviation, horizons)
        network["spread"] = {
            "valid_time": spread(time).as_dict(),
            "nrmse": {str(h): spread(values).as_dict() for h, values in zip(horizons, nrmse.T, strict=True)},
        }
        return {
            "split": self.plan.split,
            "starts": len(self.plan.starts),
            "steps": S,
            "threshold": self.plan.threshold,
            "unit": "steps" if self.lyapunov_times is None else "Lyapunov times",
            "lyapunov": None if self.lyapunov is None else asdict(self.lyapunov),
            "growth_at": at.tolist(),
            "network": network,
            "rivals": {name: self._scores(runs[None], horizons, at) for name, runs in self.rivals.items()},
        }

    def _scores(self, runs: Array, horizons: Sequence[int], at: NDArray[np.int64]) -> dict[str, Any]:
        steps = self.valid_steps(runs)
        time = steps * (self.lyapunov_times or 1.0)
        nrmse = nrmse_at(runs, self.true, self.plan.deviation, horizons).mean(axis=0)
        return {
            "valid_time": {
                "mean": float(time.mean()),
                "median": float(np.median(time)),
                "standard_deviation": float(time.std()),
                "lasting": float(np.mean(steps == self.plan.steps)),
            },
            "nrmse": {str(horizon): float(value) for horizon, value in zip(horizons, nrmse, strict=True)},
            "growth": self.growth(runs)[at - 1].tolist(),
        }


def told(section: dict[str, Any]) -> list[str]:
    """Say in two lines what `FreeRuns.section` holds, the best first."""
    everyone = {"network": section["network"], **section["rivals"]}
    best = sorted(everyone, key=lambda name: -float(everyone[name]["valid_time"]["mean"]))
    times = ", ".join(_time(name, everyone[name]["valid_time"]) for name in best)
    horizons = ", ".join(section["network"]["nrmse"])
    errors = "; ".join(
        f"{name} {', '.join(f'{float(value):.3g}' for value in everyone[name]['nrmse'].values())}" for name in best
    )
    return [
        f"Free-running from {section['starts']} {section['split']} windows, valid for so many {section['unit']}"
        f" of at most {_most(section):.3g}: {times}",
        f"Free-running, NRMSE after {horizons} steps: {errors}",
    ]


def _time(name: str, time: dict[str, Any]) -> str:
    return f"{name} {'over ' if time['lasting'] == 1 else ''}{float(time['mean']):.3g}"


def _most(section: dict[str, Any]) -> float:
    if section["unit"] == "steps":
        return float(section["steps"])
    return float(section["steps"] * section["lyapunov"]["exponent"] * section["lyapunov"]["step"])
