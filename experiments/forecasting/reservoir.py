"""An echo-state network of 400 units, tuned on validation and driven along the whole series, as its users run it.

The lab's own rival reads the network's windows from a start of zero, has the network's size and the literature's usual
settings. This one has what such a network is used with: size, a state that remembers the whole series, and a search.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.runs import Row, composed
from rnn_lab.evaluation.echo_state import Reservoir
from rnn_lab.evaluation.free_run.plan import Plan
from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.experiment import Experiment, build
from rnn_lab.rng import named_rng
from rnn_lab.sequences import SeriesDataset
from rnn_lab.sequences.lyapunov import lyapunov_of

Array = NDArray[np.float64]

UNITS = 400
SETTINGS = 100
"""Tried at random."""
DRAWS = 2
"""Reservoirs for each of them; their mean validation error is what is compared."""
FRESH = 5
"""Reservoirs that are drawn anew with the best settings: as many as the network has seeds."""
WASHOUT = 100
"""Steps at the beginning of training that are not fitted: their states remember the start."""


@dataclass(frozen=True)
class Settings:
    """Settings of a reservoir, as of `Reservoir.draw`."""

    spectral_radius: float
    input_scale: float
    bias_scale: float
    leak: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Settings":
        """Draw some at random, scales and leak evenly on a logarithmic axis."""
        return cls(
            spectral_radius=float(rng.uniform(0.1, 1.4)),
            input_scale=float(10 ** rng.uniform(-2, 0.5)),
            bias_scale=float(rng.uniform(0.0, 1.0)),
            leak=float(10 ** rng.uniform(-1, 0)),
        )


class Driven:
    """A reservoir driven along a series, and its readout of state and input.

        o_t = c + [h_t, x_t] W,    h_t as of `Reservoir`, from h = 0 before the series' first row

    Args:
        data: windows of one series whose splits follow each other without a gap.
        settings: of the reservoir.
        rng: the only source of its randomness.
    """

    def __init__(self, data: SeriesDataset, settings: Settings, rng: np.random.Generator) -> None:
        assert data.test is not None
        self.data, self.splits = data, {"train": data.train, "validation": data.validation, "test": data.test}
        at = np.concatenate([split.at for split in self.splits.values()])
        assert (np.diff(at) == 1).all()
        first = np.asarray(data.train.X[:1])[0]
        later = [np.asarray(split.X)[:, -1] for split in self.splits.values()]
        rows = np.concatenate([first[:-1], *later])  # of the scaled inputs, in order
        known = rows[: len(first) - 1 + len(data.train)]
        self.mean, self.deviation = known.mean(axis=0), known.std(axis=0)
        self.reservoir = Reservoir.draw(rng, rows.shape[1], UNITS, **asdict(settings))
        self.features = self._beside(self.reservoir.states(self._standard(rows)), rows)[len(first) - 1 :]
        targets = np.asarray(data.train.Y)
        self.readout = Ridge.fit(self.features[WASHOUT : len(targets)], targets[WASHOUT:])

    def _standard(self, rows: Array) -> Array:
        return np.asarray((rows - self.mean) / self.deviation)

    def _beside(self, states: Array, rows: Array) -> Array:
        return np.concatenate([states, self._standard(rows)], axis=-1)

    def nrmse(self, name: str) -> float:
        """Error on a split over the standard deviation of its targets."""
        start = int(self.splits[name].at[0] - self.splits["train"].at[0])
        true = np.asarray(self.splits[name].Y)
        found = self.readout.predict(self.features[start : start + len(true)])
        return float(np.sqrt(np.square(found - true).mean() / true.var()))

    def free_run(self, plan: Plan) -> Array:
        """Forecasts (K, S, 1) that are fed back, each from the state that the series left there; original units."""
        features = self.features[plan.starts - int(self.splits["train"].at[0])]
        state, forecasts = features[:, :UNITS], []
        for _ in range(plan.steps):
            forecast = self.readout.predict(features)
            forecasts.append(self.data.target_scaler.undo(forecast))
            state = self.reservoir.step(state, self._standard(forecast))
            features = self._beside(state, forecast)
        return np.stack(forecasts, axis=1)


def measure(task: str, overrides: Sequence[str], score: Any) -> tuple[list[Row], list[Row]]:
    """Tune on validation, then draw anew.

    Args:
        task: its name.
        overrides: of the network's run, whose data is taken.
        score: of the study, from ``{"nrmse": ...}``.

    Returns:
        A row for each of the settings, and one for each fresh reservoir with the best of them.
    """
    experiment = build(composed([*overrides, "tracking=off"]))
    data = experiment.data
    assert isinstance(data, SeriesDataset)
    tried = list(_tried(data))
    best = min(tried, key=lambda each: each[1])[0]
    searched = [{"task": task, **asdict(settings), "val_score": score({"nrmse": error})} for settings, error in tried]
    drawn = [Driven(data, best, named_rng(seed, "initialisation", UNITS)) for seed in range(1000, 1000 + FRESH)]
    rows = [
        {"task": task, "draw": number}
        | {key: score({"nrmse": one.nrmse(split)}) for key, split in (("val_score", "validation"), ("score", "test"))}
        for number, one in enumerate(drawn)
    ]
    if experiment.free_run:
        for row, found in zip(rows, _free(experiment, experiment.free_run, drawn), strict=True):
            row |= found
    return searched, rows


def _tried(data: SeriesDataset) -> Iterator[tuple[Settings, float]]:
    lots = named_rng(0, "data", UNITS)
    for _ in range(SETTINGS):
        settings = Settings.draw(lots)
        with np.errstate(over="ignore", invalid="ignore"):
            errors = [
                Driven(data, settings, named_rng(n, "initialisation", UNITS)).nrmse("validation") for n in range(DRAWS)
            ]
        yield settings, float(np.nan_to_num(np.mean(errors), nan=np.inf))


def _free(experiment: Experiment, plan: Plan, drawn: Sequence[Driven]) -> Iterator[Row]:
    """Valid time and errors of each reservoir's free runs, in the units of the network's."""
    for one in drawn:
        with np.errstate(over="ignore", invalid="ignore"):
            forecasts = one.free_run(plan)[None]
        runs = FreeRuns(
            split=plan.segment.split,
            targets=experiment.data.targets,
            series=plan.segment.series,
            true=plan.segment.stretches(plan.starts, 0, plan.steps),
            network=forecasts,
            baselines={},
            threshold=plan.threshold,
            lyapunov=lyapunov_of(plan.data),
        )
        section = runs.section()["network"]
        yield {"valid_time": section["valid_time"]["mean"]} | {f"nrmse_{h}": v for h, v in section["nrmse"].items()}
