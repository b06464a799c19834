"""Rolling-origin evaluation: forecasts from many origins, each from the rows before it, and errors by horizon."""

from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines.baseline import Baseline, FittedBaseline, Problem
from rnn_lab.evaluation.free_run.segment import Segment, obstacle, segment_of
from rnn_lab.evaluation.problem import make_predictor
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.network import Network
from rnn_lab.rules import Rule
from rnn_lab.scoring import targets_of
from rnn_lab.scoring.spread import spread
from rnn_lab.sequences import Data
from rnn_lab.training import Optimizer, Trainer, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Backtest:
    """Forecasts of the next S rows from each of K origins of the split that is judged last, beside the baselines'.

        e_s = sqrt(mean over origins and targets of (y_{t+s} - f_{t,s})^2),    s = 1 .. S rows after the origin t

    A forecast knows the rows before its origin and no other; a missing cell is no target, and no origin lies inside a
    gap that a later cell closed. Without ``refit`` it is the run's own network and
    baselines that forecast. With it, both are fitted anew at each origin, to all rows before it, split into training
    and validation as the run's are: K trainings more.

    Args:
        origins: K, spread evenly over the test targets, or the validation targets if there is no test; None for no
            backtest.
        steps: S.
        refit: whether networks and baselines are fitted anew at each origin.

    Reference: Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review" (2000).
    """

    origins: int | None = Field(default=None, ge=1)
    steps: int = Field(default=1, ge=1)
    refit: bool = False

    def plan(self, dataset: Data, maker: Any) -> "BacktestPlan | None":
        """Say from which rows to forecast; None where nobody asked.

        Args:
            dataset: what the network is trained on.
            maker: the component that made it.

        Raises:
            BadInput: the origins do not fit the split, or the data is no series that could be forecast.
        """
        if self.origins is None:
            return None
        asked = f"evaluation.backtest.origins={self.origins}"
        segment = segment_of(dataset)
        if segment is None:
            raise BadInput(f"{asked} is not allowed: {obstacle(dataset)}, so there is nothing to feed back")
        if self.refit and dataset.window is None:
            raise BadInput(f"{asked} with evaluation.backtest.refit=true needs windows of a series, not a stream")
        places = segment.origins[segment.origins + self.steps <= segment.first + segment.length]
        if self.origins > len(places):
            raise BadInput(
                f"{asked} with evaluation.backtest.steps={self.steps} does not fit the {len(segment.origins)}"
                f" {segment.split} targets: there is room for {len(places)} origins"
            )
        starts = places[np.linspace(0, len(places) - 1, self.origins).round().astype(int)]
        return BacktestPlan(dataset, maker, segment, starts, self.steps, self.refit)


@plain_dataclass(frozen=True, eq=False)
class Recipe:
    """Recipe by which a network is trained, to do it again on fewer rows."""

    network: Network
    trainer: Trainer
    optimizer: Optimizer
    rule: Rule
    seeds: "Sequence[int]"
    baselines: Mapping[str, Baseline]


@plain_dataclass(frozen=True, eq=False)
class BacktestPlan:
    """A backtest to be carried out once the network is trained.

    Attributes:
        dataset, maker: what the network is trained on, and the component that made it.
        segment: the rows to forecast.
        starts: (K,), the origins' first rows to forecast, of the segment.
        steps: S.
        refit: see `Backtest`.
    """

    dataset: Data
    maker: Any
    segment: Segment
    starts: NDArray[np.int64]
    steps: int
    refit: bool

    def carry_out(self, network: Trained, baselines: Mapping[str, FittedBaseline], recipe: Recipe) -> dict[str, Any]:
        """Forecast from every origin; return what ``summary.json`` says of it, as plain numbers.

        Args:
            network: the run's trained replicas that did not diverge.
            baselines: the run's, fitted.
            recipe: to fit both anew.
        """
        segment, S = self.segment, self.steps
        if self.refit:
            each = [self._refitted(int(start), recipe) for start in self.starts]
            forecasts = {}
            for key in each[0]:
                names = {one[key][0] for one in each}  # an autoregression's order may change from origin to origin
                name = names.pop() if len(names) == 1 else key
                forecasts[name] = np.concatenate([one[key][1] for one in each], axis=1)
            whole = ~np.isnan(forecasts["network"]).all(axis=(2, 3)).any(axis=1)
            forecasts["network"] = forecasts["network"][whole if whole.any() else slice(None)]
        else:
            forecasts = self._forecasts(network, baselines, self.starts)
        true = segment.stretches(self.starts, 0, S)
        unit = np.ones(true.shape[-1]) if self.dataset.one_unit else segment.deviation
        seen = None if segment.observed is None else segment.observed[self.starts[:, None] + np.arange(S)]
        rmse = {name: self._errors(values, true, unit, seen) for name, values in forecasts.items()}
        judged = slice(None) if seen is None else np.flatnonzero(seen.any(axis=(0, 2)))
        overall = {name: np.sqrt(np.mean(values[:, judged] ** 2, axis=1)) for name, values in rmse.items()}
        return {
            "split": segment.split,
            "origins": self.starts.tolist(),
            "steps": S,
            "refit": self.refit,
            "score": "rmse" if self.dataset.one_unit else "nrmse",
            "rmse": {name: values.mean(axis=0).tolist() for name, values in rmse.items()},
            "overall": {name: float(values.mean()) for name, values in overall.items()},
            "replicas": rmse["network"].tolist(),
            "spread": spread(overall["network"]).as_dict(),
        }

    def _forecasts(
        self, network: Trained | None, baselines: Mapping[str, FittedBaseline], starts: NDArray[np.int64]
    ) -> dict[str, Array]:
        """Forecasts (R, K, S, O) of the network, and (1, K, S, O) of each baseline that runs freely."""
        segment, S = self.segment, self.steps
        found = {}
        if network is not None:
            observed = segment.stretches(starts, -segment.warm_up, 0)
            found["network"] = network.free_runs(observed[..., segment.inputs], S)
        for name, baseline in baselines.items():
            if (run := baseline.free_run(segment, starts, S)) is not None:
                found[name] = run[None]
        return found

    def _refitted(self, start: int, recipe: Recipe) -> dict[str, tuple[str, Array]]:
        """Fit everything to the rows before one origin, and forecast from it: component -> its name and forecasts."""
        series = self.maker.read()
        before = replace(
            series,
            values=series.values[:start],
            index=None if series.index is None else series.index[:start],
            filled=None if series.filled is None else series.filled[:start],
        )
        train, validation = len(self.dataset.train), len(self.dataset.validation)
        shares = {"train": train / (train + validation), "validation": validation / (train + validation), "test": 0}
        data = replace(self.maker, **shares).cut(before)
        targets = targets_of(data, recipe.network.loss)
        state = fit(
            recipe.network, data, replace(recipe.trainer, resume=None), recipe.optimizer, recipe.seeds,
            rule=recipe.rule, targets=targets,
        )  # fmt: skip
        problem = Problem(data, targets, recipe.network.model.hidden_dim)
        at = np.array([start])
        network = make_predictor(recipe.network, state.parameters, data)
        own = self._forecasts(network, {}, at)["network"]
        own[state.diverged] = np.nan
        found = {"network": ("network", own)}
        for key, component in recipe.baselines.items():
            fitted = component.fit(problem)
            for name, run in self._forecasts(None, fitted, at).items():
                found[key] = name, run
        return found

    @staticmethod
    def _errors(forecasts: Array, true: Array, unit: Array, seen: NDArray[np.bool_] | None) -> Array:
        """Root mean squared errors by horizon, over origins and the targets that were observed: (R, S)."""
        with np.errstate(over="ignore", invalid="ignore"):  # what runs freely may blow up
            squares = ((forecasts - true) / unit) ** 2
            if seen is None:
                return np.asarray(np.sqrt(np.mean(squares, axis=(1, 3))))
            count = seen.sum(axis=(0, 2))
            return np.asarray(np.sqrt(squares.sum(axis=(1, 3), where=seen) / np.where(count, count, np.nan)))


def told(section: Mapping[str, Any]) -> list[str]:
    """Say in sentences what `BacktestPlan.carry_out` found, the best first."""
    order = sorted(section["overall"], key=lambda name: section["overall"][name])
    S = section["steps"]
    horizons = sorted({1, (S + 1) // 2, S})
    anew = ", fitted anew at each" if section["refit"] else ""
    numbers = {name: ", ".join(f"{section['rmse'][name][s - 1]:.4g}" for s in horizons) for name in order}
    errors = "; ".join(f"{name} {numbers[name]}" for name in order)
    ahead = ", ".join(map(str, horizons))
    return [
        f"Backtest from {len(section['origins'])} {section['split']} origins{anew}: {section['score'].upper()} {ahead}"
        f" step{'s' if S > 1 else ''} ahead: {errors}."
    ]
