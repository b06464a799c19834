"""An echo-state network of the network's size: its recurrent weights are drawn, its readout is fitted in one step."""

from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.baselines.baseline import (
    Array,
    Baseline,
    FittedBaseline,
    NumberBaseline,
    Problem,
    plain,
    thinned,
)
from rnn_lab.evaluation.echo_state import INPUT_SCALES, EchoState, Reservoir
from rnn_lab.evaluation.free_run.loop import run_freely
from rnn_lab.evaluation.free_run.segment import Segment
from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.rng import named_rng
from rnn_lab.sequences.dataset import Dataset, SeriesDataset, StreamDataset
from rnn_lab.sequences.frames import Frames
from rnn_lab.sequences.records import Records

RECORDS = 1000
"""Training records of a task that it is fitted on, and records of a split that it is scored on."""
STEPS = 2_000_000
"""Steps of the series' windows that all draws together read: of a long series fewer are drawn, and at least one."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EchoStateNetwork(Baseline):
    """An echo-state network on the windows or records that the network reads; a stream has none.

    Its recurrent weights are random, and so are its scores: it is drawn several times, the same in every run, each draw
    is fitted for itself, and its scores are the medians. A free run is that of the draw in the middle. Of a long series
    20,000 training windows are enough for a fit, spread evenly, and fewer draws are made.

    Args:
        hidden_dim: units; None for as many as the network has.
        draws: how often it is drawn.
    """

    hidden_dim: Annotated[int, Field(ge=1)] | None = None
    draws: Annotated[int, Field(ge=1)] = 5

    def fit(self, problem: Problem) -> dict[str, FittedBaseline]:
        """Fit each draw's readout."""
        H = self.hidden_dim or problem.hidden_dim
        fitted = problem.data.accept(_Fit(problem, H, self.draws))
        return {f"ESN{H}": _Draws(problem, H, fitted)} if fitted else {}


@plain_dataclass(frozen=True, eq=False)
class _Draws(FittedBaseline):
    """Draws of one baseline, each fitted."""

    problem: Problem
    hidden_dim: int
    each: list[FittedBaseline]

    def scores(self, split: Any) -> dict[str, float]:
        return {name: float(np.median(values)) for name, values in self.draws(split).items()}

    def scores_of_each_target(self, split: Any) -> dict[str, dict[str, float]]:
        found = [draw.scores_of_each_target(split) for draw in self.each]
        return {
            target: {name: float(np.median([own[target][name] for own in found])) for name in scores}
            for target, scores in found[0].items()
        }

    def draws(self, split: Any) -> dict[str, list[float]]:
        found = [draw.scores(split) for draw in self.each]
        return {name: [own[name] for own in found] for name in found[0]}

    def settings(self) -> str:
        scales = " or ".join(f"{scale:g}" for scale in INPUT_SCALES)
        return (
            f"{self.hidden_dim} units, spectral radius 0.9, input scale {scales} and ridge penalty by cross-validation"
        )

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array | None:
        errors = self.draws(self.problem.data.scored["validation"])[self.problem.targets.main]
        middle = int(np.argsort(errors, kind="stable")[(len(errors) - 1) // 2])
        return self.each[middle].free_run(segment, starts, steps)


@plain_dataclass(frozen=True, eq=False)
class _Fit:
    problem: Problem
    hidden_dim: int
    draws: int

    def of_series(self, data: SeriesDataset) -> list[FittedBaseline]:
        steps = data.window * sum(len(split) for split in data.scored.values())
        train = data.train
        true, which = train.reduce(self.problem.true(train)), thinned(np.arange(len(train)))
        X = train.X.select(which) if isinstance(train.X, Frames) else train.X[which]
        return [
            _OnWindows(self.problem, data, EchoState.fit(X, true[which], self.hidden_dim, self._rng(draw)))
            for draw in range(max(1, min(self.draws, STEPS // steps)))
        ]

    def of_task(self, data: Dataset) -> list[FittedBaseline]:
        return [self._on_records(data, self._rng(draw)) for draw in range(self.draws)]

    def of_stream(self, data: StreamDataset) -> list[FittedBaseline]:
        return []

    def _on_records(self, data: Dataset, rng: np.random.Generator) -> FittedBaseline:
        unit = Reservoir.draw(rng, len(data.inputs), self.hidden_dim, input_scale=1.0)
        few, candidates = data.train.first(RECORDS), []
        for scale in INPUT_SCALES:
            reservoir = Reservoir(scale * unit.W_xh, unit.W_hh, unit.b_h)
            readout = Ridge.fit(_states(few, reservoir), self.problem.targets.as_numbers(few))
            candidates.append((readout.score, reservoir, readout))
        _, reservoir, readout = min(candidates, key=lambda candidate: candidate[0])
        return _OnRecords(self.problem, reservoir, readout)

    def _rng(self, draw: int) -> np.random.Generator:
        """Return the stream of a draw, keyed: it has not the numbers of the network's own weights."""
        return named_rng(draw, "initialisation", self.hidden_dim)


@plain_dataclass(frozen=True, eq=False)
class _OnWindows(NumberBaseline):
    problem: Problem
    data: SeriesDataset
    network: EchoState

    def predict(self, split: Any) -> Array:
        return np.asarray(split.transform.undo(self.network.predict(split.X), split.base))

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array:
        data, transform = self.data, self.data.transform

        def forecast(windows: Array) -> Array:
            X = data.input_scaler.apply(transform.apply(windows, axis=1))
            known = windows[:, -1, [data.inputs.index(name) for name in data.targets]] if transform.lost else None
            return transform.undo(self.network.predict(X), None if known is None else transform.base(known))

        return run_freely(
            forecast,
            segment, starts, steps, window=data.context, horizon=data.horizon, columns=segment.inputs,
        )  # fmt: skip


@plain_dataclass(frozen=True, eq=False)
class _OnRecords(FittedBaseline):
    problem: Problem
    reservoir: Reservoir
    readout: Ridge

    def scores(self, split: Any) -> dict[str, float]:
        few, targets = split.first(RECORDS), self.problem.targets
        return plain(targets.evaluate(targets.of_readout(self.readout.predict(_states(few, self.reservoir)), few)))


def _states(records: Records, reservoir: Reservoir) -> Array:
    """The states (M, H) from which the targets that count are read."""
    if not records.each_step:
        return reservoir.last_states(records.X)
    state, states = np.zeros((len(records), len(reservoir.b_h))), []
    for t in range(records.X.shape[1]):
        state = reservoir.step(state, records.X[:, t])
        states.append(state)
    return records.counted(np.stack(states, axis=1))
