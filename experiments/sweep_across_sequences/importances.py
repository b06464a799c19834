"""Importance of each searched number on a sequence, and how sure it is which matters most."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import TrialState, create_trial

from experiments.runs import Row
from experiments.sweep_across_sequences.design import KEYS

Array = NDArray[np.float64]

RESAMPLES = 100


def rows(sequence: str, trials: Sequence[Row]) -> list[Row]:
    """PED-ANOVA's importances over the complete trials of both samplers, one row for each of the three numbers.

    An importance says how far the values of the best tenth of the trials stand out from those of all; the three sum
    to 1. ``low`` and ``high`` hold the middle 90 % of the importances of resampled trials, ``first`` is the share of
    them in which the number comes first, and ``by_chance`` the largest importance but for one in twenty when values
    and trials are shuffled against each other.
    """
    complete = [row for row in trials if row["sequence"] == sequence and row["val_rmse"] is not None]
    own = list({tuple(row[column] for column in KEYS): row for row in complete}.values())  # both samplers begin alike
    params = [{column: row[column] for column in KEYS} for row in own]
    values = np.array([float(row["val_rmse"]) for row in own])
    rng, n = np.random.default_rng(0), len(own)
    found = importances(params, values)
    picks = rng.integers(n, size=(RESAMPLES, n))
    resampled = np.array([importances([params[i] for i in pick], values[pick]) for pick in picks])
    shuffled = np.array([importances(params, rng.permutation(values)) for _ in range(RESAMPLES)])
    low, high = np.quantile(resampled, [0.05, 0.95], axis=0)
    return [
        {
            "sequence": sequence,
            "parameter": column,
            "importance": float(found[i]),
            "low": float(low[i]),
            "high": float(high[i]),
            "first": float(np.mean(resampled.argmax(axis=1) == i)),
            "by_chance": float(np.quantile(shuffled[:, i], 0.95)),
        }
        for i, column in enumerate(KEYS)
    ]


def importances(params: Sequence[dict[str, Any]], values: Array) -> Array:
    """PED-ANOVA's importances in the order of KEYS; they sum to 1."""
    most = max(int(each["bptt_truncate"]) for each in params)
    space: dict[str, BaseDistribution] = {
        "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
        "hidden_dim": IntDistribution(8, 128, log=True),
        "bptt_truncate": IntDistribution(1, most),
    }
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    study.add_trials(
        [
            create_trial(state=TrialState.COMPLETE, params=each, distributions=space, value=float(value))
            for each, value in zip(params, values, strict=True)
        ]
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Target and region quantiles")  # so few, or so equal, that no best tenth is
        found = optuna.importance.get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    return np.array([found[column] for column in KEYS])
