"""Results of free runs: valid times, errors at horizons and their growth, beside the baselines."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.free_run.metrics import error_growth, nrmse_at, relative_error, valid_prediction_time
from rnn_lab.evaluation.free_run.segment import deviation
from rnn_lab.scoring.spread import spread
from rnn_lab.sequences.lyapunov import Lyapunov

Array = NDArray[np.float64]

HORIZONS = (1, 6, 84)
"""Of the Mackey-Glass literature."""
POINTS = 50
"""Of an error curve in the summary; the figure has all."""


@dataclass(frozen=True, eq=False)
class FreeRuns:
    """Free runs of S steps from K starts, beside what happened; all in original units.

    Attributes:
        split: whose rows they forecast.
        targets: the O names.
        series: (L, O) a long stretch of the targets, to judge their size and to see their attractor.
        true: (K, S, O) what happened.
        network: (R, K, S, O).
        baselines: name -> (K, S, O).
        threshold: error up to which a forecast counts as valid, in standard deviations of the targets.
        lyapunov: of the system; None if it has none that is known.
        observed: (L, O), the cells of the series that were not made up; None: all.
    """

    split: str
    targets: tuple[str, ...]
    series: Array
    true: Array
    network: Array
    baselines: dict[str, Array]
    threshold: float
    lyapunov: Lyapunov | None
    observed: NDArray[np.bool_] | None = None

    @property
    def deviation(self) -> Array:
        """(O,) each target's standard deviation over the series."""
        return deviation(self.series, self.observed)

    @property
    def lyapunov_times(self) -> float | None:
        """Lyapunov times that one step lasts; None if the system has no positive exponent that is known."""
        known = self.lyapunov is not None and self.lyapunov.positive
        return self.lyapunov.exponent * self.lyapunov.step if self.lyapunov is not None and known else None

    def valid_steps(self, runs: Array) -> Array:
        """Count the steps until a run (..., K, S, O) first errs by the threshold: (..., K)."""
        error = relative_error(runs, self.true, self.deviation)
        return valid_prediction_time(error, step=1.0, lyapunov=1.0, threshold=self.threshold)

    def growth(self, runs: Array) -> Array:
        """Geometric mean of the error over the starts, and over replicas if there are any: (S,)."""
        replicas = runs.reshape(-1, *self.true.shape)
        true = np.broadcast_to(self.true, replicas.shape).reshape(-1, *self.true.shape[1:])
        return error_growth(replicas.reshape(true.shape), true, self.deviation)

    def section(self) -> dict[str, Any]:
        """Return what ``summary.json`` says of it, as plain numbers.

        Valid times are in ``unit``; they hold the mean over starts and replicas, the median and the standard deviation,
        and ``lasting``, the share of runs that never went wrong: with one above 0, the mean is a lower bound.
        """
        S = self.true.shape[1]
        at = np.unique(np.linspace(1, S, min(S, POINTS)).round().astype(int))
        horizons = [horizon for horizon in HORIZONS if horizon <= S]
        unit = self.lyapunov_times or 1.0
        network = self._scores(self.network, horizons, at)
        time = self.valid_steps(self.network).mean(axis=1) * unit
        nrmse = nrmse_at(self.network, self.true, self.deviation, horizons)
        network["spread"] = {
            "valid_time": spread(time).as_dict(),
            "nrmse": {str(h): spread(values).as_dict() for h, values in zip(horizons, nrmse.T, strict=True)},
        }
        return {
            "split": self.split,
            "starts": len(self.true),
            "steps": S,
            "threshold": self.threshold,
            "unit": "steps" if self.lyapunov_times is None else "Lyapunov times",
            "lyapunov": None if self.lyapunov is None else asdict(self.lyapunov),
            "growth_at": at.tolist(),
            "network": network,
            "rivals": {name: self._scores(runs[None], horizons, at) for name, runs in self.baselines.items()},
        }

    def _scores(self, runs: Array, horizons: Sequence[int], at: NDArray[np.int64]) -> dict[str, Any]:
        steps = self.valid_steps(runs)
        time = steps * (self.lyapunov_times or 1.0)
        nrmse = nrmse_at(runs, self.true, self.deviation, horizons).mean(axis=0)
        return {
            "valid_time": {
                "mean": float(time.mean()),
                "median": float(np.median(time)),
                "standard_deviation": float(time.std()),
                "lasting": float(np.mean(steps == self.true.shape[1])),
            },
            "nrmse": {str(horizon): float(value) for horizon, value in zip(horizons, nrmse, strict=True)},
            "growth": self.growth(runs)[at - 1].tolist(),
        }


def told(section: dict[str, Any]) -> list[str]:
    """Say in sentences what `FreeRuns.section` holds, the best first."""
    everyone = {"network": section["network"], **section["rivals"]}
    last = list(section["network"]["nrmse"])[-1]
    first, *others = sorted(
        everyone, key=lambda name: (-float(everyone[name]["valid_time"]["mean"]), float(everyone[name]["nrmse"][last]))
    )
    unit = section["unit"]
    times = "; ".join(f"{name} for {_time(everyone[name]['valid_time'], unit)}" for name in others)
    horizons = ", ".join(section["network"]["nrmse"])
    errors = "; ".join(
        f"{name} {', '.join(_error(float(value)) for value in everyone[name]['nrmse'].values())}"
        for name in (first, *others)
    )
    length = f"{section['steps']} steps"
    length += "" if unit == "steps" else f" or {_most(section):.3g} {unit}"
    return [
        f"Left to run freely from {section['starts']} {section['split']} starts, {length} each, {first} stays within "
        f"{_deviations(section['threshold'])} for {_time(everyone[first]['valid_time'], unit)}"
        + (f"; {times}." if times else "."),
        f"NRMSE of the free runs after {horizons} steps: {errors}.",
    ]


def _time(time: dict[str, Any], unit: str) -> str:
    said = f"{float(time['mean']):.3g} {unit}"
    if time["lasting"] == 1:
        return f"{said}, the whole run"
    return f"at least {said}" if time["lasting"] else said


def _deviations(threshold: float) -> str:
    words = {0.5: "half a standard deviation", 1.0: "a standard deviation"}
    return words.get(threshold, f"{threshold:g} standard deviations")


def _error(nrmse: float) -> str:
    """Beyond a thousand standard deviations no digit means anything."""
    return "over 1000" if nrmse > 1000 else f"{nrmse:.3g}"


def _most(section: dict[str, Any]) -> float:
    return float(section["steps"] * section["lyapunov"]["exponent"] * section["lyapunov"]["step"])
