"""Forecasts and answers that need no training loop, on exactly the network's targets, in their own units.

    yardsticks        of a task: what its own answers score in expectation, exactly, and the best on just these records
    mean              the mean of the training targets; of a task in classes their frequencies
    persistence       the last value that is known; season 12, that of a season ago, if one is given
    AR1, AR2, ARp     least-squares autoregressions on the target's own past, p chosen by AICc
    unigram, ..       of a text: the distribution after the 0, 1, 2 characters before
    ESN32             echo-state networks of the network's size, their readouts fitted by ridge regression: of several
                      draws the median

Each is an object: fitted once a run, on training data alone, it is scored on each split and runs freely if it can.
"""

from collections.abc import Mapping
from typing import Any

from rnn_lab.evaluation.baselines.baseline import Baseline, FittedBaseline, NumberBaseline, Problem, fit_all
from rnn_lab.evaluation.baselines.constant import Frequencies, Mean
from rnn_lab.evaluation.baselines.linear import LinearModel
from rnn_lab.evaluation.baselines.ngrams import NGrams
from rnn_lab.evaluation.baselines.persistence import Persistence
from rnn_lab.evaluation.baselines.reservoir import EchoStateNetwork
from rnn_lab.evaluation.baselines.seasonal import SeasonalNaive
from rnn_lab.evaluation.baselines.yardsticks import Yardsticks
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import Data
from rnn_lab.sequences.dataset import metric

BASELINES: dict[str, Baseline] = {
    "yardsticks": Yardsticks(),
    "mean": Mean(),
    "frequencies": Frequencies(),
    "persistence": Persistence(),
    "seasonal_naive": SeasonalNaive(),
    "linear": LinearModel(),
    "ngrams": NGrams(),
    "echo_state": EchoStateNetwork(),
}
"""Those that a run has if nothing else is said, from the plainest to the best informed."""


def fit_baselines(
    problem: Problem, baselines: Mapping[str, Baseline], lost: dict[str, str] | None = None
) -> dict[str, FittedBaseline]:
    """Fit all that apply, by their names.

    Args:
        problem: on which.
        baselines: by the names that a config has for them.
        lost: takes the reason of each that cannot be fitted, which is left out; None: its error is raised.

    Raises:
        BadInput: an argument of one of them does not fit the data.
    """
    return fit_all(lambda baseline: baseline.fit(problem), baselines, lost)


def baseline_scores(data: Data, hidden_dim: int) -> dict[str, dict[str, dict[str, float]]]:
    """Scores of the usual baselines, as `score_baselines` has them.

    Args:
        data: on which.
        hidden_dim: units of the echo-state network.

    Example:
        >>> from rnn_lab.sequences import Sine, Stream
        >>> sine = Stream(name="sine", series=Sine(length=1000), train=0.8, validation=0.2).dataset()
        >>> {name: round(score["rmse"], 3) for name, score in baseline_scores(sine, 32)["validation"].items()}
        {'mean': 0.705, 'persistence': 0.679, 'AR1': 0.594, 'AR2': 0.0}
    """
    problem = Problem(data, targets_of(data), hidden_dim)
    return score_baselines(problem, fit_baselines(problem, BASELINES))


def score_baselines(problem: Problem, fitted: Mapping[str, FittedBaseline]) -> dict[str, dict[str, dict[str, float]]]:
    """Each one's scores on each split: ``{"train": {"mean": {"rmse": ..., ...}, ...}, "validation": ..., ...}``."""
    return {
        split: {name: baseline.scores(part) for name, baseline in fitted.items()}
        for split, part in problem.data.scored.items()
    }


def score_draws(problem: Problem, fitted: Mapping[str, FittedBaseline]) -> dict[str, dict[str, Any]]:
    """Each draw's scores of those with random parts: ``{"ESN32": {"settings": ..., "scores": {"val/rmse": [..]}}}``."""
    found: dict[str, dict[str, Any]] = {}
    for name, baseline in fitted.items():
        each = {split: baseline.draws(part) for split, part in problem.data.scored.items()}
        if scores := {metric(split, score): values for split, own in each.items() for score, values in own.items()}:
            found[name] = {"settings": baseline.settings(), "scores": scores}
    return found


def score_each_target(
    problem: Problem, fitted: Mapping[str, FittedBaseline]
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """The same of each target alone, where there are several: split -> name -> target -> score -> value."""
    return {
        split: {name: each for name, baseline in fitted.items() if (each := baseline.scores_of_each_target(part))}
        for split, part in problem.data.scored.items()
    }


__all__ = [
    "BASELINES",
    "Baseline",
    "EchoStateNetwork",
    "FittedBaseline",
    "Frequencies",
    "LinearModel",
    "Mean",
    "NGrams",
    "NumberBaseline",
    "Persistence",
    "Problem",
    "SeasonalNaive",
    "Yardsticks",
    "baseline_scores",
    "fit_baselines",
    "score_baselines",
    "score_draws",
    "score_each_target",
]
