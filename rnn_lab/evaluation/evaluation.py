"""Scores, baselines and free runs of the weights that a run keeps: ``conf/evaluation``."""

from typing import Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.evaluation.backtest import Backtest
from rnn_lab.evaluation.baselines import BASELINES, Baseline
from rnn_lab.evaluation.free_run.plan import FreeRun, Plan
from rnn_lab.evaluation.free_run.segment import obstacle, too_broken
from rnn_lab.scoring import Score
from rnn_lab.scoring.scores import SCORES
from rnn_lab.sequences import Data


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Evaluation:
    """Scores, baselines and free runs.

    Args:
        scores: by name; those that fit the targets are taken.
        baselines: by name; those that apply to the data are fitted.
        free_run: see `FreeRun`; None leaves it out.
        backtest: see `Backtest`.
    """

    scores: dict[str, Score] = Field(default_factory=lambda: dict(SCORES))
    baselines: dict[str, Baseline] = Field(default_factory=lambda: dict(BASELINES))
    free_run: FreeRun | None = Field(default_factory=FreeRun)
    backtest: Backtest = Field(default_factory=Backtest)

    def plan(self, dataset: Data, data: Any) -> Plan | None:
        """Plan of the network's free runs; None where it is not to run freely, or cannot."""
        return None if self.free_run is None else self.free_run.plan(dataset, data)

    def missing(self, dataset: Data) -> str | None:
        """Say why there is no free run although one was asked for, if so."""
        return None if self.free_run is None else obstacle(dataset) or too_broken(dataset)
