"""Interface of baselines: each is fitted once a run, predicts each split, and runs freely where it can."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.free_run.segment import Segment
from rnn_lab.scoring import NumberAnswers, Targets
from rnn_lab.sequences import Data

Array = NDArray[np.float64]
MOST = 20_000
"""Training targets that a baseline is fitted to: its few coefficients are known to a hundredth by then."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Problem that a baseline is compared on.

    Attributes:
        data: the network's.
        targets: what answers are worth.
        hidden_dim: H of the network, for a baseline of the same size.
    """

    data: Data
    targets: Targets
    hidden_dim: int

    def true(self, split: Any) -> Array:
        """The numbers that are to be predicted on a split, in their own units: (M, O)."""
        if self.data.lags:
            series, at = self.data.history(split)
            found: Array = series[at]
            return found
        return np.asarray(self.targets.as_numbers(split))


class Baseline(ABC):
    """A forecast or an answer that needs no training loop: a frozen component.

    One YAML in ``conf/evaluation/baselines`` names it. What it is fitted on are training targets alone.

    Attributes:
        of_networks_size: whether the network's ``hidden_dim`` makes a difference. Say False where it makes none: then
            the trials of a sweep fit it once.
    """

    of_networks_size: ClassVar[bool] = True

    @abstractmethod
    def fit(self, problem: Problem) -> Mapping[str, "FittedBaseline"]:
        """Fit it: one or several, each by its name; none where it does not apply to such data.

        Raises:
            BadInput: there is too little data to fit it.
        """


class FittedBaseline(ABC):
    """A baseline, fitted."""

    problem: Problem

    @abstractmethod
    def scores(self, split: Any) -> dict[str, float]:
        """Its scores on a split, by name."""

    def scores_of_each_target(self, split: Any) -> dict[str, dict[str, float]]:
        """Its scores of each target alone, where there are several numbers; otherwise none."""
        return {}

    def draws(self, split: Any) -> dict[str, list[float]]:
        """Of a baseline with random parts, each draw's scores, of which `scores` are the medians; otherwise none."""
        return {}

    def settings(self) -> str:
        """Say what such a baseline is made of, in a few words."""
        return ""

    def free_run(self, segment: Segment, starts: NDArray[np.int64], steps: int) -> Array | None:
        """Forecasts (K, steps, O) from its own forecasts, as a network runs freely; None where it cannot."""
        return None


class NumberBaseline(FittedBaseline):
    """A fitted baseline that predicts numbers."""

    @abstractmethod
    def predict(self, split: Any) -> Array:
        """Its predictions of the targets that count, in their own units: (M, O)."""

    def answers(self, split: Any) -> NumberAnswers:
        """Its predictions beside what is true."""
        past = self.problem.targets.past
        return NumberAnswers(predicted=self.predict(split)[None], true=self.problem.true(split), past=past)

    def scores(self, split: Any) -> dict[str, float]:
        """Every score of its predictions."""
        return plain(self.problem.targets.evaluate(self.answers(split)))

    def scores_of_each_target(self, split: Any) -> dict[str, dict[str, float]]:
        """The same of each target alone, where there are several."""
        each = self.problem.targets.of_each_target(self.answers(split))
        return {name: plain(scores) for name, scores in each.items()}


def thinned(targets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the training targets that a baseline is fitted to: all, or of a long series `MOST`, spread evenly.

    Example:
        >>> thinned(np.arange(5)).tolist(), len(thinned(np.arange(1_000_000)))
        ([0, 1, 2, 3, 4], 20000)
    """
    return np.asarray(targets[np.linspace(0, len(targets) - 1, min(len(targets), MOST)).round().astype(int)])


def plain(scores: Mapping[str, Any]) -> dict[str, float]:
    """Scores of one network, each (1,), as plain floats, so that they can be written as JSON."""
    return {name: float(np.asarray(values).item()) for name, values in scores.items()}


def fit_all(
    fit: Callable[[Baseline], Mapping[str, FittedBaseline]],
    baselines: Mapping[str, Baseline],
    lost: dict[str, str] | None,
) -> dict[str, FittedBaseline]:
    """Fit each; the reason of one that fails goes to ``lost`` by its name, or is raised where that is None."""
    found: dict[str, FittedBaseline] = {}
    for name, baseline in baselines.items():
        try:
            found |= fit(baseline)
        except BadInput:  # an argument that the user should change
            raise
        except Exception as error:  # somebody else's code, on data that it was not made for
            if lost is None:
                raise
            lost[name] = f"{type(error).__name__}: {error}".strip(": \n").partition("\n")[0]
    return found
